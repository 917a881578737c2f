"""Did the guide help? Readers' answers and the System Usability Scale, with intervals; small groups are withheld."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from workbench.core.runs.provenance import RunRecord, RunStore, Source, Vintage, caveat, fingerprint
from workbench.sources import localities
from workbench.store import database, guide

SMALLEST = 5
"""Answers that a group must have at least; a smaller one is withheld, and left out of every sum shown beside it."""
LEVEL = 0.95
CAVEATS = (
    caveat("Readers answer who wish to: what they say need not be what all readers would say."),
    caveat("Nobody is identified, so that one reader may have answered more than once."),
    caveat("Languages and pages with fewer than five answers are withheld and are in no sum."),
)
FILES = {"helped": "helped.csv", "pages": "pages.csv", "usability": "usability.csv"}


@dataclass(frozen=True)
class Pilot:
    """What readers of a locality's guide answered.

    Attributes
    ----------
    helped
        One row for each language with at least `SMALLEST` answers: ``group, answers, yes, share, low, high``.
    pages
        The same by page, over the answers in those languages.
    usability
        One row for each language with enough surveys: ``group, answers, score, low, high``; scores run from 0 to 100.
    withheld
        Languages with fewer answers or surveys.
    comments
        ``page, language, comment``, of languages with at least `SMALLEST` comments; never kept in a run.
    """

    locality: str
    helped: pd.DataFrame
    pages: pd.DataFrame
    usability: pd.DataFrame
    withheld: tuple[str, ...]
    comments: pd.DataFrame
    record: RunRecord


def study(*, locality: str = "norway", store: str = "", runs: Path | str | None = None) -> Pilot:
    """Count a locality's answers in the register, and save the counts as a run; comments stay in the register."""
    home = localities.load(locality, "guide")
    opened = database.opened(store)
    answers = pd.DataFrame(
        [(a.language, a.page, str(a.day), a.helped, a.comment) for a in guide.answers(opened, home.id)],
        columns=["language", "page", "day", "helped", "comment"],
    )
    surveys = pd.DataFrame(
        [(s.language, str(s.day), score(s.answers)) for s in guide.surveys(opened, home.id)],
        columns=["language", "day", "score"],
    )
    source = Source("Readers of the guide", "Answers to the guide", "kept in the register")
    inputs = tuple(
        Vintage(name, source, str(table["day"].max()) if len(table) else "", fingerprint(table))
        for name, table in (("guide_answer", answers.drop(columns="comment")), ("guide_survey", surveys))
    )

    def compute(folder: Path) -> Mapping[str, Any]:
        found = tables(answers, surveys)
        for name, file in FILES.items():
            found[name].to_csv(folder / file, index=False)
        return {"answers": int(found["helped"]["answers"].sum()), "surveys": int(found["usability"]["answers"].sum())}

    run = RunStore.at(runs).get_or_run("pilot", {"locality": home.id}, inputs, compute, CAVEATS)
    kept = {name: pd.read_csv(run.folder / file) for name, file in FILES.items()}
    few = _few(answers) | _few(surveys)
    return Pilot(
        home.id, kept["helped"], kept["pages"], kept["usability"], tuple(sorted(few)), comments(answers), run.record
    )


def tables(answers: pd.DataFrame, surveys: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Return the three tables of counts, without the groups that are too small."""
    shown = answers[~answers["language"].isin(_few(answers))]
    return {"helped": _shares(shown, "language"), "pages": _shares(shown, "page"), "usability": _scores(surveys)}


def comments(answers: pd.DataFrame) -> pd.DataFrame:
    """Return the comments of languages with enough of them, by page; a few would point at who wrote them."""
    given = answers[answers["comment"] != ""]
    shown = given[~given["language"].isin(_few(given))]
    return shown[["page", "language", "comment"]].sort_values(["page", "language", "comment"], ignore_index=True)


def score(answers: tuple[int, ...]) -> float:
    """Return the System Usability Scale's score of ten answers from 1 to 5: from 0 to 100.

    References
    ----------
    J. Brooke (1996), "SUS: a quick and dirty usability scale". Sentences in turn praise and blame; blame is turned
    round. An average product scores about 68 (Sauro 2011).
    """
    praise, blame = sum(answers[0::2]) - 5, 25 - sum(answers[1::2])
    return 2.5 * (praise + blame)


def wilson(yes: int, answers: int, level: float = LEVEL) -> tuple[float, float]:
    """Return Wilson's (1927) interval of a share; it holds for few answers too, and where all or none said yes."""
    from scipy.stats import norm  # statistics are needed when a pilot is counted, not when the room is entered

    z = float(norm.ppf((1 + level) / 2))
    middle = (yes + z * z / 2) / (answers + z * z)
    half = z / (answers + z * z) * float(np.sqrt(yes * (answers - yes) / answers + z * z / 4))
    return max(0.0, middle - half), min(1.0, middle + half)


def _few(table: pd.DataFrame) -> set[str]:
    counts = table["language"].value_counts()
    return {str(language) for language in counts.index[counts < SMALLEST]}


def _shares(answers: pd.DataFrame, by: str) -> pd.DataFrame:
    rows = []
    for group, told in answers.groupby(by):
        if len(told) >= SMALLEST:
            yes = int(told["helped"].sum())
            rows.append((str(group), len(told), yes, yes / len(told), *wilson(yes, len(told))))
    return pd.DataFrame(rows, columns=["group", "answers", "yes", "share", "low", "high"])


def _scores(surveys: pd.DataFrame) -> pd.DataFrame:
    from scipy.stats import t

    rows = []
    for language, told in surveys.groupby("language"):
        number = len(told)
        if number >= SMALLEST:
            mean, spread = float(told["score"].mean()), float(told["score"].std(ddof=1))
            half = float(t.ppf((1 + LEVEL) / 2, number - 1)) * spread / float(np.sqrt(number))
            rows.append((str(language), number, mean, max(0.0, mean - half), min(100.0, mean + half)))
    return pd.DataFrame(rows, columns=["group", "answers", "score", "low", "high"])
