"""One session's screens: preflight, live, queue, summary; and the threads behind them."""

from dataclasses import dataclass, replace
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from sledmon.present.athletes.queue import Queue
from sledmon.present.dashboard.feed import Feed
from sledmon.present.dashboard.live.athlete import AthleteWindow
from sledmon.present.dashboard.live.screen import LiveScreen
from sledmon.present.dashboard.preflight import PreflightScreen
from sledmon.present.dashboard.queue import QueueScreen
from sledmon.present.dashboard.settings import SettingsScreen
from sledmon.present.dashboard.sharing import Sharing
from sledmon.present.dashboard.summary import SummaryScreen
from sledmon.present.dashboard.window import Window
from sledmon.present.preflight.checks import Checks
from sledmon.present.running import Ended, RunningSession, Told
from sledmon.present.running.storing import NO_LIBRARY
from sledmon.present.settings import AudioMode
from sledmon.present.sideline import words
from sledmon.present.sideline.actions import Sideline
from sledmon.present.sideline.athlete_view import AthleteView
from sledmon.present.sideline.state import Happening, RepEnded, SidelineState
from sledmon.present.sound.announcing import Announcer, Audio


@dataclass(frozen=True, kw_only=True, slots=True)
class Begun:
    """How a session begins."""

    session: RunningSession
    queue: Queue
    audio: Audio
    checks: Checks | None = None
    """Preflight comes first; None: straight to the live screen."""
    demo: bool = False
    library: str = NO_LIBRARY
    """Where its reps are kept."""
    when: str = ""
    """In words, for the summary."""


class SessionFlow(QObject):
    """Runs one session in the window, from its first screen to its summary."""

    failed = Signal(str)
    """It never began; why."""
    closed = Signal()
    """The summary was left."""
    replay_asked = Signal(object)
    """A ``Path``."""
    queue_changed = Signal(object)

    def __init__(self, window: Window, begun: Begun) -> None:
        super().__init__()
        self.session = begun.session
        self.state = SidelineState()
        self.sideline = Sideline(self.state, self._say, window.settings, begun.queue)
        self._begun = begun
        self._window = window
        self._told: list[str] = []
        self._blinded = False
        self._announcer = Announcer(begun.audio, self.state)
        badge = words.DEMO if begun.demo else ""
        silent = bool(begun.audio.no_sound)
        self.live = LiveScreen(self.sideline, len(begun.session.paths), badge, silent=silent)
        self.live.armed.connect(lambda: self._announcer.armed(window.settings))
        self.live.queue_asked.connect(self.show_queue)
        self.live.summary_asked.connect(self.show_summary)
        self.live.settings_asked.connect(self.show_settings)
        self.live.mute_asked.connect(self._mute)
        self.live.athlete_window_asked.connect(self.toggle_athlete_window)
        self.live.athlete_changed.connect(self._show_athlete)
        self.summary = SummaryScreen()
        self.summary.end_asked.connect(self.session.stop)
        self.summary.replay_asked.connect(self._leave_for_replay)
        self.summary.closed.connect(self._leave_summary)
        self.summary.share_asked.connect(self.show_share)
        if len(begun.session.paths) > 1:
            self.summary.offer_lanes(len(begun.session.paths))
            self.summary.lane_asked.connect(self._show_lane)
        self._sharing = Sharing(window, begun.library, self.summary, self.show_summary)
        self.preflight: PreflightScreen | None = None
        self.athlete_window: AthleteWindow | None = None
        self._feed = Feed(self.session, self.state)
        self._feed.frame.connect(self._frame)

    def begin(self) -> None:
        """Start the threads and show the first screen."""
        self.session.start()
        self.restyle()
        if self._begun.checks is None:
            self.show_live()
            return
        screen = PreflightScreen(self.state.lane(1), self._begun.checks, demo=self._begun.demo)
        screen.zero_asked.connect(lambda: self.live.act("zero"))
        screen.sound_test_asked.connect(self._try_sound)
        screen.start_asked.connect(self.show_live)
        screen.closed.connect(self.session.stop)
        self.preflight = screen
        self._window.show_screen(screen)

    def show_live(self) -> None:
        """The live screen."""
        self.preflight = None
        self._window.show_screen(self.live)

    def show_queue(self) -> None:
        """Who runs next."""
        line = self.sideline
        screen = QueueScreen(line.queue)
        screen.set_last(line.here.last_rep, hidden=line.hidden)
        screen.changed.connect(self._take_queue)
        screen.last_rep_was.connect(lambda name: self.live.say(line.last_was(name)))
        screen.swap_asked.connect(lambda: self.live.say(line.swap_last_two()))
        screen.closed.connect(self.show_live)
        self._window.show_screen(screen)

    def show_settings(self) -> None:
        """Units, theme, sound."""
        screen = SettingsScreen()
        screen.changed.connect(self._window.change)
        screen.closed.connect(self.show_live)
        screen.show_audio(self._begun.audio)
        screen.sound_test_asked.connect(self._try_sound)
        self._window.show_screen(screen)

    def show_summary(self) -> None:
        """What the session has been so far, or was."""
        lane = self.sideline.here
        minors = {one.name for one in self.sideline.queue.athletes if one.under_16}
        self.summary.show_session(
            lane.reps,
            lane.athletes,
            minors,
            self._begun.when,
            demo=self._begun.demo,
            running=not self.state.ended,
            hidden=self.sideline.hidden and not self.state.ended,
        )
        self.summary.head_lane(self.sideline.lane, len(self.session.paths))
        self._window.show_screen(self.summary)

    def show_share(self) -> None:
        """The athletes' codes."""
        self._sharing.show(self._path, running=not self.state.ended)

    @property
    def _path(self) -> Path:
        """The recording of the lane that is acted on."""
        return self.session.paths[self.sideline.lane - 1]

    def _leave_for_replay(self) -> None:
        """The session is left: nothing of it is shared any more."""
        self.shut()
        self.replay_asked.emit(self._path)

    def _show_lane(self, lane: int) -> None:
        self.live.act_on(lane)
        self.show_summary()

    def toggle_athlete_window(self) -> None:
        """Open the athlete's window, or close it."""
        if self.athlete_window is not None and self.athlete_window.isVisible():
            self.athlete_window.close()
            return
        self.athlete_window = AthleteWindow(self._window.settings)
        self.athlete_window.pressed.connect(self._window.keyPressEvent)
        self.athlete_window.open()
        self._show_athlete(self.live.athlete_value())

    def restyle(self) -> None:
        """Take other settings into windows of its own."""
        settings = self._window.settings
        self.live.muted = settings.audio is AudioMode.OFF
        if settings.blinded != self._blinded:  # a control condition is part of the recording
            self._blinded = settings.blinded
            said = words.DONE_HIDDEN if settings.blinded else words.DONE_SHOWN
            for lane in range(1, len(self.session.paths) + 1):
                self._say(lane, "note", said, None)
        if self.athlete_window is not None:
            self.athlete_window.set_settings(settings)

    def shut(self) -> None:
        """End in good order and wait for it."""
        if self.athlete_window is not None:
            self.athlete_window.close()
        self._sharing.stop()
        if self.session.running:
            self.session.stop()
            self.session.join()

    def _frame(self, happenings: list[Happening], changed: bool) -> None:
        self._announcer.frame(happenings, self._window.settings)
        self.live.frame(happenings, changed)
        if self.preflight is not None:
            self.preflight.refresh()
        shown, line = self._window.screen_shown, self.sideline
        if isinstance(shown, QueueScreen):  # a rep may end while it is open
            shown.set_last(line.here.last_rep, hidden=line.hidden)
        if shown is self.summary and any(isinstance(each, RepEnded) for each in happenings):
            self.show_summary()
        for happening in happenings:
            if isinstance(happening, Told):
                self._told.append(happening.sentence)
            elif isinstance(happening, Ended):
                self._ended(happening)

    def _ended(self, ended: Ended) -> None:
        if self.athlete_window is not None:
            self.athlete_window.close()
        for number, session in enumerate(ended.sessions, start=1):
            lane = self.state.lane(number)
            lane.reps, lane.athletes = session.reps, session.athletes
        if any(lane.reps for lane in self.state.lanes.values()):
            self.show_summary()
            self.summary.say(self._told[-1] if self._told else "")
        else:
            self.failed.emit(self._told[-1] if self._told else "")

    def _try_sound(self) -> None:
        self._announcer.trial(self._window.settings)

    def _leave_summary(self) -> None:
        if self.state.ended:
            self.shut()
            self.closed.emit()
        else:
            self.show_live()

    def _say(self, lane: int, kind: str, value: str, time_s: float | None) -> None:
        self.session.say(kind, value, lane=lane, time_s=time_s)

    def _take_queue(self, queue: Queue) -> None:
        self.live.say(self.sideline.take_queue(queue))
        self.queue_changed.emit(queue)

    def _mute(self) -> None:
        settings = self._window.settings
        audio = AudioMode.READ if settings.audio is AudioMode.OFF else AudioMode.OFF
        self._window.change(replace(settings, audio=audio))

    def _show_athlete(self, value: AthleteView) -> None:
        if self.athlete_window is not None and self.athlete_window.isVisible():
            self.athlete_window.panel.show_value(value)
