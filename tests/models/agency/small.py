"""A small agency for tests: one unit, three stages, one type, everything known unless said otherwise."""

from __future__ import annotations

import numpy as np

from workbench.models.agency import Agency, Assumptions, MeanAndSpread


def agency(**parts: object) -> Agency:
    """Return an overloaded agency; cases come back from the decision with a chance of one in ten."""
    usual: dict[str, object] = {
        "units": ("A",),
        "stages": ("registration", "interview", "decision"),
        "case_types": ("standard",),
        "outcomes": ("decided", "withdrawn"),
        "waiting": np.array([[[60.0], [300.0], [250.0]]]),
        "hours": np.array([[[3.0], [9.0], [12.0]]]),
        "staff": np.array([[4.0, 7.0, 9.0]]),
        "ways": np.array([[[0, 95, 0, 0, 5]], [[0, 0, 97, 0, 3]], [[0, 10, 0, 90, 0]]], dtype=float),
        "intake": np.array([[120.0]]),
    }
    return Agency(**{**usual, **parts})  # type: ignore[arg-type]


def assumptions(**parts: object) -> Assumptions:
    """Return assumptions without any spread, overtime or attrition."""
    usual: dict[str, object] = {
        "hours_per_month": 120.0,
        "absence": MeanAndSpread(0.0, 0.0),
        "absence_month_sd": 0.0,
        "attrition": MeanAndSpread(0.0, 0.0),
        "learning_start": 0.2,
        "learning_months": 3.0,
        "learning_log_sd": 0.0,
        "other_stage": 0.6,
        "other_unit": 0.9,
        "recruitment": 2,
        "hours_unit_sd": 0.0001,
        "hours_month_sd": 0.08,
        "intake_level_sd": 0.0,
        "intake_month_sd": 0.0,
        "overtime": 0.0,
        "overtime_begins": 1.0,
        "limits": np.array([1.0, 3.0, 3.0]),
    }
    return Assumptions(**{**usual, **parts})  # type: ignore[arg-type]
