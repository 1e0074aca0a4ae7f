"""The program's window: from the start screen to a session, a replay, and back."""

import shutil
import signal
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Final, TypeVar

from PySide6.QtCore import QObject, QThreadPool, QTimer
from PySide6.QtWidgets import QApplication

from sledmon.acquire.remembered import remembered
from sledmon.errors import SledmonError
from sledmon.present import words
from sledmon.present.athletes.queue import Athlete, Queue, read_queue, write_queue
from sledmon.present.dashboard.connect import ConnectScreen
from sledmon.present.dashboard.past import PastSession
from sledmon.present.dashboard.replay.screen import ReplayScreen
from sledmon.present.dashboard.session_flow import Begun, SessionFlow
from sledmon.present.dashboard.settings import SettingsScreen
from sledmon.present.dashboard.sound import open_audio
from sledmon.present.dashboard.start import StartScreen
from sledmon.present.dashboard.window import Window
from sledmon.present.preflight.checks import Checks, checks_for
from sledmon.present.preflight.choosing import Choosing
from sledmon.present.quantities import Quantities
from sledmon.present.recent import Recent, recent_sessions
from sledmon.present.replay.session import Replayed
from sledmon.present.running import DemoSource, LaneOrder, LiveSource, RunningSession, TakenUp
from sledmon.present.running.listening import Listening
from sledmon.present.running.sources import OpenRadio
from sledmon.present.running.storing import NO_LIBRARY
from sledmon.present.settings import Settings, read_settings, write_settings
from sledmon.present.sound.announcing import Audio
from sledmon.present.sound.cues import Sound, trial_sounds
from sledmon.recording import put_back
from sledmon.twin import SessionParams, simulate

_T = TypeVar("_T")
DEMO_QUEUE: Final = Queue((Athlete(name="Demo"),))
DEMO: Final = SessionParams(seed=1, reps=8, unresisted=3, load_lb=(0, 5, 10, 20), faults="mild")
LOOK_MS: Final = 50


@dataclass(frozen=True, kw_only=True, slots=True)
class Places:
    """Where things are kept, and with which radio; from the command line or the system."""

    recordings: Path
    demos: Path
    library: str
    open_radio: OpenRadio
    new_name: Callable[[], str]
    """Of a recording that begins now."""
    now: Callable[[], datetime]


class Dashboard(QObject):
    """One window; at most one session runs."""

    def __init__(self, places: Places) -> None:
        super().__init__()
        self._places = places
        settings, trouble = _kept(read_settings, Settings())
        self.queue, trouble_too = _kept(read_queue, Queue())
        self._trouble = trouble or trouble_too
        self.window = Window(settings, self._keep_settings)
        self.window.about_to_close = self._may_close
        self.start_screen = StartScreen()
        self.start_screen.demo_asked.connect(self.demo)
        self.start_screen.connect_asked.connect(self.choose_sensors)
        self.start_screen.open_asked.connect(self.open)
        self.start_screen.resume_asked.connect(self.resume)
        self.start_screen.settings_asked.connect(self.show_settings)
        self.demo_params = DEMO
        self.demo_speed: float | None = 1.0
        self.flow: SessionFlow | None = None
        self.connecting: ConnectScreen | None = None
        self._listening: Listening | None = None
        self._look = QTimer(self)
        self._look.setInterval(LOOK_MS)
        self._look.timeout.connect(self._hear)
        self._audio: Audio | None = None
        self._replay: ReplayScreen | None = None
        self._past: PastSession | None = None

    def show_start(self, trouble: str = "") -> None:
        """The start screen, with sessions of late."""
        places = self._places
        self.window.show_screen(self.start_screen)
        self.start_screen.say(trouble or self._trouble)
        self._trouble = ""
        self.start_screen.look_for(lambda: _recent(places.recordings, places.library), places.now())

    def show_settings(self) -> None:
        """Units, theme, sound."""
        screen = SettingsScreen()
        screen.changed.connect(self.window.change)
        screen.closed.connect(self.show_start)
        screen.show_audio(self.audio)
        screen.sound_test_asked.connect(lambda: self.audio.play(self._trial()))
        self.window.show_screen(screen)

    def _trial(self) -> Iterable[Sound]:
        return trial_sounds(Quantities(self.window.settings), voice=self.audio.voice)

    def demo(self, record: Path | None = None) -> None:
        """A simulated session, at once; it is no real athlete's and enters no library."""
        path = record or self._fresh(self._places.demos)
        source = DemoSource(simulate(self.demo_params), speed=self.demo_speed)
        session = RunningSession(source, [path], NO_LIBRARY)
        self._begin(session, DEMO_QUEUE, demo=True)

    def choose_sensors(self) -> None:
        """What is in range; those of last time are chosen already."""
        before = [choice for lane in remembered()[:1] for choice in lane]
        screen = ConnectScreen(tuple(before))
        screen.chosen.connect(self._connect)
        screen.again_asked.connect(self._listen)
        screen.closed.connect(self._leave_sensors)
        self.connecting = screen
        self.window.show_screen(screen)
        self._listen()

    def connect_sensors(self, orders: list[LaneOrder], paths: list[Path] | None = None) -> None:
        """A session with sensors: named, or those of last time, or the only ones in range."""
        paths = paths or [
            self._fresh(self._places.recordings, number, len(orders))
            for number in range(1, len(orders) + 1)
        ]
        first, queue = self._who_begins(orders[0])
        source = LiveSource([first, *orders[1:]], self._places.open_radio)
        session = RunningSession(source, paths, self._places.library)
        self._begin(session, queue)

    def _who_begins(self, order: LaneOrder) -> tuple[LaneOrder, Queue]:
        """The athlete whom the order names is up in the queue, or the queue's begins."""
        for kind, name in order.events:
            if kind == "athlete":
                return order, self.queue.up(name)
        begins = ("athlete", self.queue.now.name)
        return replace(order, events=(begins, *order.events)), self.queue

    def resume(self, path: Path) -> None:
        """Go on with a session that was cut off."""
        taken_up = TakenUp(path)
        source = LiveSource([LaneOrder(resumed_ns=taken_up.resumed_ns)], self._places.open_radio)
        session = RunningSession(source, [path], self._places.library, taken_up)
        self._begin(session, self.queue)

    def open(self, path: Path) -> None:
        """Replay a recording."""
        if self._replay is None:
            self._replay = ReplayScreen()
            self._replay.left.connect(self.show_start)
            self._replay.summary_asked.connect(self._show_past)
        self.window.show_screen(self._replay)
        self._let_go()
        self._replay.open(path)

    def _show_past(self, replayed: Replayed) -> None:
        self._past = PastSession(
            self.window, replayed, self.queue, self._places.library, self._leave_past
        )
        self._past.show()

    def _leave_past(self) -> None:
        if self._replay is not None:
            self.window.show_screen(self._replay)

    @property
    def audio(self) -> Audio:
        """Opened when it is first needed: importing it takes a moment."""
        if self._audio is None:
            self._audio = open_audio()
        return self._audio

    def _begin(
        self,
        session: RunningSession,
        queue: Queue,
        *,
        checks: Checks | None = None,
        demo: bool = False,
    ) -> None:
        begun = Begun(
            session=session,
            queue=queue,
            audio=self.audio,
            checks=checks,
            demo=demo,
            library=NO_LIBRARY if demo else self._places.library,
            when=f"{self._places.now():{words.DAY_AND_TIME}}",
        )
        flow = SessionFlow(self.window, begun)
        flow.failed.connect(self._closed)
        flow.closed.connect(self._closed)
        flow.replay_asked.connect(self.open)
        if not demo:
            flow.queue_changed.connect(self._keep_queue)
        self.flow = flow
        flow.begin()

    def _connect(self, choosing: Choosing) -> None:
        self._leave_sensors(shows_start=False)
        if choosing.demo:
            self.demo()
            return
        order, queue = self._who_begins(LaneOrder(wanted=choosing.wanted))
        path = self._fresh(self._places.recordings)
        source = LiveSource([order], self._places.open_radio)
        session = RunningSession(source, [path], self._places.library)
        checks = replace(
            checks_for(choosing), disk_free=_disk_free(path), no_sound=self.audio.no_sound
        )
        self._begin(session, queue, checks=checks)

    def _listen(self) -> None:
        if self._listening is not None:
            self._listening.stop()
        self._listening = Listening(lambda: self._places.open_radio(None))
        self._listening.start()
        self._look.start()

    def _hear(self) -> None:
        if self.connecting is not None and self._listening is not None:
            self.connecting.take(self._listening)

    def _leave_sensors(self, *, shows_start: bool = True) -> None:
        self._look.stop()
        if self._listening is not None:
            self._listening.stop()
        self._listening = self.connecting = None
        if shows_start:
            self.show_start()

    def _closed(self, why: str = "") -> None:
        """A session was left, or never began."""
        self.show_start(why)
        self._let_go()

    def _let_go(self) -> None:
        """Of the session and its screens."""
        flow, self.flow = self.flow, None
        if flow is not None:
            self.window.forget(flow.live, flow.summary)

    def _keep_settings(self, settings: Settings) -> None:
        if self.flow is not None:
            self.flow.restyle()
        _kept(lambda: write_settings(settings), None)

    def _keep_queue(self, queue: Queue) -> None:
        self.queue = queue
        _kept(lambda: write_queue(queue), None)

    def _may_close(self) -> bool:
        """A session that runs is ended in good order before the window goes."""
        if self._listening is not None:
            self._listening.stop()
        if self.flow is not None:
            self.flow.shut()
        if self._past is not None:
            self._past.shut()
        return True

    def _fresh(self, folder: Path, lane: int = 1, lanes: int = 1) -> Path:
        folder.mkdir(parents=True, exist_ok=True)
        name = self._places.new_name()
        return folder / (f"{name}-lane{lane}.mcap" if lanes > 1 else f"{name}.mcap")


def _recent(folder: Path, library: str) -> tuple[Recent, ...]:
    put_back(folder)  # what was killed while it was taken up
    return recent_sessions(folder, library)


def _disk_free(path: Path) -> int | None:
    try:
        return shutil.disk_usage(path.parent).free
    except OSError:
        return None


def _kept(ask: Callable[[], _T], otherwise: _T) -> tuple[_T, str]:
    """What is kept, or what stands instead and why: the window opens whatever is broken."""
    try:
        return ask(), ""
    except SledmonError as error:
        return otherwise, str(error)


def run(places: Places, begin: Callable[[Dashboard], object]) -> int:
    """Open the window and run it until it is closed; ``begin`` says what it begins with.

    When it returns, everything is on the disk and no thread works any more.
    """
    app = QApplication.instance() or QApplication(["sledmon"])
    app.setApplicationName("sledmon")
    dashboard = Dashboard(places)
    for number in (signal.SIGINT, signal.SIGTERM):  # Ctrl-C; the desktop logs out
        signal.signal(number, lambda *_: dashboard.window.close())
    # Qt's loop runs no Python while nothing happens, and so would not hear Ctrl-C.
    listen = QTimer()
    listen.start(200)
    listen.timeout.connect(lambda: None)
    dashboard.window.show()
    begin(dashboard)
    code = int(app.exec())
    QThreadPool.globalInstance().waitForDone()
    return code
