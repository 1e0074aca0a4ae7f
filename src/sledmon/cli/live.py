"""``sledmon live``: sensors over Bluetooth, recorded and shown as they come."""

from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated, Final, TypeVar

import typer

from sledmon.acquire.live import local_time_name
from sledmon.cli.coach import Coach, Said
from sledmon.cli.destinations import require_new_recording, require_results_place
from sledmon.cli.live_run import LiveRun
from sledmon.cli.lsl import Lsl, outlets, tell_how_it_went
from sledmon.cli.options import Headless, LiveFormat, Output, write_out
from sledmon.cli.places import recordings_folder
from sledmon.cli.window import has_screen, open_window
from sledmon.present.export.results_json import session_document, to_json
from sledmon.present.running import LaneOrder
from sledmon.present.running.storing import NO_LIBRARY, Storing, library_or_told
from sledmon.recording import RecordingWriter
from sledmon.rig import Rig, read_rig

_T = TypeVar("_T")

EXAMPLE = "Example: sledmon live --athlete Ana --rig turf.toml"
MOST_LANES: Final = 4


def run(
    imu: Annotated[
        list[str] | None,
        typer.Option(
            "--imu",
            metavar="ID",
            help="Belt IMU: its name, the end of it, or its address; none to do without. Once a"
            " lane, as are the other options.",
        ),
    ] = None,
    encoder: Annotated[
        list[str] | None, typer.Option("--encoder", metavar="ID", help="Tether encoder, likewise.")
    ] = None,
    rig: Annotated[
        list[Path] | None, typer.Option("--rig", metavar="FILE", help="How the rig stands (TOML).")
    ] = None,
    athlete: Annotated[
        list[str] | None, typer.Option("--athlete", metavar="NAME", help="Who begins.")
    ] = None,
    plan: Annotated[
        str | None,
        typer.Option("--plan", metavar="FILE|NAME", help="Sets, lines and rest, for every lane."),
    ] = None,
    record: Annotated[
        list[Path] | None,
        typer.Option(
            "--record", metavar="OUT", help="The recording; without it, one named by the time."
        ),
    ] = None,
    headless: Headless = False,
    adapter: Annotated[
        list[str] | None,
        typer.Option(
            "--adapter",
            metavar="NAME",
            help="Bluetooth adapter, where there are several (Linux); one for all lanes, or each.",
        ),
    ] = None,
    library: Annotated[
        str,
        typer.Option(
            "--library",
            metavar="FILE|URL|none",
            envvar="SLEDMON_LIBRARY",
            help="Where reps are kept as they end; without it, your own library.",
        ),
    ] = "",
    output_format: Annotated[LiveFormat, typer.Option("--format")] = LiveFormat.TABLE,
    output: Output = None,
    lsl: Lsl = False,
) -> None:
    """Record and show what the sensors send, until Ctrl-C.

    Sensors of last time are found without being named. A coach's inputs are lines on standard
    input, an event and its value each: athlete Ana, load_lb 10, unresisted 1, exclude_rep, undo;
    baseline alone brings that of whoever runs from the library.
    """
    lanes = max(len(imu or ()), len(encoder or ()), 1)
    if lanes > MOST_LANES:
        raise typer.BadParameter(f"{lanes} lanes; one computer takes {MOST_LANES}")
    belts, tethers = _for_lanes("--imu", imu, lanes), _for_lanes("--encoder", encoder, lanes)
    adapters = _for_lanes("--adapter", adapter, lanes, one_for_all=True)
    names = _for_lanes("--athlete", athlete, lanes)
    rigs = [
        read_rig(path) if path else ("", Rig())
        for path in _for_lanes("--rig", rig, lanes, one_for_all=True)
    ]
    paths = _recordings(record, lanes)
    for path in paths:
        require_new_recording(path)
    require_results_place(output, *paths)
    windowed = not (headless or lsl) and output_format is LiveFormat.TABLE and output is None
    windowed = windowed and has_screen()
    offered = [outlets(lsl, lane=f"-{lane}" if lanes > 1 else "") for lane in range(1, lanes + 1)]
    with ExitStack() as stack:
        stack.callback(_say_where, paths)
        kept_in = None if library == NO_LIBRARY else library_or_told(library, _tell)
        if kept_in is not None:
            stack.enter_context(kept_in)
        coach = Coach([read for _, read in rigs], kept_in)
        orders = [
            LaneOrder(
                wanted={"imu": belts[i] or "", "encoder": tethers[i] or ""},
                rig_toml=rigs[i][0],
                adapter=adapters[i],
                events=_first_said(coach, i + 1, plan, names[i]),
            )
            for i in range(lanes)
        ]
        recorders = [
            Storing(kept_in, stack.enter_context(RecordingWriter(path)), path, _tell, outlet)
            for path, outlet in zip(paths, offered, strict=True)
            if not windowed
        ]
        sessions = (
            []
            if windowed
            else LiveRun(orders, coach).run(
                recorders, quiet=output_format is LiveFormat.JSON and output is None
            )
        )
        for recorder, session in zip(recorders, sessions, strict=True):
            recorder.finish(session)
    if windowed:
        open_window(lambda window: window.connect_sensors(orders, paths), library=library)
    for outlet in offered:
        tell_how_it_went(outlet)
    if output_format is LiveFormat.JSON or output is not None:
        documents = [
            session_document(session, str(path))
            for session, path in zip(sessions, paths, strict=True)
        ]
        write_out(to_json(documents if lanes > 1 else documents[0]), output)


def _say_where(paths: list[Path]) -> None:
    for path in paths:
        if path.exists():
            typer.echo(f"Recorded: {path}", err=True)


def _tell(sentence: str) -> None:
    typer.echo(f"sledmon: {sentence}", err=True)


def _for_lanes(
    option: str, given: Sequence[_T] | None, lanes: int, *, one_for_all: bool = False
) -> list[_T | None]:
    """A value for each lane; None where none was given."""
    values: list[_T | None] = [*(given or ())]
    if one_for_all and len(values) == 1:
        return values * lanes
    if len(values) > lanes:
        raise typer.BadParameter(
            f"{len(values)} times {option} for {lanes} lane{'s' if lanes > 1 else ''}"
        )
    return values + [None] * (lanes - len(values))


def _first_said(coach: Coach, lane: int, plan: str | None, athlete: str | None) -> tuple[Said, ...]:
    """The events that a lane begins with."""
    events: tuple[Said, ...] = coach.plan(lane, plan).events if plan else ()
    if athlete:
        named = coach.athlete(lane, athlete)
        events += named.events
        if named.words != f"athlete {athlete}":
            _tell(named.words)
    return events


def _recordings(given: list[Path] | None, lanes: int) -> list[Path]:
    """Where each lane is recorded; one name for several lanes is numbered."""
    if given and len(given) == lanes:
        return given
    if given and len(given) > 1:
        raise typer.BadParameter(f"{len(given)} times --record for {lanes} lanes")
    if given:
        path = given[0]
    else:
        folder = recordings_folder()
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{local_time_name()}.mcap"
    if lanes == 1:
        return [path]
    return [path.with_stem(f"{path.stem}-lane{lane}") for lane in range(1, lanes + 1)]
