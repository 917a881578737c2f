"""Where applicants may come from, and who applies for the first time: a forecast in parts, by whose shares."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from workbench.core.errors import WorkbenchError
from workbench.models.quality import JOINT
from workbench.presentation.findings import Finding
from workbench.presentation.inflow.series import during, who
from workbench.presentation.languages import month, place, say, spelled_out
from workbench.presentation.sourced import source_name
from workbench.presentation.tables import Column, Table
from workbench.presentation.wording import about, between, count, listing, percent, span
from workbench.studies.inflow import composition as study
from workbench.studies.inflow.adding_up import OTHERS
from workbench.studies.inflow.composition import FIRST, REPEAT
from workbench.studies.inflow.saved_runs import only
from workbench.studies.inflow.tabled import draws_tabled, made_from

if TYPE_CHECKING:
    from workbench.studies.inflow.composition import Composed
    from workbench.studies.inflow.saved_runs import InflowResult

NAMED = 3
"""Parts named in the sentence; the table has them all."""


def part_name(code: str, language: str = "en") -> str:
    """Return what a part is called: an origin, or first-time and repeated applicants."""
    known = {
        FIRST: say("first-time applicants", language),
        REPEAT: say("repeated applicants", language),
        OTHERS: say("other origins", language),
        "STA": say("stateless", language),
        "SRB+XKX": say("Serbia and Kosovo", language),
    }
    return known.get(code) or spelled_out(code, language)


def over_destinations(found: Composed) -> pd.DataFrame:
    """Return each part of all destinations together over the whole period, the largest first.

    Returns
    -------
    pandas.DataFrame
        ``part``, ``median``, ``low80``, ``high80``, ``low95``, ``high95`` in persons.
    """
    codes = [str(code) for code in found.draws.labels("destination")]
    whole = found.draws.sum("month").values.transpose("draw", "destination").to_numpy()
    rows = []
    for part in dict.fromkeys(code.partition(JOINT)[2] for code in codes):
        drawn = whole[:, [at for at, code in enumerate(codes) if code.partition(JOINT)[2] == part]].sum(axis=1)
        ends = np.quantile(drawn, [0.5, 0.1, 0.9, 0.025, 0.975], method="inverted_cdf")
        rows.append((part, *map(int, ends)))
    table = pd.DataFrame(rows, columns=["part", "median", "low80", "high80", "low95", "high95"])
    return table.sort_values(["median", "part"], ascending=[False, True], ignore_index=True)


def finding(result: InflowResult, found: Composed, language: str = "en") -> Finding:
    """Return the largest parts of the forecast, whose shares these are, and by how much the two sources differ."""
    rows = over_destinations(found)
    named = rows[rows["part"] != OTHERS].head(NAMED)
    parts = [
        f"{part_name(row['part'], language)} {about(row['median'], language)} "
        f"({percent(0.8)} {between(row['low80'], row['high80'], language)})"
        for row in named.to_dict("records")
    ]
    sentence = say(
        "{who}, {when}: {parts}.",
        language,
        who=who(only(result, list(found.until)), language),
        when=during(result, language),
        parts=listing(parts, language),
    )
    return Finding(sentence, caveats=tuple(caveats(result, found, language)), language=language)


def _source(result: InflowResult, line: str, language: str) -> str:
    """Return the source of the shares as it is called in the reader's language, if it is one of the run's."""
    return next((source_name(each, language) for each in result.sources if each.line() == line), line)


def caveats(result: InflowResult, found: Composed, language: str = "en") -> list[str]:
    """Return what must be said beside a composition."""
    first, last = min(found.until.values()), max(found.until.values())
    until = month(last, language) if first == last else f"{month(first, language)} – {month(last, language)}"
    told = [
        say(
            "The totals are the forecast's; only the shares are taken from {source}, up to {month}. The two are never "
            "added or mixed.",
            language,
            source=_source(result, found.source, language),
            month=until,
        )
    ]
    differ = {code: share for code, share in found.agreement.items() if np.isfinite(share) and abs(share - 1) > 0.02}
    if differ:
        each = [
            f"{place(code, result.names[code], language)} {percent(share, language=language)}"
            for code, share in sorted(differ.items(), key=lambda item: -abs(item[1] - 1))
        ]
        told.append(
            say(
                "The second source counts differently. In the last twelve months of both, its total as a share of the "
                "first source's: {parts}.",
                language,
                parts=listing(each, language),
            )
        )
    if found.left_out:
        names = [place(code, result.names[code], language) for code in found.left_out]
        told.append(
            say(
                "Not divided, since the second source has too few or too old figures of them: {names}.",
                language,
                names=listing(names, language),
            )
        )
    return told


def table(result: InflowResult, found: Composed, language: str = "en") -> Table:
    """Return the parts of all destinations together, the largest first."""
    rows = over_destinations(found)
    return Table(
        name="inflow-first-time" if FIRST in set(rows["part"]) else "inflow-composition",
        caption=say("Who they are: the forecast divided by the shares of a second source", language),
        columns=(
            Column(say("Part", language), tuple(part_name(p, language) for p in rows["part"]), right=False),
            Column(say("Forecast median", language), tuple(count(v, language) for v in rows["median"])),
            *(
                Column(
                    say("{share} interval", language, share=percent(level)),
                    tuple(
                        span(low, high, language)
                        for low, high in zip(
                            rows[f"low{round(100 * level)}"], rows[f"high{round(100 * level)}"], strict=True
                        )
                    ),
                )
                for level in (0.8, 0.95)
            ),
        ),
        data=rows,
        notes=tuple(caveats(result, found, language)),
        sources=result.sources,
        language=language,
    )


def first_time(result: InflowResult, language: str = "en") -> Table | Finding:
    """Return the forecast as first-time and repeated applicants, by the shares of its own locality."""
    return _told(result, study.first_time, language)


def by_origin(result: InflowResult, language: str = "en") -> Table | Finding:
    """Return the forecast by origin, by the shares of its own locality's corridors."""
    return _told(result, study.by_origin, language)


def divided(result: InflowResult, divide: Callable[..., Composed]) -> Composed | None:
    """Return the forecast in parts by its own locality's shares; None where none reach its months."""
    home = result.record.inputs[0].name.partition("/")[0] if result.record.inputs else ""
    try:
        return divide(result, locality=home)
    except WorkbenchError:
        return None


def _told(result: InflowResult, divide: Callable[..., Composed], language: str) -> Table | Finding:
    found = divided(result, divide)
    if found is None:
        return Finding(
            say("Not divided here: there are no recent shares of these figures.", language), language=language
        )
    return table(result, found, language)


def composition_table(result: InflowResult, found: Composed, seed: int) -> pd.DataFrame:
    """Return every cell as a forecast by corridor has it, with the last month of the shares."""
    rows = draws_tabled(found.draws).rename(columns={"origin": "part"})
    until = rows["destination"].map(dict(found.until)).fillna("")
    return rows.assign(shares_until=until, **made_from(result), composition_seed=seed)
