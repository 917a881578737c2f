"""``workbench app``: pages in the browser for people who use no terminal."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

EXAMPLE = "Example: workbench app outlook --port 8866"


def run(
    context: typer.Context,
    page: Annotated[str, typer.Argument(help="Name of a page; `workbench locality list` has them all.")] = "outlook",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port to listen on; 0 takes a free one.")] = 8866,
    address: Annotated[str, typer.Option(help="Address to listen on; 0.0.0.0 for other machines too.")] = "localhost",
    host: Annotated[list[str] | None, typer.Option(help="A name by which browsers reach it; repeat it.")] = None,
    runs: Annotated[Path | None, typer.Option(help="Folder of saved runs (default: output/runs).")] = None,
    language: Annotated[str, typer.Option(help="Language at first: en, nb or sv.")] = "en",
    base_path: Annotated[
        str, typer.Option(help="Path under which a proxy serves the pages, with a slash at both ends: /stat/.")
    ] = "/",
    idle_minutes: Annotated[float, typer.Option(help="A page not used for so long ends.")] = 30,
    trusted_header: Annotated[
        str, typer.Option(help="Header in which a proxy on this machine names who is signed in; off without.")
    ] = "",
    live: Annotated[int, typer.Option(min=0, help="Readers who make choices at once; all others read.")] = 10,
    drafts: Annotated[bool, typer.Option("--drafts", help="Show the newest saved result, marked as a draft.")] = False,
    ahead: Annotated[
        bool, typer.Option("--ahead/--no-ahead", help="Make the first view ahead, for all readers.")
    ] = True,
    store: Annotated[str, typer.Option(help="The register: pages with personal data, answers to the guide.")] = "",
    browser: Annotated[bool, typer.Option("--open", help="Open the page in this machine's browser.")] = False,
) -> None:
    """Serve a page until Ctrl-C, closed to all who lack its key (set your own with WORKBENCH_TOKEN)."""
    typer.echo(f"Starting the page {page} …", err=True)
    from workbench.apps.serving.server import Serving, serve
    from workbench.cli.parts import tell_left_out
    from workbench.core.runs.provenance import default_runs

    serving = Serving(
        page=page,
        port=port,
        address=address,
        hosts=tuple(host or ()),
        runs=runs or default_runs(),
        language=language,
        idle_minutes=idle_minutes,
        base_path=base_path,
        trusted_header=trusted_header,
        live=live,
        drafts=drafts,
        ahead=ahead,
        store=store,
    )
    tell_left_out(context)
    serve(
        serving,
        ready=lambda url: typer.echo(
            f"The page, {'to sign in to' if serving.personal else 'with its key'} (Ctrl-C ends it):\n  {url}"
        ),
        browser=browser,
    )
