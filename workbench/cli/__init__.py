"""The command line: parse, call a study or a report, print a finding.

Rooms are imported inside the commands, so that ``workbench --help`` answers at once.
"""

from __future__ import annotations

import warnings
from typing import Annotated, Any, TextIO

import typer
from typer.core import TyperGroup

import workbench.cli.settlement.further  # noqa: F401  # adds its commands to those of settlement
from workbench import __version__
from workbench.cli import app as page
from workbench.cli import cockpit, data, demo, doctor, guide, locality
from workbench.cli.allocation import commands as allocate
from workbench.cli.allocation import fairness, online, outcomes
from workbench.cli.capacity import commands as capacity
from workbench.cli.inflow import backtest, composition, detections, judgement
from workbench.cli.inflow import commands as inflow
from workbench.cli.parts import tell_left_out
from workbench.cli.publishing import publish, report
from workbench.cli.refused import refused
from workbench.cli.register import commands as register
from workbench.cli.register import intake, places, users
from workbench.cli.register import round as round_
from workbench.cli.settlement import commands as settlement
from workbench.core.errors import TableNotice, WorkbenchError

INTERRUPTED = 130

EXIT_CODES = """Exit codes: 0 done · 2 the input was refused, nothing written · 3 no result is possible ·
4 there is a result, but it carries a warning · 130 interrupted, nothing half-written."""


_SAID: list[str] = []
"""What this command has said already: a table that is read twice is spoken of once."""


def _say_notice(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,
    line: str | None = None,
) -> None:
    """Print what was made of a table as a note; print any other warning on the error stream as it is."""
    said = f"note: {message}" if issubclass(category, TableNotice) else f"{category.__name__}: {message}"
    if said not in _SAID:
        _SAID.append(said)
        typer.echo(said, err=True)


class _Commands(TyperGroup):
    """The commands; a fault a user can act on ends in one message and its exit code."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command asked for; say on the error stream which plug-ins were left out while it ran."""
        from workbench.core import plugins  # here: `workbench --help` need not read what is installed

        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", plugins.PluginNotice)
                _SAID.clear()
                warnings.simplefilter("always", TableNotice)
                warnings.showwarning = _say_notice
                return super().invoke(ctx)
        except WorkbenchError as error:
            typer.echo(error.message(), err=True)
            raise typer.Exit(error.exit_code) from error
        except (OSError, MemoryError) as error:
            told = refused(error)
            typer.echo(told.message(), err=True)
            raise typer.Exit(told.exit_code) from error
        except KeyboardInterrupt as stop:
            # Python ends itself by the signal where code from a string was interrupted, as in many an import; code from
            # a string that ends well makes it forget that.
            exec("")
            typer.echo("Interrupted; nothing half-written was left behind. What had finished is reused.", err=True)
            raise typer.Exit(INTERRUPTED) from stop
        finally:
            tell_left_out(ctx)


app = typer.Typer(
    name="workbench",
    cls=_Commands,
    help="Forecast arrivals, allocate households to municipalities, and report it, with every number's uncertainty.",
    epilog=EXIT_CODES,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.command("demo", epilog=demo.EXAMPLE)(demo.run)
app.add_typer(data.app, name="data")
inflow.app.command("backtest", epilog=backtest.EXAMPLE)(backtest.run)
inflow.app.command("score", epilog=backtest.SCORE_EXAMPLE)(backtest.score)
judgement.register(inflow.app)
detections.register(inflow.app)
composition.register(inflow.app)
app.add_typer(inflow.app, name="inflow")
app.add_typer(capacity.app, name="capacity")
app.add_typer(settlement.app, name="settlement")
allocate.app.command("fairness", epilog=fairness.EXAMPLE)(fairness.run)
allocate.app.command("online", epilog=online.EXAMPLE)(online.run)
app.command("shadow", epilog=fairness.SHADOW_EXAMPLE)(fairness.shadow)
app.add_typer(allocate.app, name="allocate")
app.add_typer(outcomes.app, name="outcomes")
app.add_typer(cockpit.app, name="cockpit")
app.add_typer(register.app, name="register")
app.add_typer(intake.app, name="intake")
app.add_typer(places.app, name="places")
app.add_typer(round_.app, name="round")
app.add_typer(users.app, name="users")
app.add_typer(report.app, name="report")
app.command("publish", epilog=publish.EXAMPLE)(publish.publish)
app.add_typer(publish.app, name="published")
app.add_typer(publish.scores, name="scores")
app.add_typer(guide.app, name="guide")
app.add_typer(locality.app, name="locality")
app.command("doctor", epilog=doctor.EXAMPLE)(doctor.run)
app.command("app", epilog=page.EXAMPLE)(page.run)


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"migration-workbench {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version and stop.", is_eager=True, callback=_version)
    ] = False,
) -> None:
    """Take the options that stand before a command."""


def main() -> None:
    """Run the command line."""
    from workbench.cli.ending import orderly  # here: what only a process of its own needs

    with orderly():
        app()
