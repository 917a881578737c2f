"""The cockpit as tables: a place by area, all places by one indicator, and what is missing."""

from __future__ import annotations

import pandas as pd

from workbench.presentation.cockpit import words
from workbench.presentation.cockpit.cards import message
from workbench.presentation.findings import Finding
from workbench.presentation.languages import say, say_many
from workbench.presentation.tables import Column, Table
from workbench.presentation.wording import DASH, listing, number
from workbench.studies.cockpit.definitions import Definition
from workbench.studies.cockpit.facts import facts, missing_places, series
from workbench.studies.cockpit.saved import Cockpit


def by_area(cockpit: Cockpit, place: str, area: str, language: str = "en") -> Table | Finding:
    """Return what the indicators of an area say of a place, one row each; without any, a sentence that says so."""
    of_area = [of for of in cockpit.definitions if of.area == area]
    if not of_area:
        return no_indicator(cockpit, area, language)
    told = [facts(cockpit, of.id, place) for of in of_area]
    pairs = list(zip(of_area, told, strict=True))
    columns = (
        Column(words.area(area, language), tuple(_named(of, language) for of in of_area), right=False),
        Column(say("Period", language), tuple(words.period(t.period, language) or DASH for t in told), right=False),
        Column(
            say("Figure", language),
            tuple(
                say("withheld", language) if t.withheld else words.figure(of, t.value, language, unit=False)
                for of, t in pairs
            ),
        ),
        Column(say("Before", language), tuple(words.figure(of, t.before, language, unit=False) for of, t in pairs)),
        Column(
            say("Gap", language),
            tuple(
                words.figure(of, abs(words.apart(of, t.value, t.other)), language, unit=False)
                if t.other is not None and t.value is not None
                else DASH
                for of, t in pairs
            ),
        ),
        Column(
            words.whole(cockpit.name, language),
            tuple(words.figure(of, t.whole if t.whole_name else None, language, unit=False) for of, t in pairs),
        ),
        Column(say("Peers", language), tuple(words.figure(of, t.peers, language, unit=False) for of, t in pairs)),
        Column(
            say("Rank, 95 % interval", language),
            tuple(
                f"{number(t.rank_low, language=language)} {DASH} {number(t.rank_high, language=language)} / {t.of}"
                if t.rank_low is not None and t.rank_high is not None
                else DASH
                for t in told
            ),
        ),
    )
    data = pd.DataFrame([{name: value for name, value in vars(t).items() if name != "place"} for t in told])
    sources = tuple(dict.fromkeys(source for of in of_area for source in cockpit.sources.get(of.id, ())))
    notes = [say("A dash: not published, or cannot be computed without counts.", language)]
    kinds = dict.fromkeys(t.peers_kind for t in told if t.peers_kind)
    if kinds:
        notes.append(
            say("Peers: {peers}.", language, peers=listing([words.peers(k, language) for k in kinds], language))
        )
    if any(t.withheld for t in told):
        notes.append(withheld_note(language))
    return Table(
        name=f"cockpit-{area}",
        caption=say(
            "{area} in {place}", language, area=words.area(area, language), place=words.place(cockpit, place, language)
        ),
        # On paper a column without a figure takes the room of those that have one.
        columns=tuple(column for column in columns if set(column.cells) != {DASH}),
        data=data,
        sources=sources,
        notes=(" ".join(notes),),
        language=language,
    )


def _named(of: Definition, language: str) -> str:
    """Return an indicator's label, with its unit where the figure does not show it."""
    shown = of.kind in ("share", "percent", "ratio")
    return of.text("label", language) if shown else f"{of.text('label', language)} ({of.text('unit', language)})"


def withheld_note(language: str) -> str:
    """Return the rule of small counts in a sentence."""
    return say(
        "Withheld: one to four persons stand behind the figure, or it would tell such a count of another place.",
        language,
    )


def by_place(cockpit: Cockpit, indicator: str, language: str = "en") -> Table:
    """Return all places by one indicator in its newest period, by name: figure, estimate and rank with interval."""
    of = cockpit.definition(indicator)
    codes = [str(code) for code in sorted(cockpit.groups.index, key=lambda code: cockpit.names[code])]
    told = [facts(cockpit, indicator, code) for code in codes]
    counted = any(t.estimate is not None for t in told)
    columns = [
        Column(say("Place", language), tuple(cockpit.names[code] for code in codes), right=False),
        Column(say("Period", language), tuple(words.period(t.period, language) or DASH for t in told), right=False),
        Column(
            f"{of.text('label', language)}, {words.unit(of, language)}",
            tuple(
                say("withheld", language) if t.withheld else words.figure(of, t.value, language, unit=False)
                for t in told
            ),
        ),
    ]
    if counted:
        columns += [
            Column(say("Estimated rate", language), tuple(words.figure(of, t.estimate, language) for t in told)),
            Column(say("95 % interval", language), tuple(words.between(of, t.low95, t.high95, language) for t in told)),
            Column(
                say("Rank, 95 % interval", language),
                tuple(f"{t.rank_low} {DASH} {t.rank_high}" if t.rank_low is not None else DASH for t in told),
            ),
        ]
    data = pd.DataFrame([{"code": t.place, **{k: v for k, v in vars(t).items() if k != "place"}} for t in told])
    return Table(
        name=f"cockpit-{indicator.replace('_', '-').lower()}",
        caption=say("{label}, by place", language, label=of.text("label", language)),
        columns=tuple(columns),
        data=data,
        sources=cockpit.sources.get(indicator, ()),
        notes=(withheld_note(language),) if any(t.withheld for t in told) else (),
        language=language,
    )


def no_indicator(cockpit: Cockpit, area: str, language: str = "en") -> Finding:
    """Return that an area has no indicator."""
    return Finding(
        say(
            "{area}: no table with figures ships for {locality}, so nothing is shown. An authority's own table can be "
            "added.",
            language,
            area=words.area(area, language),
            locality=words.whole(cockpit.name, language),
        )
    )


def missing(cockpit: Cockpit, area: str = "", language: str = "en") -> Finding:
    """Return what is missing: areas without an indicator, and how many places have no figure by each."""
    said = []
    for of in cockpit.definitions:
        if area not in ("", of.area) or not len(cockpit.groups):
            continue
        without, rows = missing_places(cockpit, of), series(cockpit, of)
        if not without:
            continue
        if len(without) == len(cockpit.groups):
            said.append(say("{label}: only for the whole.", language, label=of.text("label", language)))
            continue
        hidden = set(rows.loc[rows["hidden"] & (rows["period"] == rows["period"].max()), "place"])
        said.append(
            say_many(
                "{label}: {number} of {all} places has no figure ({hidden} withheld here).",
                "{label}: {number} of {all} places have no figure ({hidden} withheld here).",
                len(without),
                language,
                label=of.text("label", language),
                number=number(len(without), language=language),
                all=number(len(cockpit.groups), language=language),
                hidden=number(len(hidden & set(without)), language=language),
            )
        )
    areas = [name for name in cockpit.missing() if area in ("", name)]
    said += [no_indicator(cockpit, name, language).sentence for name in areas]
    return Finding(" ".join(said) or say("No figure is missing.", language), language=language)


def headline(cockpit: Cockpit, place: str, language: str = "en", area: str = "") -> Finding:
    """Return the first thing that a page about a place says: by how many indicators it differs by more than chance."""
    chosen = [of for of in cockpit.definitions if area in ("", of.area)]
    told = [facts(cockpit, of.id, place) for of in chosen]
    name = words.place(cockpit, place, language)
    unlike = [of for of, t in zip(chosen, told, strict=True) if t.unlike]
    judged = sum(t.unlike is not None for t in told)
    if judged:
        labels = listing([of.text("label", language) for of in unlike], language)
        sentence = (
            say(
                "{place} differs from its peers by more than chance in {number} of {all} indicators: {labels}.",
                language,
                place=name,
                number=number(len(unlike), language=language),
                all=number(judged, language=language),
                labels=labels,
            )
            if unlike
            else say(
                "{place} differs from its peers in none of {all} indicators by more than chance.",
                language,
                place=name,
                all=number(judged, language=language),
            )
        )
        return Finding(sentence, headline=True, language=language)
    gaps = [(of, t) for of, t in zip(chosen, told, strict=True) if t.other is not None and t.value is not None]
    if gaps:
        of, t = max(gaps, key=lambda pair: abs(float(pair[1].value or 0) - float(pair[1].other or 0)))
        sentence = f"{of.text('label', language)}: {message(cockpit, of, t, language).sentence}"
        return Finding(sentence, headline=True, language=language)
    known = sum(t.value is not None for t in told)
    return Finding(
        say_many(
            "{number} indicator has a figure for {place}.",
            "{number} indicators have a figure for {place}.",
            known,
            language,
            number=number(known, language=language),
            place=name,
        ),
        headline=True,
        language=language,
    )


def how_sure(cockpit: Cockpit, language: str = "en") -> Finding:
    """Return how estimates, intervals and ranks are made, and whether the fits can be trusted."""
    bad = [name for name, found in cockpit.diagnostics.items() if not found.ok]
    labels = [cockpit.definition(name).text("label", language) for name in bad]
    caveats = [say(caveat, language) for caveat in cockpit.record.caveats]
    if bad:
        caveats.insert(
            0,
            say(
                "Attention: these fits failed their checks; do not decide on their estimates and ranks: {labels}.",
                language,
                labels=listing(labels, language),
            ),
        )
    if not cockpit.diagnostics:
        sentence = say("No rate is estimated here: the publishers give no counts by place.", language)
    else:
        sentence = say(
            "Counts are shrunk towards places that are alike (size, centrality, county) and the place's own earlier "
            "years, in {number} fits of a hierarchical binomial model; a rank's interval holds 95 % of its ranks in "
            "the draws.",
            language,
            number=number(len(cockpit.diagnostics), language=language),
        )
    return Finding(sentence, caveats=tuple(caveats), language=language)
