"""Places and localities: who takes part, how places nest, which tables a locality brings.

A locality is data, not code; :mod:`workbench.sources.localities` reads one from a folder.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path

from workbench.core.errors import DataError, nearest
from workbench.core.plugins import Plugin
from workbench.core.runs.provenance import Source

MODULES = ("inflow", "capacity", "settlement", "allocation", "register", "cockpit", "guide")
"""The rooms that a locality may turn off in its ``[modules]``; what it does not name is on."""


@dataclass(frozen=True)
class Place:
    """A municipality, country or other unit; ``parent`` names what it lies in, positions are degrees."""

    code: str
    name: str
    parent: str = ""
    lon: float | None = None
    lat: float | None = None


@dataclass(frozen=True)
class TableEntry:
    """One table of a locality: its file, its contract and whose figures it holds."""

    name: str
    path: Path
    contract: str
    source: Source
    description: str = ""


@dataclass(frozen=True)
class Locality:
    """A country, region or city: its identity, its places, its tables, each with a source.

    Attributes
    ----------
    level
        What one of its places is called, e.g. ``municipality``.
    code
        The locality itself as a place, e.g. the country's code; empty if it is none.
    places
        Places by code.
    plugin
        The plug-in that brought it; None if it was named by its folder.
    around
        What it lies in, by code: figures of it may stand beside its own (the country of a county).
    off
        The rooms (of `MODULES`) that the locality has turned off.
    attributes
        Attributes of households that a score or rule of a placement may use; None where the locality keeps no list.
    protected
        Those of them that an audit takes out, to say what they change.
    basis
        The ground for the list.
    contact, next_release
        Whom readers of its forecasts may ask, and the day the next issue is announced for (YYYY-MM-DD); '' if not said.
    """

    id: str
    name: str
    code: str
    level: str
    languages: tuple[str, ...]
    folder: Path
    places: Mapping[str, Place]
    tables: Mapping[str, TableEntry]
    plugin: Plugin | None = None
    around: Mapping[str, str] = field(default_factory=dict)
    off: frozenset[str] = frozenset()
    attributes: frozenset[str] | None = None
    protected: tuple[str, ...] = ()
    basis: str = ""
    contact: str = ""
    next_release: str = ""

    @property
    def wholes(self) -> frozenset[str]:
        """Codes of the locality itself and of what it lies in."""
        return frozenset(filter(None, (self.code, *self.around)))

    def has(self, module: str) -> bool:
        """Say whether a room (one of `MODULES`) is turned on for this locality."""
        return module not in self.off

    def require(self, module: str) -> None:
        """Refuse work in a room that the locality has turned off."""
        if not self.has(module):
            raise DataError(
                f"'{module}' is turned off for {self.name}",
                where=str(self.folder / "locality.toml"),
                why=f"[modules] says {module} = false",
                do="ask who runs the locality, or name another one",
            )

    def table(self, name: str) -> TableEntry:
        """Return a table's entry; an unknown name is refused with the nearest one."""
        if name not in self.tables:
            raise DataError(
                f"locality '{self.id}' has no table '{name}'",
                do=nearest(name, list(self.tables)),
                where=str(self.folder),
            )
        return self.tables[name]

    def place_name(self, code: str) -> str:
        """Return a place's name, or its code if the locality does not know it."""
        if code == self.code:
            return self.name
        if code in self.around:
            return self.around[code]
        place = self.places.get(code)
        return place.name if place else code

    def names(self) -> dict[str, str]:
        """Return each place's name, with what it lies in (or its code) in brackets where another is called the same."""
        often = Counter(place.name for place in self.places.values())
        return {
            code: place.name if often[place.name] == 1 else f"{place.name} ({place.parent or code})"
            for code, place in self.places.items()
        }

    def hint(self, code: str) -> str:
        """Return the places nearest in code or name, for a message about an unknown one."""
        alike_named = [c for c, place in self.places.items() if place.name.casefold() == code.casefold()]
        if len(alike_named) > 1:
            names = self.names()
            return "several places bear this name: " + ", ".join(f"{c} {names[c]}" for c in alike_named) + "; write one"
        by_name = {place.name: place.code for place in self.places.values()}
        # A number as long as the codes is one of another year: similar digits are then another place altogether.
        like_ours = code.isdecimal() and {len(code)} == {len(c) for c in self.places}
        alike = [] if like_ours else get_close_matches(code, list(self.places), n=2, cutoff=0.7)
        close = [f"{c} {self.places[c].name}" for c in alike]
        close += [f"{by_name[n]} {n}" for n in get_close_matches(code, list(by_name), n=1, cutoff=0.8)]
        padded = [f"{c} {place.name}" for c, place in self.places.items() if c.lstrip("0") == code.lstrip("0")]
        if padded:
            return f"did you mean {padded[0]}? its leading zero was lost: keep codes as text"
        if close:
            return f"did you mean {' or '.join(close)}?"
        if like_ours:
            return f"none of its {len(self.places)} places has this code today"
        return "known: " + ", ".join(self.places) if len(self.places) <= 40 else f"it has {len(self.places)} places"

    def parents(self) -> dict[str, str]:
        """Return for each place what it lies in, as :meth:`workbench.core.draws.Draws.group` takes it."""
        return {code: place.parent for code, place in self.places.items()}
