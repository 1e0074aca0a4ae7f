"""Reps along a session: bands in state colours, each with a shape; excluded ones hatched."""

from collections.abc import Sequence
from typing import Final

import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QPainter, QPen, QPolygonF, QTransform

from sledmon.present.dashboard.look import BOLD, Look, colour
from sledmon.present.replay.facts import Mark, mark_of
from sledmon.present.replay.session import ShownRep

_LEAST_PX: Final = 4.0


class Bands(pg.GraphicsObject):  # type: ignore[misc]
    """Painted in pixels over the plot's own coordinates, so that no band is too thin to see."""

    def __init__(self) -> None:
        super().__init__()
        self.setZValue(-10)
        self._reps: Sequence[ShownRep] = ()
        self._selected = -1
        self._look: Look | None = None

    def set_reps(self, reps: Sequence[ShownRep], selected: int, look: Look) -> None:
        """Show other reps, or another one as chosen."""
        self._reps, self._selected, self._look = reps, selected, look
        self.prepareGeometryChange()
        self.update()

    def boundingRect(self) -> QRectF:
        rect: QRectF = self.viewRect() if self._reps else QRectF()
        return rect

    def paint(self, painter: QPainter, *_: object) -> None:
        look = self._look
        if look is None or not self._reps:
            return
        palette, view = look.palette, self.viewRect()
        to_px: QTransform = painter.transform()
        painter.resetTransform()
        box = to_px.mapRect(view)
        mark_px = look.px(1.2)
        middle = box.top() + 1.3 * mark_px
        font = look.font(1.35, BOLD)
        painter.setFont(font)
        metrics = painter.fontMetrics()
        every = self._every(box.width(), metrics.horizontalAdvance("000"))
        tones = {
            Mark.INSIDE: palette.inside,
            Mark.PAST: palette.past,
            Mark.OTHER: palette.quiet_ink,
        }
        for place, shown in enumerate(self._reps):
            start_s, end_s = shown.span_s
            left, right = (to_px.map(QPointF(at, 0.0)).x() for at in (start_s, end_s))
            width = max(_LEAST_PX, right - left)
            band = QRectF(left, box.top(), width, box.height())
            mark = mark_of(shown.rep)
            tone = colour(tones[mark])
            fill = colour(tones[mark])
            fill.setAlpha(90)
            hatched = QBrush(colour(palette.quiet_ink), Qt.BrushStyle.BDiagPattern)
            painter.fillRect(band, hatched if shown.rep.excluded else fill)
            centre = band.center().x()
            if not shown.rep.excluded:
                painter.setPen(QPen(colour(palette.ink), 1))
                painter.setBrush(tone)
                _draw(painter, mark, QPointF(centre, middle), mark_px / 2)
            chosen, number = place == self._selected, str(shown.rep.number)
            half = metrics.horizontalAdvance(number) / 2
            if chosen:
                painter.setPen(QPen(colour(palette.focus), 3))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                room = max(3.0, half + 6.0 - width / 2)
                painter.drawRect(band.adjusted(-room, 1, room, -1))
            if chosen or shown.rep.number % every == 0:
                painter.setPen(colour(palette.ink))
                below = middle + 0.8 * mark_px + metrics.capHeight()
                painter.drawText(QPointF(centre - half, below), number)

    def _every(self, width_px: float, needed_px: int) -> int:
        """Of how many reps one bears its number."""
        apart_px = width_px / len(self._reps)
        return next((n for n in (1, 2, 5, 10, 20) if n * apart_px >= needed_px), 50)


def _draw(painter: QPainter, mark: Mark, at: QPointF, radius: float) -> None:
    if mark is Mark.OTHER:
        painter.drawEllipse(at, 0.8 * radius, 0.8 * radius)
        return
    tip = -radius if mark is Mark.INSIDE else radius
    painter.drawPolygon(
        QPolygonF(
            [
                QPointF(at.x(), at.y() + tip),
                QPointF(at.x() - radius, at.y() - tip),
                QPointF(at.x() + radius, at.y() - tip),
            ]
        )
    )
