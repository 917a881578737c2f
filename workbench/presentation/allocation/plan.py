"""What a placement plan says, in sentences and tables: who finds a place, how good the plan is, which limits bind."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pandas as pd

from workbench.presentation.findings import Finding, Several
from workbench.presentation.languages import spelled_out
from workbench.presentation.origin import locality_name
from workbench.presentation.tables import Column, Table
from workbench.presentation.title_block import Front
from workbench.presentation.wording import NBSP, counted, number, percent, sentence

if TYPE_CHECKING:
    from workbench.decisions.allocation import Plan
    from workbench.studies.allocation import AllocationResult

SYNTHETIC = (
    "Synthetic households: a program made them from stated distributions. No row describes a real person, and no "
    "figure here says how real families would fare. The municipalities are real; their capacity follows from "
    "published figures and the assumptions listed."
)
SCORE_CAVEAT = (
    "The score is needs-and-ties matching, from 0 to 1: how near a household's ties are and whether its language is "
    "spoken there. It counts each adult once; children add no weight. Needs are not scored: a municipality that cannot "
    "meet them is not allowed. It is not an outcome "
    "such as work. “Certified” means proved best, within the gap, for these scores."
)
REASONS = {
    "which no place offers": "needs a service that no municipality offers",
    "no place has": "larger than the room of any municipality",
    "too large for each": "larger than the room of any municipality, here in one kind of room and there in another",
    "may take it:": "no municipality may take it: needs, room and rules together leave none",
    "room is left at": "room is left, but using it would not serve the objective, or the search ended before",
    "kept apart": "no room left where it may go, apart from households it is kept apart from",
    "without room": "no room left in the municipalities that may take it",
}
"""What the plan says of a household, and the reason it is counted under; the plan's own words name households."""

MOST_BINDING = 12
SETTLED = 1e-7
"""A gap below this is what is left of rounding in a proof: it is said to be none."""


def _round(result: AllocationResult) -> str:
    quarter = str(getattr(result, "quarter", "") or "")
    return f"{result.year}, quarter {quarter.lstrip('Qq')}" if quarter else str(result.year)


def placed_by_place(result: AllocationResult) -> pd.DataFrame:
    """Return one row per place with name, county, position, capacity, persons placed and worth of one more place."""
    known = result.places[["place", "name", "county", "lon", "lat"]]
    plan = result.plan.by_place[["place", "capacity", "placed", "shadow_price"]]
    merged: pd.DataFrame = known.merge(plan, on="place", how="inner")
    return merged


def front(result: AllocationResult, locality: str, edition: str = "public") -> Front:
    """Return the head of the report; the locality is named by its identifier or folder."""
    return Front(
        title="Allocation: who goes where",
        subtitle=f"{locality_name(locality)} · placement round {_round(result)} · a proposal; a named person decides",
        vintage=f"Capacity of {result.year} · synthetic households",
        record=result.record,
        description=headline(result).sentence,
        warning=SYNTHETIC,
        attention="" if result.plan.reaches(result.asked) else f"Attention. {_further(result)}",
        synthetic=True,
        edition=edition,
    )


def _further(result: AllocationResult) -> str:
    asked, plan = _gap(result.asked), result.plan
    if plan.persons_gap > result.asked:
        most, placed_ = number(plan.persons_placed_bound), number(plan.persons_placed)
        return f"The plan places {placed_} persons; that no plan places more than {most} is all that is proven."
    return f"The plan may lie {_gap(result.plan.gap)} below the best score, further than the {asked} asked for."


def headline(result: AllocationResult) -> Finding:
    """Return how many synthetic persons the plan places, and whether any plan could place more."""
    return placed(result.plan, kind="synthetic person", place=("municipality", "municipalities"))


def placed(plan: Plan, *, kind: str = "person", place: tuple[str, str] = ("place", "places")) -> Finding:
    """Return how many persons a plan places, and whether any plan could place more."""
    households = plan.households_placed + len(plan.unplaced)
    everyone = plan.persons_placed == plan.persons
    who = counted(plan.persons, kind)
    some = f"All {who}" if everyone and plan.persons != 1 else f"{number(plan.persons_placed)} of {who}"
    verb = "finds" if plan.persons_placed == 1 else "find"
    best = (
        "no plan can place more"
        if plan.persons_placed >= plan.persons_placed_bound
        else f"no plan can place more than {number(plan.persons_placed_bound)}"
    )
    left = plan.persons - plan.persons_placed
    stay = "stays" if left == 1 else "stay"
    tail = f"; {number(left)} {stay} without a place, and {best}" if left else ""
    return Finding(
        f"{some} in {counted(households, 'household')} {verb} "
        f"a place in {counted(int((plan.by_place['placed'] > 0).sum()), *place)}{tail}.",
        estimate=float(plan.persons_placed),
        unit=f"{kind}s",
        headline=True,
    )


def certificate(plan: Plan) -> Finding:
    """Return how far the plan is at most from the best possible one, for the scores supplied."""
    among = " of any plan that places as many persons" if plan.objective == "place-first" else " of any plan"
    return Finding(
        f"By {plan.score_name}, this plan lies at most {_gap(plan.gap)} below the best score{among}.",
        estimate=plan.gap,
        unit="share of the best possible score",
    )


def _gap(gap: float) -> str:
    """Return a gap rounded up, so that the sentence never promises more than was proved."""
    if gap <= SETTLED:
        return f"0{NBSP}%"
    decimals = 3 if gap < 0.001 else 2 if gap < 0.01 else 1
    return percent(math.ceil(gap * 100 * 10**decimals) / (100 * 10**decimals), decimals)


def worst_off(plan: Plan) -> Finding:
    """Return the group that fares worst by mean score, beside the one that fares best."""
    groups = plan.by_group
    counted_groups = groups[groups["households"] > 0].dropna(subset=["mean_score"])
    if counted_groups.empty:
        return Finding("No group has a household with a score, so groups are not compared.")
    if len(counted_groups) == 1:
        return Finding("There is one group only, so groups are not compared.")
    ranked = counted_groups.sort_values(["mean_score", "group"])
    worst, best = ranked.iloc[0], ranked.iloc[-1]
    persons, placed = int(worst["persons"]), int(worst["placed_persons"])
    beside = f" against {number(best['mean_score'], 2)} for “{_name(best['group'])}”"
    return Finding(
        f"Worst off is the group “{_name(worst['group'])}”: mean score {number(worst['mean_score'], 2)}{beside}; "
        f"{_finding(placed, persons)}.",
        estimate=float(worst["mean_score"]),
        unit=f"{plan.score_name}, 0 to 1",
    )


def _finding(placed: int, persons: int) -> str:
    if persons == 1:
        return f"its one person {'finds a' if placed else 'is left without a'} place"
    return f"{number(placed)} of its {number(persons)} persons find{'s' if placed == 1 else ''} a place"


def _name(code: object) -> str:
    return str(code).replace("_", " ")


def key_findings(result: AllocationResult) -> Several:
    """Return the three sentences that matter."""
    return Several((headline(result), certificate(result.plan), worst_off(result.plan)))


def by_group(result: AllocationResult) -> Table:
    """Return how each group fares: households, persons, persons placed, mean score."""
    groups = result.plan.by_group.sort_values(["mean_score", "group"]).reset_index(drop=True)
    share = groups["placed_persons"] / groups["persons"].clip(lower=1)
    return Table(
        name="plan-by-group",
        caption="How each group of synthetic households fares, worst off first",
        columns=(
            Column("Group", tuple(_name(g) for g in groups["group"]), right=False),
            Column("Households", tuple(number(v) for v in groups["households"])),
            Column("Persons", tuple(number(v) for v in groups["persons"])),
            Column("Placed", tuple(number(v) for v in groups["placed_persons"])),
            Column("Placed, %", tuple(number(100 * v, 1) for v in share)),
            Column("Mean score, 0 to 1", tuple(number(v, 2) for v in groups["mean_score"])),
        ),
        data=groups,
        notes=("Synthetic households. The score is needs-and-ties matching; a person without a place counts 0.",),
    )


def unplaced(result: AllocationResult) -> Finding:
    """Return how many households stay without a place, and why, counted by reason; no household is listed."""
    left = result.plan.unplaced
    if left.empty:
        return Finding("Every household finds a place.", estimate=0.0, unit="synthetic households")
    reasons = (
        left.assign(why=left["why"].map(_reason))
        .groupby("why")
        .agg(households=("household", "size"), persons=("persons", "sum"))
        .reset_index()
    )
    reasons = reasons.sort_values(["persons", "why"], ascending=[False, True]).reset_index(drop=True)
    table = Table(
        name="unplaced-by-reason",
        caption="Why synthetic households stay without a place",
        columns=(
            Column("Reason", tuple(sentence(str(w)) for w in reasons["why"]), right=False),
            Column("Households", tuple(number(v) for v in reasons["households"])),
            Column("Persons", tuple(number(v) for v in reasons["persons"])),
        ),
        data=reasons,
    )
    return Finding(
        f"{counted(len(left), 'household')} with {counted(int(left['persons'].sum()), 'person')} "
        f"{'stays' if len(left) == 1 else 'stay'} without a place. {result.plan.ties}".strip(),
        estimate=float(left["persons"].sum()),
        unit="synthetic persons",
        table=table,
    )


def _reason(told: str) -> str:
    return next((reason for words, reason in REASONS.items() if words in told), "another reason")


def binding_limits(result: AllocationResult) -> Finding:
    """Return in how many municipalities capacity binds, and where one more place would be worth most."""
    places = placed_by_place(result)
    full = places[(places["placed"] >= places["capacity"]) & (places["capacity"] > 0)]
    worth = full[full["shadow_price"] > 0].sort_values(["shadow_price", "name"], ascending=[False, True])
    share = places["placed"].sum() / max(1, places["capacity"].sum())
    all_full = f"{number(len(full))} of {number((places['capacity'] > 0).sum())} municipalities with capacity are full"
    used = f"{percent(float(share))} of all capacity is used; {all_full}"
    if worth.empty:
        return Finding(f"{used}, and in none would one more place raise the score.")
    top, which = most_worth(worth)
    table = Table(
        name="binding-limits",
        caption=f"Where one more place would be worth most ({which})",
        columns=(
            Column("Municipality", tuple(top["name"]), right=False),
            Column("County", tuple(top["county"]), right=False),
            Column("Capacity, persons", tuple(number(v) for v in top["capacity"])),
            Column("Placed, persons", tuple(number(v) for v in top["placed"])),
            Column("Worth of one more place, score", tuple(number(v, 2) for v in top["shadow_price"])),
        ),
        data=worth.drop(columns=["lon", "lat"]),
        notes=("The worth of one more place is an estimate from the plan's prices: a plan made again may differ.",),
    )
    return Finding(
        f"{used}; in {number(len(worth))} of these one more place would raise the score.",
        estimate=float(len(worth)),
        unit="municipalities",
        table=table,
    )


def most_worth(worth: pd.DataFrame) -> tuple[pd.DataFrame, str]:
    """Return the places of the highest worth as readers see it, and how they were chosen."""
    seen = worth["shadow_price"].round(2)
    level = float(seen.iloc[min(MOST_BINDING, len(worth)) - 1])
    whole = worth[seen >= level]
    if len(whole) <= MOST_BINDING:
        towns = counted(len(whole), "municipality", "municipalities")
        return whole.reset_index(drop=True), f"{towns} with the highest worth"
    above = worth[seen > level]
    if not above.empty:
        rest = f"{number(int((seen == level).sum()))} more share {number(level, 2)}"
        return above.reset_index(drop=True), f"the highest; {rest} and stand in the attached table"
    first = whole.sort_values("name").head(MOST_BINDING).reset_index(drop=True)
    return first, f"{number(len(whole))} share the highest worth; the first {number(len(first))} by name"


def by_county(result: AllocationResult) -> Table:
    """Return capacity and persons placed by county, most placed first."""
    sums = placed_by_place(result).groupby("county")[["capacity", "placed"]].sum().reset_index()
    sums = sums.sort_values(["placed", "county"], ascending=[False, True])
    total = pd.DataFrame([{"county": "Whole country", **sums[["capacity", "placed"]].sum()}])
    sums = pd.concat([sums, total], ignore_index=True)
    return Table(
        name="plan-by-county",
        caption="Where the synthetic persons are placed, by county",
        columns=(
            Column("County", tuple(sums["county"]), right=False),
            Column("Capacity, persons", tuple(number(v) for v in sums["capacity"])),
            Column("Placed, persons", tuple(number(v) for v in sums["placed"])),
            Column("Used, %", tuple(number(100 * p / max(1, c), 0) for p, c in _pairs(sums))),
        ),
        data=sums,
        sources=result.sources,
        total_last=True,
    )


def _pairs(table: pd.DataFrame) -> list[tuple[float, float]]:
    return list(zip(table["placed"].astype(float), table["capacity"].astype(float), strict=True))


def by_place(result: AllocationResult) -> Table:
    """Return every municipality with capacity or placed persons: the map in figures."""
    places = placed_by_place(result)
    places = places[(places["capacity"] > 0) | (places["placed"] > 0)].sort_values(["county", "name"])
    return Table(
        name="plan-by-place",
        caption="Every municipality with capacity: what it was asked to take in this plan",
        columns=(
            Column("Municipality", tuple(places["name"]), right=False),
            Column("County", tuple(places["county"]), right=False),
            Column("Capacity, persons", tuple(number(v) for v in places["capacity"])),
            Column("Placed, persons", tuple(number(v) for v in places["placed"])),
            Column("Room left, persons", tuple(number(v) for v in places["capacity"] - places["placed"])),
        ),
        data=places,
        sources=result.sources,
        notes=("Placed persons are synthetic. The attached table also gives the worth of one more place.",),
    )


def assumptions(result: AllocationResult) -> Table:
    """Return what was assumed rather than estimated, each with its unit and source."""
    table = result.assumptions.astype(object).where(result.assumptions.notna(), "")
    mixed = table["kind"].nunique() > 1  # where all are assumptions, the caption says so and the column is left out
    columns = ("parameter", "value", "unit", *(("kind",) if mixed else ()), "source")
    return Table(
        name="assumptions",
        caption="What is assumed rather than estimated",
        columns=tuple(
            Column(name.capitalize(), tuple(table[name] if name == "source" else map(_value, table[name])), right=False)
            for name in columns
        ),
        data=result.assumptions,
    )


def _value(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else spelled_out(_name(value))


def how_sure(result: AllocationResult) -> Finding:
    """Return how the plan was certified and what the certificate does not say."""
    plan = result.plan
    return Finding(
        f"{plan.status} The plan's score is {number(plan.value, 2)}; a bound computed apart proves that no such plan "
        f"can exceed {number(plan.bound, 2)}, a gap of {_gap(plan.gap)}.",
        estimate=plan.value,
        unit="needs-and-ties score",
        caveats=(
            SCORE_CAVEAT,
            "The program proposes; a named person decides, with a recorded reason. Plans that score almost the same "
            "may send a household elsewhere.",
        ),
    )
