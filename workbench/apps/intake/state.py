"""What has been answered, and what stands in the way of handing the interview in; knows no widgets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from workbench.studies.rounds.interview.form import Form

ANSWER = "is not answered"


@dataclass(frozen=True)
class IntakeState:
    """The answers so far, as they were entered.

    Parameters
    ----------
    language
        Language of the form.
    raw
        By question: a text, a code, a day or a list of codes.
    """

    language: str
    raw: Mapping[str, Any] = field(default_factory=dict)

    def with_answer(self, name: str, value: Any) -> IntakeState:
        """Return the state with one answer changed; an empty one is taken out."""
        kept = {each: answer for each, answer in self.raw.items() if each != name}
        return IntakeState(self.language, kept if value in (None, "", []) else {**kept, name: value})

    def asked(self, form: Form) -> tuple[str, ...]:
        """Return the questions that are asked, given the answers."""
        answers, _ = form.read(self.raw)
        return tuple(name for name, question in form.questions.items() if question.asked(answers))

    def blockers(self, form: Form, refused: Mapping[str, str] | None = None) -> tuple[str, ...]:
        """Return why the interview cannot be handed in, a sentence for each question, in the form's language.

        ``refused`` are questions whose answer the register did not take.
        """
        _, faults = form.read(self.raw)
        told = [*faults, *(refused or {}).items()]
        return tuple(
            form.said(
                "missing" if what == ANSWER else "wrong",
                self.language,
                question=form.questions[name].label[self.language],
            )
            for name, what in told
            if name in form.questions
        )

    def to_dict(self) -> dict[str, Any]:
        """Return the state as JSON can hold it."""
        return {"language": self.language, "raw": dict(self.raw)}
