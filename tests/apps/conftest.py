"""Most tests look at a forecast that was only saved, as a server with `--drafts` does."""

import pytest

from workbench.apps import pages


@pytest.fixture(autouse=True)
def drafts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(pages.DRAFTS, "1")
