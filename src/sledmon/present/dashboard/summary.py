"""The summary: each athlete's own session; ranked only where somebody asks for it."""

from collections.abc import Collection
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QVBoxLayout

from sledmon.errors import SledmonError
from sledmon.present import words
from sledmon.present.dashboard.controls import Words
from sledmon.present.dashboard.load_chart import LoadVelocityChart
from sledmon.present.dashboard.look import Look
from sledmon.present.dashboard.page import Page, spaced
from sledmon.present.dashboard.print_summary import print_summary
from sledmon.present.dashboard.rows import Heads, Rows
from sledmon.present.settings import AudioMode
from sledmon.present.summary.days import AthleteDay, athlete_days, in_order, main_distance_m
from sledmon.present.summary.load_chart import load_chart
from sledmon.present.summary.words import (
    ATHLETE_COLUMNS,
    PULL_COLUMNS,
    athlete_rows,
    explained,
    heads,
    pull_rows,
    sentences,
)
from sledmon.results import AthleteSummary, Rep

_MOST_PULLS: Final = 6
"""Loads that are seen without scrolling."""


class SummaryScreen(Page):
    """Shows a session's reps by athlete."""

    share_asked = Signal()
    replay_asked = Signal()
    end_asked = Signal()
    closed = Signal()
    lane_asked = Signal(int)
    """Its number, where there are several."""

    def __init__(self) -> None:
        super().__init__(words.SUMMARY_TITLE, talks=True)
        self.days: tuple[AthleteDay, ...] = ()
        self.ranked = False
        self._ends = False
        self._when = ""
        self._given: Look | None = None
        self._hidden = False
        self.rows = Rows(words.ATHLETES, ATHLETE_COLUMNS, empty=words.NO_REPS, enter=False)
        self.rows.picked.connect(lambda _: self._show_picked())
        self.pulls = Rows(words.PULLS, PULL_COLUMNS, height=5.8, cap=1.65, acts=False)
        self.heads, self.pull_heads = Heads(self.rows), Heads(self.pulls)
        self.name = Words("", 3.0, bold=True)
        self.chart = LoadVelocityChart()
        self.said = Words("", 1.7, wrap=True)
        self.said.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.explained = Words("", 1.5, wrap=True)
        self._columns, self._left = QHBoxLayout(), QVBoxLayout()
        self._right, self._below = QVBoxLayout(), QHBoxLayout()
        self._left.addWidget(self.heads)
        self._left.addWidget(self.rows, 1)
        self._right.addWidget(self.name)
        self._right.addWidget(self.pull_heads)
        self._right.addWidget(self.pulls)
        self._below.addWidget(self.chart, 5)
        self._below.addWidget(self.said, 4)
        self._right.addLayout(self._below, 1)
        self._columns.addLayout(self._left, 9)
        self._columns.addLayout(self._right, 16)
        self.body.addLayout(self._columns, 1)
        self.body.addWidget(self.explained)
        self.first = self.rows
        key = Qt.Key
        self.ranking = self.button(words.RANKING, "R", (key.Key_R,), self._rank)
        self.share = self.button(words.SHARE, "H", (key.Key_H,), self.share_asked.emit)
        self.ending = self.button(words.END_SESSION, "E", (key.Key_E,), self._end)
        self.replay = self.button(words.REPLAY, "O", (key.Key_O,), self.replay_asked.emit)
        self.printing = self.button(words.PRINT, "P", (key.Key_P,), self._choose_print)
        for button in (
            self.share,
            self.printing,
            self.ranking,
            self.ending,
            self.replay,
            self.button(words.DONE, "Esc", (key.Key_Escape,), self.closed.emit),
        ):
            self.foot.addWidget(button)

    def offer_lanes(self, lanes: int) -> None:
        """Ctrl and a lane's number show that lane."""
        control = Qt.KeyboardModifier.ControlModifier
        for lane in range(1, lanes + 1):
            key = Qt.Key(Qt.Key.Key_0.value + lane)
            self.key((key,), partial(self.lane_asked.emit, lane), control)

    def head_lane(self, lane: int, lanes: int) -> None:
        """Say which lane it is, where there are several."""
        of_lane = words.SUMMARY_OF_LANE.format(lane=lane, lanes=lanes)
        self.heading.setText(of_lane if lanes > 1 else words.SUMMARY_TITLE)

    def show_session(
        self,
        reps: tuple[Rep, ...],
        summaries: tuple[AthleteSummary, ...],
        minors: Collection[str] = (),
        when: str = "",
        *,
        demo: bool = False,
        running: bool = False,
        hidden: bool = False,
    ) -> None:
        """Show this one; ``when`` it was, in words; without its numbers where ``hidden``."""
        self._hidden = hidden
        self.say("")
        self._ends = False
        self.ending.setVisible(running)
        self.replay.setVisible(not running)
        self.days = athlete_days(reps, summaries, minors)
        self._when = when
        self.show_badge(words.DEMO_BADGE if demo else "")
        if self.rows.currentRow() < 0 or not running:
            self.rows.setCurrentRow(0)
        self._show()

    def _end(self) -> None:
        """The second time in a row: a session that was ended cannot be gone on with."""
        if self._ends:
            self.end_asked.emit()
            return
        self._ends = True
        self.say(words.END_SURE)

    def set_look(self, look: Look) -> None:
        super().set_look(look)
        self._given = look
        spaced(self._columns, look, 4.0)
        spaced(self._below, look, 3.0)
        spaced(self._left, look, 0.0)
        spaced(self._right, look, 0.0)
        self._below.setContentsMargins(0, look.px(2.0), 0, 0)
        self.name.setContentsMargins(0, 0, 0, look.px(0.8))
        self._show()

    def press(self, event: QKeyEvent) -> bool:
        control = event.modifiers() & Qt.KeyboardModifier.ControlModifier
        if not control and event.text().isdigit() and 1 <= int(event.text()) <= len(self.days):
            self.rows.setCurrentRow(int(event.text()) - 1)
            return True
        return super().press(event)

    def print_to(self, path: Path) -> None:
        """Print every athlete's session to a PDF file."""
        if self._look is None:
            return
        try:
            print_summary(path, self.days, self._look.settings, self._when)
        except SledmonError as error:
            self.say(str(error))
        else:
            self.say(words.PRINTED.format(path=path))

    def _choose_print(self) -> None:
        name, _ = QFileDialog.getSaveFileName(self, words.PRINT_FILE, "", words.PDF_FILES)
        if name:
            self.print_to(Path(name).with_suffix(".pdf"))

    def _rank(self) -> None:
        self.ranked = not self.ranked
        self._show()

    def _show(self) -> None:
        if self._look is None:
            return
        quantities = self._look.quantities
        distance = quantities.distance(main_distance_m(self.days))
        ranked = words.RANKED.format(distance=distance)
        self.aside.setText(ranked if self.ranked and self.days else self._when)
        self.ranking.set_words(words.OWN_BESTS if self.ranked else words.RANKING)
        self.ranking.setEnabled(bool(self.days) and not self._look.settings.blinded)
        self.rows.show_rows(athlete_rows(self.days, quantities, ranked=self._ranked))
        self.heads.show_heads(heads(words.ATHLETE_HEADS, quantities))
        self.pull_heads.show_heads(heads(words.PULL_HEADS, quantities))
        self.explained.setText(explained(self.days, quantities))
        self._show_picked()

    @property
    def _look(self) -> Look | None:
        """As given; blinded where a key has hidden the numbers."""
        look = self._given
        if look is None or not self._hidden:
            return look
        return replace(look, settings=replace(look.settings, audio=AudioMode.BLINDED))

    @property
    def _ranked(self) -> bool:
        """No order that tells what is hidden."""
        return self.ranked and self._look is not None and not self._look.settings.blinded

    def _show_picked(self) -> None:
        place, look = self.rows.currentRow(), self._look
        seen = look is not None and 0 <= place < len(self.days)
        self.heads.setVisible(bool(self.days))
        for button in (self.share, self.printing):
            button.setEnabled(bool(self.days))
        for part in (self.name, self.pulls, self.pull_heads, self.chart, self.said):
            part.setVisible(seen)
        if look is None or not seen:
            return
        day = in_order(self.days, ranked=self._ranked)[place][1]
        quantities = look.quantities
        self.name.setText(day.name)
        rows = pull_rows(day, quantities)
        self.pulls.show_rows(rows)
        self.pulls.setFixedHeight(self.pulls.row_px() * min(len(rows), _MOST_PULLS))
        said = sentences(day, quantities)
        self.said.setText("\n".join(said))
        chart = load_chart(day.line, quantities) if day.line else None
        self.chart.setVisible(chart is not None)
        self.chart.show_chart(chart, "")
