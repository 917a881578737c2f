"""How much room does each place have, what does a household take of it, and what is the smallest intake?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from workbench.core.errors import Fault, nearest
from workbench.decisions.allocation.problem import input_tables
from workbench.decisions.allocation.problem.input_tables import Cell, Floats, Names

COUNTED = ("persons", "adults", "children", "seniors", "households")


def counted_by_service(
    counts: Mapping[str, str] | None, services: Sequence[str], faults: list[Fault]
) -> dict[str, str]:
    """Return what the capacity of each service counts; an unknown service or count is a fault."""
    counts = dict(counts or {})
    for service, what in counts.items():
        if service not in services:
            hint = nearest(service, services) or "none, since no place has a column 'capacity_<service>'"
            faults.append(Fault("no place states a capacity of this service", value=service, allowed=hint))
        if what not in COUNTED:
            faults.append(Fault(f"what '{service}' counts is unknown", value=what, allowed=", ".join(COUNTED)))
    return {service: counts.get(service, "persons") for service in services}


def room_taken(needs: Sequence[Names], people: Mapping[str, Floats], counts: Mapping[str, str]) -> Floats:
    """Return the room that each household takes: index household, columns persons, then the services of ``counts``.

    ``people`` holds each of `COUNTED` by household; what is counted wrongly has been named and counts persons.
    """
    use = np.zeros((len(needs), 1 + len(counts)))
    use[:, 0] = people["persons"]
    for column, (service, what) in enumerate(counts.items(), start=1):
        asks = np.array([service in need for need in needs], dtype=bool)
        use[asks, column] = people.get(what, people["persons"])[asks]
    return use


def capacity_and_offers(rooms: pd.DataFrame, services: list[str]) -> tuple[Floats, tuple[Names, ...]]:
    """Return the room of each place (index place, columns persons, then services) and the services it offers."""
    capacity = np.column_stack(
        [
            input_tables.numbers(rooms, "capacity"),
            *(input_tables.numbers(rooms, f"capacity_{name}", empty=np.inf) for name in services),
        ]
    )
    stated = np.isfinite(capacity[:, 1:]) & (capacity[:, 1:] > 0)
    listed = input_tables.code_lists(rooms, "services")
    offers = [
        tuple(sorted({*codes, *(name for name, here in zip(services, row, strict=True) if here)}))
        for codes, row in zip(listed, stated, strict=True)
    ]
    return capacity, tuple(offers)


def minimum_intake(
    rooms: pd.DataFrame, capacity: Floats, floors: Sequence[tuple[int, float, Cell, str]], faults: list[Fault]
) -> tuple[Floats, Names]:
    """Return the smallest intake of each place and which rule says so; one above the capacity is a fault."""
    minimum = input_tables.numbers(rooms, "minimum")
    asked = np.flatnonzero(minimum > 0).tolist()
    own = [(j, float(minimum[j]), input_tables.cell_of(rooms, "places", j, "minimum"), "") for j in asked]
    said = [""] * len(rooms)
    for j, least, cell, why in (*own, *floors):
        if why and minimum[j] > 0:
            why = f"{why}, besides {minimum[j]:g} stated elsewhere"
        if least > minimum[j]:
            minimum[j], said[j] = least, why
        if least > capacity[j, 0]:
            found = f"{rooms['place'].iloc[j]}: minimum {least:g}, capacity {capacity[j, 0]:g}"
            faults.append(cell.fault("a minimum lies above its capacity", found))
    return minimum, tuple(said)
