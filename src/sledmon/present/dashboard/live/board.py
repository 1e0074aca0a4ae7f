"""What is seen of one lane: who, the number, the state, the curve, the splits."""

import math
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from sledmon.present.dashboard.live.panels import (
    HERO_CAP,
    Cells,
    Header,
    Heading,
    HeroPanel,
    TilePanel,
)
from sledmon.present.dashboard.live.trace import Trace
from sledmon.present.dashboard.look import BOLD, Look, font
from sledmon.present.dashboard.painted import text_width
from sledmon.present.sideline import words
from sledmon.present.sideline.curve_view import curve_view, hidden_curves
from sledmon.present.sideline.live_view import Coaching, LiveView
from sledmon.present.sideline.state import LaneState
from sledmon.present.sideline.tiles import Tile, Tone

HEADER: Final = 14.7
HERO: Final = 42.3
TILE: Final = 11.5
CELLS: Final = 14.8
"""Heights in per cent of the window's; the splits stand beside the state and the number's foot."""
SHARE: Final = HEADER + HERO + TILE
"""Of the window's height, where one lane has all of its width."""
WIDEST: Final = 16 / 9
"""A window of this shape is filled; beside a narrower one everything is smaller."""
FRAME_PX: Final = 12


class Board(QWidget):
    """One lane; as large as it is given room, everything in proportion."""

    chosen = Signal(int)
    """Its number, where it was pressed."""

    def __init__(self, lane: int, parent: QWidget | None = None, *, framed: bool = False) -> None:
        """``framed`` parts it from other lanes beside it."""
        super().__init__(parent)
        self.lane = lane
        self._frame_px = FRAME_PX if framed else 0
        self.line_mps = math.nan
        """The speed line that the curves were drawn with; NaN without a baseline."""
        self.header = Header(words.ATHLETE, self)
        self.hero = HeroPanel(words.VELOCITY, self)
        self.tile = TilePanel(words.STATE, self)
        self.trace = Trace(self)
        self.cells = Cells(words.SPLITS, self)
        self._acted_on = False

    def set_look(self, look: Look) -> None:
        """Take colours and units; sizes come from the room there is."""
        wide, high = self.width() - 2 * self._frame_px, self.height() - 2 * self._frame_px
        height_px = min(high * 100.0 / SHARE, wide / WIDEST)
        own = Look(settings=look.settings, height_px=max(1, round(height_px)))
        for panel in (self.header, self.hero, self.tile, self.cells, self.trace):
            panel.set_look(own)
        self._lay_out(own)

    def mark(self, *, acted_on: bool) -> None:
        """Show that this is the lane that the keys act on."""
        if acted_on != self._acted_on:
            self._acted_on = acted_on
            self.update()

    def show_view(self, view: LiveView) -> None:
        """Words and numbers; of a lane beside others also which it is, and what it has lost."""
        work, tile = view.work, view.tile
        if self._frame_px:
            work = f"{words.LANE.format(number=self.lane)} · {work}"
            if view.alarm:
                tile = Tile(Tone.PAST, "▼", words.TILE_LOST, (view.alarm,))
        self.header.show_value(Heading(view.athlete, view.rep, work, view.following, view.rest))
        self.hero.show_value(view.hero)
        self.tile.show_value(tile)
        self.cells.show_value(view.cells)

    def show_curves(self, lane: LaneState, coaching: Coaching) -> None:
        """What stands behind the running rep."""
        conditions = lane.conditions
        curves = curve_view(lane.reps_of(conditions.athlete), conditions, lane.plan)
        self.line_mps = curves.line_mps
        if coaching.blind:
            curves = hidden_curves(curves)
        self.trace.set_view(curves, lane.trail, hidden=coaching.blind)

    def mousePressEvent(self, _event: QMouseEvent) -> None:
        self.chosen.emit(self.lane)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        look = self.header.look
        if look is not None:
            painter.fillRect(self.rect(), QColor(look.palette.page))
            if self._frame_px:
                colours = look.palette
                line = self._frame_px // 2 if self._acted_on else 1
                pen = QPen(QColor(colours.focus if self._acted_on else colours.thin_rule), line)
                pen.setJoinStyle(Qt.PenJoinStyle.MiterJoin)
                painter.setPen(pen)
                painter.setBrush(Qt.BrushStyle.NoBrush)
                inset = line // 2 + 1
                painter.drawRect(self.rect().adjusted(inset, inset, -inset, -inset))
        painter.end()

    def _lay_out(self, look: Look) -> None:
        frame = self._frame_px
        wide = self.width() - 2 * frame
        number = text_width("0.00", font(look.px(HERO_CAP), BOLD)) + 2 * look.px(3.0)
        left = min(round(number), round(0.66 * wide))
        header, hero, tile = look.px(HEADER), look.px(HERO), look.px(TILE)
        cells = look.px(CELLS)
        spare = max(0, self.height() - header - hero - tile - 2 * frame) // 2
        top = frame
        self.header.setGeometry(frame, top, wide, header)
        top += header + spare
        trace = hero + tile - cells
        self.hero.setGeometry(frame, top, left, hero)
        self.trace.setGeometry(frame + left, top, wide - left, trace)
        self.cells.setGeometry(frame + left, top + trace, wide - left - look.px(1.5), cells)
        self.tile.setGeometry(frame, top + hero, left, tile)
