"""Is a guide fit to be read? Every fault and every notice at once, a sentence each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import PurePosixPath

from workbench.core.errors import PluginError, WorkbenchError
from workbench.core.geography.places import Locality
from workbench.guide import markdown, plain_language, plan
from workbench.guide.words import words
from workbench.sources.guide import reading
from workbench.sources.guide.pages import MISSING, OUTDATED, STATES, Guide, Page, Text
from workbench.sources.guide.translating import label_state, markup

NEEDS_SOURCE = ("information", "processes", "events")
OUTSIDE = ("https", "tel", "mailto")


@dataclass(frozen=True)
class Remark:
    """One thing to mend; ``grave`` keeps a site from being built, the rest is shown on the page or left out of it."""

    kind: str
    where: str
    what: str
    grave: bool

    def line(self) -> str:
        """Return the remark as one line."""
        return f"{self.where}: {self.what}"


@dataclass(frozen=True)
class Checked:
    """What was looked at and what was found."""

    locality: str
    pages: int
    states: dict[str, dict[str, int]]
    remarks: tuple[Remark, ...]

    @property
    def grave(self) -> tuple[Remark, ...]:
        """What must be mended before the guide can be shown."""
        return tuple(remark for remark in self.remarks if remark.grave)

    def sentence(self) -> str:
        """Return what was looked at."""
        told = "; ".join(
            f"{language}: " + ", ".join(f"{number} {name}" for name, number in counted.items() if number)
            for language, counted in self.states.items()
        )
        return f"The guide of {self.locality}: {self.pages} pages ({told})."

    def raise_grave(self) -> None:
        """Raise one error with every grave fault, if there is any."""
        if self.grave:
            raise PluginError(
                f"the guide of {self.locality} cannot be shown",
                faults=[remark.line() for remark in self.grave],
                do="mend what is named, then try `workbench guide check` again",
            )


def check(locality: Locality, today: date) -> Checked:
    """Check a locality's guide completely."""
    guide, errors = reading.read(locality)
    remarks = [_of_error(error) for error in errors]
    if guide is None:
        return Checked(locality.id, 0, {}, tuple(remarks))
    for one in (_names, _sources, _links, _steps, _labels, _markup, _translations, _sentences):
        remarks += one(guide)
    remarks += _events(guide, today)
    states = {
        language: {name: [page.state(language) for page in guide.pages].count(name) for name in STATES}
        for language in guide.languages
    }
    return Checked(locality.id, len(guide.pages), states, tuple(remarks))


def _of_error(error: WorkbenchError) -> Remark:
    do = f"; {error.do}" if error.do else ""
    why = f" ({error.why})" if error.why else ""
    return Remark("file", error.where, f"{error.what}{why}{do}", True)


def _at(guide: Guide, text: Text) -> str:
    return text.path.relative_to(guide.folder).as_posix()


def _names(guide: Guide) -> Iterator[Remark]:
    often = Counter(page.name for page in guide.pages)
    for page in guide.pages:
        if often[page.name] > 1:
            others = " and ".join(other.id for other in guide.pages if other.name == page.name and other != page)
            yield Remark("name", page.id, f"the name is also that of {others}; rename one of them", True)
        if page.name == "index":
            yield Remark("name", page.id, "'index' is the name of the list of pages; rename it", True)
    for language in guide.languages:
        titles = Counter((p.kind, p.texts[language].title.casefold()) for p in guide.pages if language in p.texts)
        for (kind, title), number in titles.items():
            if number > 1:
                yield Remark("name", f"{language}/{kind}", f"{number} pages have the title '{title}'", True)


def _sources(guide: Guide) -> Iterator[Remark]:
    for page in guide.pages:
        if page.kind in NEEDS_SOURCE and not page.sources:
            yield Remark("source", page.id, "the page names no source; add `sources:` with name and address", True)
        if page.kind in NEEDS_SOURCE and page.updated is None:
            yield Remark("source", page.id, "the page does not say when it was last checked; add `updated:`", True)
        if page.kind == "events" and not page.dates:
            yield Remark("source", page.id, "the event has no date; add `dates:`", True)


def _links(guide: Guide) -> Iterator[Remark]:
    names = {page.id: page for page in guide.pages}
    for page in guide.pages:
        for name in (*page.check, *(step.place for step in page.steps if step.place)):
            if f"places/{name}" not in names:
                yield Remark("link", page.id, f"dead link: there is no page places/{name}", True)
        for text in page.texts.values():
            for link in markdown.links(text.body):
                if what := _dead(link, page, text, names):
                    yield Remark("link", _at(guide, text), f"dead link '{link.target}': {what}", True)


def _dead(link: markdown.Link, page: Page, text: Text, names: dict[str, Page]) -> str:
    """Return why a link leads nowhere, or nothing."""
    if link.outside:
        scheme = link.target.partition(":")[0].lower()
        return "" if scheme in OUTSIDE else f"links elsewhere begin with {', '.join(OUTSIDE)}"
    if not link.path:
        return "" if link.anchor in markdown.anchors(text.body) else "the page has no such heading"
    parts: list[str] = []
    for part in PurePosixPath(page.kind, link.path).parts:
        if part == ".." and parts:
            parts.pop()
        elif part != ".":
            parts.append(part)
    target = names.get("/".join(parts).removesuffix(".md"))
    if target is None or not link.path.endswith(".md"):
        return "there is no such page"
    told = target.texts.get(text.language, target.source)
    return "" if not link.anchor or link.anchor in markdown.anchors(told.body) else "that page has no such heading"


def _steps(guide: Guide) -> Iterator[Remark]:
    often = Counter(each.step.id for each in plan.steps(guide))
    for name in (name for name, number in often.items() if number > 1):
        yield Remark("step", f"step '{name}'", f"{often[name]} steps have this id; rename all but one", True)
    for each, why in plan.unreachable(guide):
        yield Remark("step", f"{each.page.id}: step '{each.step.id}'", f"nobody reaches the step: {why}", True)
    for page in guide.of_kind("processes"):
        ids = [step.id for step in page.steps]
        for text in page.texts.values():
            if page.state(text.language) == OUTDATED:
                continue
            told = [part.id for part in markdown.sections(text.body) if part.id]
            if told != ids:
                what = f"headings {told or 'without {#id}'} and steps {ids} differ"
                yield Remark("step", _at(guide, text), f"{what}; write `## Title {{#id}}` for each step", True)


def _labels(guide: Guide) -> Iterator[Remark]:
    wanted = {"title", "tagline"} | {f"topics.{name}" for name in guide.topics}
    wanted |= {f"documents.{name}" for name in guide.documents}
    for question in guide.questions:
        wanted |= {f"questions.{question.id}", *(f"answers.{question.id}.{answer}" for answer in question.answers)}
    for language in guide.languages:
        where = f"{language}/words.toml"
        if language not in guide.labels and language != guide.source_language:
            yield Remark("label", where, "topics and questions have no words in this language yet", False)
        elif missing := sorted(wanted - set(guide.labels.get(language, {}))):
            grave = language == guide.source_language
            yield Remark("label", where, f"no words for {', '.join(missing)}", grave)
        try:
            words(guide, language)
        except WorkbenchError as error:
            yield _of_error(error)
    site = words(guide, guide.source_language)
    audiences = next((q.answers for q in guide.questions if q.id == plan.SITUATION), ())
    for page in guide.pages:
        known = (
            ("topic", (page.topic,) if page.topic else (), guide.topics),
            ("audience", page.audiences, audiences),
            ("document", tuple(name for step in page.steps for name in step.documents), guide.documents),
            ("cost", tuple(f"cost_{step.cost}" for step in page.steps if step.cost), tuple(site)),
            ("duration", tuple(f"takes_{step.takes}" for step in page.steps if step.takes), tuple(site)),
        )
        for what, given, allowed in known:
            for name in given:
                if name not in allowed:
                    yield Remark("label", page.id, f"there is no {what} '{name}'", True)
        if page.kind == "information" and not page.topic:
            yield Remark("label", page.id, "the page has no topic; add `topic:`", True)


def _markup(guide: Guide) -> Iterator[Remark]:
    for page in guide.pages:
        for text in page.texts.values():
            for place, said in text.units().items():
                if found := markup(said):
                    what = f"{place} holds markup '{found}'; it is shown as text and never runs, take it out"
                    yield Remark("markup", _at(guide, text), what, True)
    for language, labels in guide.labels.items():
        for name, said in labels.items():
            if found := markup(said):
                yield Remark("markup", f"{language}/words.toml", f"{name} holds markup '{found}'; take it out", True)


def _translations(guide: Guide) -> Iterator[Remark]:
    for language in guide.languages:
        if label_state(guide, language) == OUTDATED:
            yield Remark("translation", f"{language}/words.toml", "the words are older than their source", False)
        for page in guide.pages:
            if page.state(language) == OUTDATED:
                what = f"the translation is older than the text in '{page.source_language}', which has changed since"
                yield Remark("translation", _at(guide, page.texts[language]), what, False)
            if page.state(language) == MISSING:
                shown = page.told(language, guide.chain(language)).language
                what = f"{page.id} is not translated; readers see it in '{shown}', with a notice"
                yield Remark("translation", language, what, False)


def _sentences(guide: Guide) -> Iterator[Remark]:
    for page in guide.pages:
        for text in page.texts.values():
            told = [text.summary, *markdown.paragraphs(text.body)]
            for sentence, number in plain_language.too_long(told, guide.longest[text.language]):
                what = f"a sentence of {number} words, at most {guide.longest[text.language]}: '{sentence[:60]}…'"
                yield Remark("sentence", _at(guide, text), what, False)


def _events(guide: Guide, today: date) -> Iterator[Remark]:
    for page in guide.of_kind("events"):
        if page.dates and page.dates[-1] < today:
            what = f"the event is past ({page.dates[-1].isoformat()}); it is left out of the site"
            yield Remark("event", page.id, what, False)
