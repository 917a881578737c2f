"""What if a route closed, or a destination reached so many? Conditions on a forecast, labelled *if*, never mixed in.

A shock multiplies the draws of a destination from a month on and may send what is lost elsewhere: an assumption. A path
asks for what the model itself expects elsewhere, if a destination has so many in a month: draws near it weigh more.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from workbench.core.dates.calendar import add_months
from workbench.core.draws import Draws
from workbench.core.errors import AssumptionError, DataError, nearest
from workbench.studies.inflow.issue import months_ahead
from workbench.studies.inflow.judgement.reweighting import enough, resampled
from workbench.studies.inflow.policy import AROUND, Event, around, named

if TYPE_CHECKING:
    from workbench.studies.inflow.saved_runs import InflowResult

LARGEST_FACTOR = 15.0
"""Larger than any growth over months seen in nineteen destinations since 2008; beyond it nothing is known."""
WITHIN = 0.1
"""How near to a path a draw still weighs much, as a share of its persons; a scenario may state another."""
RENAMED = {"from": "from_month", "to": "to_month"}
"""Names in a scenario file that Python keeps for itself or that say less there."""


@dataclass(frozen=True)
class Shock:
    """A destination's arrivals are multiplied by a factor, from a month on (to another), for a stated reason.

    ``goes_to`` are shares, by destination, of those who do not come, and apply there in the same month instead. With
    ``event``, an event of the calendar, factor and reason may be left out (NaN, ''): they are then what was seen around
    it (:func:`as_after`).
    """

    destination: str
    factor: float = float("nan")
    why: str = ""
    from_month: str = ""
    to_month: str = ""
    goes_to: Mapping[str, float] = field(default_factory=dict)
    event: str = ""


@dataclass(frozen=True)
class Path_:
    """A destination has about so many persons in a month, within a share, for a stated reason."""

    destination: str
    month: str
    persons: float
    why: str
    within: float = WITHIN


@dataclass(frozen=True)
class If:
    """A scenario: its name and its conditions."""

    name: str
    shocks: tuple[Shock, ...] = ()
    paths: tuple[Path_, ...] = ()

    def conditions(self) -> dict[str, Any]:
        """Return each condition by a name, so that two scenarios can be compared."""
        told: dict[str, Any] = {}
        for shock in self.shocks:
            told[f"shock {shock.destination} {shock.from_month or 'start'}"] = asdict(shock)
        for path in self.paths:
            told[f"path {path.destination} {path.month}"] = asdict(path)
        return told


@dataclass(frozen=True)
class Applied:
    """A scenario applied to a forecast: its draws, and how many equal draws they are worth."""

    scenario: If
    draws: Draws
    effective: float


def read_scenario(file: Path | str) -> If:
    """Return the scenario in a TOML file: ``name``, ``[[shock]]`` and ``[[path]]``, each with its ``why``.

    Raises
    ------
    DataError
        If the file cannot be read, or with the first part that is wrong.
    """
    try:
        raw = tomllib.loads(Path(file).read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise DataError("cannot read the scenario", where=str(file), why=str(error), do="write it as TOML") from error
    if unknown := sorted(set(raw) - {"name", "shock", "path"}):
        raise DataError(f"a scenario has no '{unknown[0]}'", where=str(file), do="use name, [[shock]] and [[path]]")
    try:
        shocks = tuple(
            Shock(**{RENAMED.get(key, key): value for key, value in one.items()}) for one in raw.get("shock", [])
        )
        paths = tuple(Path_(**one) for one in raw.get("path", []))
    except (TypeError, AttributeError) as error:
        told = str(error).replace("Shock.__init__()", "[[shock]]").replace("Path_.__init__()", "[[path]]")
        raise DataError("a condition cannot be read", where=str(file), why=told, do=f"see {EXAMPLE}") from error
    conditions: tuple[Shock | Path_, ...] = (*shocks, *paths)
    for condition in conditions:
        _check_kinds(condition, file)
    if not str(raw.get("name", "")).strip() or not (shocks or paths):
        raise DataError("a scenario needs a name and a condition", where=str(file), do=f"see {EXAMPLE}")
    return If(str(raw["name"]), shocks, paths)


def _check_kinds(condition: Shock | Path_, file: Path | str) -> None:
    """Refuse what is no number where one is needed, and what is no text elsewhere."""
    written = {name: key for key, name in RENAMED.items()}
    for name, value in asdict(condition).items():
        if name in ("factor", "persons", "within"):
            fits, wanted = _is_number(value), "a number without quotes"
        elif name == "goes_to":
            fits = isinstance(value, Mapping) and all(map(_is_number, value.values()))
            wanted = "shares by destination: goes_to = { NO = 0.3 }"
        else:
            fits, wanted = isinstance(value, str), "a text in quotes"
        if not fits:
            told = f"'{written.get(name, name)}' of a condition cannot be {value!r}"
            raise DataError(told, where=str(file), do=f"write {wanted}")


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def as_after(scenario: If, arrivals: pd.DataFrame, events: Sequence[Event]) -> If:
    """Return the scenario with the shocks that name an event filled in from what was seen around it.

    The factor is the mean of the three months after the month of the event over that of the three before, at the
    shock's destination: what followed then, not what the event did.

    Raises
    ------
    AssumptionError
        If the calendar has no such event, or the figures around it are not published or none.
    """
    filled = []
    for shock in scenario.shocks:
        if not shock.event:
            if np.isnan(shock.factor):
                raise AssumptionError(
                    f"the shock on {shock.destination} has no factor", do="give factor = 0.4, or the event it is like"
                )
            filled.append(shock)
            continue
        event = named(events, shock.event)
        why = shock.why or f"as after {event.name()}, {event.day.isoformat()} ({event.source})"
        factor = shock.factor
        if np.isnan(factor):
            before, after = around(arrivals, event, shock.destination)
            if not (before > 0 and np.isfinite(after)):
                raise AssumptionError(
                    f"nothing can be learnt of {shock.destination} around '{event.code}'",
                    why=f"not every month from {add_months(event.month, -AROUND)} to "
                    f"{add_months(event.month, AROUND)} is published up to the forecast's as-of month",
                    do="state the factor in the scenario, or name another event",
                )
            factor = round(after / before, 3)
        filled.append(replace(shock, factor=factor, why=why))
    return replace(scenario, shocks=tuple(filled))


EXAMPLE = "`workbench inflow scenario --help`"


def apply(result: InflowResult, scenario: If, *, seed: int = 1) -> Applied:
    """Return the forecast if the scenario's conditions hold; the forecast itself stays as it is.

    Paths weigh the draws first, shocks then change them, in their order.

    Raises
    ------
    AssumptionError
        If a condition is wrong, lies outside what the forecast holds, or leaves too few draws.
    """
    draws, size = result.draws, float(result.draws.size)
    for path in scenario.paths:
        _check(result, path.destination, path.month, path.why)
    if scenario.paths:
        weights = _near(result.draws, scenario.paths)
        size = enough(weights, f"the scenario '{scenario.name}'")
        draws = resampled(draws, weights, seed)
    for shock in scenario.shocks:
        draws = _shocked(result, draws, shock)
    return Applied(scenario, draws, size)


def _near(draws: Draws, paths: Sequence[Path_]) -> np.ndarray:
    """Return weights that fall off with the distance from the paths, on the log scale."""
    logs = np.zeros(draws.size)
    for path in paths:
        if not 0 < path.within < 1 or not path.persons >= 0:
            raise AssumptionError(f"the path of {path.destination} has no persons or no share 'within' it")
        cell = draws.select(destination=path.destination, month=path.month).values.to_numpy()
        if not cell.min() <= path.persons <= cell.max():
            raise AssumptionError(
                f"{path.persons:g} persons in {path.destination} {path.month} lie outside the forecast's range",
                why=f"its {draws.size:,} simulated futures have {cell.min():,} to {cell.max():,}",
                do="choose a figure between these, or a shock",
            )
        logs -= 0.5 * ((np.log1p(cell) - np.log1p(path.persons)) / np.log1p(path.within)) ** 2
    weights = np.exp(logs - logs.max())
    return np.asarray(weights / weights.sum())


def _shocked(result: InflowResult, draws: Draws, shock: Shock) -> Draws:
    first = shock.from_month or str(draws.labels("month")[0])
    last = shock.to_month or str(draws.labels("month")[-1])
    for month in (first, last):
        _check(result, shock.destination, month, shock.why)
    if last < first:
        raise AssumptionError(f"the shock on {shock.destination} ends before it begins: {first} to {last}")
    if not 0 <= shock.factor <= LARGEST_FACTOR:
        raise AssumptionError(
            f"a factor of {shock.factor:g} for {shock.destination}",
            why=f"no destination was ever seen to grow by more than {LARGEST_FACTOR:g} within months",
            do=f"choose 0 to {LARGEST_FACTOR:g}",
        )
    if shock.goes_to and (sum(shock.goes_to.values()) > 1 or min(shock.goes_to.values()) < 0 or shock.factor > 1):
        raise AssumptionError(
            f"what {shock.destination} loses cannot go elsewhere so",
            why="shares lie between 0 and 1, add up to 1 at most, and only a factor below 1 loses anybody",
            do="correct goes_to",
        )
    values = draws.values.copy()
    months = [month for month in draws.labels("month") if first <= month <= last]
    at = {"destination": shock.destination, "month": months}
    before = values.loc[at]
    after = np.rint(before * shock.factor).astype(np.int64)
    lost = before - after
    values.loc[at] = after
    for place, share in shock.goes_to.items():
        _check(result, place, first, shock.why)
        there = {"destination": place, "month": months}
        values.loc[there] = values.loc[there] + np.rint(lost * share).astype(np.int64)
    return Draws(values, draws.unit)


def _check(result: InflowResult, destination: str, month: str, why: str) -> None:
    known, months = [str(code) for code in result.names], [str(m) for m in result.draws.labels("month")]
    if destination not in known:
        raise AssumptionError(f"the forecast has no destination '{destination}'", do=nearest(destination, known))
    if month not in months:
        raise AssumptionError(
            f"{month} is no month of the forecast", why=f"it covers {months[0]} to {months[-1]}", do="choose from these"
        )
    if not str(why).strip():
        raise AssumptionError(f"a condition on {destination} has no reason", do='say why: why = "…"')


def compare(result: InflowResult, applied: Applied, other: Applied | None = None) -> tuple[pd.DataFrame, list[str]]:
    """Return by how much a scenario differs from the forecast, or from another scenario, and their conditions.

    Returns
    -------
    tuple
        A table of the months ahead (:func:`~workbench.studies.inflow.issue.months_ahead`) by destination, and for all:
        ``destination, one, other`` (medians, persons), ``difference`` (where draws are :func:`paired` the median of
        the differences, else the difference of the medians) and its ``low80, high80`` (missing where draws are not
        paired); and one sentence for each condition that only one of them has, or that differs.
    """
    base, together = other.draws if other else result.draws, paired(applied, other)
    months = months_ahead(result)
    rows = []
    for place in [*map(str, result.names), "all"]:
        one, two = (_period(draws.select(month=months), place) for draws in (applied.draws, base))
        low, high = np.quantile(one - two, [0.1, 0.9]) if together else (np.nan, np.nan)
        middle = float(np.median(one - two)) if together else float(np.median(one) - np.median(two))
        rows.append((place, float(np.median(one)), float(np.median(two)), middle, float(low), float(high)))
    table = pd.DataFrame(rows, columns=["destination", "one", "other", "difference", "low80", "high80"])
    return table, _told(applied.scenario, other.scenario if other else None)


def paired(applied: Applied, other: Applied | None = None) -> bool:
    """Return whether draw by draw two scenarios are the same future; a path weighs draws, and then they are not."""
    return not (applied.scenario.paths or (other and other.scenario.paths))


def _period(draws: Draws, place: str) -> np.ndarray:
    chosen = draws if place == "all" else draws.select(destination=[place])
    return np.asarray(chosen.sum().values.to_numpy())


def _told(one: If, other: If | None) -> list[str]:
    mine, theirs = one.conditions(), other.conditions() if other else {}
    said = []
    for name in sorted({*mine, *theirs}):
        here, there = mine.get(name), theirs.get(name)
        if here == there:
            continue
        sides = [(one.name, here), (other.name if other else "the forecast", there)]
        said.append(f"{name}: " + "; ".join(f"{who}: {_short(what)}" for who, what in sides))
    return said


def _short(condition: Mapping[str, Any] | None) -> str:
    if condition is None:
        return "no such condition"
    if "factor" in condition:
        moved = ", ".join(
            f"{100 * share:.0f} % of the loss to {place}" for place, share in condition["goes_to"].items()
        )
        until = f" to {condition['to_month']}" if condition["to_month"] else ""
        return f"times {condition['factor']:g}{until}{', ' + moved if moved else ''} ({condition['why']})"
    return f"about {condition['persons']:,.0f} within {100 * condition['within']:.0f} % ({condition['why']})"
