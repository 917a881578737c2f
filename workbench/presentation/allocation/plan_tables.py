"""A placement plan in tables: who stays without a place, which limits bind, groups, counties, municipalities."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from workbench.decisions.allocation.problem.needs_and_ties import SCORE_NAME
from workbench.presentation.allocation import assumed
from workbench.presentation.allocation.batch import rule
from workbench.presentation.allocation.plan import households, persons
from workbench.presentation.allocation.report_words import words_of
from workbench.presentation.findings import Finding, Several
from workbench.presentation.languages import in_words, known, marked, say, say_many
from workbench.presentation.tables import Column, Table
from workbench.presentation.wording import number, percent, sentence

if TYPE_CHECKING:
    from workbench.studies.allocation import AllocationResult

REASONS = {
    "which no place offers": marked("needs a service that no municipality offers"),
    "no place has": marked("larger than the room of any municipality"),
    "too large for each": marked(
        "larger than the room of any municipality, here in one kind of room and there in another"
    ),
    "may take it:": marked("no municipality may take it: needs, room and rules together leave none"),
    "room is left at": marked("room is left, but using it would not serve the objective, or the search ended before"),
    "kept apart": marked("no room left where it may go, apart from households it is kept apart from"),
    "without room": marked("no room left in the municipalities that may take it"),
}
"""What the plan says of a household, and the reason it is counted under; the plan's own words name households."""
PARTS = {
    "parameter": marked("Parameter"),
    "value": marked("Value"),
    "unit": marked("Unit"),
    "kind": marked("Kind"),
    "source": marked("Source"),
    "reason": marked("Reason"),
}

MOST_BINDING = 12
NO_COUNTY = marked("without a county")


def placed_by_place(result: AllocationResult) -> pd.DataFrame:
    """Return one row per place with name, county, position, capacity, persons placed and worth of one more place."""
    known = result.places[["place", "name", "county", "lon", "lat"]]
    plan = result.plan.by_place[["place", "capacity", "placed", "shadow_price"]]
    merged: pd.DataFrame = known.merge(plan, on="place", how="inner")
    return merged


def by_group(result: AllocationResult, language: str = "en") -> Table:
    """Return how each group fares: households, persons, persons placed, mean score."""
    groups = result.plan.by_group.sort_values(["mean_score", "group"]).reset_index(drop=True)
    share = groups["placed_persons"] / groups["persons"].clip(lower=1)
    matched = result.plan.score_name == SCORE_NAME
    mean_score = say("Mean score, 0 to 1", language) if matched else say("Mean score", language)
    return Table(
        name="plan-by-group",
        caption=say(words_of(result).by_group, language),
        columns=(
            Column(say("Group", language), tuple(in_words(g, language) for g in groups["group"]), right=False),
            _numbers(say("Households", language), groups["households"], language),
            _numbers(say("Persons", language), groups["persons"], language),
            _numbers(say("Placed", language), groups["placed_persons"], language),
            _numbers(say("Placed, %", language), 100 * share, language, 1),
            _numbers(mean_score, groups["mean_score"], language, 2),
        ),
        data=groups,
        notes=(say(words_of(result).by_group_note, language),),
        language=language,
    )


def _numbers(heading: str, values: pd.Series, language: str, decimals: int = 0) -> Column:
    return Column(heading, tuple(number(value, decimals, language) for value in values))


def unplaced(result: AllocationResult, language: str = "en") -> Finding:
    """Return how many households stay without a place, and why, counted by reason; no household is listed."""
    left, words = result.plan.unplaced, words_of(result)
    if left.empty:
        told = say("Every household finds a place.", language)
        return Finding(told, estimate=0.0, unit=say(words.households, language), language=language)
    reasons = (
        left.assign(why=left["why"].map(reason))
        .groupby("why")
        .agg(households=("household", "size"), persons=("persons", "sum"))
        .reset_index()
    )
    reasons = reasons.sort_values(["persons", "why"], ascending=[False, True]).reset_index(drop=True)
    table = Table(
        name="unplaced-by-reason",
        caption=say(words.unplaced, language),
        columns=(
            Column(
                say("Reason", language), tuple(sentence(say(str(w), language)) for w in reasons["why"]), right=False
            ),
            _numbers(say("Households", language), reasons["households"], language),
            _numbers(say("Persons", language), reasons["persons"], language),
        ),
        data=reasons,
        language=language,
    )
    told = say_many(
        "{households} with {persons} stays without a place.",
        "{households} with {persons} stay without a place.",
        len(left),
        language,
        households=households(len(left), language),
        persons=persons(int(left["persons"].sum()), language),
    )
    rule = known(result.plan.ties, language)
    return Finding(
        f"{told} {rule}".strip(),
        estimate=float(left["persons"].sum()),
        unit=say(words.persons, language),
        table=table,
        language=language,
    )


def reason(told: str) -> str:
    """Return the reason under which a plan's own words about a household without a place are counted, in English."""
    return next((why for words, why in REASONS.items() if words in told), marked("another reason"))


def binding_limits(result: AllocationResult, language: str = "en") -> Finding:
    """Return in how many municipalities capacity binds, and where one more place would be worth most."""
    places = placed_by_place(result)
    full = places[(places["placed"] >= places["capacity"]) & (places["capacity"] > 0)]
    worth = full[full["shadow_price"] > 0].sort_values(["shadow_price", "name"], ascending=[False, True])
    words = words_of(result)
    used = say(
        words.used,
        language,
        share=percent(float(places["placed"].sum() / max(1, places["capacity"].sum())), language=language),
        full=number(len(full), language=language),
        all=number((places["capacity"] > 0).sum(), language=language),
    )
    if worth.empty:
        return Finding(say("{used}, and in none would one more place raise the score.", language, used=used))
    top, which = most_worth(worth, language)
    table = Table(
        name="binding-limits",
        caption=say("Where one more place would be worth most ({which})", language, which=which),
        columns=(
            *_where(result, top, language),
            _numbers(say("Capacity, persons", language), top["capacity"], language),
            _numbers(say("Placed, persons", language), top["placed"], language),
            _numbers(say("Worth of one more place, score", language), top["shadow_price"], language, 2),
        ),
        data=worth.drop(columns=["lon", "lat"]),
        notes=(
            say(
                "The worth of one more place is an estimate from the plan's prices: a plan made again may differ.",
                language,
            ),
        ),
        language=language,
    )
    return Finding(
        say(
            "{used}; in {number} of these one more place would raise the score.",
            language,
            used=used,
            number=number(len(worth), language=language),
        ),
        estimate=float(len(worth)),
        unit=say(words.places, language),
        table=table,
        language=language,
    )


def _where(result: AllocationResult, table: pd.DataFrame, language: str) -> tuple[Column, ...]:
    """Return the columns that name places: with the county where any is known."""
    name = Column(say(words_of(result).place, language), tuple(table["name"]), right=False)
    county = table["county"].fillna("")
    return (name, Column(say("County", language), tuple(county), right=False)) if county.ne("").any() else (name,)


def most_worth(worth: pd.DataFrame, language: str = "en") -> tuple[pd.DataFrame, str]:
    """Return the places of the highest worth as readers see it, and how they were chosen."""

    def told(value: float, decimals: int = 0) -> str:
        return number(value, decimals, language)

    seen = worth["shadow_price"].round(2)
    level = float(seen.iloc[min(MOST_BINDING, len(worth)) - 1])
    whole = worth[seen >= level]
    if len(whole) <= MOST_BINDING:
        towns = say_many(
            "{number} place with the highest worth",
            "{number} places with the highest worth",
            len(whole),
            language,
            number=told(len(whole)),
        )
        return whole.reset_index(drop=True), towns
    above = worth[seen > level]
    if not above.empty:
        how = say(
            "the highest; {number} more share {worth} and stand in the attached table",
            language,
            number=told(int((seen == level).sum())),
            worth=told(level, 2),
        )
        return above.reset_index(drop=True), how
    first = whole.sort_values("name").head(MOST_BINDING).reset_index(drop=True)
    how = say(
        "{number} share the highest worth; the first {shown} by name",
        language,
        number=told(len(whole)),
        shown=told(len(first)),
    )
    return first, how


def by_county(result: AllocationResult, language: str = "en") -> Table | Several:
    """Return capacity and persons placed by county, most placed first; nothing where no county is known."""
    if result.places["county"].isna().all():
        return Several(())
    words = words_of(result)
    sums = (
        placed_by_place(result)
        .fillna({"county": NO_COUNTY})
        .groupby("county")[["capacity", "placed"]]
        .sum()
        .reset_index()
    )
    sums = sums.sort_values(["placed", "county"], ascending=[False, True])
    total = pd.DataFrame([{"county": words.all_places, **sums[["capacity", "placed"]].sum()}])
    sums = pd.concat([sums, total], ignore_index=True)
    used = 100 * sums["placed"].astype(float) / sums["capacity"].astype(float).clip(lower=1)
    return Table(
        name="plan-by-county",
        caption=say(words.by_county, language),
        columns=(
            Column(say("County", language), tuple(known(str(name), language) for name in sums["county"]), right=False),
            _numbers(say("Capacity, persons", language), sums["capacity"], language),
            _numbers(say("Placed, persons", language), sums["placed"], language),
            _numbers(say("Used, %", language), used, language),
        ),
        data=sums,
        sources=result.sources,
        total_last=True,
        language=language,
    )


def by_place(result: AllocationResult, language: str = "en") -> Table:
    """Return every municipality with capacity or placed persons: the map in figures."""
    places = placed_by_place(result)
    places = places[(places["capacity"] > 0) | (places["placed"] > 0)].sort_values(["county", "name"])
    return Table(
        name="plan-by-place",
        caption=say(words_of(result).by_place, language),
        columns=(
            *_where(result, places, language),
            _numbers(say("Capacity, persons", language), places["capacity"], language),
            _numbers(say("Placed, persons", language), places["placed"], language),
            _numbers(say("Room left, persons", language), places["capacity"] - places["placed"], language),
        ),
        data=places,
        sources=result.sources,
        notes=(say(words_of(result).by_place_note, language),),
        language=language,
    )


def rules(result: AllocationResult, language: str = "en") -> Table | Several:
    """Return the rules that the plan keeps, each with its reason and source; nothing where there are none."""
    if not result.rules:
        return Several(())
    table = pd.DataFrame(list(result.rules))
    named = dict(zip(result.places["place"].astype(str), result.places["name"].astype(str), strict=True))
    return Table(
        name="rules",
        caption=say("Rules that the plan keeps", language),
        columns=(
            Column(say("Rule", language), tuple(rule(row, named, language) for row in result.rules), right=False),
            *(
                Column(
                    say(PARTS[name], language), tuple("" if pd.isna(cell) else str(cell) for cell in table[name]), False
                )
                for name in ("reason", "source")
                if name in table
            ),
        ),
        data=table,
        language=language,
    )


def assumptions(result: AllocationResult, language: str = "en") -> Table | Finding:
    """Return what was assumed rather than estimated, each with its unit and source."""
    if result.assumptions.empty:
        told = say("Scores were given with the households; this program adds no assumption to them.", language)
        return Finding(told, language=language)
    table = result.assumptions.astype(object).where(result.assumptions.notna(), "")
    mixed = table["kind"].nunique() > 1  # where all are assumptions, the caption says so and the column is left out
    columns = ("parameter", "value", "unit", *(("kind",) if mixed else ()), "source")
    return Table(
        name="assumptions",
        caption=say("What is assumed rather than estimated", language),
        columns=tuple(
            Column(
                say(PARTS[name], language),
                tuple(
                    known(str(value), language) if name in ("source", "unit") else assumed.value(value, language)
                    for value in table[name]
                ),
                right=False,
            )
            for name in columns
        ),
        data=result.assumptions,
        notes=(() if language == "en" else (say("Words of a locality of your own stand as it wrote them.", language),)),
        language=language,
    )
