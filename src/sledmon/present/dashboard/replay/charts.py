"""The curves: a session above, one rep or several reps beneath, all in one view.

Fast by performance.md: one layout, plain curves, no antialiasing, no more points than pixels, and
the mouse read here instead of by every plot.
"""

import math
from collections.abc import Sequence
from typing import Final

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, Qt, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QWidget

from sledmon.estimate import RepTrace
from sledmon.present.colours import Palette
from sledmon.present.dashboard.look import Look, colour
from sledmon.present.dashboard.replay.bands import Bands
from sledmon.present.dashboard.replay.plots import (
    DASHED,
    DOTTED,
    Part,
    Plot,
    clock_ticks,
    faint,
    pen,
    style,
)
from sledmon.present.replay.compare import Compared
from sledmon.present.replay.curves import Axis, Curve, RepCurves, rep_curves
from sledmon.present.replay.session import Replayed, ShownRep

_ONE_REP: Final = (18, 45, 21, 16)
"""Shares of the height: session, velocity, acceleration, innovations."""
_SEVERAL: Final = (18, 82, 0, 0)
_NONE: Final = (100, 0, 0, 0)
_GRAB_PX: Final = 22
"""So near an edge the mouse takes it: a glove is 44 px wide."""


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
        self.session, self.velocity, self.acceleration, self.innovation = (Plot() for _ in range(4))
        self._beneath = (self.velocity, self.acceleration, self.innovation)
        self._plots = (self.session, *self._beneath)
        for row, plot in enumerate(self._plots):
            self.addItem(plot, row=row, col=0)
        self._bands = Bands()
        self.session.addItem(self._bands, ignoreBounds=True)
        self._replayed: Replayed | None = None
        self._shown: ShownRep | None = None
        self._axis = Axis.TIME
        self._look: Look | None = None
        self._edges: list[pg.InfiniteLine] = []
        self._dragged: int | None = None
        self._scrubbing: pg.ViewBox | None = None

    def set_look(self, look: Look) -> None:
        """Take colours, sizes and units; everything is to be shown again afterwards."""
        self._look = look
        self.setBackground(colour(look.palette.page))
        for plot in self._plots:
            plot.dress(look)
        self.ci.layout.setVerticalSpacing(look.px(0.3))
        self.ci.layout.setContentsMargins(0, look.px(0.5), look.px(1.0), 0)

    def choose(self, selected: int) -> None:
        """Mark another rep of the session."""
        if self._look is not None and self._replayed is not None:
            self._bands.set_reps(self._replayed.reps, selected, self._look)

    def show_session(self, replayed: Replayed) -> None:
        """The whole recording; its reps are marked by ``choose``."""
        self._replayed = replayed
        palette, quantities = self._known_look.palette, self._known_look.quantities
        plot, speed = self.session, quantities.speed_value(1.0)
        plot.wipe()
        time_s, velocity_mps = replayed.overview
        first_s, last_s = replayed.span_s
        last_s = max(last_s, first_s + 1.0)
        plot.line(Curve(time_s, speed * velocity_mps), pen(palette.ink, 1), self.width())
        top = speed * float(np.nanmax(velocity_mps, initial=2.0))
        plot.setXRange(first_s, last_s, padding=0.01)
        plot.setYRange(0.0, 2.4 * top, padding=0)
        plot.getAxis("left").setTicks([[(0.0, "0"), (math.floor(top), f"{math.floor(top)}")]])
        plot.getAxis("bottom").setTicks([clock_ticks(first_s, last_s)])
        plot.say(quantities.speed_unit, [Part("", "whole session", palette.ink)])

    def show_rep(self, shown: ShownRep, trace: RepTrace, axis: Axis, *, editing: bool) -> None:
        """One rep: velocity, acceleration, innovations. ``editing``: its edges are being moved."""
        self._begin(shown, axis, _ONE_REP)
        look = self._known_look
        palette = look.palette
        curves = rep_curves(shown, trace, axis, look.quantities)
        marks = {words: at for words, at in curves.marks.items() if not editing or at > 0.0}
        for plot in self._beneath:
            plot.frame(curves.limits, marks, self._unit)
        self._draw_velocity(curves, palette)
        self.velocity.name(curves.limits, marks, self.velocity.viewRange()[1][1])
        self._draw_acceleration(curves, trace.why_no_belt, palette)
        self._draw_innovations(curves, palette)
        found = shown.corrected.found
        if (editing or shown.corrected.edges_set) and found is not None and axis is Axis.TIME:
            for at_s in (found.start_s, found.end_s):
                if math.isfinite(at_s):
                    ghost = pen(palette.quiet_ink, 2, DOTTED)
                    label = {"position": 0.35, "anchors": [(1, 0.5), (1, 0.5)]}
                    self.velocity.upright(at_s - self._origin_s, ghost, "as found", label)

    def show_compared(self, compared: Sequence[Compared], axis: Axis) -> None:
        """Several reps over one another."""
        self._begin(None, axis, _SEVERAL)
        look, plot = self._known_look, self.velocity
        drawn = [
            rep_curves(each.shown, each.shown.trace, axis, look.quantities)
            for each in compared
            if isinstance(each.shown.trace, RepTrace)
        ]
        top = max(float(np.nanmax(curves.path.y)) for curves in drawn)
        limits = min(c.limits[0] for c in drawn), max(c.limits[1] for c in drawn)
        marks = drawn[0].marks
        if axis is Axis.TIME:  # each passes its gates when it does
            marks = {words if at == 0 else f"{words} of 1": at for words, at in marks.items()}
        plot.setYRange(-0.03 * top, 1.18 * top, padding=0)
        plot.frame(limits, marks, self._unit)
        plot.name(limits, marks, 1.18 * top)
        for place in reversed(range(len(drawn))):
            plot.line(drawn[place].path, style(look.palette, place)[0], self.width())
        over = "time since each start" if axis is Axis.TIME else "distance from each zero"
        words = f"smoothed velocity by {over}"
        plot.say(look.quantities.speed_unit, [Part("", words, look.palette.ink)])

    def show_nothing(self) -> None:
        """No rep: only the session stays; a sentence stands elsewhere."""
        self._begin(None, self._axis, _NONE)

    def set_cursor(self, time_s: float) -> None:
        """Move the cursor to a session time."""
        self.session.cursor_line.setValue(time_s)
        shown, at = self._shown, time_s - self._origin_s
        if shown is None:
            at = math.nan
        elif self._axis is Axis.DISTANCE and isinstance(shown.trace, RepTrace):
            metres = float(shown.trace.distance_at(np.array([time_s]))[0])
            at = self._known_look.quantities.distance_value(metres)
        for plot in self._beneath:
            plot.cursor_line.setValue(at if math.isfinite(at) else -1e6)

    def set_edges(self, edges_s: tuple[float, float], moving: int) -> None:
        """Show handles of the rep's edges; ``moving`` is the one that keys move."""
        tone = self._known_look.palette.best
        if not self._edges:
            for place, words in enumerate(("▶ start", "end ◀")):
                side = (1 - place, 0.5)
                label = {"position": 0.12, "anchors": [side, side]}
                self._edges.append(self.velocity.upright(0.0, pen(tone), words, label))
        for place, line in enumerate(self._edges):
            line.setPen(pen(tone, 5 if place == moving else 3))
            line.setValue(edges_s[place] - self._origin_s)

    def _begin(self, shown: ShownRep | None, axis: Axis, shares: Sequence[int]) -> None:
        """Empty the plots beneath the session and give each its height."""
        self._shown, self._axis, self._edges = shown, axis, []
        last = self._plots[max(row for row, share in enumerate(shares) if share)]
        for row, (plot, share) in enumerate(zip(self._plots, shares, strict=True)):
            if plot is not self.session:
                plot.wipe()
            plot.take(share, ticks=plot in (self.session, last))
            self.ci.layout.setRowStretchFactor(row, share)

    def _draw_velocity(self, curves: RepCurves, palette: Palette) -> None:
        plot = self.velocity
        top = max(1.0, float(np.nanmax(curves.path.y, initial=0.0)))
        plot.setYRange(-0.08 * top, 1.3 * top, padding=0)
        plot.band(curves.low, curves.high, faint(palette.thin_rule, 170))
        plot.line(curves.raw, pen(palette.baseline, 1), self.width())
        plot.line(curves.path, pen(palette.ink), self.width())
        smoothed = Part("━━", "smoothed, grey ±2 errors", palette.ink)
        raw = Part("──", "tether, unfiltered", palette.baseline)
        plot.say(self._known_look.quantities.speed_unit, [smoothed, raw])

    def _draw_acceleration(self, curves: RepCurves, why_none: str, palette: Palette) -> None:
        plot = self.acceleration
        plot.line(curves.belt, pen(palette.best), self.width())
        plot.line(curves.tether, pen(palette.baseline, dashes=DASHED), self.width())
        seen = np.concatenate([curves.belt.y, curves.tether.y])
        plot.reach(float(np.nanmax(np.abs(seen), initial=5.0)))
        belt = Part("━━", "belt IMU along the run", palette.best)
        if not len(curves.belt.y):
            belt = Part("", why_none or "the belt was not seen", palette.ink)
        plot.say("m/s²", [belt, Part("╍╍", "tether alone", palette.baseline)])

    def _draw_innovations(self, curves: RepCurves, palette: Palette) -> None:
        plot = self.innovation
        band = plot.reused("region", _two_sigma)
        band.setBrush(faint(palette.thin_rule, 110))
        for edge in band.lines:
            edge.setPen(pen(palette.quiet_ink, 1, DASHED))
        plot.line(curves.innovation, pen(palette.ink, 1), self.width())
        reach = min(12.0, float(np.nanmax(np.abs(curves.innovation.y), initial=3.0)))
        parts = [Part("──", "cord minus smoothed, in its errors; band ±2", palette.ink)]
        refused = np.isfinite(curves.refused.y)
        if refused.any():
            x, y = curves.refused.x[refused], np.clip(curves.refused.y[refused], -reach, reach)
            crosses = plot.reused(
                "refused", lambda: pg.ScatterPlotItem(symbol="x", size=9, pen=None)
            )
            crosses.setData(x, y, brush=colour(palette.best))
            parts.append(Part("✕", "not believed", palette.best))
        plot.setYRange(-1.15 * reach, 1.15 * reach, padding=0)
        plot.getAxis("left").setTicks([[(-2, "−2"), (2, "2")]])
        plot.say("σ", parts)

    @property
    def _origin_s(self) -> float:
        return self._shown.span_s[0] if self._shown else 0.0

    @property
    def _unit(self) -> str:
        return "s" if self._axis is Axis.TIME else self._known_look.settings.distance.value

    @property
    def _known_look(self) -> Look:
        if self._look is None:
            raise RuntimeError("charts are shown before they have a look")
        return self._look

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


def _two_sigma() -> pg.LinearRegionItem:
    return pg.LinearRegionItem((-2, 2), orientation="horizontal", movable=False)
