"""``sledmon library rebuild``: results made again from the recordings."""

from pathlib import Path
from typing import Annotated

import typer

from sledmon.cli.library.asked import Place, opened, results_of, shown_progress
from sledmon.cli.options import each_or_told
from sledmon.errors import LibraryError

NAME = "rebuild"
EXAMPLE = "Example: sledmon library rebuild"


def run(
    sessions: Annotated[
        list[str] | None, typer.Argument(metavar="[SESSION|RECORDING...]", show_default=False)
    ] = None,
    place: Place = "",
) -> None:
    """Run recordings through the pipeline again and store what comes; all, or those named.

    A session that was cut off is finished from its recording. Into an empty library, use add.
    """
    from sledmon import library as of

    with opened(place) as library:
        with library.reading() as connection:
            wanted = {of.find_session(connection, asked) for asked in sessions or ()}
            known = of.known_recordings(connection)
        places = {path: one for one, path in known if not sessions or one in wanted}
        found = {one for path, one in places.items() if path.exists()}
        # A copy that was moved away matters only where it was the last.
        places = {p: one for p, one in places.items() if one not in found or p.exists()}
        lacking = wanted - set(places.values())

        def again(path: Path) -> None:
            if not path.exists():
                raise LibraryError(
                    f"{path} is not there any more; its session stays as it is: put the recording"
                    " back, or add it from where it is now"
                )
            one, changed = of.store_results(library, results_of(path), path, expected=places[path])
            typer.echo(f"{path}: session {str(one)[:8]} {'changed' if changed else 'unchanged'}")

        went_well = each_or_told(shown_progress(list(places), "rebuilding"), again)
    for one in sorted(lacking, key=str):
        typer.echo(f"sledmon: no recording of session {str(one)[:8]} on this computer", err=True)
    if not went_well or lacking:
        raise typer.Exit(1)
