"""Velocity by load, painted; on the screen and on paper alike."""

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from sledmon.present import words
from sledmon.present.dashboard.look import Look, colour
from sledmon.present.summary.load_chart import LoadChart

_CAP = 1.5


class LoadVelocityChart(QWidget):
    """A chart, or a sentence why there is none."""

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName(words.CHART)
        self._look: Look | None = None
        self._chart: LoadChart | None = None
        self._why_not = ""

    def set_look(self, look: Look) -> None:
        """Take colours and sizes."""
        self._look = look
        self.setMinimumHeight(look.px(18))
        self.update()

    def show_chart(self, chart: LoadChart | None, why_not: str) -> None:
        """Show a chart; a sentence where there is none."""
        self._chart, self._why_not = chart, why_not
        self.setAccessibleDescription(why_not)
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        if self._look is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self._chart is not None:
            paint_chart(painter, QRectF(self.rect()), self._chart, self._look)
            return
        painter.setPen(colour(self._look.palette.ink))
        painter.setFont(self._look.font(1.7))
        painter.drawText(self.rect(), int(Qt.TextFlag.TextWordWrap), self._why_not)


def paint_chart(painter: QPainter, box: QRectF, chart: LoadChart, look: Look) -> None:
    """Axes with units, points with one standard error, and the line where there is one."""
    palette, quantities = look.palette, look.quantities
    painter.setFont(look.font(_CAP))
    metrics = painter.fontMetrics()
    high, gap = metrics.height(), look.px(1.0)
    wide = max(metrics.horizontalAdvance(chart.speed_words(speed)) for speed in chart.speeds)
    plot = QRectF(
        box.left() + wide + 2 * gap,
        box.top() + 1.7 * high,
        box.width() - wide - 4 * gap,
        box.height() - 3.7 * high - gap,
    )
    low, top, end = chart.speeds[0], chart.speeds[-1], chart.loads[-1]

    def place(load: float, speed: float) -> QPointF:
        return QPointF(
            plot.left() + plot.width() * load / end,
            plot.bottom() - plot.height() * (speed - low) / (top - low),
        )

    ink = colour(palette.ink)
    for speed in chart.speeds:
        at = place(0.0, speed)
        painter.setPen(QPen(colour(palette.thin_rule), max(1, look.px(0.14))))
        painter.drawLine(at, place(end, speed))
        painter.setPen(ink)
        label = QRectF(box.left(), at.y() - high / 2, wide + gap, high)
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(label, int(right), chart.speed_words(speed))
    painter.drawText(QRectF(box.left(), box.top(), plot.width(), high), 0, quantities.speed_unit)
    painter.setPen(QPen(ink, max(1, look.px(0.2))))
    painter.drawLine(place(0.0, low), place(end, low))
    centre = int(Qt.AlignmentFlag.AlignHCenter)
    for load in chart.loads:
        at = place(load, low)
        painter.drawText(QRectF(at.x() - 50, at.y() + gap / 2, 100, high), centre, f"{load:g}")
    painter.drawText(
        QRectF(plot.left(), plot.bottom() + high, plot.width(), high + gap),
        int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignBottom),
        words.CHART_LOAD.format(unit=quantities.settings.mass),
    )
    painter.setPen(QPen(colour(palette.baseline), max(2, look.px(0.35))))
    if chart.line is not None:
        painter.drawLine(place(*chart.line[0]), place(*chart.line[1]))
    radius = look.px(0.7)
    for point in chart.points:
        painter.setPen(QPen(ink, max(2, look.px(0.25))))
        if point.sigma > 0:
            painter.drawLine(
                place(point.load, point.speed - point.sigma),
                place(point.load, point.speed + point.sigma),
            )
        painter.setBrush(ink)
        painter.drawEllipse(place(point.load, point.speed), radius, radius)
    painter.setBrush(Qt.BrushStyle.NoBrush)
