"""``sledmon library``: athletes, sessions, reps; one small module a subcommand.

The database is imported inside the commands: the rest of sledmon works where it is not installed.
"""

import typer

from sledmon.cli.library import add, erase, export, list_, rebuild, show, sync

NAME = "library"

app = typer.Typer(
    help="Athletes, sessions and reps: in a file of your own, or on a club's PostgreSQL.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
for command in (list_, add, show, export, erase, rebuild, sync):
    app.command(name=command.NAME, epilog=command.EXAMPLE)(command.run)
