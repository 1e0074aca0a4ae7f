"""``sledmon export``: a session as tables and channels that other programs read."""

from pathlib import Path
from typing import Annotated

import typer

from sledmon.analysis import analyze
from sledmon.cli.options import open_or_warn
from sledmon.pipeline import PipelineParams
from sledmon.present.export.folder import Form, export_session

EXAMPLE = "Example: sledmon export monday.mcap --to csv --output monday"


def run(
    recording: Annotated[Path, typer.Argument(metavar="RECORDING")],
    to: Annotated[
        Form,
        typer.Option(
            "--to",
            help="csv or parquet: a file a table; xlsx: a workbook; mcap: channels to plot.",
        ),
    ],
    output: Annotated[
        Path, typer.Option("--output", metavar="DIR", help="Write into this folder.")
    ],
) -> None:
    """Tables with units, their dictionary, checksums, a methods paragraph, scripts that load it."""
    session = analyze(open_or_warn(recording), PipelineParams())
    written = export_session(session, to, output)
    typer.echo(f"{output}: {', '.join(path.name for path in written)}")
