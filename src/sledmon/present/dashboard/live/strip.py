"""The athlete's reps in a row: what each was, and the one that is being done."""

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPen

from sledmon.present.dashboard.live.panels import LEAST_CAP, tone_colours
from sledmon.present.dashboard.look import BOLD, Look
from sledmon.present.dashboard.painted import Painted, draw_text, fitted
from sledmon.present.sideline.live_view import StripRep
from sledmon.present.sideline.tiles import Tone


class Strip(Painted[tuple[StripRep, ...]]):
    """As many of the newest as there is room for."""

    def spoken(self, value: tuple[StripRep, ...]) -> str:
        return "; ".join(f"{rep.title}: {rep.value}, {rep.below}" for rep in value)

    def paint(self, painter: QPainter, look: Look, value: tuple[StripRep, ...]) -> None:
        gap = look.px(1.2)
        wide = look.px(16.5)
        left = float(look.px(3.0))
        room = int((self.width() - left + gap) // (wide + gap))
        for rep in value[-max(1, room) :]:
            frame = QRectF(left, look.px(0.3), wide, self.height() - look.px(0.6))
            _paint_rep(painter, look, rep, frame)
            left += wide + gap


def _paint_rep(painter: QPainter, look: Look, rep: StripRep, frame: QRectF) -> None:
    palette, line = look.palette, max(2.0, look.px(0.25))
    front, back = tone_colours(palette, rep.tone)
    painter.setBrush(QColor(back))
    pen = QPen(QColor(palette.ink if rep.tone is Tone.PLAIN else back), line)
    if rep.provisional:
        pen.setStyle(Qt.PenStyle.DashLine)
    painter.setPen(pen)
    painter.drawRoundedRect(frame, look.px(0.7), look.px(0.7))
    if rep.provisional:
        hatching = QBrush(QColor(palette.thin_rule), Qt.BrushStyle.BDiagPattern)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(hatching)
        painter.drawRoundedRect(frame, look.px(0.7), look.px(0.7))
    pad = look.px(1.0)
    left, widest = frame.left() + pad, frame.width() - 2 * pad
    rows = (
        (rep.title, look.font(LEAST_CAP), 0.29),
        (rep.value, look.font(3.4, BOLD), 0.62),
        (rep.below, look.font(LEAST_CAP), 0.9),
    )
    for text, of_row, place in rows:
        base = frame.top() + frame.height() * place
        draw_text(painter, text, fitted(text, of_row, widest), left, base, colour=front)
    if rep.excluded:
        painter.setPen(QPen(QColor(front), line))
        painter.drawLine(frame.bottomLeft(), frame.topRight())
