"""``workbench cockpit``: indicators of a locality and what they say of a place."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from workbench.cli.steps import WARNING, Overwrite, step

if TYPE_CHECKING:
    from workbench.studies.cockpit import Cockpit

app = typer.Typer(
    help="Indicators: what there is, what it says of a place, what newcomers will need.", no_args_is_help=True
)

Home = Annotated[str, typer.Option("--locality", help="Locality whose indicators to use (name or folder).")]
Runs = Annotated[Path | None, typer.Option(help="Folder of saved runs (default: output/runs).")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for a program.")]
Language = Annotated[str, typer.Option(help="Language: en, nb or sv.")]


@app.command("list", epilog="Example: workbench cockpit list --locality telemark")
def list_(
    locality: Annotated[str, typer.Option(help="Only this locality; default all that have indicators.")] = "",
    as_json: AsJson = False,
) -> None:
    """List indicators by locality and area, with kind, table and source, and the areas without any."""
    from workbench.sources import localities
    from workbench.studies.cockpit import AREAS
    from workbench.studies.cockpit import definitions as defined
    from workbench.studies.cockpit.guests import brought

    names = [locality] if locality else list(localities.available())
    found: dict[str, Any] = {}
    for name in names:
        home = localities.load(name)
        ours = (*defined.read(home), *brought(home).definitions)
        if not ours and not locality:
            continue
        found[home.id] = {
            area: [
                {
                    "indicator": of.id,
                    "label": of.text("label", "en"),
                    "kind": of.kind,
                    "group": of.group,
                    "compared_with": of.compare,
                    "better": of.better,
                    "sources": [home.table(table).source.line() for table in of.tables if table in home.tables],
                    "package": of.guest,
                }
                for of in ours
                if of.area == area
            ]
            for area in AREAS
        }
    if as_json:
        typer.echo(json.dumps(found, indent=2, ensure_ascii=False))
        return
    for name, areas in found.items():
        typer.echo(name)
        for area, items in areas.items():
            typer.echo(f"  {area}" + ("" if items else ": no table with figures, nothing is shown"))
            for item in items:
                beside = f", {item['group']} beside {item['compared_with']}" if item["compared_with"] else ""
                typer.echo(f"    {item['indicator']:34} {item['label']} ({item['kind']}{beside})")


@app.command("build", epilog="Example: workbench cockpit build --locality telemark")
def build(
    locality: Home = "norway",
    seed: Annotated[int, typer.Option(help="Same seed, same numbers.")] = 1,
    draws: Annotated[int, typer.Option(min=50, help="Posterior draws for each of four chains.")] = 1000,
    runs: Runs = None,
    as_json: AsJson = False,
) -> None:
    """Gather a locality's indicators, estimate rates and ranks, and save the result, so that the page opens at once."""
    from workbench.studies import cockpit as study

    with step(f"Cockpit of {locality}") as progress:
        made = study.build(locality, seed=seed, draws=draws, runs=runs, progress=progress)
    bad = {name: found.sentence() for name, found in made.diagnostics.items() if not found.ok}
    if as_json:
        body = {
            "locality": made.locality,
            "run": made.record.key,
            "indicators": [of.id for of in made.definitions],
            "fits": {name: found.sentence() for name, found in made.diagnostics.items()},
            "areas_without": list(made.missing()),
        }
        typer.echo(json.dumps(body, indent=2, ensure_ascii=False))
    else:
        hidden = int(made.figures["hidden"].sum())
        typer.echo(
            f"{made.name}: {len(made.definitions)} indicators, {len(made.places())} places, {len(made.figures):,} "
            f"figures, {hidden:,} of them withheld from the public. Run {made.record.short_key}."
        )
        for name, found in made.diagnostics.items():
            typer.echo(f"  {name}: {found.sentence()}")
        if made.missing():
            typer.echo(f"No indicator in: {', '.join(made.missing())}.")
    if bad:
        raise typer.Exit(WARNING)


@app.command("show", epilog="Example: workbench cockpit show --locality telemark --place Skien --area housing")
def show(
    locality: Home = "norway",
    place: Annotated[str, typer.Option(help="Code or name of a place; default the whole, if it has figures.")] = "",
    area: Annotated[str, typer.Option(help="Only this area: arrival, housing, education, health or labour.")] = "",
    edition: Annotated[str, typer.Option(help="public, or municipal: the place's own small counts too.")] = "public",
    language: Language = "en",
    runs: Runs = None,
    out: Annotated[Path | None, typer.Option(help="Write the figures shown here (.csv or .parquet).")] = None,
    overwrite: Overwrite = False,
    as_json: AsJson = False,
) -> None:
    """Show what the indicators say of one place: a card each; builds the cockpit first if none is saved."""
    from workbench.core.storage.outputs import guard
    from workbench.presentation import cockpit as page
    from workbench.presentation.languages import check
    from workbench.sources import files

    check(language)
    if out is not None:
        guard([files.writable(out)], overwrite=overwrite)
    shown, code = _chosen(locality, place, area, edition, runs)
    if out is not None:
        chosen = [of.id for of in shown.definitions if area in ("", of.area)]
        rows = shown.figures[(shown.figures["place"] == code) & shown.figures["indicator"].isin(chosen)]
        files.write(rows.reset_index(drop=True), out)
    if as_json:
        from workbench.studies.cockpit.facts import facts

        told = {of.id: vars(facts(shown, of.id, code)) for of in shown.definitions if area in ("", of.area)}
        typer.echo(
            json.dumps({"place": code, "run": shown.record.key, "indicators": told}, indent=2, ensure_ascii=False)
        )
        return
    typer.echo(page.headline(shown, code, language, area).sentence)
    for card in page.cards(shown, code, area, language):
        typer.echo(f"\n{card.plain()}")
    typer.echo(f"\n{page.beneath(shown, code, area, language).plain()}")
    typer.echo(f"\n{page.missing(shown, area, language).sentence}")
    if out is not None:
        typer.echo(f"Table: {out}")


@app.command("needs", epilog="Example: workbench cockpit needs --place Bergen --reported free-places.csv")
def needs(
    locality: Home = "norway",
    place: Annotated[str, typer.Option(help="Code or name of a municipality; default all together.")] = "",
    reported: Annotated[
        Path | None, typer.Option(help="Own table of free places (municipality, service, places[, reported]).")
    ] = None,
    seed: Annotated[int, typer.Option(help="Same seed, same numbers.")] = 1,
    language: Language = "en",
    runs: Runs = None,
    as_json: AsJson = False,
) -> None:
    """Tell what the newcomers of the newest saved settlement forecast will need, beside reported places."""
    from workbench.presentation.cockpit import needs as page
    from workbench.presentation.languages import check
    from workbench.studies.cockpit import needs as study

    check(language)
    found = study.needs(locality, runs=runs, reported=reported, seed=seed)
    code = found.place(place) if place else None
    if as_json:
        rows = found.summary(code).replace({float("nan"): None}).to_dict("records")
        body = {"year": found.year, "run": found.run.key, "place": code, "needs": rows}
        body |= {"total": found.given, "assumed": [vars(one) for one in found.assumed]}
        typer.echo(json.dumps(body, indent=2, ensure_ascii=False))
        return
    typer.echo(page.headline(found, code, language).plain())
    typer.echo(page.table(found, code, language).plain())
    typer.echo(page.assumptions(found, language).plain())


def _chosen(locality: str, place: str, area: str, edition: str, runs: Path | None) -> tuple[Cockpit, str]:
    """Return the cockpit of an edition and the code of the place asked for, or refuse what is not known."""
    from workbench.core.errors import DataError, nearest
    from workbench.studies import cockpit as study

    if area and area not in study.AREAS:
        raise DataError(f"no area '{area}'", do=nearest(area, list(study.AREAS)))
    if edition not in study.EDITIONS:
        raise DataError(f"no edition '{edition}'", do="choose " + " or ".join(study.EDITIONS))
    whole = study.study(locality, runs=runs)
    if changed := study.Inputs.of(locality).changed_since(whole.record):
        typer.echo(
            f"Changed since this cockpit was built on {whole.record.created[:10]}, so not shown yet: "
            f"{', '.join(changed)}. To show it: workbench cockpit build --locality {locality}",
            err=True,
        )
    code = whole.place(place) if place else whole.first()
    return whole.edition(edition, code), code
