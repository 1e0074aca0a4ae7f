"""``sledmon library export``: everything of one athlete."""

from pathlib import Path
from typing import Annotated

import typer

from sledmon.cli.library.asked import Place, opened

NAME = "export"
EXAMPLE = "Example: sledmon library export Bea --output bea.zip"


def run(
    athlete: Annotated[str, typer.Argument(metavar="ATHLETE")],
    output: Annotated[
        Path, typer.Option("--output", metavar="DIR|FILE.zip", help="A new folder or archive.")
    ],
    place: Place = "",
    include_names: Annotated[
        bool, typer.Option("--include-names", help="With the real name and who consented.")
    ] = False,
) -> None:
    """Write everything that the library holds of an athlete, as JSON and CSV."""
    from sledmon import library as of

    with opened(place) as library, library.reading() as connection:
        files = of.athlete_files(connection, athlete, include_names=include_names)
    of.write_files(files, output)
    typer.echo(f"{output}: {', '.join(files)}")
