"""``sledmon import``: tables of other systems become a recording."""

from pathlib import Path
from typing import Annotated

import typer

from sledmon.cli.destinations import require_new_recording
from sledmon.errors import counted
from sledmon.recording import import_tables

EXAMPLE = "Example: sledmon import run.mcap --encoder tether.csv --rig rig.toml"


def run(
    out: Annotated[Path, typer.Argument(metavar="OUT")],
    encoder: Annotated[
        Path,
        typer.Option(
            "--encoder",
            metavar="CSV",
            help="time_s,distance_m or time_s,count; or another tether's table.",
        ),
    ],
    imu: Annotated[
        Path | None,
        typer.Option("--imu", metavar="CSV", help="time_s,acc_x_mps2,...,gyr_z_radps"),
    ] = None,
    events: Annotated[
        Path | None, typer.Option("--events", metavar="CSV", help="time_s,event,value")
    ] = None,
    rig: Annotated[
        Path | None, typer.Option("--rig", metavar="FILE", help="Where the sensors stood, TOML.")
    ] = None,
) -> None:
    """Make a recording from tables; a bad row is named by file, line and column."""
    require_new_recording(out)
    summary = import_tables(out, encoder=encoder, imu=imu, events=events, rig=rig)
    rows = ", ".join(counted(rows, f"{device} rows") for device, rows in summary.rows.items())
    events_told = counted(summary.events, "events")
    typer.echo(f"{summary.path}: {rows}, {events_told}, {summary.duration_s:.1f} s")
    for note in summary.notes:
        typer.echo(f"note: {note}")
