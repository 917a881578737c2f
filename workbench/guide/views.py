"""Which pages does the site of a guide have, in every language? Each is rendered from its template."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from workbench.guide.page_values import PageValues
from workbench.sources.guide.pages import Guide

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
        self._told = PageValues(guide, today)
        self.words = self._told.words
        ahead = [page for page in guide.of_kind("events") if page.dates and page.dates[-1] >= today]
        self._events = sorted(ahead, key=lambda page: min(day for day in page.dates if day >= today))

    def languages(self) -> str:
        """Return the first page: a choice of languages, each in its own words."""
        offered = [
            {**self._told.tongue(each), "title": self._guide.label("title", each)} for each in self._guide.languages
        ]
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
                made[name] = self._render("page", language, name, self._told.page(page, language))
        if self._feedback:
            for name in ("survey", "thanks", "too-many", "refused"):
                made[f"{name}.html"] = self._render(name, language, f"{name}.html", {})
        return made

    def _render(self, template: str, language: str, name: str, values: Mapping[str, Any]) -> str:
        depth = name.count("/") + 1
        others = [
            {**self._told.tongue(each), "address": f"{'../' * depth}{each}/{name}", "here": each == language}
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
            "emergency": self._told.title(emergency, language) if emergency else "",
            "emergency_page": f"{emergency.id}.html" if emergency else "",
            "label": lambda key: self._guide.label(key, language),
            **self._told.tongue(language),
        }
        return self._environment.get_template(f"{template}.html.j2").render({**common, **values})

    def _home(self, language: str) -> dict[str, Any]:
        topics = [
            {"name": topic, "pages": [self._told.entry(p, language) for p in self._guide.pages if p.topic == topic]}
            for topic in self._guide.topics
        ]
        return {
            "topics": [topic for topic in topics if topic["pages"]],
            "processes": [self._told.entry(page, language) for page in self._guide.of_kind("processes")],
            "events": [
                {**entry, "days": entry["days"][:1]}
                for entry in (self._told.entry(page, language) for page in self._events[:3])
            ],
        }

    def _listed(self, language: str, kind: str | None) -> list[dict[str, Any]]:
        pages = [p for p in self._guide.pages if kind in (None, p.kind) and (p.kind != "events" or p in self._events)]
        return sorted(
            (self._told.entry(page, language) for page in pages), key=lambda entry: str(entry["title"]).casefold()
        )

    def _list(self, kind: str, language: str) -> dict[str, Any]:
        if kind == "events":
            return {
                "entries": [self._told.entry(p, language) for p in self._events],
                "made": self._told.day(self._today, language),
            }
        return {"entries": self._listed(language, kind), "made": None}

    def _plan(self, language: str) -> dict[str, Any]:
        questions = [
            {"id": question.id, "answers": [(answer, f"answers.{question.id}.{answer}") for answer in question.answers]}
            for question in self._guide.questions
        ]
        told = [self._told.step(each.page, each.step, language, plan_page=True) for each in self._told.steps]
        return {"questions": questions, "steps": told}
