"""``workbench guide``: check a locality's guide for newcomers, build its site, send its texts to translators."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from workbench.cli.options import AsJson, Day, day_or_today
from workbench.cli.steps import WARNING

if TYPE_CHECKING:
    from workbench.core.geography.places import Locality

app = typer.Typer(help="The guide for newcomers: check, build, translate, list.", no_args_is_help=True)

Home = Annotated[str, typer.Option("--locality", help="Whose guide (name or folder).")]


@app.command("list", epilog="Example: workbench guide list --locality norway")
def list_(locality: Home = "norway", as_json: AsJson = False) -> None:
    """List the pages of a guide with the state of each translation, and how easy its text is (LIX)."""
    from workbench.guide import markdown, plain_language
    from workbench.sources.guide import reading

    guide = reading.load(_home(locality))
    rows = [
        {
            "page": page.id,
            "title": page.source.title,
            "updated": page.updated.isoformat() if page.updated else "",
            "lix": round(plain_language.lix(markdown.paragraphs(page.source.body))),
            "languages": {language: page.state(language) for language in guide.languages},
        }
        for page in guide.pages
    ]
    if as_json:
        typer.echo(json.dumps({"version": guide.version(), "pages": rows}, indent=2, ensure_ascii=False))
        return
    typer.echo(f"{'page':34} {'checked':10} {'LIX':>3}  " + " ".join(f"{each:9}" for each in guide.languages))
    for row in rows:
        states = " ".join(f"{state:9}" for state in row["languages"].values())  # type: ignore[attr-defined]
        typer.echo(f"{row['page']:34} {row['updated']:10} {row['lix']:3}  {states}".rstrip())


@app.command("check", epilog="Example: workbench guide check --locality norway; exit code 4: notices only")
def check(locality: Home = "norway", today: Day = "", as_json: AsJson = False) -> None:
    """Find dead links, steps nobody reaches, pages without source, old translations, past events, long sentences."""
    from workbench.guide import checks

    found = checks.check(_home(locality), day_or_today(today))
    if as_json:
        body = {
            "locality": found.locality,
            "pages": found.pages,
            "states": found.states,
            "valid": not found.grave,
            "remarks": [asdict(remark) for remark in found.remarks],
        }
        typer.echo(json.dumps(body, indent=2, ensure_ascii=False))
        if found.grave:
            raise typer.Exit(2)
    else:
        notices = [remark for remark in found.remarks if not remark.grave]
        typer.echo(found.sentence())
        for remark in notices:
            typer.echo(f"notice: {remark.line()}")
        found.raise_grave()
    if found.remarks:
        raise typer.Exit(WARNING)


@app.command("build", epilog="Example: workbench guide build --locality norway --out guide-norway")
def build(
    out: Annotated[Path, typer.Option(help="Folder to make; any web server can show it.")],
    locality: Home = "norway",
    today: Day = "",
    feedback: Annotated[
        bool, typer.Option(help='Ask "did this help?"; only `workbench app` can answer such a form.')
    ] = False,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace an earlier site in this folder.")] = False,
) -> None:
    """Write the guide as a static site: readable without scripts, offline after one visit, no other host."""
    from workbench.guide import site

    made = site.build(_home(locality), out, day_or_today(today), feedback=feedback, overwrite=overwrite)
    typer.echo(
        f"Guide: {made.folder} ({made.files} files, {made.size / 1000:,.0f} kB; "
        f"first page {made.first_page / 1000:,.0f} kB). Open {made.folder / 'index.html'}"
    )
    if made.notices:
        typer.echo(f"Readers will see {len(made.notices)} notices: workbench guide check --locality {locality}")


@app.command("translate", epilog="Example: workbench guide translate --language ar --out ar.po; then --take ar.po")
def translate(
    language: Annotated[str, typer.Option(help="The language to translate into.")],
    locality: Home = "norway",
    out: Annotated[Path | None, typer.Option(help="PO file to write for translators (Weblate, Poedit).")] = None,
    take: Annotated[Path | None, typer.Option(help="PO file to write the pages from.")] = None,
    unchanged: Annotated[
        bool, typer.Option("--unchanged", help="With --take: also from an earlier version, for texts still the same.")
    ] = False,
    confirm: Annotated[str, typer.Option(help="Page whose translation was brought up to date by hand.")] = "",
    reviewer: Annotated[str, typer.Option(help="With --confirm: who has read it; it is then no draft any more.")] = "",
    today: Day = "",
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace the PO file if it is there.")] = False,
) -> None:
    """Write a PO file, take one in, or confirm one page; exactly one of --out, --take and --confirm."""
    from workbench.core.errors import DataError
    from workbench.core.storage import outputs
    from workbench.core.storage.files import write_text
    from workbench.sources.guide import reading, translating

    if sum(map(bool, (out, take, confirm))) != 1:
        raise DataError("give one of --out, --take and --confirm", do="workbench guide translate --help")
    guide = reading.load(_home(locality))
    if out:
        outputs.guard([out], overwrite=overwrite)
        write_text(out, translating.out(guide, language))
        typer.echo(f"For translators: {out} (version {guide.version()})")
        return
    if confirm:
        typer.echo(f"Written: {translating.confirm(guide, confirm, language, day_or_today(today), reviewer=reviewer)}")
        return
    assert take is not None
    taken = translating.take(guide, take, language, day_or_today(today), unchanged=unchanged)
    typer.echo(f"Pages written: {len(taken.written)}")
    for sentence in taken.left:
        typer.echo(f"left as it was: {sentence}")
    if taken.left:
        raise typer.Exit(WARNING)


def _home(name: str) -> Locality:
    from workbench.sources import localities

    return localities.load(name, "guide")
