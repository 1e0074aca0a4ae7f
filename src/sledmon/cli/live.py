"""``sledmon live``: sensors over Bluetooth, recorded and shown as they come."""

import asyncio
import contextlib
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from types import FrameType
from typing import Annotated, Final, NamedTuple, TypeVar

import typer

from sledmon.acquire.choose import choose
from sledmon.acquire.inbox import Inbox
from sledmon.acquire.live import LaneReport, LaneRequest, LiveLanes, local_time_name
from sledmon.acquire.radio_thread import RadioThread
from sledmon.acquire.remembered import remember, remembered
from sledmon.acquire.sensor import SensorStatus
from sledmon.cli.options import Headless, LiveFormat, Output, write_out
from sledmon.cli.places import recordings_folder
from sledmon.cli.radios import Adapter, open_radio
from sledmon.cli.storing import Storing, library_or_told
from sledmon.errors import EventError
from sledmon.events import canonical_value
from sledmon.pipeline import Pipeline
from sledmon.pipeline import run as run_pipeline
from sledmon.present.export.results_json import session_document, to_json
from sledmon.present.terminal import LiveTable, console_for, session_text
from sledmon.recording import RecordingWriter
from sledmon.results import Rep, Session
from sledmon.rig import parse_rig
from sledmon.samples import Device
from sledmon.units import pounds_to_kilograms

_T = TypeVar("_T")

EXAMPLE = "Example: sledmon live --athlete Ana --rig turf.toml"
MOST_LANES: Final = 4


class _Request(NamedTuple):
    """What the user asked of one lane."""

    wanted: dict[Device, str]
    rig_toml: str
    athlete: str


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
    record: Annotated[
        list[Path] | None,
        typer.Option(
            "--record", metavar="OUT", help="The recording; without it, one named by the time."
        ),
    ] = None,
    headless: Headless = False,  # noqa: ARG001 - there is no window yet to do without
    adapter: Adapter = None,
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
) -> None:
    """Record and show what the sensors send, until Ctrl-C.

    Sensors of last time are found without being named. A coach's inputs are lines on standard
    input, an event and its value each: athlete Ana, load_lb 10, unresisted 1, exclude_rep, undo.
    """
    lanes = max(len(imu or ()), len(encoder or ()), 1)
    if lanes > MOST_LANES:
        raise typer.BadParameter(f"{lanes} lanes; one computer takes {MOST_LANES}")
    requests = [
        _Request(
            wanted={"imu": belt or "", "encoder": tether or ""},
            rig_toml=_rig_toml(rig_path) if rig_path else "",
            athlete=name or "",
        )
        for belt, tether, rig_path, name in zip(
            _for_lanes("--imu", imu, lanes),
            _for_lanes("--encoder", encoder, lanes),
            _for_lanes("--rig", rig, lanes, one_for_all=True),
            _for_lanes("--athlete", athlete, lanes),
            strict=True,
        )
    ]
    paths = _recordings(record, lanes)
    with ExitStack() as stack:
        kept_in = None if library == "none" else library_or_told(library, _tell)
        if kept_in is not None:
            stack.enter_context(kept_in)
        recorders = [
            Storing(kept_in, stack.enter_context(RecordingWriter(path)), path, _tell)
            for path in paths
        ]
        sessions = _Live(requests, adapter).run(
            recorders, quiet=output_format is LiveFormat.JSON and output is None
        )
        for recorder, session in zip(recorders, sessions, strict=True):
            recorder.finish(session)
    for path in paths:
        if path.exists():
            typer.echo(f"Recorded: {path}", err=True)
    if output_format is LiveFormat.JSON or output is not None:
        documents = [
            session_document(session, str(path))
            for session, path in zip(sessions, paths, strict=True)
        ]
        write_out(to_json(documents if lanes > 1 else documents[0]), output)


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


def _rig_toml(path: Path) -> str:
    text = path.read_text("utf-8")
    parse_rig(text, where=str(path))
    return text


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


class _Live:
    """One run of the command: the radio in its thread, the pipelines in this one."""

    def __init__(self, requests: list[_Request], adapter: str | None) -> None:
        self._requests = requests
        self._adapter = adapter
        self._inboxes = [Inbox() for _ in requests]
        self._lanes: LiveLanes | None = None
        self._table: LiveTable | None = None

    def run(self, recorders: list[Storing], *, quiet: bool) -> list[Session]:
        """Stream until told to stop; every lane's session."""
        if quiet:
            return asyncio.run(self._run(recorders))
        console = console_for()
        with LiveTable(console, "Live; Ctrl-C ends the session") as self._table:
            sessions = asyncio.run(self._run(recorders))
        for session in sessions:
            console.print(session_text(session), soft_wrap=not console.is_terminal)
        return sessions

    async def _run(self, recorders: list[Storing]) -> list[Session]:
        loop = asyncio.get_running_loop()

        def report(lane: int, status: SensorStatus) -> None:
            if self._table is not None:
                loop.call_soon_threadsafe(self._table.tell, lane, status)

        def show(lane: int) -> Callable[[tuple[Rep, ...]], None] | None:
            return None if self._table is None else partial(self._table.show, lane=lane)

        with RadioThread(lambda: self._acquire(report)) as radio, _ended_by_signals(radio.stop):
            self._listen_to_coach(radio)
            return await asyncio.gather(
                *(
                    run_pipeline(
                        inbox.batches(),
                        Pipeline(),
                        recorder=recorder,
                        show=recorder.showing(show(lane)),
                    )
                    for lane, (inbox, recorder) in enumerate(
                        zip(self._inboxes, recorders, strict=True), start=1
                    )
                )
            )

    async def _acquire(self, report: LaneReport) -> None:
        """In the radio's thread: choose the sensors, then stream."""
        try:
            radio = open_radio(self._adapter)
            before = remembered()
            before += [()] * (len(self._requests) - len(before))
            taken = [
                await choose(radio, request.wanted, last)
                for request, last in zip(self._requests, before, strict=False)
            ]
            remember(taken)
            lanes = [
                LaneRequest(
                    sensors=sensors,
                    rig_toml=request.rig_toml,
                    events=(("athlete", request.athlete),) if request.athlete else (),
                    inbox=inbox,
                )
                for request, sensors, inbox in zip(
                    self._requests, taken, self._inboxes, strict=True
                )
            ]
            self._lanes = LiveLanes(radio, lanes, report)
            await self._lanes.run()
        finally:
            for inbox in self._inboxes:
                inbox.close()

    def _listen_to_coach(self, radio: RadioThread) -> None:
        """Take lines of standard input as events, for as long as there are any."""

        def listen() -> None:
            for line in _lines_of_stdin():
                try:
                    lane, kind, value = _coach_input(line, len(self._requests))
                except EventError as error:
                    typer.echo(f"sledmon: {error}", err=True)
                    continue
                radio.call(self._event, lane, kind, value)

        threading.Thread(target=listen, name="coach", daemon=True).start()

    def _event(self, lane: int, kind: str, value: str) -> None:
        if self._lanes is not None:
            self._lanes.event(lane, kind, value)


def _coach_input(line: str, lanes: int) -> tuple[int, str, str]:
    """Lane, event kind and value of a line like ``load_lb 10``, or ``2 load_lb 10`` for lane 2."""
    words = line.split(maxsplit=1)
    lane = 1
    if lanes > 1 and words[0].isdecimal():
        lane = int(words[0])
        if not 1 <= lane <= lanes or len(words) < 2:
            raise EventError(f"{line!r} names no lane of 1 to {lanes} and an event for it")
        words = words[1].split(maxsplit=1)
    kind, value = words[0], words[1] if len(words) > 1 else ""
    if kind == "load_lb":
        pounds = float(canonical_value("load_kg", value))
        kind, value = "load_kg", f"{pounds_to_kilograms(pounds):.4f}"
    return lane, kind, canonical_value(kind, value)


def _lines_of_stdin() -> Iterator[str]:
    """Lines that are not blank; read without a lock that would outlive the program."""
    pending = b""
    try:
        descriptor = sys.stdin.fileno()
        while read := os.read(descriptor, 4096):
            *lines, pending = (pending + read).split(b"\n")
            yield from (text for line in lines if (text := line.decode("utf-8", "replace").strip()))
    except (OSError, ValueError, AttributeError):
        return  # no standard input, as under a launcher


@contextlib.contextmanager
def _ended_by_signals(stop: Callable[[], None]) -> Iterator[None]:
    """Ctrl-C and a termination end the session in good order; a second Ctrl-C ends at once."""

    def ended(_number: int, _frame: FrameType | None) -> None:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        stop()

    before = {number: signal.signal(number, ended) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
