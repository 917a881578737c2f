"""An invented town as a package of its own: installed, shown, checked, used, then broken, left out, and named twice."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

pytestmark = pytest.mark.whole
ROOT = Path(__file__).parent.parent.parent
TOWN = Path(__file__).parent / "eksempelby"
Install = Callable[[Path, Path], Path]


def workbench(*arguments: str | Path, path: tuple[Path, ...], cwd: Path) -> subprocess.CompletedProcess[str]:
    return python("-m", "workbench", *arguments, path=path, cwd=cwd)


def python(*arguments: str | Path, path: tuple[Path, ...], cwd: Path) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, path))}
    command = [sys.executable, *(str(a) for a in arguments)]
    return subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True, check=False)


@pytest.fixture
def broken(town: Path, tmp_path: Path) -> Path:
    """A second installation of the town, to be damaged."""
    return Path(shutil.copytree(town, tmp_path / "broken"))


def test_it_is_shown_with_its_package_and_passes_its_checks(town: Path, tmp_path: Path) -> None:
    done = workbench("locality", "list", "--json", path=(town,), cwd=tmp_path)
    body = json.loads(done.stdout)
    package = "workbench-eksempelby 1.0.0"
    assert body["localities"]["eksempelby"]["package"] == package and body["skipped"] == [] and done.stderr == ""
    assert body["rules"]["no_district_alone"] == body["indicators"]["district_spread"] == package
    assert body["panels"]["districts"] == package
    done = workbench("locality", "check", "eksempelby", path=(town,), cwd=tmp_path)
    assert "places 4, tables 2, parameters 4, example situations 2, forms 1." in done.stdout, done.stderr
    assert "The guide of eksempelby: 5 pages (nb: 5 source; en: 5 fresh)." in done.stdout
    assert "Turned off: capacity, inflow." in done.stdout
    parts = "rules no_district_alone; indicators district_spread; panels districts"
    assert f"Parts of workbench-eksempelby: {parts}." in done.stdout
    asked = workbench("intake", "fields", "--locality", "eksempelby", path=(town,), cwd=tmp_path)
    assert "crossing" in asked.stdout, asked.stderr
    off = workbench("capacity", "fit", "--as-of", "2024", "--locality", "eksempelby", path=(town,), cwd=tmp_path)
    assert off.returncode == 2 and "'capacity' is turned off for Eksempelby" in off.stderr
    shown = workbench("locality", "show", "eksempelby", path=(town,), cwd=tmp_path).stdout
    assert "Nordhavn settled 50 % of all newcomers" in shown and f"Indicator of the package {package}" in shown
    code = (
        "from eksempelby import folder, indicators, panel, rules\nfrom workbench import testing\n"
        "from workbench.sources import localities\ntown = localities.load('eksempelby')\n"
        "testing.check_locality(folder())\ntesting.check_rule(rules.NoDistrictAlone())\n"
        "testing.check_indicator(indicators.DistrictSpread(), town)\ntesting.check_panel(panel.Districts())\n"
    )
    done = python("-c", code, path=(town,), cwd=tmp_path)
    assert done.returncode == 0, done.stderr


def test_its_rule_changes_a_plan_only_when_it_is_named(town: Path, tmp_path: Path) -> None:
    (tmp_path / "h.csv").write_text("household,adults,children,seniors,ties\nA,2,2,0,N\nB,1,0,0,N\nC,2,1,0,N\n")
    (tmp_path / "p.csv").write_text("place,capacity\nN,9\nS,9\n")
    tables = ("--households", "h.csv", "--places", "p.csv", "--locality", "eksempelby", "--out")
    plain = workbench("allocate", *tables, "plain.csv", path=(town,), cwd=tmp_path)
    ruled = workbench("allocate", *tables, "ruled.csv", "--rule", "no_district_alone", path=(town,), cwd=tmp_path)
    assert plain.returncode == ruled.returncode == 0, plain.stderr + ruled.stderr
    places = {
        name: [row.split(",")[1] for row in (tmp_path / f"{name}.csv").read_text().splitlines()[1:]]
        for name in ("plain", "ruled")
    }
    assert places == {"plain": ["N", "N", "N"], "ruled": ["S", "N", "N"]}
    assert "invented decision 7/2026" in json.loads((tmp_path / "ruled-result.json").read_text())["status"]


def test_a_run_names_the_guest_it_used_and_is_another_run(town: Path, tmp_path: Path) -> None:
    code = (
        "import json\nfrom workbench.presentation import origin\nfrom workbench.studies import allocation\n"
        "run = lambda *rules: allocation.study(households=15, further=rules, runs='runs')\n"
        "plain, ruled, again = run(), run('no_district_alone'), run('no_district_alone')\n"
        "used = [[p.group, p.name, p.distribution, p.version] for p in ruled.record.plugins.used]\n"
        "print(json.dumps([used, plain.record.key == ruled.record.key, again.reused,\n"
        "  len(plain.record.plugins.used), origin.run_facts(ruled.record).plain()]))\n"
    )
    done = python("-c", code, path=(town,), cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    used, same, again, without, facts = json.loads(done.stdout)
    assert used == [["workbench.rules", "no_district_alone", "workbench-eksempelby", "1.0.0"]]
    assert (same, again, without) == (False, True, 0)
    assert "Parts of other packages were used: rules 'no_district_alone' of workbench-eksempelby 1.0.0." in facts


def damage(folder: Path, name: str, old: str, new: str) -> None:
    path = folder / "eksempelby" / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


RULE, PLACE, PAGE = ("rules", "no_district_alone"), ("localities", "eksempelby"), ("panels", "districts")
INDICATOR = ("indicators", "district_spread")


@pytest.mark.parametrize(
    "damages",
    [
        [
            ("rules.py", "import scipy.sparse as sp", "import no_such_module", RULE, "no_such_module"),
            ("indicators.py", "question =", "question_ =", INDICATOR, "it has no 'question'"),
            ("panel.py", "return ipywidgets.VBox([chosen, shown])", "return None", PAGE, "its view shows nothing"),
        ],
        [
            (
                "rules.py",
                "problem.persons.sum() / 2).sum()",
                "problem.persons.sum()).sum()",
                RULE,
                "its rows forbid the plan",
            ),
            ("panel.py", '"year": self.year', '"year": self', PAGE, "its state is not plain values"),
        ],
        # A page cannot show a town that is left out: it goes with it.
        [
            ("locality/locality.toml", 'licence = "CC0"', "", PLACE, "no source with publisher"),
            ("locality/locality.toml", 'licence = "CC0"', "", PAGE, "'eksempelby' cannot be used"),
        ],
        [
            ("locality/locality.toml", 'id = "eksempelby"', 'id = "other"', PLACE, "says id = 'other'"),
            ("locality/locality.toml", 'id = "eksempelby"', 'id = "other"', PAGE, "'eksempelby' cannot be used"),
        ],
    ],
    ids=["not there", "not as agreed", "place without source", "place of another name"],
)
def test_damaged_parts_are_left_out_and_said_and_the_rest_works(
    broken: Path, tmp_path: Path, damages: list[tuple[str, str, str, tuple[str, str], str]]
) -> None:
    for name, old, new in {(name, old, new) for name, old, new, _, _ in damages}:
        damage(broken, name, old, new)
    done = workbench("locality", "list", "--json", path=(broken,), cwd=tmp_path)
    assert done.returncode == 0 and "Traceback" not in done.stderr
    body = json.loads(done.stdout)
    for *_, (kind, called), reason in damages:
        (notice,) = [line for line in done.stderr.splitlines() if line.startswith(f"Notice: skipped {kind} '{called}'")]
        assert " of workbench-eksempelby 1.0.0: " in notice and reason in notice
        assert called not in body[kind]
    assert {left["name"] for left in body["skipped"]} == {called for *_, (_, called), _ in damages}
    left = {RULE, PLACE, INDICATOR, PAGE} - {part for *_, part, _ in damages}
    assert all(called in body[kind] for kind, called in left) and "norway" in body["localities"]


def test_a_part_that_is_left_out_is_refused_by_name_and_checked_by_name(broken: Path, tmp_path: Path) -> None:
    damage(broken, "locality/locality.toml", 'licence = "CC0"', "")
    damage(broken, "locality/parameters.toml", 'unit = "km"', 'unit = ""')
    done = workbench("locality", "show", "eksempelby", path=(broken,), cwd=tmp_path)
    assert done.returncode == 2 and "'eksempelby' cannot be used" in done.stderr and "publisher" in done.stderr
    done = workbench("locality", "check", "eksempelby", path=(broken,), cwd=tmp_path)
    assert done.returncode == 2 and "no source with publisher" in done.stderr
    done = workbench("app", "districts", path=(broken,), cwd=tmp_path)
    assert done.returncode == 2 and "'districts' cannot be used" in done.stderr and "publisher" in done.stderr
    doctor = json.loads(workbench("doctor", "--json", path=(broken,), cwd=tmp_path).stdout)
    (said,) = [found for found in doctor["found"] if found["name"] == "plug-ins"]
    assert not said["well"] and said["mend"].endswith("pip uninstall workbench-eksempelby")


def test_an_indicator_that_fails_at_work_is_left_out_and_the_others_are_shown(broken: Path, tmp_path: Path) -> None:
    damage(broken, "indicators.py", 'table["year"].max()', 'table["jear"].max()')
    done = workbench("locality", "show", "eksempelby", path=(broken,), cwd=tmp_path)
    assert done.returncode == 0 and "56 refugees were settled" in done.stdout
    assert "Notice: skipped indicators 'district_spread'" in done.stderr and "KeyError" in done.stderr


def test_of_two_packages_that_bring_one_name_neither_is_used(town: Path, install: Install, tmp_path: Path) -> None:
    source = Path(shutil.copytree(TOWN, tmp_path / "source"))
    project = source / "pyproject.toml"
    project.write_text(project.read_text().replace('name = "workbench-eksempelby"', 'name = "another-eksempelby"'))
    other = install(source, tmp_path / "other")
    done = workbench("locality", "list", "--json", path=(town, other), cwd=tmp_path)
    body = json.loads(done.stdout)
    assert "eksempelby" not in body["localities"] and "norway" in body["localities"]
    assert "also brought by another-eksempelby 1.0.0" in done.stderr
    assert "also brought by workbench-eksempelby 1.0.0" in done.stderr
    done = workbench("locality", "show", "eksempelby", path=(town, other), cwd=tmp_path)
    assert done.returncode == 2 and "remove one of them" in done.stderr


def test_the_lines_of_the_readme_do_what_they_say(install: Install, tmp_path: Path) -> None:
    section = (ROOT / "README.md").read_text(encoding="utf-8").split("## Your town's part", 1)[1].split("\n## ", 1)[0]
    lines = [shlex.split(line, comments=True) for line in re.findall(r"^    (.+)$", section, re.M)]
    target, codes = tmp_path / "installed", []
    for program, *arguments in lines:
        if program.endswith("python"):
            assert arguments[:3] == ["-m", "pip", "install"]
            install(Path(shutil.copytree(ROOT / arguments[3], tmp_path / "source")), target)
            continue
        assert program.endswith("workbench")
        done = workbench(*arguments, path=(target,), cwd=tmp_path)
        assert "Traceback" not in done.stderr
        codes.append((arguments[:2], done.returncode, done.stdout))
    said = {" ".join(command): (code, text) for command, code, text in codes}
    assert said["locality new"][0] == 0 and said["locality check"][0] == 2 and said["doctor"][0] in (0, 4)
    assert "workbench-eksempelby" in said["locality list"][1] and "Nordhavn" in said["locality show"][1]
