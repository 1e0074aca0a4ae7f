"""``sledmon demo``: a simulated session through the path that hardware takes."""

from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sledmon.acquire.streaming import simulated
from sledmon.acquire.warp import WarpedLoop
from sledmon.cli.destinations import require_new_recording, require_results_place
from sledmon.cli.lsl import Lsl, outlets, tell_how_it_went
from sledmon.cli.options import (
    FaultLevel,
    Faults,
    Headless,
    LiveFormat,
    LoadLb,
    Output,
    Reps,
    Seed,
    Speed,
    Unresisted,
    parse_loads,
    parse_speed,
    play,
)
from sledmon.cli.window import has_screen, open_window
from sledmon.pipeline import Recorder
from sledmon.recording import RecordingWriter
from sledmon.samples import Record
from sledmon.twin import SessionParams, simulate

if TYPE_CHECKING:
    from sledmon.present.dashboard.app import Dashboard

EXAMPLE = "Example: sledmon demo --headless --reps 6 --load-lb 0,10,20 --speed 4"


def run(
    headless: Headless = False,
    seed: Seed = 1,
    reps: Reps = 8,
    unresisted: Unresisted = 3,
    load_lb: LoadLb = "0,5,10,20",
    speed: Speed = "1",
    faults: FaultLevel = Faults.MILD,
    record: Annotated[
        Path | None, typer.Option("--record", metavar="OUT", help="Keep a recording.")
    ] = None,
    screenshot: Annotated[
        Path | None,
        typer.Option(
            "--screenshot",
            metavar="FILE.png",
            help="Where there is no screen: draw the window's end there.",
        ),
    ] = None,
    output_format: Annotated[LiveFormat, typer.Option("--format")] = LiveFormat.TABLE,
    output: Output = None,
    lsl: Lsl = False,
) -> None:
    """Show a simulated session, rep by rep, as if its sensors were here."""
    pace = parse_speed(speed)
    loads = parse_loads(load_lb)
    require_new_recording(record)
    require_results_place(output, record)
    offered = outlets(lsl, speed=pace)
    params = SessionParams(
        seed=seed,
        reps=reps,
        unresisted=min(unresisted, reps),
        load_lb=loads,
        faults=faults.value,
    )
    windowed = not (headless or lsl) and output_format is LiveFormat.TABLE and output is None
    if windowed and has_screen():

        def begin(dashboard: "Dashboard") -> None:
            dashboard.demo_params, dashboard.demo_speed = params, pace
            dashboard.demo(record)

        open_window(begin)
    session = simulate(params)
    with RecordingWriter(record) if record else nullcontext() as writer:
        recorder = _Remembering(writer)
        play(
            simulated(session),
            title=f"Demo: simulated session, seed {seed}, faults {faults.value}",
            path=str(record or ""),
            output_format=output_format,
            output=output,
            recorder=recorder,
            offered=offered,
            new_loop=lambda: WarpedLoop(pace),
            reread=lambda: [recorder.records],
        )
    tell_how_it_went(offered)
    if screenshot is not None:
        _draw(params, screenshot)


def _draw(params: SessionParams, out: Path) -> None:
    """A picture of the window; a computer without Qt's libraries goes without."""
    try:
        from sledmon.present.dashboard.picture import draw_demo
    except ImportError as error:
        typer.echo(f"sledmon: no picture of the window: {error}; see: sledmon doctor", err=True)
        return
    draw_demo(params, out)
    typer.echo(f"The window, drawn without a screen: {out}", err=True)


class _Remembering:
    """Keeps a demo's records, which need not be recorded anywhere, for corrections."""

    def __init__(self, recorder: Recorder | None) -> None:
        self.records: list[Record] = []
        self._recorder = recorder

    def write(self, record: Record) -> None:
        """Record first."""
        if self._recorder is not None:
            self._recorder.write(record)
        self.records.append(record)
