"""The PDF of a publication: made beside it, linked from its page, given out only as long as readers may see it."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from tornado.web import HTTPError

from workbench.apps import links
from workbench.apps.serving.first_handler import ReportHandler
from workbench.core.errors import ReportError
from workbench.core.runs.archive import Archive
from workbench.core.runs.provenance import RunStore, SavedRun
from workbench.core.runs.publication import Publication
from workbench.reporting import issues

pytestmark = pytest.mark.quick


def made(root: Path, name: str) -> SavedRun:
    def compute(folder: Path) -> dict[str, Any]:
        (folder / "draws.bin").write_bytes(name.encode())
        return {}

    return RunStore(root).get_or_run("inflow", {"name": name}, (), compute)


@pytest.fixture
def archive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Archive:
    monkeypatch.setenv("WORKBENCH_PUBLISHED", str(tmp_path / "published"))
    return Archive(tmp_path / "published")


def written(archive: Archive, publication: Publication) -> None:
    path = archive.report(publication, "nb")
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(b"%PDF of " + publication.id.encode())


def answer(archive: Archive, publication: str, language: str) -> bytes:
    """Ask the route as a browser does, in a thread with an event loop of its own."""
    sent: list[bytes] = []
    handler = ReportHandler.__new__(ReportHandler)
    handler.application = SimpleNamespace(settings={"archive": archive})
    handler.set_header = lambda name, value: None
    handler.finish = sent.append
    with ThreadPoolExecutor(1) as pool:
        pool.submit(lambda: asyncio.run(handler.get(publication, language))).result()
    return sent[0]


def test_readers_get_the_report_of_what_they_may_see_and_no_other(archive: Archive, tmp_path: Path) -> None:
    later = (datetime.now(UTC).date() + timedelta(days=9)).isoformat()
    first = archive.publish(made(tmp_path / "runs", "a"), by="Kari")
    hidden = archive.publish(made(tmp_path / "runs", "b"), by="Kari", embargo=later)
    case = archive.publish(made(tmp_path / "runs", "c"), by="Kari", edition="case")
    for publication in (first, hidden, case):
        written(archive, publication)
    assert answer(archive, first.id, "nb") == b"%PDF of inflow-0001"
    for name, language in ((hidden.id, "nb"), (case.id, "nb"), (first.id, "sv"), ("inflow-0009", "nb")):
        with pytest.raises(HTTPError) as refused:
            answer(archive, name, language)
        assert refused.value.status_code == 404
    archive.withdraw(first.id, by="Ola", reason="wrong table")
    with pytest.raises(HTTPError):
        answer(archive, first.id, "nb")


def test_a_page_links_to_the_report_of_its_run_where_there_is_one(archive: Archive, tmp_path: Path) -> None:
    run = made(tmp_path / "runs", "a")
    assert links.report(run.record, "nb") == []
    publication = archive.publish(run, by="Kari")
    assert links.report(run.record, "nb") == []
    written(archive, publication)
    assert 'href="reports/inflow-0001-nb.pdf"' in links.downloads([], "nb", record=run.record)
    assert "reports/" not in links.downloads([], "sv", record=run.record)
    assert [p.id for p in archive.all()] == ["inflow-0001"] and archive.broken() == ()


def test_a_report_is_built_from_the_publication_in_each_language(
    archive: Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[dict[str, str]] = []

    def build(name: str, parameters: dict[str, str], out: Path) -> SimpleNamespace:
        asked.append(parameters)
        path = out / f"{name}-{parameters['language']}.pdf"
        path.write_text(parameters["language"])
        return SimpleNamespace(pdf=path)

    monkeypatch.setattr(issues, "build", build)
    publication = archive.publish(made(tmp_path / "runs", "a"), by="Kari")
    paths = list(issues.build_all(publication, runs=tmp_path / "runs"))
    assert [path.name for path in paths] == [f"inflow-0001-{language}.pdf" for language in ("en", "nb", "sv")]
    assert [path.read_text() for path in paths] == ["en", "nb", "sv"]
    assert {each["run"] for each in asked} == {"inflow-0001"}


def test_a_study_without_such_a_report_is_refused_before_anything_is_published() -> None:
    for name in ("inflow", "settlement", "capacity"):
        issues.check(name)
    with pytest.raises(ReportError, match="no report shows a publication of 'allocation'"):
        issues.check("allocation")
