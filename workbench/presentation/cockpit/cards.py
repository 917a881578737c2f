"""One card for each indicator: one message, then value, trend, gap, peers and rank, each in a line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from workbench.core.runs.provenance import Source
from workbench.presentation import markup as m
from workbench.presentation.cockpit import words
from workbench.presentation.display import Shown, source_line
from workbench.presentation.findings import Finding
from workbench.presentation.languages import say
from workbench.presentation.wording import number
from workbench.studies.cockpit.definitions import Definition
from workbench.studies.cockpit.estimates import LEAST
from workbench.studies.cockpit.facts import Facts, facts
from workbench.studies.cockpit.saved import Cockpit


@dataclass(frozen=True)
class Card(Shown):
    """What one indicator says of one place: a label, the message, and lines of (name, text)."""

    label: str
    message: Finding
    lines: tuple[tuple[str, str], ...]
    explanation: str
    sources: tuple[Source, ...]
    language: str = "en"

    def plain(self) -> str:
        """Return the card as lines of text."""
        inner = [f"  {name}: {text}" for name, text in self.lines]
        return "\n".join([self.label, f"  {self.message.sentence}", *inner, f"  {self._foot()}"])

    def html(self) -> str:
        """Return the card as one section with a heading."""
        inner = "".join(f"<dt>{m.html(name)}</dt><dd>{m.html(text)}</dd>" for name, text in self.lines)
        return (
            f'<section class="mw-card mw-indicator"><h3>{m.html(self.label)}</h3>'
            f'<p class="mw-message">{m.html(self.message.sentence)}</p><dl>{inner}</dl>'
            f'<p class="mw-caveat">{m.html(self._foot())}</p></section>\n'
        )

    def markdown(self) -> str:
        """Return the card as text and a list."""
        inner = "\n".join(f"- {m.markdown(name)}: {m.markdown(text)}" for name, text in self.lines)
        head = f"**{m.markdown(self.label)}**"
        return "\n\n".join(
            filter(None, [head, m.markdown(self.message.sentence), inner, f"*{m.markdown(self._foot())}*"])
        )

    def typst(self) -> str:
        """Return the message with the lines as its notes."""
        notes = [f"{name}: {text}" for name, text in self.lines]
        return Finding(f"{self.label}. {self.message.sentence}", caveats=(*notes, self._foot())).typst()

    def extra(self) -> dict[str, Any]:
        """Return nothing further: the exact figures stand in the tables."""
        return {}

    def _foot(self) -> str:
        return f"{self.explanation} {source_line(self.sources, self.language)}"


def cards(cockpit: Cockpit, place: str, area: str = "", language: str = "en") -> tuple[Card, ...]:
    """Return the cards of a place in an area (all areas by default); an indicator without a figure says so."""
    return tuple(card(cockpit, of.id, place, language) for of in cockpit.definitions if area in ("", of.area))


def card(cockpit: Cockpit, indicator: str, place: str, language: str = "en") -> Card:
    """Return the card of one indicator and place."""
    of, told = cockpit.definition(indicator), facts(cockpit, indicator, place)
    lines = [] if told.value is None else _lines(of, told, language, len(cockpit.groups))
    brought = (say("Indicator of the package {package}.", language, package=of.guest),) if of.guest else ()
    return Card(
        label=of.text("label", language),
        message=message(cockpit, of, told, language),
        lines=tuple(lines),
        explanation=" ".join((of.text("explanation", language), *brought)),
        sources=cockpit.sources.get(of.id, ()),
        language=language,
    )


def message(cockpit: Cockpit, of: Definition, told: Facts, language: str = "en") -> Finding:
    """Return the one thing that a card says."""
    name = words.place(cockpit.names, told.place, language)
    if told.value is None:
        if told.withheld:
            return Finding(
                say(
                    "The figure for {place} is withheld: it is about so few persons that they could be recognised.",
                    language,
                    place=name,
                )
            )
        return Finding(say("No figure is published for {place}.", language, place=name))
    value = words.figure(of, told.value, language)
    period = words.period(told.period, language)
    base = {"place": name, "value": value, "period": period}
    sentence = ""
    if told.other is not None:
        sentence = say(
            "{value} in {place} ({period}), {other} of {group}.",
            language,
            **base,
            other=words.figure(of, told.other, language),
            group=words.group(told.other_group, language),
        )
    elif told.unlike:
        than = {"peers": words.peers(told.peers_kind, language), **base, "rate": words.figure(of, told.peers, language)}
        sentence = (
            say("{value} in {place} ({period}), above {peers} ({rate}) by more than chance.", language, **than)
            if told.unlike == "above"
            else say("{value} in {place} ({period}), below {peers} ({rate}) by more than chance.", language, **than)
        )
    elif told.unlike == "" and told.peers is not None:
        sentence = say(
            "{value} in {place} ({period}), no further from {peers} ({rate}) than chance allows.",
            language,
            **base,
            peers=words.peers(told.peers_kind, language),
            rate=words.figure(of, told.peers, language),
        )
    else:
        sentence = say("{value} in {place} ({period}).", language, **base)
    return Finding(sentence, estimate=told.value, unit=words.unit(of, language), language=language)


def _lines(of: Definition, told: Facts, language: str, places: int) -> list[tuple[str, str]]:
    lines = []
    if told.before is not None:
        lines.append(
            (
                say("Trend", language),
                say(
                    "from {before} ({first}) to {now} ({last})",
                    language,
                    before=words.figure(of, told.before, language),
                    first=words.period(told.before_period, language),
                    now=words.figure(of, told.value, language),
                    last=words.period(told.period, language),
                ),
            )
        )
    if told.other is not None and told.value is not None:
        lines.append((say("Gap", language), gap(of, told.value - told.other, told.other_group, language)))
    if told.whole is not None:
        lines.append((told.whole_name, words.figure(of, told.whole, language)))
    if told.peers is not None:
        said = say(
            "{rate} in {count} {peers}",
            language,
            rate=words.figure(of, told.peers, language),
            count=number(told.peers_count, language=language),
            peers=words.peers(told.peers_kind, language),
        )
        lines.append((say("Peers", language), said))
    lines.append((say("Rank", language), rank(of, told, language, places)))
    if told.estimate is not None:
        lines.append((say("Estimated rate", language), estimate(of, told, language)))
    if told.next_rate is not None:
        lines.append((say("Forecast for the year after", language), ahead(of, told, language)))
    return lines


def gap(of: Definition, difference: float, group: str, language: str) -> str:
    """Return how far a group lies from another, shares in percentage points."""
    beside = words.group(group, language)
    if of.kind in ("share", "percent"):
        size = number(abs(100 * difference), 1, language)
        if difference >= 0:
            return say("{size} percentage points above {group}", language, size=size, group=beside)
        return say("{size} percentage points below {group}", language, size=size, group=beside)
    size = words.figure(of, abs(difference), language)
    if difference >= 0:
        return say("{size} above {group}", language, size=size, group=beside)
    return say("{size} below {group}", language, size=size, group=beside)


def rank(of: Definition, told: Facts, language: str, places: int) -> str:
    """Return a place's rank among the places of its locality with its interval, or why it has none."""
    if told.rank_low is not None and told.rank_high is not None and told.of is not None:
        first = say("lowest first", language) if of.better == "lower" else say("highest first", language)
        return say(
            "between {low} and {high} of {count}, {first} (95 % interval)",
            language,
            low=number(told.rank_low, language=language),
            high=number(told.rank_high, language=language),
            count=number(told.of, language=language),
            first=first,
        )
    if of.kind in ("percent", "rate"):
        return say("none: the publisher gives rates without counts, so that chance cannot be judged", language)
    if of.kind == "share" and places < LEAST:
        return say("none: rates are compared from {least} places with counts on", language, least=number(LEAST))
    return say("none: this indicator is not compared place by place", language)


def ahead(of: Definition, told: Facts, language: str) -> str:
    """Return the rate to be published of the year after, with its interval."""
    return say(
        "{rate} (95 %: {interval}), if figures are counted as before",
        language,
        rate=words.figure(of, told.next_rate, language),
        interval=words.between(of, told.next_low95, told.next_high95, language),
    )


def estimate(of: Definition, told: Facts, language: str) -> str:
    """Return the estimated true rate with its interval."""
    return say(
        "{estimate} (95 %: {interval})",
        language,
        estimate=words.figure(of, told.estimate, language),
        interval=words.between(of, told.low95, told.high95, language),
    )
