"""What does this machine have and lack? Each check says what it found and the one command that mends it."""

from __future__ import annotations

import re
import shlex
import shutil
import socket
import sys
import tempfile
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from urllib.parse import urlsplit

from packaging.requirements import Requirement

from workbench.core.plugins import OWN
from workbench.core.runs.provenance import default_runs

PYTHON = (3, 11)
ROOM_GB = 1.0
"""Free disk space below which a run and its reports may not fit."""
WAIT_SECONDS = 3.0
BROWSERS = ("chromium", "chromium-browser", "google-chrome")


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at: whether it is well, what was found, and the command that mends it."""

    name: str
    well: bool
    found: str
    mend: str = ""


def checkout() -> Path | None:
    """Return the folder of the checkout that is running; None for an installed wheel."""
    root = Path(__file__).parent.parent.parent
    return root if (root / "requirements.lock").exists() and (root / "pyproject.toml").exists() else None


def python() -> Finding:
    """Is Python new enough?"""
    wanted = ".".join(map(str, PYTHON))
    return Finding(
        "Python",
        sys.version_info >= PYTHON,
        f"{sys.version.split()[0]}, {wanted} or newer is needed",
        f"make clean setup PYTHON=python{wanted}",
    )


def packages(wanted: list[str]) -> Finding:
    """Are the packages there, in the versions wanted? Requirements of another kind of machine are left out."""
    missing, other, count = [], [], 0
    for line in wanted:
        asked = Requirement(line)
        if asked.marker is not None and not asked.marker.evaluate({"extra": ""}):
            continue
        count += 1
        have = version(asked.name)
        if have is None:
            missing.append(asked)
        elif not asked.specifier.contains(have, prereleases=True):
            other.append(asked)
    faults = [f"{a.name} is missing" for a in missing]
    faults += [f"{a.name} is {version(a.name)}, wanted {a.specifier}" for a in other]
    names = " ".join(shlex.quote(f"{a.name}{a.specifier}") for a in (*missing, *other))
    found = "; ".join(faults) or f"{count} packages as wanted"
    return Finding("packages", not faults, found, f"{shlex.quote(sys.executable)} -m pip install {names}")


def wanted_packages() -> list[str]:
    """Return what is wanted: the pins of the lock in the checkout's own environment, else the package's metadata."""
    stated = metadata.requires(OWN) or []
    root = checkout()
    if root is None or Path(sys.prefix).resolve() != (root / ".venv").resolve():
        return stated
    direct = {Requirement(line).name for line in stated if "extra ==" not in line}
    pins = [line for line in (root / "requirements.lock").read_text(encoding="utf-8").splitlines() if "==" in line]
    # What only tests or other packages need may be absent; where it stands, its version is pinned as well.
    return [pin for pin in pins if (name := Requirement(pin).name) in direct or version(name) is not None]


def version(name: str) -> str | None:
    """Return the installed version of a package, None if it is not installed."""
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def browser() -> Finding | None:
    """Is there a Chromium for the browser tests? None where there are no tests to run."""
    root = checkout()
    if root is None or not (root / "tests").is_dir():
        return None
    at = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    found = at or "no Chromium; only the browser tests need it"
    return Finding("browser", at is not None, found, "apt-get install chromium")


def space(folder: Path) -> Finding:
    """Is there room on the disk?"""
    free = shutil.disk_usage(_nearest(folder)).free / 1e9
    return Finding(
        "disk space",
        free >= ROOM_GB,
        f"{free:.1f} GB free for {folder}, {ROOM_GB:.0f} GB is wanted",
        "export WORKBENCH_RUNS=/a/folder/with/room",
    )


def writable(name: str, folder: Path, mend: str) -> Finding:
    """May this user write in a folder, or make it?"""
    try:
        with tempfile.TemporaryFile(dir=_nearest(folder)):
            return Finding(name, True, f"{folder.absolute()} can be written to")
    except OSError as error:
        return Finding(name, False, f"cannot write to {folder.absolute()}: {error.strerror or error}", mend)


def runs_folder() -> Finding:
    """May this user write saved runs?"""
    return writable("runs folder", default_runs(), "export WORKBENCH_RUNS=/a/folder/of/yours")


def scheduler(address: str) -> Finding:
    """Is anybody listening at the scheduler's address? A connection is opened and closed, nothing is said on it."""
    mend = f"dask scheduler --port {_port(address) or 8786}   # on the machine named, or: unset WORKBENCH_SCHEDULER"
    parts = urlsplit(address if "://" in address else f"tcp://{address}")
    if parts.hostname is None or _port(address) is None:
        return Finding("scheduler", False, f"'{address}' is no address such as tcp://host:8786", mend)
    try:
        with socket.create_connection((parts.hostname, int(_port(address) or 0)), timeout=WAIT_SECONDS):
            return Finding("scheduler", True, f"{address} answers")
    except OSError as error:
        return Finding("scheduler", False, f"{address} does not answer: {error.strerror or error}", mend)


def _port(address: str) -> int | None:
    found = re.search(r":(\d{1,5})$", address)
    return int(found[1]) if found and 0 < int(found[1]) < 2**16 else None


def _nearest(folder: Path) -> Path:
    """Return the folder itself, or what stands nearest above it."""
    path = folder.absolute()
    while not path.exists() and path != path.parent:
        path = path.parent
    return path
