"""Which steps concern a reader, in which order, and is there a step that nobody ever reaches?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from itertools import product

from workbench.sources.guide.pages import Guide, Page, Step

SITUATION = "situation"
"""The question whose answers are the audiences of pages (``for:``)."""


@dataclass(frozen=True)
class Placed:
    """A step with the page that tells it."""

    page: Page
    step: Step

    def conditions(self) -> dict[str, tuple[str, ...]]:
        """Return the answers for which the step concerns a reader, those of its page among them."""
        asked = {question: tuple(wanted) for question, wanted in self.step.when.items()}
        if not self.page.audiences:
            return asked
        own = asked.get(SITUATION, self.page.audiences)
        return {SITUATION: tuple(each for each in own if each in self.page.audiences), **_without(asked, SITUATION)}

    def concerns(self, answers: Mapping[str, str]) -> bool:
        """Say whether the step concerns a reader who gave these answers."""
        return all(answers.get(question) in wanted for question, wanted in self.conditions().items())


def _without(asked: Mapping[str, tuple[str, ...]], name: str) -> dict[str, tuple[str, ...]]:
    return {question: wanted for question, wanted in asked.items() if question != name}


def steps(guide: Guide) -> tuple[Placed, ...]:
    """Return the steps of all processes as they are written."""
    return tuple(Placed(page, step) for page in guide.of_kind("processes") for step in page.steps)


def ordered(placed: Sequence[Placed]) -> tuple[Placed, ...]:
    """Return steps so that each stands after those to take before it, otherwise as they are written.

    Raises
    ------
    graphlib.CycleError
        If steps wait for each other.
    """
    by_id = {each.step.id: each for each in placed}
    sorter = TopologicalSorter({name: [a for a in each.step.after if a in by_id] for name, each in by_id.items()})
    sorter.prepare()
    rank = {name: number for number, name in enumerate(by_id)}
    waiting: set[str] = set()
    found: list[Placed] = []
    while sorter.is_active():
        waiting |= set(sorter.get_ready())
        first = min(waiting, key=rank.__getitem__)  # of those that may come next, the one written first
        waiting.remove(first)
        sorter.done(first)
        found.append(by_id[first])
    return tuple(found)


def answers(guide: Guide) -> Iterator[dict[str, str]]:
    """Yield every way to answer the questions."""
    names = [question.id for question in guide.questions]
    for chosen in product(*(question.answers for question in guide.questions)):
        yield dict(zip(names, chosen, strict=True))


def unreachable(guide: Guide) -> list[tuple[Placed, str]]:
    """Return the steps that no answers lead to, each with the reason in words."""
    all_steps = steps(guide)
    by_id = {each.step.id: each for each in all_steps}
    known = {question.id: set(question.answers) for question in guide.questions}
    everyone = list(answers(guide))
    found = []
    for each in all_steps:
        if reason := _names(each, known, by_id) or _never(each, by_id, everyone):
            found.append((each, reason))
    told = {each.step.id for each, _ in found}
    return found + [(each, reason) for each, reason in _circles(all_steps) if each.step.id not in told]


def _names(each: Placed, known: Mapping[str, set[str]], by_id: Mapping[str, Placed]) -> str:
    for question, wanted in each.step.when.items():
        if question not in known:
            return f"it depends on a question '{question}' that is not asked"
        if strange := sorted(set(wanted) - known[question]):
            return f"it depends on the answer '{strange[0]}' that the question '{question}' does not have"
    missing = [name for name in each.step.after if name not in by_id]
    return f"it comes after a step '{missing[0]}' that is not there" if missing else ""


def _never(each: Placed, by_id: Mapping[str, Placed], everyone: Sequence[Mapping[str, str]]) -> str:
    mine = [given for given in everyone if each.concerns(given)]
    if not mine:
        return "no answers lead to it"
    for name in each.step.after:
        if not any(by_id[name].concerns(given) for given in mine):
            return f"it comes after '{name}', which never concerns the same reader"
    return ""


def _circles(all_steps: Sequence[Placed]) -> list[tuple[Placed, str]]:
    try:
        ordered(all_steps)
    except CycleError as error:
        circle = [str(name) for name in error.args[1]]
        by_id = {each.step.id: each for each in all_steps}
        return [(by_id[circle[0]], f"steps wait for each other: {' → '.join(reversed(circle))}")]
    return []
