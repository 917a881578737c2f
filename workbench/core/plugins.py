"""Which parts do the installed packages bring? The only reader of entry points; ours come through the same door.

A guest that cannot be imported, fails its check or shares its name with another is left out: a warning says so, the
command line prints it, run records keep it. Nothing a guest brings is used unless somebody names it.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path
from typing import Any

from workbench.core.errors import PluginError, WorkbenchError, nearest
from workbench.core.runs.provenance import Guests, Part, SkippedPart, digest

OWN = "migration-workbench"

LOCALITIES = "workbench.localities"
"""A country, region or town: :class:`~workbench.core.parts.LocalityFolder`. Ours: denmark, eu, norway, sweden, uk."""
SOURCES = "workbench.sources"
"""A table from outside: :class:`~workbench.core.parts.TableSource`. Ours: arrivals."""
INDICATORS = "workbench.indicators"
"""A figure from a locality's tables: :class:`~workbench.core.parts.Indicator`. Ours: settled_of_accepted."""
RULES = "workbench.rules"
"""What a plan must keep: :class:`~workbench.core.parts.AllocationRule`. Ours: those of the standard plan."""
COMPONENTS = "workbench.components"
"""A model: :class:`~workbench.core.parts.ModelComponent`. Ours: inflow, settlement. No study takes a guest's yet."""
PANELS = "workbench.panels"
"""A page of the apps: :class:`~workbench.core.parts.Panel`. Ours: outlook. `workbench app NAME` serves any of them."""
GROUPS = (LOCALITIES, SOURCES, INDICATORS, RULES, COMPONENTS, PANELS)

Check = Callable[[str, Any], None]


class PluginNotice(UserWarning):
    """A part of another package was left out."""


@dataclass(frozen=True)
class Plugin:
    """One part as it was found: what the entry point names, and whose it is."""

    group: str
    name: str
    distribution: str
    version: str
    value: Any
    module: str

    @property
    def own(self) -> bool:
        """Whether the part is the workbench's own."""
        return self.distribution == OWN

    def part(self) -> Part:
        """Return what run records keep of the part; the fingerprint is of all Python files of its top package."""
        return Part(self.group, self.name, self.distribution, self.version, _fingerprint(self.module))

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """Turn a guest's own failure into an error that names the guest."""
        try:
            yield
        except WorkbenchError:
            raise
        except Exception as error:
            raise PluginError(
                f"it failed while at work: {_said(error)}",
                where=f"{self.group.removeprefix('workbench.')} '{self.name}' of {self.distribution} {self.version}",
                do="tell its makers, or leave it out",
            ) from error


@dataclass
class _Found:
    good: dict[str, Plugin] = field(default_factory=dict)
    skipped: dict[tuple[str, str], SkippedPart] = field(default_factory=dict)


_LOOKED: dict[tuple[str, tuple[str, ...]], _Found] = {}


def load(group: str, check: Check) -> Mapping[str, Plugin]:
    """Return the usable parts of a group by name; looked up once for each search path of Python.

    Parameters
    ----------
    group
        One of `GROUPS`.
    check
        Called with the name and the object of each guest; what it raises is the reason for leaving the guest out.
    """
    place = (group, tuple(sys.path))
    if place not in _LOOKED:
        _LOOKED[place] = _look(group, check)
    return _LOOKED[place].good


def get(group: str, name: str, check: Check) -> Plugin:
    """Return one part; an unknown one is refused with the nearest name, one left out with the reason."""
    known = load(group, check)
    if name in known:
        return known[name]
    refuse_skipped(group, name)
    kind = group.removeprefix("workbench.")
    raise PluginError(f"no '{name}' among the {kind} installed", do=nearest(name, list(known)) or "install its package")


def refuse_skipped(group: str, name: str) -> None:
    """Raise the reason if a part of that name was left out."""
    reasons = [part.line() for part in notices() if (part.group, part.name) == (group, name)]
    if reasons:
        raise PluginError(f"'{name}' cannot be used", faults=reasons, do="mend or remove the package named")


def leave_out(plugin: Plugin, error: WorkbenchError) -> None:
    """Leave out a guest that failed while at work, as if its check had failed."""
    for (group, _), looked in _LOOKED.items():
        if group == plugin.group and looked.good.get(plugin.name) == plugin:
            del looked.good[plugin.name]
            _skip(looked, SkippedPart(group, plugin.name, plugin.distribution, plugin.version, _said(error)))


def unchecked(group: str, name: str) -> Plugin | None:
    """Return a part without running its check; None if there is none of that name, or more than one."""
    entries = [entry for entry in metadata.entry_points(group=group) if entry.name == name]
    return _plugin(entries[0]) if len(entries) == 1 else None


def notices() -> tuple[SkippedPart, ...]:
    """Return every guest left out so far, with the reason."""
    here = tuple(sys.path)
    found = [part for (_, path), looked in _LOOKED.items() if path == here for part in looked.skipped.values()]
    return tuple(sorted(found, key=lambda part: (part.group, part.name, part.distribution)))


def guests(*used: Plugin | None) -> Guests:
    """Return what a run record keeps: the guests among the parts used, and all that were left out so far."""
    parts = {plugin.part() for plugin in used if plugin is not None and not plugin.own}
    return Guests(tuple(sorted(parts, key=lambda part: (part.group, part.name))), notices())


def and_now(before: Guests) -> Guests:
    """Return the parts of a saved run that is built upon, with what was left out then and since."""
    return Guests(before.used, tuple(dict.fromkeys((*before.skipped, *notices()))))


def _look(group: str, check: Check) -> _Found:
    found, by_name = _Found(), dict[str, list[metadata.EntryPoint]]()
    for entry in metadata.entry_points(group=group):
        by_name.setdefault(entry.name, []).append(entry)
    for name, entries in sorted(by_name.items()):
        guests_ = [entry for entry in entries if _whose(entry)[0] != OWN]
        for entry in entries:
            if entry in guests_ and len(entries) > 1:
                others = " and ".join(sorted(" ".join(_whose(other)) for other in entries if other is not entry))
                _skip(found, _part(entry, f"the name is also brought by {others}; remove one of them"))
                continue
            try:
                plugin = _plugin(entry)
                if not plugin.own:
                    check(name, plugin.value)
            except (Exception, SystemExit) as error:
                if entry not in guests_:
                    raise
                _skip(found, _part(entry, _said(error)))
            else:
                found.good[name] = plugin
    return found


def _plugin(entry: metadata.EntryPoint) -> Plugin:
    return Plugin(entry.group, entry.name, *_whose(entry), _imported(entry), entry.module)


def _imported(entry: metadata.EntryPoint) -> Any:
    try:
        return entry.load()
    except (Exception, SystemExit) as error:
        own = _whose(entry)[0] == OWN
        raise PluginError(
            f"cannot be imported: {_said(error)}",
            where=entry.value,
            do="install the workbench again: make setup" if own else "mend or remove its package",
        ) from error


def _whose(entry: metadata.EntryPoint) -> tuple[str, str]:
    return (entry.dist.name, entry.dist.version) if entry.dist else ("unknown package", "")


def _part(entry: metadata.EntryPoint, reason: str) -> SkippedPart:
    return SkippedPart(entry.group, entry.name, *_whose(entry), reason)


def _skip(found: _Found, part: SkippedPart) -> None:
    found.skipped[part.name, part.distribution] = part
    warnings.warn(part.line(), PluginNotice, stacklevel=5)


def _said(error: BaseException) -> str:
    """Return an error as one line."""
    if isinstance(error, PluginError) and error.faults:
        return " ".join(f"{error.what}: {'; '.join(error.faults)}".split())
    if isinstance(error, WorkbenchError):
        return " ".join(f"{error.where}: {error.what}".removeprefix(": ").split())
    return " ".join(f"{type(error).__name__}: {error}".split())


def _fingerprint(module: str) -> str:
    top = sys.modules[module.partition(".")[0]]
    roots = [Path(root) for root in getattr(top, "__path__", [])]
    files = [(path.relative_to(root), path) for root in roots for path in root.rglob("*.py")]
    files = files or [(Path(module), Path(str(top.__file__)))]
    return digest(sorted([name.as_posix(), path.read_text(encoding="utf-8")] for name, path in files))
