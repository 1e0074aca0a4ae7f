"""``sledmon replay``: a recording played through the path that wrote it."""

from pathlib import Path
from typing import Annotated

import typer

from sledmon.acquire import played_back
from sledmon.cli.destinations import require_results_place
from sledmon.cli.lsl import Lsl, outlets, tell_how_it_went
from sledmon.cli.options import Headless, LiveFormat, Output, Speed, open_or_warn, parse_speed, play
from sledmon.cli.window import has_screen, open_window

EXAMPLE = "Example: sledmon replay tuesday.mcap --speed 4"


def run(
    recording: Annotated[Path, typer.Argument(metavar="RECORDING")],
    speed: Speed = "1",
    headless: Headless = False,
    output_format: Annotated[LiveFormat, typer.Option("--format")] = LiveFormat.TABLE,
    output: Output = None,
    lsl: Lsl = False,
) -> None:
    """Play a recording at any speed; the results are those of the day."""
    pace = parse_speed(speed)
    require_results_place(output)
    offered = outlets(lsl, speed=pace)
    opened = open_or_warn(recording)
    if not headless and output_format is LiveFormat.TABLE and output is None and has_screen():
        open_window(lambda window: window.open(recording))
    play(
        played_back(opened, pace),
        title=f"Replay: {recording.name}",
        path=str(recording),
        output_format=output_format,
        output=output,
        offered=offered,
        reread=opened.batches,
    )
    tell_how_it_went(offered)
