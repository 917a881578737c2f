"""Does all that a locality's package brings keep its contract? Its guide, and its rules, indicators and pages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any


@dataclass(frozen=True)
class Conformance:
    """What was checked beside the locality's own files, a line each, and every fault."""

    guide_pages: int
    parts: dict[str, list[str]]
    lines: tuple[str, ...]
    faults: tuple[str, ...]

    def told(self) -> dict[str, Any]:
        """Return what was checked, as a program reads it."""
        return {"guide_pages": self.guide_pages, "parts": self.parts}


NOTHING = Conformance(0, {}, (), ())


def check(name: str) -> Conformance:
    """Check the guide of a locality and, if it is installed, every part of the package that brings it."""
    from workbench.cli.parts import installed
    from workbench.core import plugins
    from workbench.core.errors import WorkbenchError
    from workbench.guide import checks as guide
    from workbench.sources import localities
    from workbench.sources.guide import reading
    from workbench.studies.localities.indicators import check_indicator

    place = localities.load(name)
    lines, faults, pages = [], [], 0
    if reading.has(place) and place.has("guide"):
        found = guide.check(place, date.today())
        pages = found.pages
        lines += [found.sentence(), *(f"notice: {remark.line()}" for remark in found.remarks if not remark.grave)]
        faults += [f"guide: {remark.line()}" for remark in found.grave]
    if place.off:
        lines.append(f"Turned off: {', '.join(sorted(place.off))}.")
    parts: dict[str, list[str]] = {}
    if place.plugin is not None and not place.plugin.own:
        package = place.plugin.distribution
        # Looking for the parts runs the check of each; one that fails it is left out with the reason.
        for kind, known in installed().items():
            mine = {called: plugin for called, plugin in known.items() if plugin.distribution == package}
            if mine and kind != "localities":
                parts[kind] = sorted(mine)
            for called, plugin in mine.items() if kind == "indicators" else ():
                try:
                    check_indicator(plugin.value(), place)
                except WorkbenchError as error:
                    faults.append(f"indicator '{called}': {error.message()}")
        faults += [part.line() for part in plugins.notices() if part.distribution == package]
        told = "; ".join(f"{kind} {', '.join(names)}" for kind, names in parts.items())
        lines.append(f"Parts of {package}: {told or 'none'}.")
    return Conformance(pages, parts, tuple(lines), tuple(faults))
