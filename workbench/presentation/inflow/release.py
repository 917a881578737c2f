"""What a reader of a published forecast may expect of it: what is counted, earlier issues, revisions, whom to ask."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.models import hubverse
from workbench.presentation.findings import Finding
from workbench.presentation.inflow.series import name
from workbench.presentation.languages import month, say, say_many
from workbench.presentation.publishing.about import COUNTED, ask, revised
from workbench.presentation.wording import count, listing, number, percent, period
from workbench.sources import localities
from workbench.studies.inflow.contest.scores import SCORES
from workbench.studies.inflow.judgement import kept_backtest
from workbench.studies.publishing import issues

if TYPE_CHECKING:
    from workbench.studies.inflow.saved_runs import InflowResult
    from workbench.studies.publishing.issues import Moved, Record

PARTS = 3


def about_release(
    result: InflowResult, locality: str = "", language: str = "en", runs: str | Path | None = None
) -> Finding:
    """Return how earlier issues did and what moved since the last; what is counted, revised, and whom to ask."""
    told = past_issues(result, language, runs).sentence
    home = localities.load(locality) if locality else None
    counted = COUNTED["inflow"]
    caveats = (say(counted, language), revised(language), *ask(home, language))
    return Finding(told, caveats=caveats, language=language)


def past_issues(result: InflowResult, language: str = "en", runs: str | Path | None = None) -> Finding:
    """Return how earlier issues did and what moved since the last, alone."""
    before = issues.earlier(result, runs or None)
    change = issues.moved(result, before)
    told = [_record(issues.record(result, before), language)]
    if change is not None:
        told.append(_moved(result, change, language))
    return Finding(" ".join(told), language=language)


def tested(runs: str | Path | None = None, language: str = "en") -> Finding:
    """Return how the model did in the backtest kept beside the runs, or that none is kept."""
    backtest = kept_backtest(runs or None)
    if backtest is None:
        return Finding(say("No backtest of the model is kept beside these runs.", language), language=language)
    return held(backtest, language)


def held(backtest: Path, language: str = "en") -> Finding:
    """Return how often the intervals of a backtest held what came, and its score beside the best simple rule."""
    scored = json.loads((backtest / SCORES).read_text(encoding="utf-8"))
    told = [
        say(
            "Tried on the past: {number} times from {first} to {last} the model forecast months {steps} ahead from "
            "what was known then.",
            language,
            number=number(scored["origins"]["count"], language=language),
            first=month(scored["origins"]["first"], language),
            last=month(scored["origins"]["last"], language),
            steps=f"{scored['horizons'][0]}–{scored['horizons'][-1]}",
        )
    ]
    named = {
        "overall": say("all months", language),
        "calm": say("calm months", language),
        "surge": say("a surge", language),
    }
    model = next((name for name in scored["models"] if name.startswith(hubverse.OURS)), "")
    for period_, called in named.items():
        found = scored["periods"].get(period_, {}).get("models", {}).get(model)
        if found:
            share = found["coverage"]
            told.append(
                say(
                    "Of 80 % intervals {inner} held in {when}, of 95 % intervals {outer}.",
                    language,
                    inner=percent(share["80"], language=language),
                    outer=percent(share["95"], language=language),
                    when=called,
                )
            )
    skill = scored["periods"]["overall"].get("skill", {}).get("log_crps", {})
    one = skill.get("models", {}).get(model)
    if one and one["skill_low"] is not None:
        told.append(
            say(
                "Its score was {skill} better than that of the best simple rule, {rule} (95 % {low} to {high}).",
                language,
                skill=percent(one["skill"], language=language),
                rule=skill["best_baseline"],
                low=percent(one["skill_low"], language=language),
                high=percent(one["skill_high"], language=language),
            )
        )
    return Finding(
        " ".join(told),
        caveats=(say("Simple rules are no authority's own forecasts, which are not public.", language),),
        language=language,
    )


def _record(found: Record, language: str) -> str:
    if not found.issues:
        return say("This is the first issue: no earlier one was published.", language)
    if not found.figures:
        return say("No outcome of an earlier issue is known yet.", language)
    return say(
        "Of {figures} figures of earlier issues whose outcome is known, {inside} came out inside their 80 % interval; "
        "about {expected} should have.",
        language,
        figures=number(found.figures, language=language),
        inside=number(found.inside, language=language),
        expected=number(round(0.8 * found.figures), language=language),
    )


def _moved(result: InflowResult, change: Moved, language: str) -> str:
    issue, data = change.issue.id, month(change.as_of, language)
    if not change.months:
        return say(
            "The last issue ({issue}, data to {month}) forecast other months.", language, issue=issue, month=data
        )
    parts = [
        f"{name(result, place, language)} {'+' if value > 0 else ''}{count(value, language)}"
        for place, value in change.parts[:PARTS]
        if round(value)
    ]
    told = say(
        "For {period} the last issue ({issue}, data to {month}) expected {before} on average, this one expects {now}.",
        language,
        period=period(change.months[0], change.months[-1], language),
        issue=issue,
        month=data,
        before=count(change.before, language),
        now=count(change.now, language),
    )
    if not parts:
        return told
    most = say("Most of the change: {parts}.", language, parts=listing(parts, language))
    rest = sum(value for _, value in change.parts[PARTS:])
    others = len(change.parts) - PARTS
    if others <= 0:
        return f"{told} {most}"
    left = say_many(
        "The other destination adds {rest}.",
        "The other {number} destinations add {rest}.",
        others,
        language,
        number=others,
        rest=count(rest, language),
    )
    return f"{told} {most} {left}"
