"""``sledmon check``: is a recording whole, and what was lost."""

from pathlib import Path
from typing import Annotated

import typer

from sledmon.cli.destinations import require_new_recording
from sledmon.recording import check, format_report, repair

EXAMPLE = "Example: sledmon check broken.mcap --repair mended.mcap"


def run(
    recording: Annotated[Path, typer.Argument(metavar="RECORDING")],
    repair_to: Annotated[
        Path | None,
        typer.Option("--repair", metavar="OUT", help="Write what can be read to a new file."),
    ] = None,
) -> None:
    """Say whether a recording is whole and what was lost; a damaged one stays readable."""
    require_new_recording(repair_to)
    report = repair(recording, repair_to) if repair_to else check(recording)
    typer.echo(format_report(report), nl=False)
