"""The page as the server finds it by its name: it has a language and nothing else to choose."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from workbench.apps import notices, pages
from workbench.core.errors import WorkbenchError
from workbench.presentation.languages import marked, say

if TYPE_CHECKING:
    import ipywidgets

    from workbench.studies.publishing.scores import Scoreboard


@dataclass(frozen=True)
class Opening:
    """How the page opens: in which language, and whose arrivals tell what came."""

    language: str = "en"
    locality: str = "eu"

    @cached_property
    def board(self) -> Scoreboard | None:
        """The scores of what was published; None where nothing was. Read once."""
        from workbench.studies.publishing import scores  # here: pandas is not needed for the title

        return scores.study(locality=self.locality) if scores.open_issues() else None

    @property
    def blockers(self) -> tuple[str, ...]:
        """Why no score can be shown, in sentences."""
        try:
            empty = self.board is None
        except WorkbenchError:
            return (say("The published forecasts cannot be shown.", self.language),)
        return (say("No forecast has been published yet, so none is scored.", self.language),) if empty else ()

    def to_dict(self) -> Mapping[str, Any]:
        """Return the choices as JSON can hold them."""
        return {"language": self.language, "locality": self.locality}


class ScoreboardPanel:
    """How good were the published forecasts?"""

    title = marked("Scoreboard")
    published = True

    def state(self) -> Opening:
        """Return how the page opens for its address."""
        return Opening(pages.language())

    def view(self, state: Opening) -> ipywidgets.Box:
        """Return the page."""
        import ipywidgets  # here: who only asks for the title needs no widgets

        from workbench.apps.boxes import boxed, language_menu
        from workbench.apps.serving.bridge import Bridge

        language = language_menu()
        language.value = state.language
        said, bridge = ipywidgets.HTML(), Bridge(lambda: None)

        def show(chosen: str) -> None:
            language.description = say("Language", chosen)
            said.value = _html(state, chosen)
            bridge.tell(language=chosen, status=say("The scores are shown.", chosen), query=f"language={chosen}")

        language.observe(lambda change: show(change.new), "value")
        show(state.language)
        controls = boxed("mw-controls", boxed("mw-card", language))
        return boxed("mw-app", controls, boxed("mw-page", said), bridge.box)


def _html(state: Opening, language: str) -> str:
    """Return what the page says, whatever stands in its way."""
    from workbench.apps.scoreboard import content

    try:
        board = state.board
        if board is None:
            return content.missing(language)
        return content.head(board, language) + content.tables(board, language) + content.foot(state.locality, language)
    except WorkbenchError as error:
        notices.log(error)
        return content.failed(language)


def page() -> ipywidgets.Box:
    """Return the page for the address that this kernel was started for."""
    from workbench.apps.serving.bridge import keep_quiet

    keep_quiet()
    panel = ScoreboardPanel()
    return panel.view(panel.state())
