// The frame of a page: takes the kernel's word for language, status and address, and says when the kernel is gone.
"use strict";
(() => {
  const POLL_SECONDS = 4;
  const WARN_SECONDS = 120;
  const body = document.body;
  const words = JSON.parse(document.getElementById("mw-words").textContent);
  const alerts = document.getElementById("mw-alerts");
  const idle = Number(body.dataset.mwIdle);
  let language = document.documentElement.lang;
  let told = "";
  let up = false;
  let pressed = false;
  const first = document.getElementById("mw-first");
  let behind = null;
  let gone = false;
  let due = 0;

  const hideKey = (query) => {
    const parts = new URLSearchParams(query);
    parts.delete("token");
    const text = parts.toString().replaceAll("%2C", ",");
    history.replaceState(null, "", location.pathname + (text ? "?" + text : ""));
  };

  const speak = (next) => {
    language = next in words ? next : language;
    document.documentElement.lang = language;
    document.title = words[language].title + " – Migration Workbench";
    for (const element of document.querySelectorAll("[data-mw-word]")) {
      element.textContent = words[language][element.dataset.mwWord];
    }
  };

  const hear = () => {
    const element = document.querySelector("[data-mw-told]");
    if (!element) return;
    cancelAnimationFrame(due);
    due = requestAnimationFrame(reach);
    if (!pressed) {
      pressed = true;
      press();
    }
    // What was made ahead stays in sight until what takes its place is whole.
    if (!up && !(first && behind.querySelector(".mw-wait"))) {
      up = true;
      first?.remove();
      behind?.classList.remove("mw-behind");
      document.getElementById("mw-loading")?.remove();
      const group = document.querySelector(".mw-group");
      group?.setAttribute("role", "group");
      group?.setAttribute("aria-labelledby", "mw-legend");
      body.dataset.mwUp = "yes";
    }
    if (element.dataset.mwTold === told) return;
    told = element.dataset.mwTold;
    const said = JSON.parse(told);
    speak(said.language);
    document.getElementById("mw-status").textContent = said.status;
    hideKey(said.query);
  };

  // A form may be in another language than the page, and in another direction; several ticks answer one question.
  const nameForms = () => {
    for (const element of document.querySelectorAll('[class*="mw-lang-"]')) {
      const spoken = [...element.classList].find((each) => each.startsWith("mw-lang-")).slice(8);
      element.lang = spoken;
      element.dir = element.closest(".mw-rtl") ? "rtl" : "ltr";
    }
    for (const [at, element] of document.querySelectorAll(".mw-choice").entries()) {
      const legend = element.querySelector(".mw-legend");
      if (!legend) continue;
      legend.id = `mw-legend-${at}`;
      element.setAttribute("role", "group");
      element.setAttribute("aria-labelledby", legend.id);
    }
  };
  document.getElementById("mw-signout")?.addEventListener("click", async () => {
    const token = document.cookie.match(/(?:^|; )_xsrf=([^;]*)/)?.[1] ?? "";
    await fetch(body.dataset.mwBase + "signout", { method: "POST", headers: { "X-XSRFToken": decodeURIComponent(token) } });
    location.assign(body.dataset.mwBase + "signin?language=" + language);
  });

  // What is wider than its place is moved sideways, with the keyboard too.
  const reach = () => {
    nameChoices();
    nameForms();
    // The program of the widgets puts boxes with landmarks of their own around ours.
    for (const box of document.querySelectorAll("div:is([role=banner], [role=main], [role=contentinfo])")) {
      box.removeAttribute("role");
    }
    for (const element of document.querySelectorAll(".mw-scroll, .mw-app figure")) {
      if (element.scrollWidth > element.clientWidth) element.tabIndex = 0;
      else element.removeAttribute("tabindex");
    }
    // The first chart opens where the forecast is: at its end. A map has no axis of time and opens at its beginning.
    const first = document.querySelector(".mw-charts figure[tabindex]:first-child");
    if (first && !first.dataset.mwPlaced) {
      first.dataset.mwPlaced = "yes";
      keepAxis(first);
      if (first.querySelector('[id^="ytick"]')) first.scrollLeft = first.scrollWidth;
    }
  };

  // Two drawings with the same names in one page would cut each other off: the first of a name counts, even unseen.
  const renamed = (drawing) => {
    for (const element of drawing.querySelectorAll("*")) {
      if (element.id) element.id += "-copy";
      for (const attribute of [...element.attributes]) {
        const next = attribute.value.replace(/url\(#([^)]+)\)/g, "url(#$1-copy)");
        if (next !== attribute.value) element.setAttribute(attribute.name, next);
        if (attribute.localName === "href" && next.startsWith("#")) attribute.value = `${next}-copy`;
      }
    }
  };

  // A copy of its left edge stays in sight, so that the values can be read wherever the chart is moved.
  const keepAxis = (figure) => {
    const chart = figure.querySelector("svg");
    const area = chart?.querySelector('[id^="axes_1"] [id^="patch_2"]');
    if (!area || !chart.querySelector('[id^="ytick"]')) return; // a map has no values at its edge
    const copy = chart.cloneNode(true);
    renamed(copy);
    copy.removeAttribute("role");
    copy.removeAttribute("aria-label");
    const axis = document.createElement("div");
    axis.className = "mw-axis";
    axis.setAttribute("aria-hidden", "true");
    axis.style.setProperty("--axis", `${area.getBoundingClientRect().left - chart.getBoundingClientRect().left}px`);
    axis.append(copy);
    figure.prepend(axis);
  };

  // Where there is little room, the choices wait behind a button below the language.
  const nameChoices = () => {
    const button = document.querySelector(".mw-toggle");
    const choices = [...document.querySelectorAll(".mw-choices")];
    if (!button || !choices.length || button.hasAttribute("aria-expanded")) return;
    choices.forEach((each, at) => { each.id = at ? `mw-choices-${at + 1}` : "mw-choices"; });
    button.setAttribute("aria-controls", choices.map((each) => each.id).join(" "));
    button.setAttribute("aria-expanded", "false");
  };
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.(".mw-toggle");
    if (!button) return;
    const open = button.closest(".mw-controls").classList.toggle("mw-open");
    button.setAttribute("aria-expanded", String(open));
  });

  // A household in a table is looked at by a click, as by the list of households, which the keyboard reaches.
  document.addEventListener("click", (event) => {
    const name = event.target.closest?.(".mw-page th[scope=row]")?.textContent;
    const list = document.querySelector(".mw-household select");
    const option = name && list && [...list.options].find((each) => each.text === name);
    if (!option) return;
    list.value = option.value;
    list.dispatchEvent(new Event("change", { bubbles: true }));
    list.focus();
  });

  // The button for files opens an input that stands nowhere in the page; only within it can its files be looked at.
  const clicked = HTMLInputElement.prototype.click;
  HTMLInputElement.prototype.click = function () {
    if (this.type === "file" && !this.isConnected) {
      this.hidden = true;
      document.body.append(this);
    }
    clicked.call(this);
  };

  // A file that no message can carry is refused here, before it is read.
  document.addEventListener("change", (event) => {
    const chosen = event.target;
    if (chosen.type !== "file" || [...chosen.files].every((file) => file.size <= 700000)) return;
    event.stopImmediatePropagation();
    chosen.value = "";
    alarm("large", "understood", calm);
  }, true);

  // What is folded on the screen and belongs on paper is open while the page is printed.
  const unfold = (printing) => {
    for (const fold of document.querySelectorAll("details[data-mw-print]")) {
      if (printing) {
        if (!fold.open) fold.dataset.mwUnfolded = "yes";
        fold.open = true;
      } else if (fold.dataset.mwUnfolded) {
        delete fold.dataset.mwUnfolded;
        fold.open = false;
      }
    }
  };

  // How the widgets of a page that was made ahead stand: on their way, or no room for one more reader.
  const tellLive = (word, again) => {
    let place = document.getElementById("mw-live");
    if (!place) {
      place = document.createElement("div");
      place.id = "mw-live";
      first.prepend(place);
    }
    const paragraph = document.createElement("p");
    paragraph.textContent = words[language][word];
    paragraph.dataset.mwWord = word;
    place.replaceChildren(paragraph);
    if (again) {
      const button = document.createElement("button");
      button.textContent = words[language].try;
      button.dataset.mwWord = "try";
      button.addEventListener("click", again);
      place.append(button);
      document.getElementById("mw-status").textContent = words[language][word];
    }
  };

  // Fetch the page with its widgets and let it grow behind the one that was made ahead.
  const comeAlive = async () => {
    tellLive("choices");
    const query = new URLSearchParams(location.search);
    query.set("live", "1");
    let page = null;
    try {
      const answer = await fetch(`${location.pathname}?${query}`, { cache: "no-store" });
      if (answer.ok) page = new DOMParser().parseFromString(await answer.text(), "text/html");
    } catch {
      page = null;
    }
    const config = page?.getElementById("jupyter-config-data");
    const program = page?.getElementById("mw-program");
    if (!config || !program) {
      body.dataset.mwBusy = "yes";
      tellLive("busy", () => { delete body.dataset.mwBusy; comeAlive(); });
      return;
    }
    behind = document.createElement("div");
    behind.className = "mw-behind";
    behind.append(document.importNode(config, true));
    for (const cell of page.querySelectorAll(".mw-cell")) behind.append(document.importNode(cell, true));
    document.getElementById("mw-content").append(behind);
    // The program of the widgets waits for a page to load; this one has loaded long ago.
    const listen = window.addEventListener.bind(window);
    window.addEventListener = (type, act, ...rest) => {
      if (type === "load" && document.readyState === "complete") act(new Event("load"));
      else listen(type, act, ...rest);
    };
    const script = document.createElement("script");
    script.src = program.getAttribute("src");
    body.append(script);
  };

  const press = () => document.querySelector(".mw-bridge button")?.click();

  const alarm = (word, action, act) => {
    if (alerts.dataset.word === word) return;
    alerts.dataset.word = word;
    const paragraph = document.createElement("p");
    paragraph.textContent = words[language][word];
    paragraph.dataset.mwWord = word;
    const button = document.createElement("button");
    button.textContent = words[language][action];
    button.dataset.mwWord = action;
    button.addEventListener("click", act);
    alerts.replaceChildren(paragraph, button);
  };

  const calm = () => {
    delete alerts.dataset.word;
    alerts.replaceChildren();
  };

  const look = async () => {
    const config = document.getElementById("jupyter-config-data");
    if (!config || gone) return;
    const { baseUrl, kernelId } = JSON.parse(config.textContent);
    let kernel = null;
    let now = 0;
    try {
      const answer = await fetch(`${baseUrl}api/kernels/${kernelId}`, { cache: "no-store" });
      if (answer.ok) kernel = await answer.json();
      now = Date.parse(answer.headers.get("Date"));
    } catch {
      kernel = null;
    }
    if (!kernel) {
      gone = true;
      body.dataset.mwGone = "yes";
      document.getElementById("mw-loading")?.remove();
      for (const control of document.querySelectorAll(".mw-app :is(button, input, select, textarea)")) control.disabled = true;
      alarm("gone", "again", () => location.reload());
      return;
    }
    const left = idle - (now - Date.parse(kernel.last_activity)) / 1000;
    if (left < Math.min(WARN_SECONDS, idle / 2)) {
      alarm("sleep", "awake", () => { press(); calm(); });
    } else if (alerts.dataset.word === "sleep") {
      calm();
    }
  };

  hideKey(location.search);
  new MutationObserver(hear).observe(document.getElementById("mw-content"), { childList: true, subtree: true });
  hear();
  if (first) {
    reach();
    if (document.readyState === "complete") comeAlive();
    else addEventListener("load", () => comeAlive());
  }
  setInterval(look, POLL_SECONDS * 1000);
  document.addEventListener("visibilitychange", () => document.hidden || look());
  addEventListener("resize", reach);
  addEventListener("beforeprint", () => unfold(true));
  matchMedia("print").addEventListener("change", (event) => unfold(event.matches));
  // A page that the browser kept in memory has lost its kernel when it was left.
  addEventListener("pageshow", (event) => event.persisted && look());
})();
