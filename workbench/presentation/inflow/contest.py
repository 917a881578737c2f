"""What does a backtest say? Skill against simple rules in a sentence, tables by period and place, and what to know."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from textwrap import shorten
from typing import Any

import pandas as pd

from workbench.models import hubverse
from workbench.presentation.findings import Finding, Interval
from workbench.presentation.tables import Column, Table
from workbench.presentation.wording import DASH, NBSP, counted, listing, number, percent, period

SCORE = "log-CRPS"
OWN = "its own forecast"
"""What a backtest says was used where nothing stood in for a fit."""
REASONS = 3
"""Reasons told of one kind; the others are counted."""
LONGEST = 110
"""Characters told of a reason."""


def findings(scores: Mapping[str, Any]) -> tuple[Finding, ...]:
    """Return what a backtest says: who won and by how much, in each period, and what to know of the data.

    A period that holds no forecast, or all of them, says nothing of its own and is left out.
    """
    every = scores["periods"]["overall"]
    apart = [name for name, told in scores["periods"].items() if told["models"] and told != every]
    return (verdict(scores), *sums(scores), *(by_period(scores, name) for name in apart), known(scores))


def verdict(scores: Mapping[str, Any], model: str = "") -> Finding:
    """Return by how much our model beat, or did not beat, the best simple rule, with its interval."""
    name = model or next((m for m in scores["models"] if m.startswith(hubverse.OURS)), "")
    told = scores["periods"]["overall"]["skill"].get("log_crps")
    table = _table(scores, "overall")
    if not name or not told or name not in told["models"]:
        return Finding("No model of ours was compared with a baseline.", table=table, headline=True)
    one, best = told["models"][name], told["best_baseline"]
    skill, low, high = one["skill"], one["skill_low"], one["skill_high"]
    when = period(scores["origins"]["first"], scores["origins"]["last"])
    head = f"From {when}, {listing([str(h) for h in scores['horizons']])} months ahead, {name}"
    if low is None:
        few = one["independent_blocks"] < scores["bootstrap"]["fewest_blocks"]
        why = "too few blocks for an interval" if few else "no interval can be given"
        sentence = f"{head} has a skill of {_signed(skill)} over the best simple rule, {best}: {why}."
    else:
        ends = f"skill {_signed(skill)} by {SCORE} (95{NBSP}% interval {_signed(low)} to {_signed(high)})"
        verb = "beats the best simple rule" if low > 0 else "loses to the best simple rule"
        verb = verb if low > 0 or high < 0 else "cannot be told from the best simple rule"
        sentence = f"{head} {verb}, {best}: {ends}."
    intervals = () if low is None else (Interval(0.95, low, high),)
    return Finding(
        sentence,
        estimate=skill,
        unit="share of the score",
        intervals=intervals,
        caveats=_caveats(scores),
        table=table,
        headline=True,
    )


def sums(scores: Mapping[str, Any]) -> tuple[Finding, ...]:
    """Return how often the intervals of the sum over all series held what came, a sentence for each model."""
    if len(scores.get("series", ())) < 2:
        return ()
    said = []
    for model, one in scores.get("totals", {}).items():
        month, whole = one["months"], one["period"]
        held = "/".join(percent(month["coverage"][level]).split(NBSP)[0] for level in ("50", "80", "95"))
        each = "/".join(percent(whole["coverage"][level]).split(NBSP)[0] for level in ("50", "80", "95"))
        steps = scores["horizons"]
        said.append(
            Finding(
                f"The sum over all {counted(len(scores['series']), 'series', 'series')}, {model}: its 50/80/95{NBSP}% "
                f"intervals held {held}{NBSP}% of {counted(month['forecasts'], 'month')}, and {each}{NBSP}% of "
                f"{counted(whole['forecasts'], 'period')} of months {steps[0]} to {steps[-1]} together; {SCORE} "
                f"{number(month['log_crps'], 3)} and {number(whole['log_crps'], 3)}."
            )
        )
    return tuple(said)


def by_period(scores: Mapping[str, Any], name: str) -> Finding:
    """Return how all fared in one period: ``calm``, ``surge``, ``without_covid`` or ``overall``."""
    told = scores["periods"][name]
    if not told["models"]:
        return Finding(f"{_title(scores, name)}: no forecast was scored.")
    skill = told["skill"].get("log_crps", {"models": {}})
    said = []
    for model, one in skill["models"].items():
        ends = "" if one["skill_low"] is None else f" ({_signed(one['skill_low'])} to {_signed(one['skill_high'])})"
        said.append(f"{model} {_signed(one['skill'])}{ends}")
    few = any(one["independent_blocks"] < scores["bootstrap"]["fewest_blocks"] for one in skill["models"].values())
    ends = "; too few blocks for an interval" if few else ""
    against = f" Skill over {skill['best_baseline']}: {listing(said)}{ends}." if said else ""
    head = (
        f"{_title(scores, name)}: {counted(told['origins'], 'origin')}, {counted(told['forecasts'], 'forecast')} each."
    )
    return Finding(head + against, table=_table(scores, name))


def known(scores: Mapping[str, Any]) -> Finding:
    """Return what to know before the scores are used: stand-ins, what was left out, and what is odd about the data."""
    said = []
    for model, share in scores["fallbacks"]["share_of_origins"].items():
        fell = [f for f in scores["fallbacks"]["which"] if f["model"] == model]
        others = sorted({f["used"] for f in fell} - {OWN})
        by = f", replaced by {listing(others)}" if others else ", whose own forecast was kept" if fell else ""
        why = _reasons((f["origin"], f["reason"]) for f in fell)
        said.append(f"{model}: {percent(share, 1)} of origins had no fit to rely on{by}{why}.")
    for name, series in scores["baselines_fell_back"].items():
        why = _reasons((place, one["reason"]) for place, one in series.items())
        said.append(f"{name} left {counted(len(series), 'series', 'series')} to the random walk{why}.")
    left = scores["left_out"]
    if left:
        first = listing([f"{name} ({reason})" for name, reason in list(left.items())[:3]])
        more = f" and {len(left) - 3} more" if len(left) > 3 else ""
        said.append(f"{counted(len(left), 'series', 'series')} left out: {first}{more}.")
    if scores["not_scored"]:
        said.append(f"{counted(scores['not_scored'], 'forecast')} could not be scored: the outcome is not published.")
    if scores["quality"]:
        said.append(f"{counted(len(scores['quality']), 'remark')} on the data: `workbench data check` lists them.")
    said += _empty(scores)
    fits = "Every fit could be relied on, and n" if scores["fallbacks"]["share_of_origins"] else "N"
    return Finding(" ".join(said) or f"{fits}othing was left out.")


def _empty(scores: Mapping[str, Any]) -> list[str]:
    """Return a sentence for each named period that no forecast lies in."""
    apart, scored = scores["scored_apart"], scores["origins"]
    span = f"origins are {scored['first']} to {scored['last']}"
    said = []
    if apart["surge"] and not scores["periods"]["surge"]["origins"]:
        said.append(f"No origin lies in the surge, {apart['surge']['first']} to {apart['surge']['last']}: {span}.")
    if apart["pandemic"] and not scores["periods"]["without_covid"]["origins"]:
        said.append(f"No target lies before {apart['pandemic']['first']}: {span}.")
    return said


def by_series(scores: Mapping[str, Any], model: str, against: str) -> Table:
    """Return the mean scores of two forecasters by destination or corridor."""
    rows = [
        (name, of[model]["log_crps"], of[against]["log_crps"], 1 - of[model]["log_crps"] / of[against]["log_crps"])
        for name, of in scores["by_series"].items()
        if model in of and against in of and of[against]["log_crps"]
    ]
    data = pd.DataFrame(rows, columns=["series", model, against, "skill"])
    columns = (
        Column("Series", tuple(data["series"]), right=False),
        *(Column(f"{name}, {SCORE}", tuple(number(x, 3) for x in data[name])) for name in (model, against)),
        Column("Skill", tuple(_signed(x) for x in data["skill"])),
    )
    caption = f"Below zero, {against} was better."
    return Table("contest-by-series", caption, columns, data)


def _table(scores: Mapping[str, Any], name: str) -> Table:
    models = scores["periods"][name]["models"]
    rows = [
        {
            "model": model,
            "log_crps": one["log_crps"],
            "crps": one["crps"],
            "log_crps_high": one["log_crps_high"],
            "energy": one["energy"],
            **{f"coverage{level}": share for level, share in one["coverage"].items()},
        }
        for model, one in sorted(models.items(), key=lambda item: item[1]["log_crps"])
    ]
    data = pd.DataFrame(rows)
    shown = {
        "log_crps": (SCORE, 3),
        "crps": ("CRPS (persons)", 0),
        "log_crps_high": ("high outcomes", 4),
        "energy": ("energy", 3),
    }
    columns = [Column("Forecaster", tuple(row["model"] for row in rows), right=False)]
    columns += [
        Column(heading, tuple(DASH if row[key] is None else number(row[key], digits) for row in rows))
        for key, (heading, digits) in shown.items()
    ]
    columns += [
        Column(f"{level}{NBSP}% holds", tuple(percent(row[f"coverage{level}"]) for row in rows))
        for level in ("50", "80", "95")
    ]
    caption = f"{_title(scores, name)}: lower scores are better; an interval should hold as often as it says."
    return Table(f"contest-{name.replace('_', '-')}", caption, tuple(columns), data)


def _caveats(scores: Mapping[str, Any]) -> tuple[str, ...]:
    blocks = scores["bootstrap"]["independent_blocks"]
    count = counted(scores["origins"]["count"], "origin")
    surge = scores["periods"].get("surge")
    one = " and no surge was named" if surge is None else " and one surge" if surge["origins"] else " and no surge"
    return (
        f"{count} are some {counted(blocks, 'independent block')}{one}.",
        scores["bootstrap"]["note"],
        scores["claim"],
    )


def _title(scores: Mapping[str, Any], name: str) -> str:
    apart = scores["scored_apart"]
    if name == "surge":
        return f"Surge (origins {apart['surge']['first']} to {apart['surge']['last']})"
    if name == "without_covid":
        return f"Targets before {apart['pandemic']['first']}"
    return {"overall": "All origins", "calm": "Calm"}[name]


def _reasons(fell: Iterable[tuple[str, str]]) -> str:
    """Return which fell back and why, as it ends a sentence; reasons that differ only in a number are given once."""
    alike: dict[str, list[tuple[str, str]]] = {}
    for which, reason in fell:
        alike.setdefault(re.sub(r"[\d.]+", "#", reason), []).append((which, reason.strip().rstrip(".")))
    most = sorted(alike.values(), key=len, reverse=True)
    told = []
    for group in most[:REASONS]:
        reasons = list(dict.fromkeys(reason for _, reason in group))
        such = "such as " if len(reasons) > 1 else ""
        told.append(f"{_few([which for which, _ in group])}: {such}{shorten(reasons[0], LONGEST, placeholder=' …')}")
    if len(most) > REASONS:
        told.append(f"and {counted(sum(map(len, most[REASONS:])), 'other')}")
    return f" ({'; '.join(told)})" if told else ""


def _few(names: list[str]) -> str:
    return listing(names) if len(names) <= REASONS else listing([*names[:REASONS], f"{len(names) - REASONS} more"])


def _signed(share: float) -> str:
    return ("+" if share > 0 else "") + percent(share, 1)
