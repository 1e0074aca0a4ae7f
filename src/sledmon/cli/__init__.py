"""The ``sledmon`` command; one small module a subcommand."""

import gc
import importlib
import io
import os
import sys
from typing import Final

import typer

from sledmon.cli.window import has_screen, open_window
from sledmon.errors import SledmonError, unwritable
from sledmon.version import VERSION

COMMANDS: Final = {
    "demo": "demo",
    "scan": "scan",
    "live": "live",
    "replay": "replay",
    "analyze": "analyze",
    "export": "export",
    "report": "report",
    "compare": "compare",
    "simulate": "simulate",
    "import": "import_",
    "check": "check",
    "correct": "correct",
    "library": "library",
    "share": "share",
    "probe": "probe",
    "doctor": "doctor",
}
"""Each subcommand and the module of this package that has it, in the order of the help."""

app = typer.Typer(
    name="sledmon",
    help="Velocity of the sled resisted backpedal: measured, judged, recorded, replayed."
    " Without a command: the window.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _add_commands(arguments: list[str]) -> None:
    """Import the command that is asked for, which saves a second; all of them where none is."""
    asked = arguments[0] if arguments else ""
    for name in [asked] if asked in COMMANDS else COMMANDS:
        command = importlib.import_module(f"sledmon.cli.{COMMANDS[name]}")
        if isinstance(group := getattr(command, "app", None), typer.Typer):
            app.add_typer(group, name=name)
        else:
            app.command(name=name, epilog=command.EXAMPLE)(command.run)


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"sledmon {VERSION}")
        raise typer.Exit


@app.callback()
def face(
    version: bool = typer.Option(
        False, "--version", callback=_version, is_eager=True, help="Print the version and stop."
    ),
) -> None:
    """Velocity of the sled resisted backpedal: measured, judged, recorded, replayed.

    Without a command: the window.
    """


def main() -> None:
    """Run the command; an expected error is one sentence on stderr and exit code 1."""
    # Records are many small tuples without cycles: looking for some costs a tenth of the time.
    gc.set_threshold(100_000, 50, 50)
    for stream in (sys.stdout, sys.stderr):
        # A name that the terminal or the file cannot spell is written as \\u..., as JSON would.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        if len(sys.argv) == 1 and has_screen():
            open_window(lambda dashboard: dashboard.show_start())
        _add_commands(sys.argv[1:])
        app()
    except SledmonError as error:
        sys.exit(_told(str(error)))
    except BrokenPipeError:
        # The reader of our output went away (`| head`): nothing is wrong. Python would still
        # complain when it flushes standard output at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except OSError as error:
        # Files are read and written elsewhere, with their names: this is standard output.
        sys.exit(_told(unwritable(error.filename or "the output", error)))


def _told(sentence: str) -> int:
    print(f"sledmon: {sentence}", file=sys.stderr)  # noqa: T201
    return 1
