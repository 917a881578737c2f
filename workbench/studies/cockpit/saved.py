"""Build a locality's cockpit once, and open it at once: figures, what is withheld, estimates, ranks."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd

from workbench.core.errors import DataError
from workbench.core.plugins import guests
from workbench.core.runs.archive import archive_of
from workbench.core.runs.provenance import (
    RECORD,
    RunRecord,
    RunStore,
    SavedRun,
    Source,
    caveat,
)
from workbench.core.runs.scenario import Scenario
from workbench.models.diagnostics import Diagnostics
from workbench.studies.cockpit import estimates, peers, protection
from workbench.studies.cockpit.definitions import AREAS, Definition
from workbench.studies.cockpit.figures import gathered
from workbench.studies.cockpit.inputs import Inputs
from workbench.studies.cockpit.sums import with_sums

STUDY = "cockpit"
FORMAT = "migration-workbench cockpit 1"
FIGURES, ESTIMATES, WORDS = "figures.parquet", "estimates.parquet", "cockpit.json"
EDITIONS = ("public", "municipal")
CAVEATS = (
    caveat("An indicator says how things are, not why, and not what a municipality did."),
    caveat("Ranks are estimates: where intervals overlap, the order of two places is not known."),
)


@dataclass(frozen=True)
class Cockpit:
    """What a locality's indicators say, ready to be shown.

    Attributes
    ----------
    figures
        As :func:`workbench.studies.cockpit.figures.collect` returns them, with sums over counties and the country, and
        ``hidden``: whether the public may not see the row.
    estimates
        As :class:`workbench.studies.cockpit.estimates.Estimated` has them, of all indicators with counts.
    groups
        By place (index): county and the groups of comparable places.
    positions
        Columns ``place, lon, lat``.
    diagnostics
        Of each fit, by indicator.
    """

    record: RunRecord
    locality: str
    name: str
    code: str
    level: str
    definitions: tuple[Definition, ...]
    figures: pd.DataFrame
    estimates: pd.DataFrame
    names: Mapping[str, str]
    groups: pd.DataFrame
    positions: pd.DataFrame
    diagnostics: Mapping[str, Diagnostics]
    sources: Mapping[str, tuple[Source, ...]]

    def definition(self, indicator: str) -> Definition:
        """Return one indicator; an unknown one is refused with the nearest."""
        from workbench.core.errors import nearest

        for of in self.definitions:
            if of.id == indicator:
                return of
        raise DataError(f"no indicator '{indicator}'", do=nearest(indicator, [of.id for of in self.definitions]))

    def place(self, name: str) -> str:
        """Return the code of a place by its code or name; an unknown one is refused with the nearest."""
        from workbench.core.errors import nearest

        if name in self.names:
            return name
        found = [code for code, said in self.names.items() if said.casefold() == name.strip().casefold()]
        if len(found) == 1:
            return found[0]
        raise DataError(
            f"no place '{name}' in the cockpit of {self.name}",
            do="; ".join(filter(None, [nearest(name, list(self.names.values())), "give a code or a name of today"])),
        )

    def places(self) -> dict[str, str]:
        """Return the names of places that have a figure, the wholes first, then by name."""
        have = set(self.figures.loc[self.figures["value"].notna() | self.figures["hidden"], "place"])
        wholes = [code for code in self.names if code in have and code not in self.groups.index]
        parts = sorted((code for code in self.groups.index if code in have), key=lambda code: self.names[code])
        return {code: self.names[code] for code in [*wholes, *parts]}

    def first(self) -> str:
        """Return the place to open on: the locality as a whole, or the place with most indicators if it has few."""
        have = self.figures[self.figures["value"].notna()].groupby("place")["indicator"].nunique()
        if 2 * int(have.get(self.code, 0)) >= len(self.definitions):
            return self.code
        return max(self.places(), key=lambda code: int(have.get(code, 0)))  # the first of several

    def missing(self) -> tuple[str, ...]:
        """Return the areas in which there is no indicator."""
        return tuple(area for area in AREAS if area not in {of.area for of in self.definitions})

    def edition(self, name: str, place: str) -> Cockpit:
        """Return the same as an edition shows it: the public's, or that of one municipality."""
        return self.municipal(place) if name == "municipal" else self.public()

    def public(self) -> Cockpit:
        """Return the same without what the public may not see."""
        shown = self.figures[self.figures["hidden"]][["indicator", "place"]].drop_duplicates()
        gone = self.estimates.merge(shown, on=["indicator", "place"], how="left", indicator="seen")["seen"] == "both"
        return replace(
            self,
            figures=protection.masked(self.figures),
            # A hidden place keeps no estimate: with its denominator at hand, an estimate tells the count.
            estimates=self.estimates[~gone.to_numpy()].reset_index(drop=True),
        )

    def municipal(self, place: str) -> Cockpit:
        """Return the same as one municipality may see it: its own figures whole, those of others as the public."""
        public = self.public()
        own, mine = self.figures["place"] == place, self.estimates["place"] == place
        figures = public.figures.copy()
        figures.loc[own] = self.figures.loc[own]
        figures.loc[own, "hidden"] = False
        others = public.estimates[public.estimates["place"] != place]
        return replace(self, figures=figures, estimates=pd.concat([others, self.estimates[mine]], ignore_index=True))


def build(
    locality: str | Path = "norway",
    *,
    seed: int = 1,
    draws: int = 1000,
    tune: int = 500,
    chains: int = 4,
    runs: str | Path | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Cockpit:
    """Gather a locality's indicators, estimate rates and ranks, and save the result; a saved one is used again.

    Parameters
    ----------
    draws, tune, chains
        Of the fit of each indicator with counts.

    Raises
    ------
    DataError
        If the locality has no indicators, or with every fault of definitions and figures.
    """
    inputs = Inputs.of(locality)
    home, found, guest = inputs.home, inputs.definitions, inputs.guest
    settings = {"draws": draws, "tune": tune, "chains": chains}
    scenario = Scenario(home.id, "", seed, settings=settings).to_dict()

    def compute(folder: Path) -> dict[str, Any]:
        own = tuple(of for of in found if not of.guest)
        figures = pd.concat([gathered(home, own, inputs.tables), *guest.figures], ignore_index=True)
        groups, size = peers.groups(home), peers.size(home)
        figures = with_sums(figures, found, home)
        figures["hidden"] = protection.hidden(figures, found, home.parents())
        made: list[pd.DataFrame] = []
        checked: dict[str, Any] = {}
        for of in found:
            seen = estimates.panel(figures, of, groups, size)
            if seen is None:
                continue
            one = estimates.estimate(seen, of, seed=seed, draws=draws, tune=tune, chains=chains, progress=progress)
            longer = estimates.panel(figures, of, groups, size, window=estimates.PAST)
            made.append(one.table.join(estimates.ahead(longer or seen, seed=seed), on="place"))
            checked[of.id] = one.diagnostics.to_dict()
        table = pd.concat(made, ignore_index=True) if made else pd.DataFrame(columns=["indicator", "place", "period"])
        figures.to_parquet(folder / FIGURES, index=False)
        table.to_parquet(folder / ESTIMATES, index=False)
        sources = {of.id: [asdict(home.table(n).source) for n in of.tables if n in home.tables] for of in found}
        words = {
            "format": FORMAT,
            "locality": {"id": home.id, "name": home.name, "code": home.code, "level": home.level},
            "definitions": [asdict(of) for of in found],
            "names": {**home.around, **({home.code: home.name} if home.code else {}), **_wholes(home), **home.names()},
            "groups": {
                code: {k: None if pd.isna(v) else str(v) for k, v in row.items()}
                for code, row in groups.to_dict("index").items()
            },
            "positions": [[p.code, p.lon, p.lat] for p in home.places.values() if p.lon is not None],
            "diagnostics": checked,
            "sources": sources,
        }
        (folder / WORDS).write_text(json.dumps(words, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        caveats = [Diagnostics(**checked[name]).sentence() for name in checked if not Diagnostics(**checked[name]).ok]
        return {"converged": not caveats, "caveats": caveats, "locality": home.id}

    store = RunStore.at(runs)
    run = store.get_or_run(STUDY, scenario, inputs.vintages, compute, CAVEATS, guests(home.plugin, *guest.plugins))
    return opened(run)


def study(locality: str = "norway", *, runs: str | Path | None = None, **settings: Any) -> Cockpit:
    """Return the newest saved cockpit of a locality; build it if there is none."""
    found = newest(locality, runs=runs)
    return found if found is not None else build(locality, runs=runs, **settings)


def newest(locality: str, *, runs: str | Path | None = None) -> Cockpit | None:
    """Return the newest whole saved cockpit of a locality; None if there is none."""
    return saved(runs).get(locality)


def saved(runs: str | Path | None = None) -> dict[str, Cockpit]:
    """Return the newest whole saved cockpit of each locality; a damaged one is passed over for the one before it."""
    store = RunStore.at(runs)
    found: dict[str, tuple[str, Cockpit]] = {}
    for path in (store.root / STUDY).glob(f"*/{RECORD}"):
        try:
            record = store.read(path.parent)
            locality = str(record.results.get("locality", ""))
            if locality in found and found[locality][0] >= record.created:
                continue
            run = SavedRun(path.parent, record, reused=True)
            if store.whole(run):
                found[locality] = (record.created, opened(run))
        except DataError:
            continue
    return {locality: found[locality][1] for locality in sorted(found)}


def published(runs: str | Path | None = None) -> dict[str, Cockpit]:
    """Return the published cockpit of each locality that readers are to see; nothing that is only saved."""
    found: dict[str, Cockpit] = {}
    today = datetime.now(UTC).date()
    for one in reversed(archive_of(runs).all(STUDY)):
        locality = str(one.run.record.results.get("locality", ""))
        stands = one.edition == "public" and one.withdrawal is None and one.due(today) and one.whole()
        if stands and locality not in found:
            found[locality] = opened(one.run)
    return dict(sorted(found.items()))


def opened(run: SavedRun) -> Cockpit:
    """Return the cockpit of a saved run."""
    try:
        words = json.loads((run.folder / WORDS).read_text(encoding="utf-8"))
        if words["format"] != FORMAT:
            raise ValueError(f"its format is '{words['format']}', this version reads '{FORMAT}'")
        figures, table = (pd.read_parquet(run.folder / name) for name in (FIGURES, ESTIMATES))
        home = words["locality"]
        return Cockpit(
            record=run.record,
            locality=home["id"],
            name=home["name"],
            code=home["code"],
            level=home["level"],
            definitions=tuple(Definition(**body) for body in words["definitions"]),
            figures=figures,
            estimates=table,
            names=words["names"],
            groups=pd.DataFrame.from_dict(words["groups"], orient="index"),
            positions=pd.DataFrame(words["positions"], columns=["place", "lon", "lat"]),
            diagnostics={name: Diagnostics(**body) for name, body in words["diagnostics"].items()},
            sources={
                name: tuple(dict.fromkeys(Source(**source) for source in found))
                for name, found in words["sources"].items()
            },
        )
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise DataError(
            "this folder holds no cockpit", where=str(run.folder), why=str(error), do="build it again"
        ) from error


def _wholes(home: Any) -> dict[str, str]:
    """Return the counties of a locality as places of their own, by name."""
    counties = dict.fromkeys(place.parent for place in home.places.values() if place.parent)
    return {name: name for name in counties} if len(counties) > 1 else {}
