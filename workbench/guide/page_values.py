"""What does a page of the guide show, and a step of it? Plain values for the templates, in a language of the guide."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from posixpath import normpath
from re import sub
from typing import Any

from babel import Locale, UnknownLocaleError
from babel.dates import format_date
from markupsafe import Markup

from workbench.guide import markdown, plan
from workbench.guide.words import words
from workbench.presentation.languages import direction
from workbench.sources.guide.pages import DRAFT, MISSING, OUTDATED, Guide, Page, Step


class PageValues:
    """What the pages of a guide show.

    Parameters
    ----------
    guide
        What is said.
    today
        Days of an event before it are left out.
    """

    def __init__(self, guide: Guide, today: date) -> None:
        self._guide, self._today = guide, today
        self.words: Mapping[str, Mapping[str, str]] = {each: words(guide, each) for each in guide.languages}
        self.steps = plan.ordered(plan.steps(guide))
        self._made: dict[tuple[str, str], tuple[markdown.Section, ...]] = {}

    def tongue(self, language: str) -> dict[str, str]:
        """Return what a template needs of a language: code, direction, own name."""
        return {"lang": language, "dir": direction(language), "language_name": self.words[language]["name"]}

    def title(self, page: Page, language: str) -> str:
        """Return the title of a page."""
        return page.told(language, self._guide.chain(language)).title

    def day(self, day: date, language: str) -> dict[str, str]:
        """Return a day for machines and as it is said."""
        try:
            locale = Locale.parse("en_GB" if language == "en" else language)
        except (UnknownLocaleError, ValueError):
            return {"iso": day.isoformat(), "said": day.isoformat()}
        return {"iso": day.isoformat(), "said": format_date(day, "long", locale=locale)}

    def entry(self, page: Page, language: str) -> dict[str, Any]:
        """Return a page as a list shows it."""
        told = page.told(language, self._guide.chain(language))
        days = [self.day(day, language) for day in page.dates if day >= self._today]
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

    def page(self, page: Page, language: str) -> dict[str, Any]:
        """Return what a page itself shows."""
        guide = self._guide
        told = page.told(language, guide.chain(language))
        state = MISSING if told.language != language else page.state(language)
        by_id = {step.id: step for step in page.steps}
        return {
            "entry": self.entry(page, language),
            "kind": page.kind,
            "parts": [
                {"id": part.id, "title": part.title, "html": Markup(part.html)}
                for part in self._sections(page, language)
                if part.id not in by_id
            ],
            "steps": [self.step(page, step, language) for step in page.steps],
            "notice": {DRAFT: "draft", OUTDATED: "outdated", MISSING: "missing"}.get(state, ""),
            "source": {**self.tongue(page.source_language), "address": f"../../{page.source_language}/{page.id}.html"},
            "shown": self.tongue(told.language) if state == MISSING else self.tongue(page.source_language),
            "sources": page.sources,
            "updated": self.day(page.updated, language) if page.updated else None,
            "check": [self.entry(other, language) for name in page.check if (other := guide.page(f"places/{name}"))],
            "audiences": [f"answers.{plan.SITUATION}.{name}" for name in page.audiences],
        }

    def step(self, page: Page, step: Step, language: str, *, plan_page: bool = False) -> dict[str, Any]:
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
            "place": self.entry(helper, language) if helper else None,
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
        for each in self.steps:
            if each.step.id == name:
                title = next((p.title for p in self._sections(each.page, language) if p.id == name), name)
                return {"id": name, "title": title, "address": f"{each.page.id}.html#{name}"}
        return None
