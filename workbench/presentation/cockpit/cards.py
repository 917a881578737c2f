"""One card for each indicator: one message, then value, trend, gap, peers and rank, each in a line."""

from __future__ import annotations

from dataclasses import dataclass

from workbench.presentation import markup as m
from workbench.presentation.cockpit import words
from workbench.presentation.display import Shown, source_line
from workbench.presentation.findings import Finding, Several
from workbench.presentation.languages import say
from workbench.presentation.wording import listing, number
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

    def plain(self) -> str:
        """Return the card as lines of text."""
        inner = [f"  {name}: {text}" for name, text in self.lines]
        return "\n".join([self.label, f"  {self.message.sentence}", *inner, f"  {self.explanation}"])

    def html(self) -> str:
        """Return the card as one section with a heading."""
        inner = "".join(f"<dt>{m.html(name)}</dt><dd>{m.html(text)}</dd>" for name, text in self.lines)
        return (
            f'<section class="mw-card mw-indicator"><h3>{m.html(self.label)}</h3>'
            f'<p class="mw-message">{m.html(self.message.sentence)}</p><dl>{inner}</dl>'
            f'<p class="mw-caveat">{m.html(self.explanation)}</p></section>\n'
        )

    def markdown(self) -> str:
        """Return the card as text and a list."""
        inner = "\n".join(f"- {m.markdown(name)}: {m.markdown(text)}" for name, text in self.lines)
        head = f"**{m.markdown(self.label)}**"
        return "\n\n".join(
            filter(None, [head, m.markdown(self.message.sentence), inner, f"*{m.markdown(self.explanation)}*"])
        )

    def typst(self) -> str:
        """Return the message with the lines as its notes."""
        notes = [f"{name}: {text}" for name, text in self.lines]
        return Finding(f"{self.label}. {self.message.sentence}", caveats=(*notes, self.explanation)).typst()


def cards(cockpit: Cockpit, place: str, area: str = "", language: str = "en") -> tuple[Card, ...]:
    """Return the cards of a place in an area (all areas by default); :func:`beneath` belongs below them."""
    return tuple(card(cockpit, of.id, place, language) for of in cockpit.definitions if area in ("", of.area))


def card(cockpit: Cockpit, indicator: str, place: str, language: str = "en") -> Card:
    """Return the card of one indicator and place; an indicator without a figure says so."""
    of, told = cockpit.definition(indicator), facts(cockpit, indicator, place)
    lines = [] if told.value is None else _lines(of, told, language)
    brought = (say("Indicator of the package {package}.", language, package=of.guest),) if of.guest else ()
    return Card(
        label=of.text("label", language),
        message=message(cockpit, of, told, language),
        lines=tuple(lines),
        explanation=" ".join((of.text("explanation", language), *brought)),
    )


def beneath(cockpit: Cockpit, place: str, area: str = "", language: str = "en") -> Several:
    """Return what is the same for many cards, once below all of them: why some have no rank, and the sources."""
    chosen = [of for of in cockpit.definitions if area in ("", of.area)]
    known = [(of, found) for of in chosen if (found := facts(cockpit, of.id, place)).value is not None]
    reasons: dict[str, list[str]] = {}
    sources: dict[str, list[str]] = {}
    for of, found in known:
        if found.rank_low is None:
            reasons.setdefault(unranked(cockpit, of, place, language), []).append(of.text("label", language))
    for of in chosen:
        line = source_line(cockpit.sources.get(of.id, ()), language)
        sources.setdefault(line, []).append(of.text("label", language))
    told = [
        say("There is no rank: {reason}.", language, reason=why)
        if len(labels) == len(known)
        else say("No rank for {labels}: {reason}.", language, labels=listing(labels, language), reason=why)
        for why, labels in reasons.items()
    ]
    told += [
        line if len(labels) == len(chosen) else f"{listing(labels, language)}. {line}"
        for line, labels in sources.items()
        if line
    ]
    return Several(tuple(Finding(text, language=language) for text in told))


def message(cockpit: Cockpit, of: Definition, told: Facts, language: str = "en") -> Finding:
    """Return the one thing that a card says."""
    name = words.place(cockpit, told.place, language)
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
            "{value} of {own} in {place} ({period}), {other} of {group}.",
            language,
            **base,
            own=words.group(of.group, language),
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


def _lines(of: Definition, told: Facts, language: str) -> list[tuple[str, str]]:
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
        lines.append(
            (say("Gap", language), gap(of, words.apart(of, told.value, told.other), told.other_group, language))
        )
    if told.whole is not None:
        lines.append((words.whole(told.whole_name, language), words.figure(of, told.whole, language)))
    if told.peers is not None:
        said = say(
            "{rate} in {count} {peers}",
            language,
            rate=words.figure(of, told.peers, language),
            count=number(told.peers_count, language=language),
            peers=words.peers(told.peers_kind, language),
        )
        lines.append((say("Peers", language), said))
    if told.rank_low is not None and told.rank_high is not None and told.of is not None:
        lines.append((say("Rank", language), rank(of, told.rank_low, told.rank_high, told.of, language)))
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


def rank(of: Definition, low: int, high: int, count: int, language: str) -> str:
    """Return the interval of a place's rank among the places of its locality."""
    return say(
        "between {low} and {high} of {count}, {first} (95 % interval)",
        language,
        low=number(low, language=language),
        high=number(high, language=language),
        count=number(count, language=language),
        first=say("lowest first", language) if of.better == "lower" else say("highest first", language),
    )


def unranked(cockpit: Cockpit, of: Definition, place: str, language: str) -> str:
    """Return why a place has no rank by an indicator."""
    if place not in cockpit.groups.index:
        return say("only the places of a whole are ranked, not the whole", language)
    if of.kind in ("percent", "rate"):
        return say("the publisher gives rates without counts, so that chance cannot be judged", language)
    if of.kind == "share" and len(cockpit.groups) < LEAST:
        return say(
            "rates are compared from {least} places with counts on", language, least=number(LEAST, language=language)
        )
    return say("these figures are not compared place by place", language)


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
