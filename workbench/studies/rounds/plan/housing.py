"""Which households fit into the dwellings that municipalities list? The allocation gets it as counts of households.

Households fit into dwellings, one each, exactly if no set of them asks for more dwellings than there are that any of
the set could live in (the marriage theorem: Hall 1935, "On representatives of subsets"). Who needs three bedrooms can
live in what has three or more, who needs no steps only where there are none: so the sets that matter are "n bedrooms or
more, or m or more without steps", and each is a count that a place has room for. Nothing else of a dwelling is counted:
no rent, no address, no wish, no day for those who are held already, and no household is split over two dwellings. A
household that is accepted there gets a dwelling by name, or is refused (:func:`workbench.store.dwellings.hold`).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from workbench.store.dwellings import STEP_FREE

Need = tuple[int, bool]
Listed = Mapping[str, Mapping[str, list[list[Any]]]]
"""By place that lists any: ``free`` dwellings and needs that are ``held`` there, each as bedrooms and step-free."""


def with_bedrooms(rows: list[dict[str, Any]], persons_per_bedroom: float) -> list[dict[str, Any]]:
    """Return rows of households with bedrooms for each: as the interview says, else assumed from the persons.

    >>> home = {"adults": 2, "children": 3, "seniors": 0}
    >>> [row["bedrooms"] for row in with_bedrooms([{**home, "bedrooms": None}, {**home, "bedrooms": 4}], 2)]
    [3, 4]
    """
    return [
        row
        if row["bedrooms"]
        else {
            **row,
            "bedrooms": max(1, math.ceil((row["adults"] + row["children"] + row["seniors"]) / persons_per_bedroom)),
        }
        for row in rows
    ]


def need(row: Mapping[str, Any]) -> Need:
    """Return the bedrooms that a household needs, and whether it needs a dwelling without steps."""
    return int(row.get("bedrooms") or 1), STEP_FREE in str(row["needs"] or "").split(";")


def limited(
    homes: list[dict[str, Any]], places: list[dict[str, Any]], listed: Listed
) -> tuple[list[dict[str, Any]], list[dict[str, Any]], list[str]]:
    """Return households, places and the counted services by which a plan gives each household a dwelling of its own.

    A place that lists no dwellings has said nothing of them and is left as it is. Households that no place at all has
    a dwelling for are left out: they wait.

    >>> home = {"household": "a", "needs": "", "linked_with": "", "bedrooms": 3}
    >>> listed = {"p": {"free": [[2, True]], "held": []}}
    >>> limited([home], [{"place": "p", "services": ""}], listed)[0]
    []
    >>> len(limited([home], [{"place": "p", "services": ""}, {"place": "q", "services": ""}], listed)[0])
    1
    """
    here = {row["place"]: listed[row["place"]] for row in places if row["place"] in listed}
    if not here:
        return homes, places, []
    wants = {row["household"]: need(row) for row in homes}
    sets = _sets({*wants.values(), *((int(b), bool(s)) for at in here.values() for b, s in at["held"])})
    room = {name: {place: _room(at, *each) for place, at in here.items()} for name, each in sets.items()}
    if len(here) == len(places):  # elsewhere nothing is known of dwellings, and so nothing is ruled out
        barred = {
            household
            for household, want in wants.items()
            if not any(all(room[name][place] > 0 for name in sets if _in(want, *sets[name])) for place in here)
        }
        homes = without(homes, barred)
    asking = {name: [r["household"] for r in homes if _in(wants[r["household"]], *sets[name])] for name in sets}
    tight = [name for name in sets if min(room[name].values()) < len(asking[name])]  # the others can never bind
    told = [
        {
            **row,
            "needs": ";".join(
                filter(None, [str(row["needs"] or ""), *(n for n in tight if row["household"] in asking[n])])
            ),
        }
        for row in homes
    ]
    at = []
    for row in places:
        offers = [code for code in str(row.get("services") or "").split(";") if code and code != STEP_FREE]
        counts = {f"capacity_{name}": room[name].get(row["place"]) for name in tight}
        known = [STEP_FREE] if row["place"] in here or STEP_FREE in str(row.get("services") or "").split(";") else []
        offered = [name for name in tight if room[name].get(row["place"], 1) > 0]
        at.append({**row, **counts, "services": ";".join([*offers, *known, *offered])})
    return told, at, tight


def without(homes: list[dict[str, Any]], barred: set[str]) -> list[dict[str, Any]]:
    """Return the households that are not barred, nor linked with one that is."""
    left = set(barred)
    pairs = [{row["household"], row["linked_with"]} for row in homes if row["linked_with"]]
    while more := {each for pair in pairs if pair & left for each in pair} - left:
        left |= more
    return [row for row in homes if row["household"] not in left]


def _sets(needs: set[Need]) -> dict[str, tuple[float, float]]:
    """Return by name the sets of needs that can ask for too much: from so many bedrooms on, and so many step-free."""
    any_ = sorted({bedrooms for bedrooms, _ in needs})
    step_free = sorted({bedrooms for bedrooms, without in needs if without})
    return {
        f"dwelling_{n if n < math.inf else 'none'}_{m if m < math.inf else 'none'}": (n, m)
        for n in (*any_, math.inf)
        for m in (*step_free, math.inf)
        if (m < n or m == math.inf) and (n, m) != (math.inf, math.inf)
    }


def _in(want: Need, n: float, m: float) -> bool:
    return want[0] >= n or (want[1] and want[0] >= m)


def _room(at: Mapping[str, list[list[Any]]], n: float, m: float) -> int:
    """Return how many further households of a set a place's dwellings can take."""
    dwellings = sum(_in((int(bedrooms), bool(without)), n, m) for bedrooms, without in at["free"])
    return max(0, dwellings - sum(_in((int(bedrooms), bool(without)), n, m) for bedrooms, without in at["held"]))
