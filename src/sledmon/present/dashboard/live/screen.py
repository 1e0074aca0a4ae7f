"""The live screen: read from five metres, worked by five buttons or none at all."""

from typing import Final

from PySide6.QtCore import QRect, Qt, QTimer, Signal, SignalInstance
from PySide6.QtGui import QKeyEvent, QResizeEvent

from sledmon.present.dashboard.live.board import SHARE, Board
from sledmon.present.dashboard.live.keys import KeysSheet
from sledmon.present.dashboard.live.panels import AdvicePanel, Saying, Status, StatusBar
from sledmon.present.dashboard.live.strip import Strip
from sledmon.present.dashboard.look import Look
from sledmon.present.dashboard.screen import KeyButton, Screen
from sledmon.present.running import Told
from sledmon.present.sideline import words
from sledmon.present.sideline.actions import Sideline
from sledmon.present.sideline.athlete_view import AthleteView, athlete_view
from sledmon.present.sideline.live_view import Coaching, LiveView, live_view
from sledmon.present.sideline.state import Happening, Refused

VIEW_EVERY_S: Final = 0.1
SAID_MS: Final = 4000
ROWS: Final = {"boards": SHARE, "strip": 14.0, "buttons": 9.5, "status": 6.0}
"""Heights in per cent; what is left over lies between them."""


class LiveScreen(Screen):
    """One lane, large, or up to four; strip, advice and buttons are of the one acted on."""

    title = "live"
    queue_asked = Signal()
    summary_asked = Signal()
    mute_asked = Signal()
    athlete_window_asked = Signal()
    settings_asked = Signal()
    athlete_changed = Signal(object)
    """An ``AthleteView`` for the athlete's window."""

    armed = Signal()
    """The coach has armed."""

    def __init__(
        self, sideline: Sideline, lanes: int = 1, badge: str = "", *, silent: bool = False
    ) -> None:
        super().__init__()
        self.sideline = sideline
        self.muted = False
        self._badge = badge
        self._silent = silent
        self._look: Look | None = None
        self._viewed_s: dict[int, float] = {}
        self._said = ""
        self._said_timer = QTimer(self)
        self._said_timer.setSingleShot(True)
        self._said_timer.timeout.connect(self._forget_said)
        self.boards = [Board(lane, self, framed=lanes > 1) for lane in range(1, lanes + 1)]
        for board in self.boards:
            board.chosen.connect(self.act_on)
        self.strip = Strip(words.REPS, self)
        self.advice = AdvicePanel(words.ADVICE, self)
        self.status = StatusBar(words.SENSORS, self)
        self.arm_button = KeyButton(words.ARMED, "F5", self)
        self.undo_button = KeyButton(words.UNDO, "⌫", self)
        self.next_button = KeyButton(words.NEXT, "PgDn", self)
        self.zero_button = KeyButton(words.ZERO, "Z", self)
        self.mute_button = KeyButton(words.MUTE, "M", self)
        self.buttons = (
            self.arm_button,
            self.undo_button,
            self.next_button,
            self.zero_button,
            self.mute_button,
        )
        self.arm_button.clicked.connect(lambda: self.act("arm"))
        self.undo_button.clicked.connect(lambda: self.act("undo"))
        self.next_button.clicked.connect(lambda: self.act("next"))
        self.zero_button.clicked.connect(lambda: self.act("zero"))
        self.mute_button.clicked.connect(self.mute_asked)
        self.keys = KeysSheet(self)
        self.keys.hide()
        self.act_on(sideline.lane)

    def set_look(self, look: Look) -> None:
        self._look = look
        self.sideline.settings = look.settings
        for part in (self.strip, self.advice, self.status, *self.buttons, self.keys):
            part.set_look(look)
        self._lay_out(look)
        self.refresh(background=True)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._look is not None:
            self._lay_out(self._look)

    def frame(self, happenings: list[Happening], changed: bool) -> None:
        """Once a frame: the traces always, words where they may have changed."""
        for happening in happenings:
            self.sideline.happened(happening)
            if isinstance(happening, Told | Refused):
                self.say(happening.sentence)
        for board in self.boards:
            now_s = self.sideline.state.lane(board.lane).now_s
            if changed or now_s >= self._viewed_s.get(board.lane, -1.0) + VIEW_EVERY_S:
                self._refresh(board, background=changed)
            if self.isVisible():
                board.trace.advance()

    def refresh(self, *, background: bool = False) -> None:
        """Show the state as it is."""
        for board in self.boards:
            self._refresh(board, background=background)

    def _refresh(self, board: Board, *, background: bool) -> None:
        lane = self.sideline.state.lane(board.lane)
        self._viewed_s[board.lane] = lane.now_s
        coaching = self._coaching()
        view = live_view(lane, coaching)
        if background:
            board.show_curves(lane, coaching)
        board.show_view(view)
        if board.lane == self.sideline.lane:
            self._show_acted_on(view)
            self.athlete_changed.emit(athlete_view(lane, coaching, board.line_mps))

    def _show_acted_on(self, view: LiveView) -> None:
        self.strip.show_value(view.strip)
        if view.alarm:
            saying = Saying(view.alarm, urgent=True)
        elif self._said:
            saying = Saying(self._said)
        else:
            saying = Saying(view.advice, view.sentence)
        self.advice.show_value(saying)
        recording = f"{words.NO_SOUND} · {view.recording}" if self._silent else view.recording
        self.status.show_value(Status(view.sensors, view.trust, recording, self._badge))
        armed = self.sideline.armed
        self.arm_button.set_words(words.ARMED if armed else words.PAUSED, filled=armed)
        self.mute_button.set_words(words.MUTED if self.muted else words.MUTE, filled=self.muted)

    def athlete_value(self) -> AthleteView:
        """What the athlete's window shows."""
        line_mps = self.boards[self.sideline.lane - 1].line_mps
        return athlete_view(self.sideline.here, self._coaching(), line_mps)

    def act_on(self, lane: int) -> None:
        """Choose the lane that keys and buttons act on."""
        if 1 <= lane <= len(self.boards):
            self.sideline.lane = lane
            for board in self.boards:
                board.mark(acted_on=board.lane == lane and len(self.boards) > 1)
            if self._look is not None:
                self.set_look(self._look)

    def say(self, sentence: str) -> None:
        """Show a sentence for a few seconds."""
        if sentence:
            self._said = sentence[:1].upper() + sentence[1:]
            self._said_timer.start(SAID_MS)
            self.refresh()

    def act(self, name: str) -> None:
        """One of the coach's actions, and what it did."""
        self.say(str(getattr(self.sideline, name)()))
        if name == "arm" and self.sideline.armed:
            self.armed.emit()

    def press(self, event: QKeyEvent) -> bool:
        key, modifiers = Qt.Key(event.key()), event.modifiers()
        if self.keys.isVisible() and key != Qt.Key.Key_F1:
            self.keys.hide()
            return True
        if modifiers & Qt.KeyboardModifier.ControlModifier:
            if key == Qt.Key.Key_Z:
                self.say(self.sideline.undo_earlier())
            elif Qt.Key.Key_1 <= key <= Qt.Key.Key_4:
                self.act_on(event.key() - Qt.Key.Key_0.value)
            else:
                return False
            return True
        if key == Qt.Key.Key_F1 or event.text() == "?":
            self.keys.setVisible(not self.keys.isVisible())
            self.keys.raise_()
        elif key in _ACTIONS:
            self.act(_ACTIONS[key])
        elif Qt.Key.Key_1 <= key <= Qt.Key.Key_9:
            self.say(self.sideline.slot(event.key() - Qt.Key.Key_0.value))
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self.say(self.sideline.load(1))
        elif key == Qt.Key.Key_Minus:
            self.say(self.sideline.load(-1))
        elif key in self._signals():
            self._signals()[key].emit()
        else:
            return False
        return True

    def _signals(self) -> dict[Qt.Key, SignalInstance]:
        return {
            Qt.Key.Key_M: self.mute_asked,
            Qt.Key.Key_Q: self.queue_asked,
            Qt.Key.Key_B: self.summary_asked,
            Qt.Key.Key_A: self.athlete_window_asked,
            Qt.Key.Key_F2: self.settings_asked,
        }

    def _forget_said(self) -> None:
        self._said = ""
        self.refresh()

    def _coaching(self) -> Coaching:
        line = self.sideline
        return Coaching(
            settings=line.settings,
            following=line.queue.following.name if line.queue.following else "",
            armed=line.armed,
            hidden=line.hidden,
        )

    def _lay_out(self, look: Look) -> None:
        wide, high = self.width(), self.height()
        margin, gap = look.px(3.0), look.px(1.2)
        heights = {name: round(high * percent / 100.0) for name, percent in ROWS.items()}
        spare = max(0, high - sum(heights.values())) // 3
        columns = 1 if len(self.boards) == 1 else 2
        rows = (len(self.boards) + columns - 1) // columns
        board_wide, board_high = wide // columns, heights["boards"] // rows
        for place, board in enumerate(self.boards):
            row, column = divmod(place, columns)
            board.setGeometry(column * board_wide, row * board_high, board_wide, board_high)
            board.set_look(look)
        top = heights["boards"] + spare
        strip = round(0.62 * wide)
        self.strip.setGeometry(0, top, strip, heights["strip"])
        self.advice.setGeometry(strip, top, wide - strip, heights["strip"])
        top += heights["strip"] + spare
        each = (wide - 2 * margin - gap * (len(self.buttons) - 1)) / len(self.buttons)
        for place, button in enumerate(self.buttons):
            x = round(margin + place * (each + gap))
            button.setGeometry(x, top, round(each), heights["buttons"] - gap // 2)
        self.status.setGeometry(0, high - heights["status"], wide, heights["status"])
        self.keys.setGeometry(QRect(0, 0, wide, high))


_ACTIONS: Final = {
    Qt.Key.Key_F5: "arm",
    Qt.Key.Key_Escape: "arm",
    Qt.Key.Key_Space: "arm",
    Qt.Key.Key_Backspace: "undo",
    Qt.Key.Key_PageDown: "next",
    Qt.Key.Key_Right: "next",
    Qt.Key.Key_PageUp: "previous",
    Qt.Key.Key_Left: "previous",
    Qt.Key.Key_Period: "hide",
    Qt.Key.Key_Z: "zero",
    Qt.Key.Key_X: "exclude",
    Qt.Key.Key_R: "recover",
    Qt.Key.Key_N: "new_set",
    Qt.Key.Key_U: "sled",
}
"""Presenter remotes send PageDown, PageUp, F5 and Esc in turn, and the period."""
