"""Is a locality whole? Its identity, sources, tables, parameters and example situations, every fault at once."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from workbench.core import plugins
from workbench.core.errors import PluginError, WorkbenchError
from workbench.core.geography.places import Locality
from workbench.core.parameters import Parameter
from workbench.sources import localities
from workbench.sources.template import FILES, MARK
from workbench.studies.cockpit import figures
from workbench.studies.localities import examples
from workbench.studies.rounds.interview import form


@dataclass(frozen=True)
class LocalityReport:
    """What was checked of a locality, how many of each, and every fault that was found, as sentences."""

    folder: Path
    name: str
    places: int
    tables: int
    parameters: int
    examples: int
    forms: int
    faults: tuple[str, ...]

    def sentence(self) -> str:
        """Return what was checked in one sentence, for a locality that is whole."""
        return (
            f"{self.name} is whole: places {self.places}, tables {self.tables}, parameters {self.parameters}, "
            f"example situations {self.examples}, forms {self.forms}."
        )

    def raise_faults(self) -> None:
        """Raise one error with every fault, if there is any."""
        if self.faults:
            raise PluginError(
                f"the locality '{self.name}' is not whole: {len(self.faults)} fault{'s' * (len(self.faults) > 1)}",
                where=str(self.folder),
                faults=self.faults,
                do="mend what is named, then try `workbench locality check` again",
            )


def check(name: str | Path) -> LocalityReport:
    """Check one locality completely, by the identifier of an installed one or by its folder."""
    folder = _folder(name).resolve()
    faults = _marks(folder)
    locality, errors = localities.read_folder(folder)
    faults += [error.message() for error in errors]
    if locality is None:
        return LocalityReport(folder, str(name), 0, 0, 0, 0, 0, tuple(faults))
    faults += _table_faults(locality) + _unnamed_files(locality)
    faults += figures.faults_of(locality) if not faults else []
    parameters: tuple[Parameter, ...] = ()
    cases: tuple[examples.Example, ...] = ()
    try:
        if (folder / "parameters.toml").exists():
            parameters = tuple(localities.parameters(locality))
    except WorkbenchError as error:
        faults.append(error.message())
    try:
        cases = examples.read(folder)
    except WorkbenchError as error:
        faults.append(error.message())
    for case in cases:
        faults += examples.differs(case, locality)
    questionnaires = sorted((folder / "forms").glob("*.toml"))
    for path in questionnaires:
        try:
            form.read_form(path)
        except WorkbenchError as error:
            faults.append(error.message())
    return LocalityReport(
        folder,
        locality.name,
        len(locality.places),
        len(locality.tables),
        len(parameters),
        len(cases),
        len(questionnaires),
        tuple(faults),
    )


def _folder(name: str | Path) -> Path:
    """Return a locality's folder, also of an installed one that is left out for its faults."""
    plugin = plugins.unchecked(plugins.LOCALITIES, str(name))
    if plugin is not None and callable(plugin.value):
        return Path(plugin.value())
    return Path(name) if Path(name).is_dir() else localities.load(name).folder


def _marks(folder: Path) -> list[str]:
    """Return where a new locality still holds what its people are to fill in."""
    found = []
    for path in sorted(path for path in folder.iterdir() if path.name in FILES):
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
        found += [
            f"{path.name}, line {number}: still to be filled in"
            for number, line in enumerate(lines, start=1)
            if MARK in line
        ]
    return found


def _table_faults(locality: Locality) -> list[str]:
    faults = []
    for name in locality.tables:
        try:
            localities.table(locality, name)
        except WorkbenchError as error:
            faults.append(error.message())
    return faults


def _unnamed_files(locality: Locality) -> list[str]:
    """Return tables of the folder that locality.toml or SOURCE.md does not name."""
    about = locality.folder / "SOURCE.md"
    text = about.read_text(encoding="utf-8") if about.exists() else ""
    named = {entry.path.name for entry in locality.tables.values()}
    there = sorted(path.name for path in locality.folder.glob("*.csv"))
    faults = [f"{name} lies in the folder, but locality.toml does not name it" for name in there if name not in named]
    return faults + [f"SOURCE.md does not say whose figures {name} holds" for name in sorted(named) if name not in text]
