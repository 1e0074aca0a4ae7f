"""Before the first rep: both sensors as they are now, and what to check."""

from dataclasses import replace

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from sledmon.present import words
from sledmon.present.dashboard.controls import Words
from sledmon.present.dashboard.look import Look
from sledmon.present.dashboard.page import Page, spaced
from sledmon.present.dashboard.rows import Rows
from sledmon.present.preflight.checks import (
    COLUMNS,
    Checks,
    Mark,
    PreflightView,
    SensorCard,
    preflight_view,
)
from sledmon.present.sideline.state import SHOWN_EVERY_S, LaneState

_MOST_LINES = 3


class Card(QWidget):
    """One sensor: its live value large, the rest in words."""

    def __init__(self, title: str) -> None:
        super().__init__()
        self.setAccessibleName(title)
        self.title = Words(title, 2.4, bold=True)
        self.name = Words("", 1.8)
        self.value = Words("", 6.0, bold=True)
        self.unit = Words("", 2.2)
        self.lines = [Words("", 1.8) for _ in range(_MOST_LINES)]
        self._head, self._number = QHBoxLayout(), QHBoxLayout()
        self._all = QVBoxLayout(self)
        self._head.addWidget(self.title)
        self._head.addWidget(self.name, 1)
        self._number.addWidget(self.value)
        self._number.addWidget(self.unit, 1, Qt.AlignmentFlag.AlignBottom)
        self._all.addLayout(self._head)
        self._all.addLayout(self._number)
        for line in self.lines:
            self._all.addWidget(line)
        self._all.addStretch(1)

    def set_look(self, look: Look) -> None:
        """Take gaps; the words take theirs themselves."""
        spaced(self._head, look, 2.0)
        spaced(self._number, look, 1.6)
        spaced(self._all, look, 1.0)
        self.unit.setContentsMargins(0, 0, 0, look.px(0.9))

    def show_card(self, card: SensorCard) -> None:
        """Show a sensor as it is."""
        mark = f"{card.mark.value} " if card.mark is not Mark.TO_DO else ""
        self.title.setText(f"{mark}{card.title}")
        self.name.setText(card.name)
        self.value.setText(card.value)
        self.unit.setText(card.unit)
        for label, line in zip(
            self.lines, (*card.lines, *[""] * _MOST_LINES)[:_MOST_LINES], strict=True
        ):
            label.setText(line)
        self.setAccessibleDescription(". ".join((card.value, card.unit, *card.lines)))


class PreflightScreen(Page):
    """Shows a lane's sensors and the checks; ``refresh`` is called while it is seen."""

    passing = True
    zero_asked = Signal()
    sound_test_asked = Signal()
    start_asked = Signal()
    closed = Signal()

    def __init__(self, lane: LaneState, checks: Checks, *, demo: bool) -> None:
        super().__init__(words.PREFLIGHT_TITLE)
        self.lane = lane
        self.checks = checks
        self.look: Look | None = None
        self._shown: tuple[object, ...] = ()
        self.show_badge(words.DEMO_BADGE if demo else "")
        self.cards = [Card(words.BELT), Card(words.TETHER)]
        self._beside = QHBoxLayout()
        self._upright = QFrame()
        self._beside.addWidget(self.cards[0], 1)
        self._beside.addWidget(self._upright)
        self._beside.addWidget(self.cards[1], 1)
        self.rows = Rows(words.CHECKS, COLUMNS, height=5.8, acts=False)
        self.body.addLayout(self._beside)
        self.body.addWidget(self.rows, 1)
        key = Qt.Key
        enter = (key.Key_Return, key.Key_Enter, key.Key_Space, key.Key_F5)
        self.start = self.button(words.START_SESSION, "↵", enter, self.start_asked.emit)
        for button in (
            self.start,
            self.button(words.ZERO, "Z", (key.Key_Z,), self._zero),
            self.button(words.TAPE, "T", (key.Key_T,), self._tape),
            self.button(words.SOUND, "N", (key.Key_N,), self._sound),
            self.button(words.BACK, "Esc", (key.Key_Escape,), self.closed.emit),
        ):
            self.foot.addWidget(button)

    def set_look(self, look: Look) -> None:
        super().set_look(look)
        self.look = look
        spaced(self._beside, look, 4.0)
        self._upright.setFixedWidth(max(1, look.px(0.28)))
        self._upright.setStyleSheet(f"background: {look.palette.rule};")
        self.refresh()

    def refresh(self) -> None:
        """Show how everything is now, ten times a second at most; to be called with each frame."""
        lane = self.lane
        now = (int(lane.now_s / SHOWN_EVERY_S), tuple(lane.sensors.values()), self.checks)
        if self.look is not None and (*now, self.look) != self._shown:
            self._shown = (*now, self.look)
            self._show()

    def _show(self) -> None:
        if self.look is None:
            return
        self.show_view(
            preflight_view(self.lane, self.checks, self.look.quantities, self.look.settings.audio)
        )

    def show_view(self, view: PreflightView) -> None:
        """Show a view."""
        for card, shown in zip(self.cards, view.cards, strict=True):
            card.show_card(shown)
        self.rows.show_rows(view.checks)
        self.start.set_words(words.START_SESSION, filled=view.ready)

    def _zero(self) -> None:
        self.checks = replace(self.checks, zeroed_s=self.lane.now_s)
        self.zero_asked.emit()
        self.refresh()

    def _tape(self) -> None:
        self.checks = replace(self.checks, tape=self.checks.tape.held(self.lane.trail.cord_m))
        self.refresh()

    def _sound(self) -> None:
        self.checks = replace(self.checks, sound_played=True)
        self.sound_test_asked.emit()
        self.refresh()
