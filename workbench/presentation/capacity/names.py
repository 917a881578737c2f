"""How stages, types of case, choices and causes are called; names an agency brings itself stay as they are."""

from __future__ import annotations

from workbench.presentation.languages import marked, say

KNOWN = {
    "registration": marked("registration"),
    "interview": marked("interview"),
    "decision": marked("decision"),
    "appeal": marked("appeal"),
    "settlement": marked("settlement"),
    "return": marked("return"),
    "minor": marked("unaccompanied minor"),
    "standard": marked("standard"),
    "accelerated": marked("accelerated"),
    "today": marked("no hires or moves"),
    "mean": marked("a plan for the mean"),
    "plan": marked("the plan"),
    "if all stayed": marked("if everything went as stated"),
    "intake": marked("intake"),
    "output per caseworker": marked("output per caseworker"),
    "staff": marked("staff"),
    "routing": marked("where cases go next"),
}


def called(name: str, language: str = "en") -> str:
    """Return how a reader calls a stage, type, choice or cause."""
    return say(KNOWN[name], language) if name in KNOWN else name
