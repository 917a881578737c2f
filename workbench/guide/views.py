"""What does each page of the site show? Plain values for the templates, in every language of the guide."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from posixpath import normpath
from re import sub
from typing import Any

from babel import Locale, UnknownLocaleError
from babel.dates import format_date
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from workbench.guide import markdown, plan
from workbench.guide.words import direction, words
from workbench.sources.guide.pages import DRAFT, MISSING, OUTDATED, Guide, Page, Step

TEMPLATES = Path(__file__).parent / "templates"
EMERGENCY = "emergency"
"""Name of the page that every page leads to, where a guide has one."""


class Views:
    """The pages of a guide's site.

    Parameters
    ----------
    guide
        What is said.
    place
        Name of the locality.
    today
        Events before it are left out.
    feedback
        Whether pages ask "did this help?".
    """

    def __init__(self, guide: Guide, place: str, today: date, *, feedback: bool) -> None:
        self._guide, self._place, self._today, self._feedback = guide, place, today, feedback
        self._environment = Environment(
            loader=FileSystemLoader(TEMPLATES),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self.words: Mapping[str, Mapping[str, str]] = {each: words(guide, each) for each in guide.languages}
        self._made: dict[tuple[str, str], tuple[markdown.Section, ...]] = {}
        self._steps = plan.ordered(plan.steps(guide))
        ahead = [page for page in guide.of_kind("events") if page.dates and page.dates[-1] >= today]
        self._events = sorted(ahead, key=lambda page: min(day for day in page.dates if day >= today))

    def languages(self) -> str:
        """Return the first page: a choice of languages, each in its own words."""
        offered = [{**self._tongue(each), "title": self._guide.label("title", each)} for each in self._guide.languages]
        return self._environment.get_template("languages.html.j2").render(
            offered=offered, lang=self._guide.languages[0], title=offered[0]["title"], root=""
        )

    def of_language(self, language: str) -> dict[str, str]:
        """Return the pages of a language by their path in its folder."""
        made = {
            "index.html": self._render("home", language, "index.html", self._home(language)),
            "all.html": self._render("all", language, "all.html", {"listed": self._listed(language, None)}),
            "plan.html": self._render("plan", language, "plan.html", self._plan(language)),
        }
        for kind in ("processes", "events", "places", "glossary"):
            name = f"{kind}/index.html"
            made[name] = self._render("list", language, name, {"kind": kind, **self._list(kind, language)})
        for page in self._guide.pages:
            if page.kind != "events" or page in self._events:
                name = f"{page.id}.html"
                made[name] = self._render("page", language, name, self._page(page, language))
        if self._feedback:
            for name in ("survey", "thanks", "too-many", "refused"):
                made[f"{name}.html"] = self._render(name, language, f"{name}.html", {})
        return made

    def _render(self, template: str, language: str, name: str, values: Mapping[str, Any]) -> str:
        depth = name.count("/") + 1
        others = [
            {**self._tongue(each), "address": f"{'../' * depth}{each}/{name}", "here": each == language}
            for each in self._guide.languages
        ]
        emergency = self._guide.page(EMERGENCY)
        common = {
            "w": self.words[language],
            "root": "../" * depth,
            "up": "../" * (depth - 1),
            "site": self._guide.label("title", language),
            "place": self._place,
            "others": others,
            "name": name,
            "page_id": name.removesuffix(".html"),
            "feedback": self._feedback,
            "emergency": self._title(emergency, language) if emergency else "",
            "emergency_page": f"{emergency.id}.html" if emergency else "",
            "label": lambda key: self._guide.label(key, language),
            **self._tongue(language),
        }
        return self._environment.get_template(f"{template}.html.j2").render({**common, **values})

    def _tongue(self, language: str) -> dict[str, str]:
        return {"lang": language, "dir": direction(language), "language_name": self.words[language]["name"]}

    def _title(self, page: Page, language: str) -> str:
        return page.told(language, self._guide.chain(language)).title

    def _day(self, day: date, language: str) -> dict[str, str]:
        try:
            locale = Locale.parse("en_GB" if language == "en" else language)
        except (UnknownLocaleError, ValueError):
            return {"iso": day.isoformat(), "said": day.isoformat()}
        return {"iso": day.isoformat(), "said": format_date(day, "long", locale=locale)}

    def _entry(self, page: Page, language: str) -> dict[str, Any]:
        told = page.told(language, self._guide.chain(language))
        days = [self._day(day, language) for day in page.dates if day >= self._today]
        body = "".join(part.html for part in markdown.sections(told.body)) if page.kind == "glossary" else ""
        return {
            "id": page.name,
            "address": f"{page.id}.html",
            "title": told.title,
            "summary": told.summary,
            "lang": told.language,
            "dir": direction(told.language),
            "days": days,
            "contact": {name: page.contact.get(name, "") for name in ("phone", "web", "email", "address")},
            "body": Markup(body),
        }

    def _home(self, language: str) -> dict[str, Any]:
        topics = [
            {"name": topic, "pages": [self._entry(p, language) for p in self._guide.pages if p.topic == topic]}
            for topic in self._guide.topics
        ]
        return {
            "topics": [topic for topic in topics if topic["pages"]],
            "processes": [self._entry(page, language) for page in self._guide.of_kind("processes")],
            "events": [
                {**entry, "days": entry["days"][:1]}
                for entry in (self._entry(page, language) for page in self._events[:3])
            ],
        }

    def _listed(self, language: str, kind: str | None) -> list[dict[str, Any]]:
        pages = [p for p in self._guide.pages if kind in (None, p.kind) and (p.kind != "events" or p in self._events)]
        return sorted((self._entry(page, language) for page in pages), key=lambda entry: str(entry["title"]).casefold())

    def _list(self, kind: str, language: str) -> dict[str, Any]:
        if kind == "events":
            return {
                "entries": [self._entry(p, language) for p in self._events],
                "made": self._day(self._today, language),
            }
        return {"entries": self._listed(language, kind), "made": None}

    def _plan(self, language: str) -> dict[str, Any]:
        questions = [
            {"id": question.id, "answers": [(answer, f"answers.{question.id}.{answer}") for answer in question.answers]}
            for question in self._guide.questions
        ]
        told = [self._step(each.page, each.step, language, plan_page=True) for each in self._steps]
        return {"questions": questions, "steps": told}

    def _page(self, page: Page, language: str) -> dict[str, Any]:
        guide = self._guide
        told = page.told(language, guide.chain(language))
        state = MISSING if told.language != language else page.state(language)
        by_id = {step.id: step for step in page.steps}
        return {
            "entry": self._entry(page, language),
            "kind": page.kind,
            "parts": [
                {"id": part.id, "title": part.title, "html": Markup(part.html)}
                for part in self._sections(page, language)
                if part.id not in by_id
            ],
            "steps": [self._step(page, step, language) for step in page.steps],
            "notice": {DRAFT: "draft", OUTDATED: "outdated", MISSING: "missing"}.get(state, ""),
            "source": {**self._tongue(page.source_language), "address": f"../../{page.source_language}/{page.id}.html"},
            "shown": self._tongue(told.language) if state == MISSING else self._tongue(page.source_language),
            "sources": page.sources,
            "updated": self._day(page.updated, language) if page.updated else None,
            "check": [self._entry(other, language) for name in page.check if (other := guide.page(f"places/{name}"))],
            "audiences": [f"answers.{plan.SITUATION}.{name}" for name in page.audiences],
        }

    def _step(self, page: Page, step: Step, language: str, *, plan_page: bool = False) -> dict[str, Any]:
        """Return a step as its own page, or "my plan", shows it."""
        guide = self._guide
        told = page.told(language, guide.chain(language))
        part = next((each for each in self._sections(page, language) if each.id == step.id), None)
        helper = guide.page(f"places/{step.place}") if step.place else None
        placed = plan.Placed(page, step)
        conditions = placed.conditions() if plan_page else dict(step.when)
        html = part.html if part else ""
        if plan_page:  # links of the process lead from its folder, the plan stands one above
            html = sub(r'href="(?![a-z]+:|#)([^"]+)"', lambda m: f'href="{normpath(f"{page.kind}/{m[1]}")}"', html)
        before = [self._before(name, language) for name in step.after]
        return {
            "id": step.id,
            "title": part.title if part else step.id,
            "lang": told.language,
            "dir": direction(told.language),
            "html": Markup(html),
            "when": conditions,
            "conditions": [[f"answers.{q}.{answer}" for answer in wanted] for q, wanted in conditions.items()],
            "place": self._entry(helper, language) if helper else None,
            "documents": [f"documents.{name}" for name in step.documents],
            "cost": f"cost_{step.cost}" if step.cost else "",
            "takes": f"takes_{step.takes}" if step.takes else "",
            "before": [each for each in before if each],
        }

    def _sections(self, page: Page, language: str) -> tuple[markdown.Section, ...]:
        """Return a page's text in parts, with the words of the glossary linked; made once for each language."""
        if (page.id, language) not in self._made:
            told = page.told(language, self._guide.chain(language))
            terms = [
                markdown.Term(other.id, (text.title, *text.forms))
                for other in self._guide.of_kind("glossary")
                if other is not page and (text := other.texts.get(told.language))
            ]
            self._made[page.id, language] = markdown.sections(told.body, terms)
        return self._made[page.id, language]

    def _before(self, name: str, language: str) -> dict[str, str] | None:
        """Return the step to take first as a link."""
        for each in self._steps:
            if each.step.id == name:
                title = next((p.title for p in self._sections(each.page, language) if p.id == name), name)
                return {"id": name, "title": title, "address": f"{each.page.id}.html#{name}"}
        return None
