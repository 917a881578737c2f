"""The page of one household: named with the reason for opening it, then everything about it in one place."""

from __future__ import annotations

import ipywidgets

from workbench.apps import notices
from workbench.apps.boxes import boxed
from workbench.apps.folder import shown
from workbench.apps.register_view import RegisterView, button
from workbench.apps.serving.bridge import keep_quiet
from workbench.core.errors import AppError
from workbench.presentation.languages import marked, say
from workbench.studies.rounds.households import case, casework
from workbench.studies.rounds.interview.form import load as load_form

WHYS = {
    "case": marked("Work on the case"),
    "matching": marked("Find a place"),
    "correction": marked("Correct something"),
    "complaint": marked("An objection"),
    "access": marked("The person asks what is kept"),
}
MOVES = {
    "clear": marked("Ready to be placed"),
    "pause": marked("Pause"),
    "resume": marked("End the pause"),
    "recall": marked("Take the offer back"),
    "withdraw": marked("Withdraw the case"),
    "move_on": marked("Moved on by themselves"),
}


def page() -> ipywidgets.Box:
    """Return the page for the one who is signed in."""
    keep_quiet()
    return FolderView().box


def opened(language: str) -> ipywidgets.Box:
    """Return the page in a language."""
    return FolderView(language=language).box


class FolderView(RegisterView):
    """One household, for the directorate."""

    roles = ("directorate",)

    def build(self) -> None:
        """Make the entries."""
        self.code, self.why = ipywidgets.Text(continuous_update=False), ipywidgets.Dropdown()
        self.open = button("", lambda: self.act(self._open), "mw-main")
        self.step, self.reason = ipywidgets.Dropdown(), ipywidgets.Text(continuous_update=False)
        self.take = button("", lambda: self.act(self._step))
        self.step_title, self.told = ipywidgets.HTML(), ipywidgets.HTML()
        self.steps = boxed("mw-card", self.step_title, self.step, self.reason, self.take)
        self.controls((self.language, self.code, self.why, self.open), self.steps)
        self.main.children = (self.head, self.notice, self.told)
        self.form = load_form(self.locality)
        self.case: case.Case | None = None
        self.opened_as = ""

    def refresh(self) -> None:
        """Show the household that was opened, in the page's language; that is one reading however often it is shown."""
        lang = self.lang
        self._label()
        self.steps.layout.display = "" if self.case and self.case.moves else "none"
        if self.case is None:
            lead = say("Name a household by its code or a case number, and say why you open its folder.", lang)
            self.head.value = notices.tag("h1", say("One household", lang)) + notices.tag("p", lead, "mw-headline")
            self.told.value = ""
            return
        title = say("Household {code}", lang, code=self.case.household[:7])
        self.head.value = notices.tag("h1", title) + notices.tag(
            "p", shown.lead(self.case, self.locality, lang), "mw-headline"
        )
        self.told.value = shown.everything(self.case, self.form, self.locality, lang)

    def _open(self) -> str:
        if not self.code.value.strip():
            raise AppError(say("Name a household by its code or a case number.", self.lang))
        self.case = None  # a folder that cannot be opened leaves none on the page
        self.case = case.read(self.desk.store, self.locality, self.code.value, who=self.desk.login, why=self.why.value)
        return say("Your reading is noted.", self.lang)

    def _step(self) -> str:
        if self.case is None:
            raise AppError(say("Name a household by its code or a case number.", self.lang))
        household, who = self.case.household, self.desk.login
        reason = self.reason.value.strip().replace(" ", "_")
        casework.step(self.desk.store, self.locality, household, self.step.value, who=who, reason=reason)
        self.case = case.read(self.desk.store, self.locality, household, who=who, why="case")
        return say("Done; what stands now is below.", self.lang)

    def _label(self) -> None:
        lang = self.lang
        self.choices.description = say("Change the case", lang)
        self.code.description = say("Household, code or case number", lang)
        self.why.description, self.open.description = say("Why", lang), say("Open the folder", lang)
        self.step.description, self.take.description = say("Step", lang), say("Take the step", lang)
        self.reason.description = say("Reason, a code such as own_wish", lang)
        self.step_title.value = notices.tag("p", say("Change the case", lang), "mw-legend")
        moves = self.case.moves if self.case else ()
        for field, options in ((self.why, WHYS), (self.step, {name: MOVES[name] for name in moves})):
            kept = field.value
            field.options = [(say(words, lang), code) for code, words in options.items()]
            field.value = kept if kept in options else next(iter(options), None)
