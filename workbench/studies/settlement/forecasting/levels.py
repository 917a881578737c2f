"""Which rows and draws let a reader check that municipalities, counties and the nation add up?"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from workbench.core.draws import Draws
from workbench.core.storage.files import replacing
from workbench.sources import files
from workbench.studies.settlement.forecasting.result import SettlementResult

MUNICIPALITY, COUNTY, NATION = "municipality", "county", "nation"
ELSEWHERE = "not stated"


def written(rows: pd.DataFrame, result: SettlementResult) -> pd.DataFrame:
    """Return rows whose quarters or months stand as they are written; years stay numbers."""
    return rows if result.rhythm.each_year == 1 else rows.assign(year=rows["year"].map(result.label))


def levels(result: SettlementResult) -> dict[str, Draws]:
    """Return the draws of municipalities, counties and the nation; dimensions (draw, level, year), persons.

    Counties are left out where no municipality lies in one.
    """
    found = {MUNICIPALITY: result.draws}
    if any(result.parents.values()):
        groups = {code: result.parents.get(code) or ELSEWHERE for code in result.draws.labels(MUNICIPALITY)}
        found[COUNTY] = result.draws.group(MUNICIPALITY, groups, COUNTY)
    found[NATION] = result.draws.group(MUNICIPALITY, dict.fromkeys(result.draws.labels(MUNICIPALITY), "all"), NATION)
    return found


def table(result: SettlementResult) -> pd.DataFrame:
    """Return one row per level, area and year: mean, median and the ends of the 50, 80 and 95 % intervals, persons.

    The means of municipalities add up to those of counties and of the nation; medians and interval ends do not.
    """
    parts = []
    for level, draws in levels(result).items():
        rows = draws.summary().rename(columns={level: "area"})
        mean = draws.values.mean("draw").to_series().rename("mean").reset_index().rename(columns={level: "area"})
        rows = rows.merge(mean, on=["area", "year"], validate="one_to_one")
        named = rows["area"].map(result.names).fillna(rows["area"]) if level == MUNICIPALITY else rows["area"]
        county = rows["area"].map(result.parents) if level == MUNICIPALITY else ""
        parts.append(written(rows.assign(level=level, name=named, county=county), result))
    whole = pd.concat(parts, ignore_index=True)
    first = ["level", "area", "name", "county", "year", "mean", "median"]
    return whole[[*first, *(name for name in whole.columns if name not in first)]]


def joint(result: SettlementResult) -> pd.DataFrame:
    """Return every draw of every area and level: columns ``draw, [total_draw,] level, area, county, year, persons``.

    Within a draw and year the municipalities add up to their counties and to the nation, exactly. ``total_draw`` is
    the number that the draw of the national total bore where it was made.
    """
    parts = []
    for level, draws in levels(result).items():
        values = draws.values.transpose("draw", level, "year").to_numpy()
        size, areas, years = values.shape
        codes = draws.labels(level)
        counties = [result.parents.get(code, "") for code in codes] if level == MUNICIPALITY else [""] * areas
        number = np.repeat(np.arange(size, dtype=np.int32), areas * years)
        part: dict[str, np.ndarray] = {"draw": number}
        if result.numbers:
            part["total_draw"] = np.asarray(result.numbers, dtype=np.int64)[number]
        place = np.tile(np.repeat(np.arange(areas), years), size)
        part |= {
            "level": np.full(len(number), level, dtype=object),
            "area": np.asarray(codes, dtype=object)[place],
            "county": np.asarray(counties, dtype=object)[place],
            "year": np.tile(np.asarray(draws.labels("year"), dtype=np.int32), size * areas),
            "persons": values.ravel(),
        }
        parts.append(written(pd.DataFrame(part), result))
    return pd.concat(parts, ignore_index=True)


def beside(out: Path) -> Path:
    """Return where the draws lie that belong to a table."""
    return out.with_name(f"{out.stem}-draws.parquet")


def write(result: SettlementResult, out: Path) -> tuple[Path, Path]:
    """Write the table and, beside it, the joint draws: both whole, or neither."""
    with replacing(out) as rows, replacing(beside(out)) as draws:
        files.put(table(result), rows)
        files.put(joint(result), draws)
    return out, beside(out)
