"""The widgets of the interview: one for each question of the form, kept at every answer."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Any

import ipywidgets

from workbench.apps import notices, pages
from workbench.apps.boxes import boxed
from workbench.apps.intake.state import IntakeState
from workbench.apps.register_view import RegisterView, button
from workbench.apps.serving.bridge import keep_quiet
from workbench.core.errors import DataError
from workbench.presentation import markup as m
from workbench.presentation.languages import direction
from workbench.store.households import drafts
from workbench.studies.rounds.interview import form as forms
from workbench.studies.rounds.interview import intake
from workbench.studies.rounds.interview.form import Form
from workbench.studies.rounds.interview.question import Question

NAMES = {"en": "English", "nb": "Norsk (bokmål)", "ar": "العربية", "uk": "Українська"}


def page() -> ipywidgets.Box:
    """Return the page for the one who is signed in."""
    keep_quiet()
    return opened(pages.asked().get("language", pages.language()))


def opened(language: str) -> ipywidgets.Box:
    """Return the page in a language."""
    return IntakeView(language=language if language in NAMES else "en").box


class IntakeView(RegisterView):
    """One interview as its interviewer writes it."""

    roles = ("interviewer", "directorate")
    languages = NAMES

    def build(self) -> None:
        """Make a widget for each question, with the draft's answers in it."""
        self.form: Form = forms.load(self.locality)
        self.lang = self.lang if self.lang in self.form.languages else self.form.languages[0]
        with self.desk.store.reading() as connection:
            draft = drafts.get(connection, self.desk.login, self.form.id)
        self.state = IntakeState(self.lang, draft.answers if draft else {})
        self.refused: dict[str, str] = {}
        self.fields = {name: _field(question, self.form) for name, question in self.form.questions.items()}
        self.headings = {name: ipywidgets.HTML() for name in self.form.sections}
        self.sections = {
            name: boxed(
                "mw-section", self.headings[name], *(f.box for q, f in self.fields.items() if self._in(q, name))
            )
            for name in self.form.sections
        }
        self.blocked = ipywidgets.HTML()
        self.hand_in = button("", self._hand_in, "mw-main")
        self.anew, self._asked = button("", self._throw_away), False
        self.side.children = (boxed("mw-card", self.language), self.foot)
        self.main.children = (self.head, self.notice, *self.sections.values(), self.blocked, self.hand_in, self.anew)
        self._quiet = False
        self._fill()
        for name, each in self.fields.items():
            each.watch(partial(self._answered, name))
        if draft:
            self.say(self.form.said("resumed", self.lang))

    def _in(self, question: str, section: str) -> bool:
        return self.form.questions[question].section == section

    def _fill(self) -> None:
        self._quiet = True
        for name, each in self.fields.items():
            each.set(self.state.raw.get(name))
        self._quiet = False

    def _answered(self, name: str, value: Any) -> None:
        if self._quiet:
            return
        self.state, self._asked = self.state.with_answer(name, value), False
        self.refused.pop(name, None)
        self.notice.value = self._status = ""
        with self.guarded():
            self.account = self.desk.account(*self.roles)
            with self.desk.store.writing() as connection:
                drafts.save(connection, self.desk.login, self.form.id, self.form.version, self.state.raw)
        self.update()

    def refresh(self) -> None:
        """Say everything in the form's language, and show the questions that are asked."""
        self.state = IntakeState(self.lang, self.state.raw)
        lang, form = self.lang, self.form
        self.language.description = form.said("language", lang)
        self.head.value = notices.tag("h1", form.title[lang]) + notices.tag("p", form.said("kept", lang), "mw-subtitle")
        self._quiet = True
        asked = self.state.asked(form)
        for name, each in self.fields.items():
            each.label(lang)
            each.box.layout.display = None if name in asked else "none"
        self._quiet = False
        for name, heading in self.headings.items():
            heading.value = f"<h2>{m.html(form.sections[name][lang])}</h2>"
            hidden = not any(self._in(question, name) for question in asked)
            self.sections[name].layout.display = "none" if hidden else None
        told = self.state.blockers(form, self.refused)
        listed = "".join(f"<li>{m.html(each)}</li>" for each in told)
        lead = form.said("blocked" if told else "ready", lang)
        self.blocked.value = f'<p class="mw-legend">{m.html(lead)}</p>' + (f"<ul>{listed}</ul>" if told else "")
        self.hand_in.description, self.hand_in.disabled = form.said("hand_in", lang), bool(told)
        self.anew.description = form.said("sure" if self._asked else "anew", lang)
        for code in form.languages:
            self.main.remove_class(f"mw-lang-{code}")
        self.main.add_class(f"mw-lang-{lang}")
        (self.box.add_class if direction(lang) == "rtl" else self.box.remove_class)("mw-rtl")

    def _hand_in(self) -> None:
        with self.guarded():
            self.account = self.desk.account(*self.roles)
            with self.desk.store.reading() as connection:
                draft = drafts.get(connection, self.desk.login, self.form.id)
            try:
                household = intake.hand_in(
                    self.desk.store,
                    self.form,
                    self.locality,
                    self.state.raw,
                    submission=draft.submission if draft else "",
                    who=self.desk.login,
                )
            except DataError as error:
                self.refused = {fault.column or "": fault.what for fault in error.faults}
                self.refuse(error)
            else:
                self._empty()
                self.say(self.form.said("handed_in", self.lang, household=household))
        self.update()

    def _throw_away(self) -> None:
        if not self._asked:
            self._asked = True
            self.update()
            return
        with self.guarded(), self.desk.store.writing() as connection:
            drafts.forget(connection, self.desk.login, self.form.id)
            self._empty()
        self.update()

    def _empty(self) -> None:
        self.state, self.refused, self._asked = IntakeState(self.lang), {}, False
        self._fill()


class _Choices:
    """Several answers to one question: a box to tick for each."""

    def __init__(self, question: Question, form: Form) -> None:
        self.question, self.form = question, form
        self.legend = ipywidgets.HTML()
        self.ticks = {code: ipywidgets.Checkbox(indent=False) for code in form.choices[question.choices]}
        self.box = boxed("mw-question", self.legend, boxed("mw-ticks", *self.ticks.values()))
        self.box.add_class("mw-choice")

    def set(self, value: Any) -> None:
        """Show an answer."""
        for code, tick in self.ticks.items():
            tick.value = code in (value or [])

    def watch(self, tell: Callable[[Any], None]) -> None:
        """Call with the answer whenever it changes."""
        for tick in self.ticks.values():
            tick.observe(lambda _: tell([code for code, tick in self.ticks.items() if tick.value]), "value")

    def label(self, language: str) -> None:
        """Put the words of a language on it."""
        self.legend.value = f'<p class="mw-legend">{m.html(_label(self.question, language))}</p>'
        for code, tick in self.ticks.items():
            tick.description = self.form.choices[self.question.choices][code][language]


class _One:
    """One answer: a text, a day, a number, or one choice of several."""

    def __init__(self, question: Question, form: Form) -> None:
        self.question, self.form = question, form
        if question.choices:
            self.widget: Any = ipywidgets.Dropdown(options=[("", "")])
        elif question.kind == "date":
            self.widget = ipywidgets.DatePicker()
        else:
            self.widget = ipywidgets.Text(continuous_update=False)
        self.box = boxed("mw-question", self.widget)

    def set(self, value: Any) -> None:
        """Show an answer."""
        if self.question.kind == "date":
            self.widget.value = date.fromisoformat(value) if value else None
        elif self.question.choices:
            known = [code for _, code in self.widget.options]
            if str(value or "") not in known:  # before its words are known
                self.widget.options = [("", ""), *((code, code) for code in self.form.choices[self.question.choices])]
            self.widget.value = str(value or "")
        else:
            self.widget.value = str(value or "")

    def watch(self, tell: Callable[[Any], None]) -> None:
        """Call with the answer whenever it changes."""
        self.widget.observe(
            lambda change: tell(change.new.isoformat() if isinstance(change.new, date) else change.new), "value"
        )

    def label(self, language: str) -> None:
        """Put the words of a language on it."""
        self.widget.description = _label(self.question, language)
        if self.question.choices:
            kept = self.widget.value
            options = [(words[language], code) for code, words in self.form.choices[self.question.choices].items()]
            self.widget.options = [(self.form.said("choose", language), ""), *options]
            self.widget.value = kept or ""


def _field(question: Question, form: Form) -> _Choices | _One:
    return _Choices(question, form) if question.kind == "select_multiple" else _One(question, form)


def _label(question: Question, language: str) -> str:
    return question.label[language] + (" *" if question.required else "")
