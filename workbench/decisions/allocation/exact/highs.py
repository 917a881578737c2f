"""How is HiGHS set up, so that the same input gives the same plan everywhere? One quiet model, one thread, one seed."""

from __future__ import annotations

from collections.abc import Mapping

import highspy

Option = int | float | str | bool
SAME_EVERYWHERE: Mapping[str, Option] = {"threads": 1, "parallel": "off", "random_seed": 0, "output_flag": False}


def ready() -> Mapping[str, Option]:
    """Return the options of every programme, with HiGHS made ready to take them.

    HiGHS keeps one scheduler per process and refuses another number of threads than the first caller's.
    """
    highspy.Highs.resetGlobalScheduler(True)
    return SAME_EVERYWHERE


def model(**options: Option) -> highspy.Highs:
    """Return an empty programme with the options of every programme and these."""
    made = highspy.Highs()  # type: ignore[no-untyped-call]
    for name, value in {**ready(), **options}.items():
        made.setOptionValue(name, value)
    return made
