"""``sledmon library sync``: tell another library what is new, and be told."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Annotated

import typer

from sledmon.cli.library.asked import Format, Place, TextOrJson, opened, print_json

NAME = "sync"
EXAMPLE = "Example: sledmon library sync postgresql://coach@club-server/sledmon"


def run(
    other: Annotated[str, typer.Argument(metavar="URL|FILE")],
    place: Place = "",
    real_names: Annotated[
        bool, typer.Option("--real-names", help="Real names too; else they stay where they are.")
    ] = False,
    all_again: Annotated[
        bool,
        typer.Option("--all", help="Look at everything, after one was put back from a backup."),
    ] = False,
    output_format: Format = TextOrJson.TABLE,
) -> None:
    """Pull and push what is new between your library and another; after a cut, run it again.

    Edits made on both sides are never mixed: the later stands, the other is kept and told.
    """
    from sledmon import library as of

    with opened(place) as home, opened(other) as there:
        synced = of.synchronise(home, there, real_names=real_names, all_again=all_again)
    if output_format is TextOrJson.JSON:
        print_json(asdict(synced))
        return
    typer.echo(f"pulled: {_counted(synced.pulled)}")
    typer.echo(f"pushed: {_counted(synced.pushed)}")
    for sentence in synced.conflicts:
        typer.echo(f"conflict: {sentence}")
    if synced.running:
        typer.echo(f"{synced.running} unfinished sessions stay here; see: sledmon library rebuild")
    if synced.held_back:
        typer.echo(f"{synced.held_back} sessions held back: they hold an athlete who was erased")
    for nickname, paths in synced.erased_elsewhere.items():
        typer.echo(
            f"{nickname} was erased on another computer, and {len(paths)} recordings here still"
            f" hold them; run: sledmon library erase '{nickname}'"
        )


def _counted(moved: Mapping[str, int]) -> str:
    parts = [f"{number} {name.replace('_', ' ')}" for name, number in moved.items() if number]
    return ", ".join(parts) or "nothing new"
