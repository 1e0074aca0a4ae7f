"""The curves: a session above, one rep or several reps beneath, all in one view.

Fast by performance.md: one layout, plain curves, no antialiasing, no more points than pixels, and
the mouse read here instead of by every plot.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from itertools import cycle
from typing import Final

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, Qt, Signal
from PySide6.QtGui import QColor, QFontMetricsF, QMouseEvent, QPen
from PySide6.QtWidgets import QWidget

from sledmon.estimate import RepTrace
from sledmon.present.colours import Palette
from sledmon.present.dashboard.look import BOLD, Look, colour
from sledmon.present.dashboard.replay.bands import Bands
from sledmon.present.replay.compare import Compared
from sledmon.present.replay.curves import Axis, Curve, RepCurves, rep_curves, thinned
from sledmon.present.replay.session import Replayed, ShownRep

LINE_PX: Final = 3
_ONE_REP: Final = (18, 45, 21, 16)
"""Shares of the height: session, velocity, acceleration, innovations."""
_SEVERAL: Final = (18, 82, 0, 0)
_NONE: Final = (18, 0, 0, 0)
_ANY_PX: Final = 16_777_215
"""Qt's word for no limit."""
_GRAB_PX: Final = 22
"""So near an edge the mouse takes it: a glove is 44 px wide."""
_DASHES: Final[tuple[tuple[float, ...], ...]] = (
    (),
    (4, 2),
    (1.5, 2),
    (6, 2, 1.5, 2),
    (9, 3),
    (3, 4),
)
_STYLES: Final = ("━━━", "━ ━", "╍╍╍", "━ ╍", "━━ ━", "━  ━")


class Charts(pg.GraphicsLayoutWidget):  # type: ignore[misc]
    """Draws what it is given; knows neither keys nor files."""

    scrubbed = Signal(float)
    """To a session time."""
    edge_moved = Signal(int, float)
    """Start (0) or end (1) to a session time."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAccessibleName("Curves of the rep; every number in them stands beside them")
        self.setFrameShape(self.Shape.NoFrame)
        self.session, self.velocity, self.acceleration, self.innovation = (
            self._plot(row) for row in range(4)
        )
        self._bands = Bands()
        self.session.addItem(self._bands)
        self._overview: Curve | None = None
        self._replayed: Replayed | None = None
        self._shown: ShownRep | None = None
        self._axis = Axis.TIME
        self._look: Look | None = None
        self._cursors = [pg.InfiniteLine(angle=90) for _ in self._plots]
        for plot, line in zip(self._plots, self._cursors, strict=True):
            line.setZValue(50)
            plot.addItem(line, ignoreBounds=True)
        self._edges: list[pg.InfiniteLine] = []
        self._dragged: int | None = None
        self._scrubbing: pg.ViewBox | None = None

    @property
    def _plots(self) -> tuple[pg.PlotItem, ...]:
        return self.session, self.velocity, self.acceleration, self.innovation

    def _plot(self, row: int) -> pg.PlotItem:
        plot = self.addPlot(row=row, col=0)
        plot.setMouseEnabled(x=False, y=False)
        plot.setMenuEnabled(False)
        plot.hideButtons()
        plot.getViewBox().setBorder(None)
        plot.getViewBox().disableAutoRange()
        return plot

    def set_look(self, look: Look) -> None:
        """Take colours, sizes and units; everything is to be shown again afterwards."""
        self._look = look
        palette = look.palette
        self.setBackground(colour(palette.page))
        font = look.font(1.6)
        for plot in self._plots:
            for side in ("left", "bottom"):
                axis = plot.getAxis(side)
                axis.setPen(pg.mkPen(palette.quiet_ink, width=1))
                axis.setTextPen(colour(palette.ink))
                axis.setTickFont(font)
                axis.setStyle(tickLength=-4, tickTextOffset=look.px(0.6))
            plot.getAxis("left").setWidth(look.px(6.5))
        self.ci.layout.setVerticalSpacing(look.px(0.3))
        self.ci.layout.setContentsMargins(0, look.px(0.5), look.px(1.0), 0)
        for line in self._cursors:
            line.setPen(pg.mkPen(palette.focus, width=2))

    def choose(self, selected: int) -> None:
        """Mark another rep of the session."""
        if self._look is not None and self._replayed is not None:
            self._bands.set_reps(self._replayed.reps, selected, self._look)

    def show_session(self, replayed: Replayed, selected: int) -> None:
        """The whole recording with its reps."""
        look = self._known_look
        self._replayed = replayed
        palette, quantities = look.palette, look.quantities
        plot = self.session
        time_s, velocity_mps = replayed.overview
        first_s, last_s = replayed.span_s
        last_s = max(last_s, first_s + 1.0)
        plot.clear()
        plot.addItem(self._bands, ignoreBounds=True)
        plot.addItem(self._cursors[0], ignoreBounds=True)
        speed = quantities.speed_value(1.0)
        curve = thinned(Curve(time_s, speed * velocity_mps), max(200, self.width()))
        plot.addItem(pg.PlotCurveItem(curve.x, curve.y, pen=pg.mkPen(palette.ink, width=1)))
        top = speed * max([2.0, *velocity_mps[np.isfinite(velocity_mps)]]) if len(time_s) else speed
        plot.setXRange(first_s, last_s, padding=0.01)
        plot.setYRange(0.0, 2.4 * top, padding=0)
        plot.getAxis("left").setTicks([[(0.0, "0"), (math.floor(top), f"{math.floor(top)}")]])
        plot.getAxis("bottom").setTicks([_clock_ticks(first_s, last_s)])
        self._bands.set_reps(replayed.reps, selected, look)
        self._title(plot, [("", "whole session", palette.ink)], quantities.speed_unit)

    def show_rep(self, shown: ShownRep, trace: RepTrace, axis: Axis, *, editing: bool) -> None:
        """One rep: velocity, acceleration, innovations. ``editing``: its edges are being moved."""
        look = self._known_look
        self._shown, self._axis = shown, axis
        palette, quantities = look.palette, look.quantities
        curves = rep_curves(shown, trace, axis, quantities)
        self._clear(self.velocity, self.acceleration, self.innovation)
        self._arrange(_ONE_REP)
        top = max(1.0, float(np.nanmax(curves.path.y, initial=0.0)))
        marks = {words: at for words, at in curves.marks.items() if not editing or at > 0.0}
        self._frame(curves.limits, marks, (-0.08 * top, 1.3 * top))
        self.velocity.addItem(
            pg.FillBetweenItem(
                pg.PlotCurveItem(*curves.low),
                pg.PlotCurveItem(*curves.high),
                brush=pg.mkBrush(_faint(palette.thin_rule, 170)),
            )
        )
        self._line(self.velocity, curves.raw, pg.mkPen(palette.baseline, width=1))
        self._line(self.velocity, curves.path, pg.mkPen(palette.ink, width=LINE_PX))
        self._title(
            self.velocity,
            [
                ("━━", "smoothed, grey ±2 errors", palette.ink),
                ("──", "tether, unfiltered", palette.baseline),
            ],
            quantities.speed_unit,
        )
        self._line(self.acceleration, curves.belt, pg.mkPen(palette.best, width=LINE_PX))
        self._line(self.acceleration, curves.tether, _pen(palette.baseline, _DASHES[1]))
        seen = [each.y for each in (curves.belt, curves.tether) if len(each.y)]
        reach = max([5.0, *(float(np.nanmax(np.abs(y))) for y in seen)])
        self.acceleration.setYRange(-1.1 * reach, 1.1 * reach, padding=0)
        step = int(_nice(reach / 2))
        ticks = [(-step, f"−{step}"), (0, "0"), (step, f"{step}")]
        self.acceleration.getAxis("left").setTicks([ticks])
        belt = ("━━", "belt IMU along the run", palette.best)
        none = ("", trace.why_no_belt or "the belt was not seen", palette.ink)
        self._title(
            self.acceleration,
            [belt if len(curves.belt.y) else none, ("╍╍", "tether alone", palette.baseline)],
            "m/s²",
        )
        self._innovations(curves, palette)
        moved = editing or shown.corrected.edges_set
        if moved and shown.corrected.found is not None and axis is Axis.TIME:
            as_found = shown.corrected.found
            self._ghosts((as_found.start_s, as_found.end_s), palette)

    def _ghosts(self, edges_s: tuple[float, float], palette: Palette) -> None:
        """Edges as they were found, whatever was done to them since."""
        for at_s in edges_s:
            if math.isnan(at_s):
                continue
            ghost = pg.InfiniteLine(
                at_s - self._origin_s,
                pen=_pen(palette.quiet_ink, (2, 3), 2),
                label="as found",
                labelOpts={"position": 0.7, "color": palette.ink, "anchors": [(0, 0), (0, 0)]},
            )
            ghost.label.setFont(self._known_look.font(1.5))
            self.velocity.addItem(ghost, ignoreBounds=True)

    def _innovations(self, curves: RepCurves, palette: Palette) -> None:
        plot = self.innovation
        band = pg.LinearRegionItem(
            (-2, 2),
            orientation="horizontal",
            movable=False,
            brush=pg.mkBrush(_faint(palette.thin_rule, 110)),
            pen=_pen(palette.quiet_ink, (4, 3), 1),
        )
        plot.addItem(band, ignoreBounds=True)
        self._line(plot, curves.innovation, pg.mkPen(palette.ink, width=1))
        reach = max([3.0, *np.abs(curves.innovation.y[np.isfinite(curves.innovation.y)])])
        reach = min(reach, 12.0)
        refused = np.isfinite(curves.refused.y)
        if refused.any():
            x, y = curves.refused.x[refused], np.clip(curves.refused.y[refused], -reach, reach)
            plot.addItem(
                pg.ScatterPlotItem(x, y, symbol="x", size=9, pen=None, brush=colour(palette.best))
            )
        plot.setYRange(-1.15 * reach, 1.15 * reach, padding=0)
        plot.getAxis("left").setTicks([[(-2, "−2"), (2, "2")]])
        parts = [("──", "cord minus smoothed, in its errors; band ±2", palette.ink)]
        if refused.any():
            parts.append(("✕", "not believed", palette.best))
        self._title(plot, parts, "σ")

    def show_compared(self, compared: Sequence[Compared], axis: Axis) -> None:
        """Several reps over one another."""
        look = self._known_look
        self._shown, self._axis = None, axis
        quantities = look.quantities
        self._clear(self.velocity, self.acceleration, self.innovation)
        self._arrange(_SEVERAL)
        drawn = [
            rep_curves(each.shown, each.shown.trace, axis, quantities)
            for each in compared
            if isinstance(each.shown.trace, RepTrace)
        ]
        if not drawn:
            return
        top = max(float(np.nanmax(curves.path.y)) for curves in drawn)
        limits = min(c.limits[0] for c in drawn), max(c.limits[1] for c in drawn)
        marks = drawn[0].marks
        if axis is Axis.TIME:  # each passes its gates when it does
            marks = {words if at == 0 else f"{words} of 1": at for words, at in marks.items()}
        self._frame(limits, marks, (-0.03 * top, 1.18 * top))
        for curves, pen in reversed(list(zip(drawn, self.styles(look.palette), strict=False))):
            self._line(self.velocity, curves.path, pen)
        over = "time since each start" if axis is Axis.TIME else "distance from each zero"
        parts = [("", f"smoothed velocity by {over}", look.palette.ink)]
        self._title(self.velocity, parts, quantities.speed_unit)

    @staticmethod
    def styles(palette: Palette) -> Iterable[QPen]:
        """Lines of compared reps: told apart by dashes as well as by colour."""
        inks = cycle((palette.ink, palette.baseline, palette.best))
        return [_pen(ink, dashes, LINE_PX + 1) for ink, dashes in zip(inks, _DASHES, strict=False)]

    @staticmethod
    def style_words(palette: Palette, place: int) -> tuple[str, str]:
        """The same in words: line and colour of the compared rep at a place."""
        inks = (palette.ink, palette.baseline, palette.best)
        return _STYLES[place], inks[place % len(inks)]

    def show_nothing(self) -> None:
        """No rep: the plots beneath the session are emptied; a sentence stands elsewhere."""
        self._shown = None
        self._clear(self.velocity, self.acceleration, self.innovation)
        self._arrange(_NONE)

    def set_cursor(self, time_s: float) -> None:
        """Move the cursor to a session time."""
        self._cursors[0].setValue(time_s)
        shown = self._shown
        if shown is None:
            return
        at = time_s - self._origin_s
        if self._axis is Axis.DISTANCE:
            if not isinstance(shown.trace, RepTrace):
                return
            metres = float(shown.trace.distance_at(np.array([time_s]))[0])
            at = self._known_look.quantities.distance_value(metres)
        for line in self._cursors[1:]:
            line.setValue(at if math.isfinite(at) else -1e6)

    def set_edges(self, edges_s: tuple[float, float] | None, moving: int) -> None:
        """Show handles of the rep's edges; ``moving`` is the one that keys move."""
        for line in self._edges:
            self.velocity.removeItem(line)
        self._edges = []
        if edges_s is None:
            return
        palette = self._known_look.palette
        for place, at_s in enumerate(edges_s):
            line = pg.InfiniteLine(
                at_s - self._origin_s,
                pen=pg.mkPen(palette.best, width=5 if place == moving else 3),
                label="▶ start" if place == 0 else "end ◀",
                labelOpts={
                    "position": 0.12,
                    "color": palette.ink,
                    "fill": colour(palette.page),
                    "anchors": [(1, 0.5), (1, 0.5)] if place == 0 else [(0, 0.5), (0, 0.5)],
                },
            )
            line.label.setFont(self._known_look.font(1.7, BOLD))
            self.velocity.addItem(line, ignoreBounds=True)
            self._edges.append(line)

    @property
    def _origin_s(self) -> float:
        return self._shown.span_s[0] if self._shown else 0.0

    @property
    def _known_look(self) -> Look:
        if self._look is None:
            raise RuntimeError("charts are shown before they have a look")
        return self._look

    def _clear(self, *plots: pg.PlotItem) -> None:
        self._edges = []
        for plot in plots:
            plot.clear()
            plot.setTitle(None)
            if self._shown is not None:
                plot.addItem(self._cursors[self._plots.index(plot)], ignoreBounds=True)

    def _arrange(self, shares: tuple[int, int, int, int]) -> None:
        """Heights of the plots; one without any is hidden, and the last one shows the axis."""
        look = self._known_look
        ticks_px = 1.6 * QFontMetricsF(look.font(1.6)).height()
        last = self._plots[max(row for row, share in enumerate(shares) if share)]
        for row, (plot, share) in enumerate(zip(self._plots, shares, strict=True)):
            plot.setVisible(share > 0)
            plot.setMaximumHeight(_ANY_PX if share else 0)
            told = plot in (self.session, last)
            plot.getAxis("bottom").setStyle(showValues=told)
            plot.getAxis("bottom").setHeight(ticks_px if told else look.px(0.8))
            self.ci.layout.setRowStretchFactor(row, share)

    def _frame(
        self,
        limits: tuple[float, float],
        marks: Mapping[str, float],
        velocity: tuple[float, float],
    ) -> None:
        """Ranges, and the marks of start and gates through all plots."""
        look = self._known_look
        unit = "s" if self._axis is Axis.TIME else look.settings.distance.value
        for plot in (self.velocity, self.acceleration, self.innovation):
            plot.setXRange(*limits, padding=0)
            for at in marks.values():
                line = pg.InfiniteLine(at, pen=pg.mkPen(look.palette.quiet_ink, width=1))
                plot.addItem(line, ignoreBounds=True)
            zero = pg.InfiniteLine(0, angle=0, pen=pg.mkPen(look.palette.thin_rule, width=1))
            plot.addItem(zero, ignoreBounds=True)
        self.velocity.setYRange(*velocity, padding=0)
        room = 0.08 * (limits[1] - limits[0])
        for words, at in marks.items():
            aside = -0.08 if at + room < limits[1] else 1.08
            text = pg.TextItem(words, color=look.palette.ink, anchor=(aside, 0.0))
            text.setFont(look.font(1.7, BOLD))
            text.setPos(at, velocity[1])
            self.velocity.addItem(text, ignoreBounds=True)
        step = _nice((limits[1] - limits[0]) / 8)
        every = range(math.ceil(limits[0] / step), math.ceil(limits[1] / step))
        ticks = [(k * step, f"{k * step:g}".replace("-", "−")) for k in every]
        if ticks:
            ticks[-1] = (ticks[-1][0], f"{ticks[-1][1]} {unit}")
        for plot in (self.velocity, self.acceleration, self.innovation):
            plot.getAxis("bottom").setTicks([ticks])

    def _line(self, plot: pg.PlotItem, curve: Curve, pen: QPen) -> None:
        few = thinned(curve, max(200, self.width()))
        plot.addItem(pg.PlotCurveItem(few.x, few.y, pen=pen, connect="finite"))

    def _title(self, plot: pg.PlotItem, parts: Sequence[tuple[str, str, str]], unit: str) -> None:
        """Unit and curves above a plot, each behind a piece of its line."""
        ink = self._known_look.palette.ink
        size = self._known_look.font(1.6).pixelSize()
        texts = [f"<b>{unit}</b>"]
        texts += [f"<b style='color:{tone}'>{line}</b> {words}" for line, words, tone in parts]
        joined = " &nbsp; &nbsp; ".join(texts)
        styled = f"<span style='color:{ink}; font-size:{size}px'>{joined}</span>"
        plot.setTitle(styled, justify="left")
        plot.titleLabel.item.setFont(self._known_look.font(1.6))
        plot.titleLabel.setMaximumHeight(1.7 * size)
        plot.layout.setRowFixedHeight(0, 1.7 * size)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        at = self.mapToScene(event.position().toPoint())
        self._dragged = self._edge_near(at)
        self._scrubbing = None
        if self._dragged is None:
            views = (plot.getViewBox() for plot in self._plots if plot.isVisible())
            under = [view for view in views if view.sceneBoundingRect().contains(at)]
            self._scrubbing = under[0] if under else None
        self._follow(at)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons():
            self._follow(self.mapToScene(event.position().toPoint()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._follow(self.mapToScene(event.position().toPoint()))
        self._dragged = self._scrubbing = None

    def _follow(self, at: QPointF) -> None:
        if self._dragged is not None:
            x = self.velocity.getViewBox().mapSceneToView(at).x()
            self.edge_moved.emit(self._dragged, x + self._origin_s)
        elif self._scrubbing is not None:
            x = self._scrubbing.mapSceneToView(at).x()
            of_session = self._scrubbing is self.session.getViewBox()
            if of_session or self._shown is not None:
                self.scrubbed.emit(x if of_session else self._time_at(x))

    def _time_at(self, x: float) -> float:
        """Session time at a place of the rep's axis."""
        shown = self._shown
        if shown is None or self._axis is Axis.TIME or not isinstance(shown.trace, RepTrace):
            return x + self._origin_s
        run = shown.trace.time_s >= self._origin_s
        metres = x / self._known_look.quantities.distance_value(1.0)
        ran = np.maximum.accumulate(shown.trace.distance_m[run])
        return float(np.interp(metres, ran, shown.trace.time_s[run]))

    def _edge_near(self, at: QPointF) -> int | None:
        if not self._edges or not self.velocity.sceneBoundingRect().contains(at):
            return None
        view = self.velocity.getViewBox()
        edges = [QPointF(line.value(), 0.0) for line in self._edges]
        off = [abs(view.mapViewToScene(edge).x() - at.x()) for edge in edges]
        return int(np.argmin(off)) if min(off) <= _GRAB_PX else None


def _pen(ink: str, dashes: tuple[float, ...], width: float = LINE_PX) -> QPen:
    pen: QPen = pg.mkPen(ink, width=width)
    if dashes:
        pen.setDashPattern(dashes)
        pen.setCapStyle(Qt.PenCapStyle.FlatCap)
    return pen


def _faint(ink: str, alpha: int) -> QColor:
    made = QColor(ink)
    made.setAlpha(alpha)
    return made


def _nice(step: float) -> float:
    """1, 2 or 5 times a power of ten, at least so much."""
    unit = 10.0 ** math.floor(math.log10(step))
    return next(factor * unit for factor in (1.0, 2.0, 5.0, 10.0) if factor * unit >= step)


def _clock_ticks(first_s: float, last_s: float) -> list[tuple[float, str]]:
    """Minutes and seconds along a session."""
    steps = (5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600)
    step = next((each for each in steps if (last_s - first_s) / each <= 12), 7200)
    at = range(math.ceil(first_s / step) * step, int(last_s) + 1, step)
    return [(float(s), f"{s // 60}:{s % 60:02d}") for s in at]
