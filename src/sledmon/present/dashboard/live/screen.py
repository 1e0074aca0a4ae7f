"""The live screen: read from five metres, worked by five buttons or none at all."""

from typing import Final

from PySide6.QtCore import QRect, Qt, QTimer, Signal, SignalInstance
from PySide6.QtGui import QKeyEvent, QResizeEvent

from sledmon.present import live_words as words
from sledmon.present.curve_view import curve_view
from sledmon.present.dashboard.live.keys import KeysSheet
from sledmon.present.dashboard.live.panels import (
    AdvicePanel,
    Cells,
    Header,
    Heading,
    HeroPanel,
    Saying,
    Status,
    StatusBar,
    TilePanel,
)
from sledmon.present.dashboard.live.strip import Strip
from sledmon.present.dashboard.live.trace import Trace
from sledmon.present.dashboard.look import BOLD, Look, font
from sledmon.present.dashboard.painted import text_width
from sledmon.present.dashboard.screen import KeyButton, Screen
from sledmon.present.live_view import AthleteView, Coaching, athlete_view, live_view
from sledmon.present.running import Told
from sledmon.present.sideline import Sideline
from sledmon.present.state import Happening, Refused

VIEW_EVERY_S: Final = 0.1
SAID_MS: Final = 4000
ROWS: Final = {
    "header": 14.7,
    "hero": 42.3,
    "tile": 11.5,
    "strip": 14.0,
    "buttons": 9.5,
    "status": 6.0,
}
"""Heights in per cent; what is left over lies between them."""
CELLS: Final = 14.8
"""Of the splits, beside the state and the foot of the number."""


class LiveScreen(Screen):
    """One lane, large."""

    title = "live"
    queue_asked = Signal()
    summary_asked = Signal()
    mute_asked = Signal()
    athlete_window_asked = Signal()
    settings_asked = Signal()
    athlete_changed = Signal(object)
    """An ``AthleteView`` for the athlete's window."""

    def __init__(self, sideline: Sideline, badge: str = "") -> None:
        super().__init__()
        self.sideline = sideline
        self.muted = False
        self._badge = badge
        self._look: Look | None = None
        self._viewed_s = -1.0
        self._line_mps = float("nan")
        self._said = ""
        self._said_timer = QTimer(self)
        self._said_timer.setSingleShot(True)
        self._said_timer.timeout.connect(self._forget_said)
        self.header = Header("athlete", self)
        self.hero = HeroPanel("velocity", self)
        self.tile = TilePanel("state", self)
        self.trace = Trace(self)
        self.cells = Cells("splits", self)
        self.strip = Strip("reps", self)
        self.advice = AdvicePanel("advice", self)
        self.status = StatusBar("sensors", self)
        self._panels = (
            self.header,
            self.hero,
            self.tile,
            self.cells,
            self.strip,
            self.advice,
            self.status,
        )
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

    def set_look(self, look: Look) -> None:
        self._look = look
        self.sideline.settings = look.settings
        for panel in self._panels:
            panel.set_look(look)
        self.trace.set_look(look)
        for button in self.buttons:
            button.set_look(look)
        self.keys.set_look(look)
        self._lay_out(look)
        self.refresh(background=True)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._look is not None:
            self._lay_out(self._look)

    def frame(self, happenings: list[Happening], changed: bool) -> None:
        """Once a frame: the trace always, words where they may have changed."""
        for happening in happenings:
            self.sideline.happened(happening)
            if isinstance(happening, Told | Refused):
                self.say(happening.sentence)
        lane = self.sideline.here
        if changed or lane.now_s >= self._viewed_s + VIEW_EVERY_S:
            self.refresh(background=changed)
        if self.isVisible():
            self.trace.advance()

    def refresh(self, *, background: bool = False) -> None:
        """Show the state as it is."""
        lane = self.sideline.here
        self._viewed_s = lane.now_s
        coaching = self._coaching()
        view = live_view(lane, coaching)
        if background:
            conditions = lane.conditions
            curves = curve_view(lane.reps_of(conditions.athlete), conditions, lane.plan)
            self._line_mps = curves.line_mps
            hidden = coaching.hidden or coaching.settings.blinded
            self.trace.set_view(curves, lane.trail, hidden=hidden)
        self.header.show_value(
            Heading(view.athlete, view.rep, view.work, view.following, view.rest)
        )
        self.hero.show_value(view.hero)
        self.tile.show_value(view.tile)
        self.cells.show_value(view.cells)
        self.strip.show_value(view.strip)
        if view.alarm:
            saying = Saying(view.alarm, urgent=True)
        elif self._said:
            saying = Saying(self._said)
        else:
            saying = Saying(view.advice, view.sentence)
        self.advice.show_value(saying)
        self.status.show_value(Status(view.sensors, view.trust, view.recording, self._badge))
        armed = self.sideline.armed
        self.arm_button.set_words(words.ARMED if armed else words.PAUSED, filled=armed)
        self.mute_button.set_words(words.MUTED if self.muted else words.MUTE, filled=self.muted)
        self.athlete_changed.emit(self.athlete_value())

    def athlete_value(self) -> AthleteView:
        """What the athlete's window shows."""
        return athlete_view(self.sideline.here, self._coaching(), self._line_mps)

    def say(self, sentence: str) -> None:
        """Show a sentence for a few seconds."""
        if sentence:
            self._said = sentence
            self._said_timer.start(SAID_MS)
            self.refresh()

    def act(self, name: str) -> None:
        """One of the coach's actions, and what it did."""
        self.say(str(getattr(self.sideline, name)()))

    def press(self, event: QKeyEvent) -> bool:
        key, modifiers = Qt.Key(event.key()), event.modifiers()
        if self.keys.isVisible() and key != Qt.Key.Key_F1:
            self.keys.hide()
            return True
        if modifiers & Qt.KeyboardModifier.ControlModifier:
            if key == Qt.Key.Key_Z:
                self.say(self.sideline.undo_earlier())
                return True
            return False
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
        spare = high - sum(heights.values())
        number = text_width("0.00", font(look.px(35.0), BOLD)) + 2 * margin
        left = min(round(number), round(0.66 * wide))
        top = heights["header"]
        self.header.setGeometry(0, 0, wide, top)
        self.hero.setGeometry(0, top + spare // 4, left, heights["hero"])
        cells = round(high * CELLS / 100.0)
        trace = heights["hero"] + heights["tile"] - cells
        self.trace.setGeometry(left, top + spare // 4, wide - left, trace)
        self.cells.setGeometry(left, top + spare // 4 + trace, wide - left - look.px(1.5), cells)
        top += heights["hero"] + spare // 4
        self.tile.setGeometry(0, top, left, heights["tile"])
        top += heights["tile"] + spare // 4
        strip = round(0.62 * wide)
        self.strip.setGeometry(0, top, strip, heights["strip"])
        self.advice.setGeometry(strip, top, wide - strip, heights["strip"])
        top += heights["strip"] + spare // 4
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
