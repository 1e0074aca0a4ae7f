"""One run of ``sledmon live``: the radio in its thread, the pipelines in this one."""

import asyncio
import contextlib
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from types import FrameType
from typing import Final

import typer

from sledmon.acquire.radio_thread import RadioThread
from sledmon.acquire.sensor import SensorStatus
from sledmon.cli.coach import Coach
from sledmon.cli.radios import open_radio
from sledmon.cli.typed import lines_of_stdin, unechoed
from sledmon.errors import EventError
from sledmon.pipeline import Pipeline
from sledmon.pipeline import run as run_pipeline
from sledmon.present.running import LaneOrder, LiveSource
from sledmon.present.running.storing import Storing
from sledmon.present.terminal import LiveTable, console_for, session_text
from sledmon.results import Rep, Session

TITLE: Final = "Live; Ctrl-C ends the session"


class LiveRun:
    """One run of the command: the radio in its thread, the pipelines in this one."""

    def __init__(self, orders: Sequence[LaneOrder], coach: Coach) -> None:
        self._source = LiveSource(orders, open_radio)
        self._lanes = len(orders)
        self._coach = coach
        self._table: LiveTable | None = None
        self._draws_typing = False

    def run(self, recorders: list[Storing], *, quiet: bool) -> list[Session]:
        """Stream until told to stop; every lane's session."""
        if quiet:
            return asyncio.run(self._run(recorders))
        console = console_for()
        with contextlib.ExitStack() as stack:
            self._table = stack.enter_context(LiveTable(console, TITLE))
            if self._table.draws and stack.enter_context(unechoed()):
                self._table.typing("")
                self._draws_typing = True
            sessions = asyncio.run(self._run(recorders))
        for lane, session in enumerate(sessions, start=1):
            if len(sessions) > 1:
                console.print(f"lane {lane}")
            console.print(session_text(session), soft_wrap=not console.is_terminal)
        return sessions

    async def _run(self, recorders: list[Storing]) -> list[Session]:
        loop = asyncio.get_running_loop()

        def report(lane: int, status: SensorStatus) -> None:
            if self._table is not None:
                loop.call_soon_threadsafe(self._table.tell, lane, status)

        def show(lane: int) -> Callable[[tuple[Rep, ...]], None] | None:
            return None if self._table is None else partial(self._table.show, lane=lane)

        with RadioThread(partial(self._source.run, report)) as radio, _ended_by_signals(radio.stop):
            self._listen_to_coach(radio, loop)
            return await asyncio.gather(
                *(
                    run_pipeline(
                        inbox.batches(),
                        Pipeline(reread=recorder.reread),
                        recorder=recorder,
                        show=recorder.showing(show(lane)),
                    )
                    for lane, (inbox, recorder) in enumerate(
                        zip(self._source.inboxes, recorders, strict=True), start=1
                    )
                )
            )

    def _listen_to_coach(self, radio: RadioThread, loop: asyncio.AbstractEventLoop) -> None:
        """Take lines of standard input as events, for as long as there are any."""

        def say(sentence: str) -> None:
            if self._table is not None:
                loop.call_soon_threadsafe(self._table.note, sentence)
            else:
                typer.echo(f"sledmon: {sentence}", err=True)

        def typing(text: str) -> None:
            if self._table is not None and self._draws_typing:
                loop.call_soon_threadsafe(self._table.typing, text)

        def listen() -> None:
            for line in lines_of_stdin(typing):
                try:
                    taken = self._coach.take(line)
                except EventError as error:
                    say(f"not taken: {error}")
                    continue
                for kind, value in taken.events:
                    radio.call(self._source.event, taken.lane, kind, value)
                if taken.swapped:
                    radio.call(self._source.swap_belts, taken.lane, taken.swapped)
                lane = f"lane {taken.lane}: " if self._lanes > 1 else ""
                say(f"taken: {lane}{taken.words}")

        threading.Thread(target=listen, name="coach", daemon=True).start()


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
        for number, what_stood in before.items():
            signal.signal(number, what_stood)
