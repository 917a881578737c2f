"""How well does a place suit a household, for want of outcomes? Needs-and-ties matching, a score from 0 to 1.

It is no forecast of work, health or staying: it says how near a household's own ties are and whether somebody there
speaks its language. Needs are no part of the score: they are hard (`NeedsMet`); a pair that misses one is not allowed.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
import pandas as pd

from workbench.core.errors import AssumptionError, DataError, Fault
from workbench.decisions.allocation.problem import input_tables
from workbench.decisions.allocation.problem.input_tables import Floats, Names

SCORE_NAME = "needs-and-ties matching"
EARTH_RADIUS_KM = 6371.0


@dataclass(frozen=True)
class MatchingWeights:
    """How much does each component count? Assumptions; their values and sources are kept with the locality.

    Attributes
    ----------
    ties, languages
        Weights of the two components, at least 0, not both 0.
    decay_km
        Distance over which tie closeness falls to 1/e = 37 %, kilometres.
    same_county
        Tie closeness of a place in the county of a tie, 0 to 1, where distance gives less or is unknown.
    nothing_known
        Score of every place for a household with neither ties nor languages, 0 to 1.
    """

    ties: float
    languages: float
    decay_km: float
    same_county: float
    nothing_known: float

    def __post_init__(self) -> None:
        """Refuse values that have no meaning, all named at once."""
        value = {item.name: float(getattr(self, item.name)) for item in fields(self)}
        wrong = [name for name in ("ties", "languages") if not 0 <= value[name] < np.inf]
        wrong += [name for name in ("same_county", "nothing_known") if not 0 <= value[name] <= 1]
        wrong += [] if 0 < value["decay_km"] < np.inf else ["decay_km"]
        if not wrong and self.ties + self.languages == 0:
            wrong = ["ties", "languages"]
        if wrong:
            raise AssumptionError(
                "matching weights out of range: " + ", ".join(f"{name} = {value[name]:g}" for name in wrong),
                why="the score would not lie between 0 and 1",
                do="weights at least 0 and not all 0; same_county and nothing_known from 0 to 1; decay_km above 0",
            )


@dataclass(frozen=True, eq=False)
class Matching:
    """What each pair's score is and what it is made of.

    Attributes
    ----------
    scores
        One row per household (column ``household``), one column per place; 0–1.
    unknown_ties
        Tie codes that no place of the table bears; they count for nothing.
    """

    scores: pd.DataFrame
    weights: MatchingWeights
    unknown_ties: Names
    _scores: Floats
    _parts: dict[str, Floats]
    _applies: dict[str, Floats]
    _households: Names
    _places: Names

    def components(self, household: str, place: str) -> dict[str, float]:
        """Return the components of one pair that apply, each 0–1, and their weighted mean as 'score'."""
        if household not in self._households or place not in self._places:
            raise DataError(f"the matching knows no pair {household} at {place}")
        row, column = self._households.index(household), self._places.index(place)
        found = {name: float(part[row, column]) for name, part in self._parts.items() if self._applies[name][row] > 0}
        return {**found, "score": float(self._scores[row, column])}


def needs_and_ties(households: pd.DataFrame, places: pd.DataFrame, weights: MatchingWeights) -> Matching:
    """Score every pair of household and place by ties and language.

    Parameters
    ----------
    households
        ``household``, and where known ``ties`` and ``languages`` (``;``-separated codes).
    places
        ``place``, and where known ``languages``, ``lon`` and ``lat`` (degrees), ``county``.
    weights
        How much each component counts.

    Notes
    -----
    ``score_ij = Σ_k a_k m_ijk / Σ_k a_k`` over the components k that apply to household i: *ties* if it has a tie to a
    known place, *languages* if it names one. ``m_ties = max_t 1 if j = t, else max(exp(−d_jt / decay), same_county)``;
    ``m_languages = 1`` if the place has a community that speaks one of the household's languages, else 0.
    """
    faults: list[Fault] = []
    homes, rooms = input_tables.keyed(households, "household", faults), input_tables.keyed(places, "place", faults)
    if faults:
        raise DataError("needs-and-ties matching cannot read its tables", faults=faults)
    names, towns = tuple(homes["household"]), tuple(rooms["place"])
    near = _closeness(rooms, weights)
    column = {town: index for index, town in enumerate(towns)}
    ties, spoken = input_tables.code_lists(homes, "ties"), _languages(homes)
    closeness = np.zeros((len(names), len(towns)))
    for row, tied in enumerate(ties):
        known = [column[town] for town in tied if town in column]
        if known:
            closeness[row] = near[known].max(axis=0)
    communities = [set(here) for here in _languages(rooms)]
    language = np.array([[float(not here.isdisjoint(own)) for here in communities] for own in spoken])
    parts = {"ties": closeness, "languages": language.reshape(closeness.shape)}
    applies = {
        "ties": np.array([any(town in column for town in tied) for tied in ties], dtype=np.float64),
        "languages": np.array([len(own) > 0 for own in spoken], dtype=np.float64),
    }
    total = sum((getattr(weights, name) * applies[name] for name in parts), start=np.zeros(len(names)))
    share = {name: getattr(weights, name) * applies[name][:, None] for name in parts}
    summed = sum((share[name] * part for name, part in parts.items()), start=np.zeros(closeness.shape))
    score = np.where(total[:, None] > 0, summed / np.where(total > 0, total, 1.0)[:, None], weights.nothing_known)
    score = np.clip(score, 0.0, 1.0)
    table = pd.DataFrame(score, columns=list(towns))
    table.insert(0, "household", list(names))
    table.attrs["score_name"] = SCORE_NAME
    unknown = tuple(sorted({town for tied in ties for town in tied} - set(towns)))
    return Matching(table, weights, unknown, score, parts, applies, names, towns)


def _languages(table: pd.DataFrame) -> list[Names]:
    """Return the languages of each row; a code is the same in capital letters."""
    return [tuple(code.casefold() for code in row) for row in input_tables.code_lists(table, "languages")]


def _closeness(rooms: pd.DataFrame, weights: MatchingWeights) -> Floats:
    near = np.zeros((len(rooms), len(rooms)))
    if {"lon", "lat"} <= set(rooms.columns):
        lon, lat = (np.radians(input_tables.numbers(rooms, name, empty=np.nan)) for name in ("lon", "lat"))
        north, east = np.sin((lat[:, None] - lat) / 2) ** 2, np.sin((lon[:, None] - lon) / 2) ** 2
        half = north + np.cos(lat[:, None]) * np.cos(lat) * east
        kilometres = 2 * EARTH_RADIUS_KM * np.arcsin(np.sqrt(np.clip(half, 0.0, 1.0)))
        near = np.nan_to_num(np.exp(-kilometres / weights.decay_km))
    county = np.array(input_tables.texts(rooms, "county"), dtype=object)
    same = (county[:, None] == county) & (county != "")
    near = np.where(same, np.maximum(near, weights.same_county), near)
    np.fill_diagonal(near, 1.0)
    return near
