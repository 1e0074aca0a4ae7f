"""One plot of the replay as pyqtgraph draws it fast, and the lines that curves are drawn with."""

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from itertools import chain
from typing import Final, NamedTuple

import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPen

from sledmon.present.colours import Palette
from sledmon.present.dashboard.look import BOLD, Look, colour
from sledmon.present.replay.curves import Curve, thinned

LINE_PX: Final = 3
DASHED: Final = (4.0, 2.0)
DOTTED: Final = (2.0, 3.0)
_LINES: Final[tuple[tuple[tuple[float, ...], str], ...]] = (
    ((), "━━━"),
    (DASHED, "━ ━"),
    ((1.5, 2), "╍╍╍"),
    ((6, 2, 1.5, 2), "━ ╍"),
    ((9, 3), "━━ ━"),
    ((3, 4), "━  ━"),
)
_ABOVE_ALL: Final = 1000
_ANY_PX: Final = 16_777_215
"""Qt's word for no limit."""


class Part(NamedTuple):
    """A curve in a plot's heading: a piece of its line, what it is, its colour."""

    line: str
    words: str
    tone: str


class Plot(pg.PlotItem):  # type: ignore[misc]
    """Fixed ranges, no mouse of its own, a heading instead of a legend, and the cursor."""

    def __init__(self) -> None:
        super().__init__(enableMenu=False)
        self.setMouseEnabled(x=False, y=False)
        self.hideButtons()
        self.getViewBox().disableAutoRange()
        self.cursor_line = pg.InfiniteLine(angle=90)
        self.cursor_line.setZValue(_ABOVE_ALL)
        self.addItem(self.cursor_line, ignoreBounds=True)
        self.look: Look | None = None
        self._items: dict[str, list[pg.GraphicsObject]] = {}
        self._used: Counter[str] = Counter()

    def dress(self, look: Look) -> None:
        """Take colours and sizes."""
        self.look = look
        for side in ("left", "bottom"):
            axis = self.getAxis(side)
            axis.setPen(pg.mkPen(look.palette.quiet_ink, width=1))
            axis.setTextPen(colour(look.palette.ink))
            axis.setTickFont(look.font(1.6))
            axis.setStyle(tickLength=-4, tickTextOffset=look.px(0.6))
        self.getAxis("left").setWidth(look.px(6.5))
        self.cursor_line.setPen(pg.mkPen(look.palette.focus, width=2))

    def wipe(self) -> None:
        """Nothing but the cursor.

        What was drawn is kept to be drawn otherwise: pyqtgraph keeps a little of each item for
        ever, and takes its time to make one.
        """
        for item in chain.from_iterable(self._items.values()):
            item.setVisible(False)
        self._used.clear()

    def reused(self, kind: str, make: Callable[[], pg.GraphicsObject]) -> pg.GraphicsObject:
        """An item that nothing is drawn with yet, above all those that are."""
        kept, place = self._items.setdefault(kind, []), self._used[kind]
        if place == len(kept):
            kept.append(make())
            self.addItem(kept[place], ignoreBounds=True)
        item = kept[place]
        item.setZValue(self._used.total())
        item.setVisible(True)
        self._used[kind] += 1
        return item

    def take(self, share: int, *, ticks: bool, most_px: int = _ANY_PX) -> None:
        """Room in height, none: hidden; ``ticks``: whether figures stand along its foot."""
        look = self._dressed
        self.setVisible(share > 0)
        self.setMaximumHeight(most_px if share else 0)
        ticks_px = 1.6 * QFontMetricsF(look.font(1.6)).height()
        self.getAxis("bottom").setStyle(showValues=ticks)
        self.getAxis("bottom").setHeight(ticks_px if ticks else look.px(0.8))

    def line(self, curve: Curve, drawn_with: QPen, pixels: int) -> None:
        """Draw a curve with no more points than can be seen."""
        few = thinned(curve, max(200, pixels))
        item = self.reused("line", pg.PlotCurveItem)
        item.setPen(drawn_with)
        item.setData(few.x, few.y, connect="finite")

    def band(self, low: Curve, high: Curve, tone: QColor) -> None:
        """What lies between two curves."""
        item = self.reused("band", _between_nothing)
        for edge, curve in zip(item.curves, (low, high), strict=True):
            edge.setData(curve.x, curve.y)
        item.setBrush(tone)

    def say(self, unit: str, parts: Sequence[Part]) -> None:
        """Unit and curves above the plot, each behind a piece of its line."""
        look = self._dressed
        size = look.font(1.6).pixelSize()
        texts = [f"<b>{unit}</b>"]
        texts += [f"<b style='color:{tone}'>{line}</b> {words}" for line, words, tone in parts]
        joined = " &nbsp; &nbsp; ".join(texts)
        styled = f"<span style='color:{look.palette.ink}; font-size:{size}px'>{joined}</span>"
        self.setTitle(styled, justify="left")
        self.titleLabel.item.setFont(look.font(1.6))
        self.titleLabel.setMaximumHeight(1.7 * size)
        self.layout.setRowFixedHeight(0, 1.7 * size)

    def frame(self, limits: tuple[float, float], marks: Mapping[str, float], unit: str) -> None:
        """Range along, zero, and where start and gates lie."""
        palette = self._dressed.palette
        self.setXRange(*limits, padding=0)
        self.reused("zero", lambda: pg.InfiniteLine(0, angle=0)).setPen(pen(palette.thin_rule, 1))
        for at in marks.values():
            mark = self.reused("mark", pg.InfiniteLine)
            mark.setPen(pen(palette.quiet_ink, 1))
            mark.setValue(at)
        step = _nice((limits[1] - limits[0]) / 8)
        every = range(math.ceil(limits[0] / step), math.ceil(limits[1] / step))
        ticks = [(k * step, f"{k * step:g}".replace("-", "−")) for k in every]
        if ticks:
            ticks[-1] = (ticks[-1][0], f"{ticks[-1][1]} {unit}")
        self.getAxis("bottom").setTicks([ticks])

    def name(self, limits: tuple[float, float], marks: Mapping[str, float], top: float) -> None:
        """Words to the marks, beside their lines."""
        look = self._dressed
        room = 0.08 * (limits[1] - limits[0])
        for words, at in marks.items():
            aside = -0.08 if at + room < limits[1] else 1.08
            text = self.reused("name", pg.TextItem)
            text.setAnchor((aside, 0.0))
            text.setText(words, look.palette.ink)
            text.setFont(look.font(1.7, BOLD))
            text.setPos(at, top)

    def reach(self, reach: float) -> None:
        """Range upwards and down, with three figures."""
        self.setYRange(-1.1 * reach, 1.1 * reach, padding=0)
        step = int(_nice(reach / 2))
        self.getAxis("left").setTicks([[(-step, f"−{step}"), (0, "0"), (step, f"{step}")]])

    def upright(
        self, at: float, drawn_with: QPen, words: str, label: dict[str, object]
    ) -> pg.InfiniteLine:
        """A named line from foot to top."""
        look = self._dressed
        line = self.reused(words, lambda: pg.InfiniteLine(label=words, labelOpts=label))
        line.setPen(drawn_with)
        line.setValue(at)
        line.label.fill = pg.mkBrush(look.palette.page)
        line.label.setColor(look.palette.ink)
        line.label.setFont(look.font(1.6, BOLD))
        return line

    @property
    def _dressed(self) -> Look:
        if self.look is None:
            raise RuntimeError("a plot is drawn before it has a look")
        return self.look


def pen(ink: str, width: float = LINE_PX, dashes: tuple[float, ...] = ()) -> QPen:
    """A pen without antialiasing; dashes in pen widths."""
    made: QPen = pg.mkPen(ink, width=width)
    if dashes:
        made.setDashPattern(dashes)
        made.setCapStyle(Qt.PenCapStyle.FlatCap)
    return made


def faint(ink: str, alpha: int) -> QColor:
    """A colour that lets through what lies beneath."""
    made = QColor(ink)
    made.setAlpha(alpha)
    return made


def style(palette: Palette, place: int) -> tuple[QPen, Part]:
    """How the compared rep at a place is drawn: told apart by dashes as well as by colour."""
    tone = (palette.ink, palette.baseline, palette.best)[place % 3]
    dashes, line = _LINES[place]
    return pen(tone, LINE_PX + 1, dashes), Part(line, "", tone)


def clock_ticks(first_s: float, last_s: float) -> list[tuple[float, str]]:
    """Minutes and seconds along a session."""
    steps = (5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600)
    step = next((each for each in steps if (last_s - first_s) / each <= 12), 7200)
    at = range(math.ceil(first_s / step) * step, int(last_s) + 1, step)
    return [(float(s), f"{s // 60}:{s % 60:02d}") for s in at]


def _nice(step: float) -> float:
    """1, 2 or 5 times a power of ten, at least so much."""
    unit = 10.0 ** math.floor(math.log10(step))
    return next(factor * unit for factor in (1.0, 2.0, 5.0, 10.0) if factor * unit >= step)


def _between_nothing() -> pg.FillBetweenItem:
    return pg.FillBetweenItem(pg.PlotCurveItem(), pg.PlotCurveItem())
