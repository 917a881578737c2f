"""A built wheel, alone in an empty environment and an empty folder, without compiler and pandoc, does the main job."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

pytestmark = pytest.mark.whole
ROOT = Path(__file__).parent.parent


def run(*arguments: str | Path, **options: object) -> subprocess.CompletedProcess[str]:
    done = subprocess.run([str(a) for a in arguments], capture_output=True, text=True, check=False, **options)  # type: ignore[call-overload]
    assert done.returncode == 0, done.stdout + done.stderr
    return done


def test_the_wheel_route(tmp_path: Path) -> None:
    run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", tmp_path, ROOT)
    (wheel,) = tmp_path.glob("migration_workbench-*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    needed = (
        "data/localities/norway/settlement.csv",
        "data/template/examples.toml",
        "reports/inflow.ipynb",
        "reports/settlement.ipynb",
    )
    for shipped in (*needed, "notebooks/00_start_here.ipynb"):
        assert f"workbench/_shipped/{shipped}" in names

    for inside in ("apps/template/voila/templates/workbench/index.html.j2", "presentation/locale/nb.po"):
        assert f"workbench/{inside}" in names
    for page in ("outlook", "panel"):
        assert f"workbench/_shipped/notebooks/apps/{page}.ipynb" in names

    home = tmp_path / "an empty folder"
    home.mkdir()
    python = tmp_path / "env" / "bin" / "python"
    run(sys.executable, "-m", "uv", "venv", "--python", sys.executable, tmp_path / "env")
    lock = ROOT / "requirements.lock"
    run(sys.executable, "-m", "uv", "pip", "install", "--python", python, "--constraint", lock, wheel)

    kept = {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "VIRTUAL_ENV", "WORKBENCH_RUNS")}
    alone = {**kept, "HOME": str(home), "PATH": str(python.parent)}
    workbench = python.parent / "workbench"
    done = run(workbench, "demo", "--households", "30", "--draws", "350", "--json", cwd=home, env=alone)
    told = json.loads(done.stdout)
    assert "asylum applicants" in told["sentences"][0] and told["reused"] == []
    for report in told["reports"]:
        assert (home / report).read_bytes().startswith(b"%PDF-")
    assert "compiler" not in done.stderr and "g++" not in done.stderr and "Warning" not in done.stderr
