// What scripts add to the guide: saving it for offline use, search, "my plan", print. Every page reads well without.
"use strict";
(() => {
  const root = document.documentElement.dataset.root;
  const up = document.documentElement.dataset.up || "";
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const one = (selector, within = document) => within.querySelector(selector);
  const show = (element, on = true) => { if (element) element.hidden = !on; };

  // Offline -----------------------------------------------------------------------------------------------------------
  const note = one("#offline");
  const tell = (text) => { if (note) { note.textContent = text; show(note, Boolean(text)); } };
  if ("serviceWorker" in navigator && location.protocol.startsWith("http")) {
    const first = !navigator.serviceWorker.controller;
    navigator.serviceWorker.register(root + "sw.js").then(() => navigator.serviceWorker.ready).then(() => {
      document.body.dataset.saved = "yes";
      if (first && navigator.onLine && note) tell(note.dataset.ready);
    }).catch(() => {});
  }
  const connection = () => {
    if (!navigator.onLine && note) tell(note.dataset.now);
    all("form[method=post] button").forEach((button) => { button.disabled = !navigator.onLine; });
  };
  addEventListener("online", () => { tell(""); connection(); });
  addEventListener("offline", connection);
  connection();

  // Dates that have passed since the guide was made -------------------------------------------------------------------
  const now = new Date();
  const today = `${now.getFullYear()}-${String(now.getMonth() + 1).padStart(2, "0")}-${String(now.getDate()).padStart(2, "0")}`;
  all("[data-last]").forEach((item) => show(item, item.dataset.last >= today));

  // Print -------------------------------------------------------------------------------------------------------------
  all("[data-print]").forEach((button) => { show(button); button.addEventListener("click", () => print()); });

  // Search ------------------------------------------------------------------------------------------------------------
  const folded = (text) => text.toLowerCase().replace(/\u0640/g, "").normalize("NFKD").replace(/\p{M}/gu, "");
  const search = one("form.search");
  const load = () => new Promise((done, failed) => {
    if (window.guideIndex) return done(window.guideIndex);
    const script = document.createElement("script");
    script.src = up + "search.js";
    script.onload = () => done(window.guideIndex);
    script.onerror = failed;
    document.head.append(script);
  });
  if (search) {
    const input = one("input", search), list = one(".found", search), status = one("[role=status]", search);
    show(search);
    search.addEventListener("submit", (event) => event.preventDefault());
    input.addEventListener("input", async () => {
      const words = folded(input.value).split(/[^\p{L}\p{N}]+/u).filter(Boolean);
      list.replaceChildren();
      status.textContent = "";
      if (!words.length || (words.length === 1 && words[0].length < 2)) return;
      let index;
      try { index = await load(); } catch { status.textContent = search.dataset.lost; return; }
      list.replaceChildren();
      const scored = index.map((entry) => {
        const title = folded(entry[1]), text = " " + entry[4];
        const hits = words.map((word) => (title.includes(word) ? 3 : text.includes(" " + word) ? 1 : 0));
        return [hits.every(Boolean) ? hits.reduce((a, b) => a + b) : 0, entry];
      }).filter(([score]) => score).sort((a, b) => b[0] - a[0]).slice(0, 12);
      status.textContent = scored.length ? search.dataset.some.replace("{number}", scored.length) : search.dataset.none;
      for (const [, [address, title, kind, summary]] of scored) {
        const item = document.createElement("li"), link = document.createElement("a"), said = document.createElement("span");
        link.href = up + address;
        link.textContent = title;
        said.className = "quiet";
        said.textContent = ` ${kind}. ${summary}`;
        item.append(link, said);
        list.append(item);
      }
    });
  }

  // My plan: answers and ticks stay in this browser's own storage ------------------------------------------------------
  const form = one("form.plan");
  if (!form) return;
  const key = "guide plan " + new URL(root || "./", location.href).pathname;
  const read = () => { try { return JSON.parse(localStorage.getItem(key)) || {}; } catch { return {}; } };
  const keep = (kept) => { try { localStorage.setItem(key, JSON.stringify(kept)); } catch { /* private window */ } };
  let kept = { answers: {}, done: [], ...read() };
  const selects = all("select[data-question]", form), steps = all("#plan > li"), status = one("#plan-status");
  show(form);
  steps.forEach((step) => {
    const label = document.createElement("label"), box = document.createElement("input"), heading = one("h3", step);
    label.className = "tick";
    box.type = "checkbox";
    box.setAttribute("aria-labelledby", `t-${step.id}`);
    heading.id = `t-${step.id}`;
    box.addEventListener("change", () => {
      kept.done = kept.done.filter((id) => id !== step.id).concat(box.checked ? [step.id] : []);
      keep(kept);
      draw();
    });
    label.append(box);
    step.prepend(label);
  });
  const concerns = (step) => Object.entries(JSON.parse(step.dataset.when))
    .every(([question, wanted]) => wanted.includes(kept.answers[question]));
  const draw = () => {
    selects.forEach((select) => { select.value = kept.answers[select.dataset.question] || ""; });
    const ready = selects.every((select) => select.value);
    const mine = steps.filter((step) => {
      const on = ready && concerns(step);
      show(step, on);
      one("input[type=checkbox]", step).checked = kept.done.includes(step.id);
      step.classList.toggle("done", kept.done.includes(step.id));
      show(one(".when", step), false);
      return on;
    });
    all(".facts a[href*='#']").forEach((link) => {
      const target = document.getElementById(link.hash.slice(1));
      if (target && !target.hidden) link.setAttribute("href", link.hash);
    });
    const done = mine.filter((step) => kept.done.includes(step.id)).length;
    status.textContent = ready
      ? status.dataset.done.replace("{done}", done).replace("{all}", mine.length) : status.dataset.empty;
    const documents = [...new Set(mine.flatMap((step) => all(".documents li", step).map((item) => item.textContent)))];
    show(one("#plan-documents"), documents.length > 0);
    one("#plan-documents ul").replaceChildren(...documents.map((text) => {
      const item = document.createElement("li");
      item.textContent = text;
      return item;
    }));
    show(one("p.tools"), ready);
    return mine;
  };
  selects.forEach((select) => select.addEventListener("change", () => {
    kept.answers[select.dataset.question] = select.value;
    keep(kept);
    draw();
  }));
  one("[data-clear]").addEventListener("click", (event) => {
    kept = { answers: {}, done: [] };
    try { localStorage.removeItem(key); } catch { /* private window */ }
    draw();
    status.textContent = event.target.dataset.cleared;
  });
  one("[data-save]").addEventListener("click", () => {
    const lines = [document.title, ""];
    draw().forEach((step, at) => {
      lines.push(`${at + 1}. [${kept.done.includes(step.id) ? "x" : " "}] ${one("h3", step).textContent.trim()}`);
      all("div > p, div li", step).forEach((part) => lines.push("   " + part.textContent.trim().replace(/\s+/g, " ")));
      all(".facts dt", step).forEach((name) => {
        const value = all("li", name.nextElementSibling).map((item) => item.textContent).join(", ");
        lines.push(`   ${name.textContent}: ${value || name.nextElementSibling.textContent.trim()}`);
      });
      lines.push("");
    });
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([lines.join("\r\n")], { type: "text/plain;charset=utf-8" }));
    link.download = one("#plan").dataset.file + ".txt";
    link.click();
    URL.revokeObjectURL(link.href);
  });
  draw();
})();
