"""The program's window from the start screen to the summary: which screen follows which."""

import signal
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Final, TypeVar

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QApplication

from sledmon.acquire.radio import Radio
from sledmon.errors import SledmonError
from sledmon.present import live_words as words
from sledmon.present.dashboard.feed import Feed
from sledmon.present.dashboard.live.athlete import AthleteWindow
from sledmon.present.dashboard.live.screen import LiveScreen
from sledmon.present.dashboard.queue import QueueScreen
from sledmon.present.dashboard.settings import SettingsScreen
from sledmon.present.dashboard.start import StartScreen
from sledmon.present.dashboard.window import Window
from sledmon.present.queue import Athlete, Queue, read_queue, write_queue
from sledmon.present.recent import Recent, recent_sessions
from sledmon.present.running import DemoSource, LaneOrder, LiveSource, RunningSession, TakenUp
from sledmon.present.running.session import NO_LIBRARY
from sledmon.present.running.sources import Source
from sledmon.present.settings import AudioMode, Settings, read_settings, write_settings
from sledmon.present.sideline import Sideline
from sledmon.present.state import Happening, SidelineState
from sledmon.twin import SessionParams, simulate

_T = TypeVar("_T")
DEMO_QUEUE: Final = Queue((Athlete(name="Demo"),))
DEMO: Final = SessionParams(seed=1, reps=8, unresisted=3, load_lb=(0, 5, 10, 20), faults="mild")


@dataclass(frozen=True, kw_only=True, slots=True)
class Places:
    """Where things are kept, and with which radio; from the command line or the system."""

    recordings: Path
    demos: Path
    library: str
    open_radio: Callable[[], Radio]
    new_name: Callable[[], str]
    """Of a recording that begins now."""
    now: Callable[[], datetime]


class Dashboard(QObject):
    """One window; at most one session runs."""

    def __init__(self, places: Places) -> None:
        super().__init__()
        self._places = places
        settings, self._trouble = _read(read_settings, Settings())
        self.queue, trouble = _read(read_queue, Queue())
        self._trouble = self._trouble or trouble
        self.window = Window(settings, self._keep_settings)
        self.window.about_to_close = self._may_close
        self.start_screen = StartScreen()
        self.start_screen.demo_asked.connect(self.demo)
        self.start_screen.connect_asked.connect(self.connect_sensors)
        self.start_screen.open_asked.connect(self.open)
        self.start_screen.resume_asked.connect(self.resume)
        self.start_screen.settings_asked.connect(self.show_settings)
        self.settings_screen = SettingsScreen()
        self.settings_screen.changed.connect(self.window.change)
        self.settings_screen.closed.connect(self._back)
        self.athlete_window: AthleteWindow | None = None
        self.session: RunningSession | None = None
        self.state: SidelineState | None = None
        self.live: LiveScreen | None = None
        self._feed: Feed | None = None
        self._demo_runs = False
        self._closing = False

    def show(self) -> None:
        """Open the window on the start screen."""
        self.window.show()
        self.show_start()

    def show_start(self) -> None:
        """The start screen, with sessions of late."""
        self.window.show_screen(self.start_screen)
        places = self._places
        self.start_screen.look_for(lambda: _recent(places.recordings, places.library), places.now())

    def demo(
        self,
        params: SessionParams = DEMO,
        speed: float | None = 1.0,
        record: Path | None = None,
    ) -> None:
        """A simulated session, at once; it is no real athlete's and enters no library."""
        path = record or self._places.demos / f"{self._places.new_name()}.mcap"
        path.parent.mkdir(parents=True, exist_ok=True)
        source = DemoSource(simulate(params), speed=speed)
        self._run(source, path, NO_LIBRARY, DEMO_QUEUE, badge=words.DEMO)

    def connect_sensors(self) -> None:
        """Sensors of last time, or the only ones in range."""
        path = self._places.recordings / f"{self._places.new_name()}.mcap"
        path.parent.mkdir(parents=True, exist_ok=True)
        order = LaneOrder(events=(("athlete", self.queue.now.name),))
        source = LiveSource([order], self._places.open_radio)
        self._run(source, path, self._places.library, self.queue)

    def resume(self, path: Path) -> None:
        """Go on with a session that was cut off."""
        try:
            taken_up = TakenUp(path)
        except SledmonError as error:
            self.say(str(error))
            return
        source = LiveSource([LaneOrder(resumed_ns=taken_up.resumed_ns)], self._places.open_radio)
        self._run(source, path, self._places.library, self.queue, taken_up=taken_up)

    def open(self, path: Path) -> None:
        """Replay a recording."""
        raise NotImplementedError

    def say(self, sentence: str) -> None:
        """Tell something on whatever screen is shown."""
        shown = self.window.screen_shown
        if isinstance(shown, LiveScreen):
            shown.say(sentence)

    def show_settings(self) -> None:
        """The settings, and back."""
        self.window.show_screen(self.settings_screen)

    def _run(
        self,
        source: Source,
        path: Path,
        library: str,
        queue: Queue,
        *,
        badge: str = "",
        taken_up: TakenUp | None = None,
    ) -> None:
        session = RunningSession(source, [path], library, taken_up)
        state = SidelineState()

        def say(lane: int, kind: str, value: str, time_s: float | None) -> None:
            session.say(kind, value, lane=lane, time_s=time_s)

        sideline = Sideline(state, say, self.window.settings, queue)
        live = LiveScreen(sideline, badge=badge)
        live.queue_asked.connect(self._show_queue)
        live.mute_asked.connect(self._mute)
        live.settings_asked.connect(self.show_settings)
        live.athlete_window_asked.connect(self._toggle_athlete_window)
        live.athlete_changed.connect(self._show_athlete)
        self.session, self.state, self.live = session, state, live
        self._demo_runs = bool(badge)
        self._feed = Feed(session, state)
        self._feed.frame.connect(self._frame)
        self.window.show_screen(live)
        session.start()

    def _frame(self, happenings: list[Happening], changed: bool) -> None:
        if self.live is not None:
            self.live.frame(happenings, changed)
        if self.state is not None and self.state.ended and self._closing:
            self.window.close()

    def _show_queue(self) -> None:
        if self.live is None:
            return
        line = self.live.sideline
        screen = QueueScreen(line.queue)
        screen.changed.connect(self._take_queue)
        screen.last_rep_was.connect(lambda name: self._said(line.last_was(name)))
        screen.swap_asked.connect(lambda: self._said(line.swap_last_two()))
        screen.closed.connect(self._back)
        self.window.show_screen(screen)

    def _take_queue(self, queue: Queue) -> None:
        if self.live is not None:
            self._said(self.live.sideline.take_queue(queue))
            if not self._demo_runs:
                self.queue = queue
                _read(lambda: write_queue(queue), None)

    def _said(self, sentence: str) -> None:
        if self.live is not None:
            self.live.say(sentence)

    def _mute(self) -> None:
        settings = self.window.settings
        muted = settings.audio is AudioMode.OFF
        self.window.change(replace(settings, audio=AudioMode.READ if muted else AudioMode.OFF))

    def _toggle_athlete_window(self) -> None:
        if self.athlete_window is not None and self.athlete_window.isVisible():
            self.athlete_window.close()
            return
        self.athlete_window = AthleteWindow(self.window.settings)
        self.athlete_window.open()
        if self.live is not None:
            self._show_athlete(self.live.athlete_value())

    def _show_athlete(self, value: object) -> None:
        if self.athlete_window is not None and self.athlete_window.isVisible():
            self.athlete_window.panel.show_value(value)  # type: ignore[arg-type]

    def _back(self) -> None:
        if self.live is not None:
            self.window.show_screen(self.live)
        else:
            self.show_start()

    def _keep_settings(self, settings: Settings) -> None:
        if self.athlete_window is not None:
            self.athlete_window.set_settings(settings)
        _read(lambda: write_settings(settings), None)

    def _may_close(self) -> bool:
        """A session that runs is ended in good order first; the window closes by itself then."""
        if self.session is None or not self.session.running:
            return True
        self._closing = True
        self.session.stop()
        return False


def _recent(folder: Path, library: str) -> tuple[Recent, ...]:
    return recent_sessions(folder, library)


def _read(ask: Callable[[], _T], otherwise: _T) -> tuple[_T, str]:
    """What is kept, or what stands instead and why: the window opens whatever is broken."""
    try:
        return ask(), ""
    except SledmonError as error:
        return otherwise, str(error)


def run(places: Places, begin: Callable[[Dashboard], None]) -> int:
    """Open the window and run it until it is closed; ``begin`` says what it begins with."""
    app = QApplication.instance() or QApplication(["sledmon"])
    app.setApplicationName("sledmon")
    dashboard = Dashboard(places)
    signal.signal(signal.SIGINT, lambda *_: dashboard.window.close())
    # Qt's loop runs no Python while nothing happens, and so would not hear Ctrl-C.
    listen = QTimer()
    listen.start(200)
    listen.timeout.connect(lambda: None)
    dashboard.show()
    begin(dashboard)
    code = app.exec()
    if dashboard.session is not None:
        dashboard.session.stop()
        dashboard.session.join()
    return int(code)
