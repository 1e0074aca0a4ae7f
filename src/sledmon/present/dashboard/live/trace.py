"""Velocity by distance of the running rep, over a background that is painted once."""

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPaintEvent, QPen, QPixmap, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from sledmon.present.dashboard.live.panels import LEAST_CAP
from sledmon.present.dashboard.look import Look
from sledmon.present.dashboard.painted import draw_text, text_width
from sledmon.present.sideline import words
from sledmon.present.sideline.curve_view import CurveView
from sledmon.present.sideline.trail import Trail
from sledmon.samples import FloatArray

BEYOND = 1.04
"""The axis goes a little past the last gate."""


@dataclass(frozen=True, slots=True)
class _Plane:
    """Where values lie on the widget."""

    frame: QRectF
    right_m: float
    top_mps: float

    def x(self, distance_m: float) -> float:
        return self.frame.left() + self.frame.width() * distance_m / self.right_m

    def y(self, velocity_mps: float) -> float:
        return self.frame.bottom() - self.frame.height() * velocity_mps / self.top_mps

    def polygon(self, distance_m: FloatArray, velocity_mps: FloatArray) -> QPolygonF:
        xs = self.frame.left() + self.frame.width() * distance_m / self.right_m
        ys = self.frame.bottom() - self.frame.height() * velocity_mps / self.top_mps
        pairs = zip(xs.tolist(), np.maximum(ys, self.frame.top()).tolist(), strict=True)
        return QPolygonF([QPointF(x, y) for x, y in pairs])


class Trace(QWidget):
    """Shows a trail; its background changes only with the reps behind it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("velocity by distance")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self._look: Look | None = None
        self._view: CurveView | None = None
        self._trail: Trail | None = None
        self._hidden = False
        self._background: QPixmap | None = None
        self._plane: _Plane | None = None
        self._painted_points = -1

    def set_look(self, look: Look) -> None:
        """Take colours and sizes."""
        self._look, self._background = look, None
        self.update()

    def set_view(self, view: CurveView, trail: Trail, *, hidden: bool) -> None:
        """Take another background, and whose trail is drawn over it."""
        self._view, self._trail, self._hidden, self._background = view, trail, hidden, None
        self.update()

    def advance(self) -> bool:
        """Paint what the trail has gained; whether it had gained anything."""
        if self._trail is None or self._trail.points == self._painted_points:
            return False
        self._painted_points = self._trail.points
        if self._plane is not None and self._trail.velocity_mps > self._plane.top_mps:
            self._background = None  # faster than the axis reaches: a higher one
        self.update()
        return True

    def resizeEvent(self, _event: object) -> None:
        self._background = None

    def paintEvent(self, _event: QPaintEvent) -> None:
        look, view = self._look, self._view
        if look is None or view is None:
            return
        if self._background is None:
            self._paint_background(look, view)
        painter = QPainter(self)
        if self._background is not None:
            painter.drawPixmap(0, 0, self._background)
        if self._trail is not None and self._plane is not None:
            if self._hidden:
                self._paint_sentence(painter, look, self._plane, words.DONE_HIDDEN)
            else:
                self._paint_trail(painter, look, self._plane, self._trail)
        painter.end()

    def _paint_trail(self, painter: QPainter, look: Look, plane: _Plane, trail: Trail) -> None:
        distance_m, velocity_mps = trail.curve
        if len(distance_m) < 2:
            self._paint_sentence(painter, look, plane, words.WAITING)
            return
        seen = distance_m <= plane.right_m
        pen = QPen(QColor(look.palette.ink), max(3.0, look.px(0.4)))
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        painter.setPen(pen)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.drawPolyline(plane.polygon(distance_m[seen], velocity_mps[seen]))

    @staticmethod
    def _paint_sentence(painter: QPainter, look: Look, plane: _Plane, sentence: str) -> None:
        """Why there is no curve."""
        text = look.font(LEAST_CAP)
        wide = text_width(sentence, text)
        x, y = plane.frame.center().x() - wide / 2, plane.frame.center().y()
        pad, high = look.px(1.2), look.px(LEAST_CAP)
        box = QRectF(x - pad, y - high - pad, wide + 2 * pad, high + 2 * pad)
        painter.fillRect(box, QColor(look.palette.page))
        draw_text(painter, sentence, text, x, y, colour=look.palette.ink)

    def _paint_background(self, look: Look, view: CurveView) -> None:
        ratio = self.devicePixelRatioF()
        pixmap = QPixmap(self.size() * ratio)
        pixmap.setDevicePixelRatio(ratio)
        pixmap.fill(QColor(look.palette.page))
        painter = QPainter(pixmap)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        small = look.font(LEAST_CAP)
        left = text_width("10", small) + look.px(3.2)
        frame = QRectF(
            left,
            look.px(6.4),
            self.width() - left - look.px(3.0),
            self.height() - look.px(6.4) - look.px(6.0),
        )
        seen = self._trail if not self._hidden else None
        _, velocity_mps = seen.curve if seen is not None else (None, np.zeros(1))
        fastest_mps = max(view.top_mps, float(np.max(velocity_mps, initial=0.0)))
        in_unit = look.quantities.speed_value(1.0)
        top = float(np.ceil(in_unit * fastest_mps - 1e-9))  # an axis ends on a whole number
        top_mps = top / in_unit
        plane = _Plane(frame, view.distance_m * BEYOND, top_mps)
        self._paint_line(painter, look, view, plane)
        self._paint_axes(painter, look, view, plane, top)
        self._paint_curves(painter, look, view, plane)
        painter.end()
        self._background, self._plane = pixmap, plane

    @staticmethod
    def _paint_axes(
        painter: QPainter, look: Look, view: CurveView, plane: _Plane, top: float
    ) -> None:
        palette, frame, small = look.palette, plane.frame, look.font(LEAST_CAP)
        cap = look.px(LEAST_CAP)
        step = 1 if top <= 6 else 2 if top <= 14 else 5
        for value in range(0, int(top) + 1, step):
            y = frame.bottom() - frame.height() * value / top
            if value:
                painter.setPen(QPen(QColor(palette.thin_rule), 1.0))
                painter.drawLine(QLineF(frame.left(), y, frame.right(), y))
            label = str(value)
            x = frame.left() - look.px(1.0) - text_width(label, small)
            if value:
                draw_text(painter, label, small, x, y + cap / 2, colour=palette.ink)
        draw_text(
            painter,
            look.quantities.speed_unit,
            small,
            look.px(1.2),
            look.px(1.0) + cap,
            colour=palette.ink,
        )
        painter.setPen(QPen(QColor(palette.ink), max(1.5, look.px(0.15))))
        painter.drawLine(QLineF(frame.left(), frame.bottom(), frame.right(), frame.bottom()))
        for gate_m in view.gates_m:
            x = plane.x(gate_m)
            painter.drawLine(QLineF(x, frame.top(), x, frame.bottom()))
            label = look.quantities.distance(gate_m)
            x = min(x - text_width(label, small) / 2, frame.right() - text_width(label, small))
            draw_text(painter, label, small, x, frame.bottom() + look.px(1.4) + cap)
        draw_text(painter, words.START, small, frame.left(), frame.bottom() + look.px(1.4) + cap)

    @staticmethod
    def _paint_line(painter: QPainter, look: Look, view: CurveView, plane: _Plane) -> None:
        """Past the speed line, where it is judged."""
        if not view.line_mps > 0.0:
            return
        palette = look.palette
        left, right = plane.x(view.line_from_m), plane.x(view.distance_m)
        top = plane.y(view.line_mps)
        area = QRectF(left, top, right - left, plane.frame.bottom() - top)
        painter.fillRect(area, QBrush(QColor(palette.hatching), Qt.BrushStyle.BDiagPattern))
        painter.setPen(QPen(QColor(palette.ink), max(2.0, look.px(0.2))))
        painter.drawLine(QLineF(left, top, right, top))

    @staticmethod
    def _paint_curves(painter: QPainter, look: Look, view: CurveView, plane: _Plane) -> None:
        palette, small = look.palette, look.font(LEAST_CAP)
        shown = [
            (label, curve, QPen(QColor(name), max(3.0, look.px(0.35)), style))
            for curve, name, label, style in (
                (view.best, palette.best, words.BEST, Qt.PenStyle.DotLine),
                (view.baseline, palette.baseline, words.FREE, Qt.PenStyle.DashLine),
            )
            if curve is not None
        ]
        if not shown:
            return
        wide = max(text_width(label, small) for label, _, _ in shown)
        sample, pitch = look.px(4.6), look.px(4.4)
        right = plane.x(view.distance_m) - look.px(1.0)
        left = right - wide - sample - look.px(1.4)
        bottom = plane.frame.bottom() - look.px(1.0)
        box = QRectF(left, bottom - len(shown) * pitch, right - left, len(shown) * pitch)
        painter.fillRect(box.adjusted(-look.px(1.0), -look.px(0.4), 0, 0), QColor(palette.page))
        for row, (label, curve, pen) in enumerate(shown):
            painter.setPen(pen)
            painter.drawPolyline(plane.polygon(*curve))
            base = bottom - look.px(0.9) - row * pitch
            middle = base - look.px(LEAST_CAP) / 2
            painter.drawLine(QLineF(left, middle, left + sample, middle))
            draw_text(painter, label, small, right - wide, base, colour=palette.ink)
