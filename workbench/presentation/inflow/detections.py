"""What do border detections add to a forecast of applications by origin? A sentence, and a table by horizon."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from workbench.presentation.findings import Finding, Interval
from workbench.presentation.languages import say, spelled_out
from workbench.presentation.wording import listing, percent

if TYPE_CHECKING:
    from workbench.models.skill import Comparison
    from workbench.studies.inflow.detections import Effect


def _signed(share: float | None) -> str:
    return "–" if share is None else f"{'+' if share >= 0 else '−'}{percent(abs(share))}"


def finding(effect: Effect, language: str = "en") -> Finding:
    """Return by how much detections, kept where they pay, improve or harm the forecast, and how sure that is."""
    one = effect.paired[0][1]
    ends = {"skill": _signed(one.skill), "low": _signed(one.skill_low), "high": _signed(one.skill_high)}
    told = {"origins": str(one.origins), **ends}
    if one.skill_low is None or one.skill_high is None:
        sentence = say(
            "Border detections, kept where they paid, change the score by {skill}; too few months for an interval.",
            language,
            **told,
        )
    elif one.skill_low > 0:
        sentence = say(
            "Border detections, kept where they paid, improve the forecast by origin: {skill} (95 % {low} to {high}), "
            "from {origins} months of the past.",
            language,
            **told,
        )
    elif one.skill_high < 0:
        sentence = say(
            "Border detections harm the forecast by origin: {skill} (95 % {low} to {high}), from {origins} months of "
            "the past. Leave them out.",
            language,
            **told,
        )
    else:
        sentence = say(
            "Whether border detections improve the forecast by origin cannot be told: {skill} (95 % {low} to {high}), "
            "from {origins} months of the past.",
            language,
            **told,
        )
    intervals = (
        () if one.skill_low is None or one.skill_high is None else (Interval(0.95, one.skill_low, one.skill_high),)
    )
    caveats = (
        say(
            "An origin is kept with detections where they paid on outcomes known by then; the interval allows for how "
            "few independent blocks of months there are.",
            language,
        ),
        say(
            "Detections are not persons: one person may be detected twice, and many who apply were never detected.",
            language,
        ),
    )
    return Finding(
        sentence,
        estimate=one.skill,
        unit=say("share of the score", language),
        intervals=intervals,
        caveats=caveats,
        language=language,
    )


def kept(effect: Effect, language: str = "en") -> Finding:
    """Return for which origins detections are kept at the nearest and the farthest horizon."""
    told = []
    horizons = sorted(set(effect.pays["horizon"]))
    for horizon in (horizons[0], horizons[-1]):
        part = effect.pays[(effect.pays["horizon"] == horizon) & effect.pays["keep"]]
        names = [spelled_out(str(code), language) for code in part["series"]]
        told.append(listing(names, language) if names else say("none", language))
    return Finding(
        say(
            "Kept {near} month(s) ahead: {first}. Kept {far} months ahead: {last}.",
            language,
            near=str(horizons[0]),
            far=str(horizons[-1]),
            first=told[0],
            last=told[1],
        ),
        language=language,
    )


def by_horizon(effect: Effect) -> pd.DataFrame:
    """Return the paired effect by months ahead (0: all): gain in log-CRPS with its 95 % interval."""
    return pd.DataFrame([_row(horizon, *both) for horizon, both in effect.paired.items()])


def _row(horizon: int, always: Comparison, where: Comparison) -> dict[str, object]:
    row: dict[str, object] = {"months_ahead": horizon, "months": always.origins, "own_past": round(always.reference, 4)}
    for name, one in (("always", always), ("where_they_pay", where)):
        row |= {f"{name}": one.skill, f"{name}_low": one.skill_low, f"{name}_high": one.skill_high}
    return row
