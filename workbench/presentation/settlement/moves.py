"""What is said of those who stay where they were settled and those who move on, in sentences and tables."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from workbench.models.settlement.panel.panel import SIZES
from workbench.presentation.findings import Finding, Several
from workbench.presentation.languages import known, say, say_many
from workbench.presentation.tables import Column, Table
from workbench.presentation.wording import DASH, count, ends, listing, number, percent, sentence

if TYPE_CHECKING:
    from workbench.studies.settlement.moves.moves import MovesResult


def if_followed(
    show: Callable[[MovesResult, str], Table | Finding], moved: MovesResult | None, language: str = "en"
) -> Table | Finding | Several:
    """Return what ``show`` says of newcomers followed; nothing where they were not followed."""
    return Several(()) if moved is None else show(moved, language)


def not_followed(moved: MovesResult | None, language: str = "en") -> Finding | Several:
    """Return why it is not said who stays, where newcomers were not followed."""
    if moved is not None:
        return Several(())
    told = say("Nothing is said here: figures on moves belong to a locality, and this table is your own.", language)
    return Finding(told, language=language)


def retention(moved: MovesResult, language: str = "en") -> Table:
    """Return the share still in the first municipality after 1, 3 and 5 years, beside what was assumed."""
    rows = moved.retention
    records = rows.to_dict("records")

    def shares(low: str, high: str) -> tuple[str, ...]:
        return tuple(_shares(r[low], r[high], language) for r in records)

    return Table(
        name="settlement-retention",
        caption=say(
            "How many stay in the municipality where they were settled: mostly assumed, little learnt", language
        ),
        columns=(
            Column(say("After", language), tuple(_years(int(r["years"]), language) for r in records), right=False),
            Column(
                say("Still there, median", language), tuple(percent(r["median"], language=language) for r in records)
            ),
            Column(_interval(language), shares("low80", "high80")),
            Column(
                say("Assumed before, median", language),
                tuple(percent(r["prior_median"], language=language) for r in records),
            ),
            Column(say("80 % before", language), shares("prior_low80", "prior_high80")),
        ),
        data=rows,
        sources=moved.sources[:1],
        notes=(
            say(
                "The published stock has two duration classes, which say how many of those settled within five years "
                "have moved and not when: the years are told apart by the assumption that more leave once the "
                "introduction period has ended.",
                language,
            ),
        ),
        language=language,
    )


def _interval(language: str) -> str:
    return say("{share} interval", language, share=percent(0.8, language=language))


def _years(amount: int, language: str) -> str:
    return say_many("{number} year", "{number} years", amount, language, number=number(amount, language=language))


def _shares(low: float, high: float, language: str) -> str:
    return f"{percent(low, language=language)} {DASH} {percent(high, language=language)}"


def size_class(name: str, language: str = "en") -> str:
    """Return what a size class of municipalities is called, by its name in the panel.

    >>> size_class("3,000 to 9,999")
    '3,000 to 9,999'
    """
    low, high = next((low, high) for called, low, high in SIZES if called == name)
    if not low:
        return say("under {number}", language, number=number(high or 0, language=language))
    if high is None:
        return say("{number} and over", language, number=number(low, language=language))
    limits = {"low": number(low, language=language), "high": number(high - 1, language=language)}
    return say("{low} to {high}", language, **limits)


def retention_by_size(moved: MovesResult, language: str = "en") -> Table | Finding:
    """Return the share still in the first municipality by the size of that municipality."""
    found = moved.known.by_size
    if found is None:
        return Finding(
            say(
                "Small and large municipalities cannot be told apart: the stock of a size class is not published.",
                language,
            ),
            language=language,
        )
    rows = found.retention()
    wide = rows.set_index(["size", "years"])
    sizes = list(dict.fromkeys(rows["size"]))
    columns = [Column(say("Inhabitants", language), tuple(size_class(size, language) for size in sizes), right=False)]
    for years in dict.fromkeys(rows["years"]):
        cells = [wide.loc[(size, years)] for size in sizes]
        heading = say("After {years}", language, years=_years(int(years), language))
        columns.append(Column(heading, tuple(_with_interval(c, language) for c in cells)))
    return Table(
        name="settlement-retention-by-size",
        caption=say(
            "Fewer stay in small municipalities: how far apart is learnt, how many in all mostly assumed", language
        ),
        columns=tuple(columns),
        data=rows,
        sources=moved.sources[:1],
        notes=(
            say(
                "Median, 80 % interval in brackets. Persons of the published stock who still live where they were "
                "settled are set against the persons settled there; that as many relatives join a settled person in "
                "small as in large municipalities is assumed. The stock does not tell households apart.",
                language,
            ),
        ),
        language=language,
    )


def _with_interval(row: Mapping[Hashable, Any] | pd.Series, language: str) -> str:
    return f"{percent(row['median'], language=language)} ({_shares(row['low80'], row['high80'], language)})"


def net_moves(moved: MovesResult, language: str = "en", rows: int = 8) -> Table:
    """Return which municipalities gain and lose most by secondary moves within five years."""
    last = moved.living.labels("years")[-1]
    net = (moved.living.select(years=last).values - moved.settled.values).to_numpy()
    low, middle, high = np.quantile(net, [0.1, 0.5, 0.9], axis=0)
    table = pd.DataFrame(
        {
            "municipality": moved.living.labels("municipality"),
            "median": middle,
            "low80": low,
            "high80": high,
        }
    ).assign(name=lambda t: [moved.names.get(code, code) for code in t["municipality"]])
    ordered = table.sort_values(["median", "municipality"], ascending=[False, True], ignore_index=True)
    extremes = (
        pd.concat([ordered.head(rows), ordered.tail(rows)]).drop_duplicates("municipality").reset_index(drop=True)
    )
    records = extremes.to_dict("records")
    return Table(
        name="settlement-net-moves",
        caption=say("Which municipalities gain and lose most by moves within five years of settlement", language),
        columns=(
            Column(say("Municipality", language), tuple(r["name"] for r in records), right=False),
            Column(say("Net moves, median", language), tuple(count(r["median"], language) for r in records)),
            Column(_interval(language), tuple(_range(r["low80"], r["high80"], language) for r in records)),
        ),
        data=extremes,
        sources=moved.sources[:1],
        notes=(
            say(
                "Persons settled in the forecast's first year; movers move once. Where they go is based on sums "
                "by destination, and on a decay with distance that is carried over from Danish moves of everybody.",
                language,
            ),
        ),
        language=language,
    )


def _range(low: float, high: float, language: str) -> str:
    first, last = (number(end, language=language) for end in ends(low, high))
    return say("{low} to {high}", language, low=first, high=last)


def _distance(moved: MovesResult, language: str) -> str:
    gravity = moved.known.gravity
    if not gravity.carried:
        return ""
    half = 1.96 * float(np.sqrt(gravity.covariance[1, 1]))
    told = say(
        "How much nearness counts ({centre} ±{half}) is not learnt here: it is carried over from moves of everybody in "
        "Denmark and assumed to hold.",
        language,
        centre=number(gravity.centre[1], 2, language),
        half=number(half, 2, language),
    )
    return f" {told}"


def anchors(moved: MovesResult, language: str = "en") -> Table | Finding:
    """Return the model's staying beside what is known from elsewhere; the model never saw these figures."""
    rows = moved.anchors_beside()
    if rows.empty:
        told = say("No figure from elsewhere stands beside the assumed staying.", language)
        return Finding(told, language=language)
    records = rows.sort_values("years").to_dict("records")
    lost = sum(not r["inside"] for r in records)
    caption = say("Staying as assumed here agrees with the figures from elsewhere", language)
    if lost:
        caption = say_many(
            "Staying as assumed here misses {number} figure from elsewhere",
            "Staying as assumed here misses {number} figures from elsewhere",
            lost,
            language,
            number=lost,
        )
    brackets = say("Median, 80 % interval in brackets.", language)
    origins = " ".join(dict.fromkeys(sentence(known(r["source"], language)) for r in records))
    return Table(
        name="settlement-staying-anchors",
        caption=caption,
        columns=(
            Column(say("After", language), tuple(_years(int(r["years"]), language) for r in records), right=False),
            Column(say("Still there, model", language), tuple(_with_interval(r, language) for r in records)),
            Column(say("Elsewhere", language), tuple(percent(r["share"], language=language) for r in records)),
            Column(
                say("Inside", language),
                tuple(say("yes", language) if r["inside"] else say("no", language) for r in records),
            ),
        ),
        data=rows,
        sources=moved.sources[:1],
        notes=(*missed(rows, language), f"{brackets} {origins}"),
        language=language,
    )


def missed(anchors: pd.DataFrame, language: str = "en") -> tuple[str, ...]:
    """Return a sentence for each figure from elsewhere that the model's 80 % interval misses (none if none)."""
    said = []
    for row in anchors.to_dict("records"):
        if row["inside"]:
            continue
        figures = {
            "share": percent(row["share"], language=language),
            "years": _years(int(row["years"]), language),
            "model": percent(row["median"], language=language),
            "interval": _shares(row["low80"], row["high80"], language),
        }
        told = say(
            "A figure from elsewhere says that {share} still live there after {years}; the model says {model} "
            "(80 % interval {interval}) and misses it.",
            language,
            **figures,
        )
        more = say("More may stay than is shown here.", language)
        fewer = say("Fewer may stay than is shown here.", language)
        said.append(f"{told} {more if row['share'] > row['high80'] else fewer}")
    return tuple(said)


def cohort(moved: MovesResult, municipality: str, language: str = "en") -> Table:
    """Return one municipality's newcomers at 1, 3 and 5 years: who stays, who lives there with those who moved in."""
    years = moved.living.labels("years")
    rows = []
    for after in years:
        stay, live = (
            np.quantile(d.select(municipality=municipality, years=after).values.to_numpy(), [0.1, 0.5, 0.9])
            for d in (moved.stayed, moved.living)
        )
        rows.append({"years": int(after), "stayed": stay[1], "stayed_low80": stay[0], "stayed_high80": stay[2],
                     "living": live[1], "living_low80": live[0], "living_high80": live[2]})  # fmt: skip

    def counts(name: str) -> tuple[str, ...]:
        return tuple(count(r[name], language) for r in rows)

    def ranges(name: str) -> tuple[str, ...]:
        return tuple(_range(r[f"{name}_low80"], r[f"{name}_high80"], language) for r in rows)

    return Table(
        name="settlement-cohort",
        caption=say(
            "How many of them will still be there, and how many will live there with those who move in: mostly assumed",
            language,
        ),
        columns=(
            Column(say("After", language), tuple(_years(int(r["years"]), language) for r in rows), right=False),
            Column(say("Still there", language), counts("stayed")),
            Column(percent(0.8, language=language), ranges("stayed")),
            Column(say("Living there", language), counts("living")),
            Column(percent(0.8, language=language), ranges("living")),
        ),
        data=pd.DataFrame(rows),
        sources=moved.sources[:1],
        notes=(
            say(
                "Of the persons settled in the forecast's first year, in all municipalities. Movers move once.",
                language,
            ),
        ),
        language=language,
    )


def gravity_words(moved: MovesResult, language: str = "en") -> Finding:
    """Return what draws movers to a place; where the interval holds zero, that the data show no effect."""
    words = {
        "population": say("a larger population", language),
        "distance": say("a shorter distance", language),
        "co_nationals": say("more refugees there", language),
    }
    error = 1.96 * np.sqrt(np.diag(moved.known.gravity.covariance))
    drawn: list[str] = []
    kept_away: list[str] = []
    unclear: list[str] = []
    carried = moved.known.gravity.carried
    for name, value, half in zip(words, moved.known.gravity.centre, error, strict=True):
        told = f"{words[name]} ({number(value, 2, language)} ±{number(half, 2, language)})"
        if carried and name == "distance":
            continue
        (unclear if abs(value) <= half else drawn if value > 0 else kept_away).append(told)
    parts = []
    if drawn:
        parts.append(say("Movers are drawn by {what}.", language, what=listing(drawn, language)))
    if kept_away:
        parts.append(say("Movers are kept away by {what}.", language, what=listing(kept_away, language)))
    if unclear:
        parts.append(say("The data do not show an effect of {what}.", language, what=listing(unclear, language)))
    brackets = say("In brackets: elasticities with 95 % intervals.", language)
    return Finding(
        f"{' '.join(parts)}{_distance(moved, language)} {brackets}",
        caveats=(
            say(
                "Within a size class the hazard of leaving is the same in all municipalities, and for all households.",
                language,
            ),
        ),
        language=language,
    )
