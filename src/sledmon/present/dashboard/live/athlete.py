"""The athlete's window: they run backwards and face it, so it has a number and a bar."""

import math

from PySide6.QtCore import QLineF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QGuiApplication, QKeyEvent, QPainter, QPen, QResizeEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from sledmon.present.dashboard.look import BOLD, Look, font
from sledmon.present.dashboard.painted import Painted, draw_text, fitted, text_width
from sledmon.present.settings import Settings
from sledmon.present.sideline import words
from sledmon.present.sideline.athlete_view import AthleteView
from sledmon.present.sideline.tiles import Tone


class AthletePanel(Painted[AthleteView]):
    """Name and rep, the number, the bar."""

    def spoken(self, value: AthleteView) -> str:
        return f"{value.athlete}, {value.rep}: {value.number}"

    def paint(self, painter: QPainter, look: Look, value: AthleteView) -> None:
        palette, margin = look.palette, look.px(5.5)
        wide = self.width() - 2 * margin
        rep_font = look.font(6.5, BOLD)
        rep_px = text_width(value.rep, rep_font)
        name = fitted(value.athlete, rep_font, wide - rep_px - look.px(6.0))
        base = look.px(11.5)
        draw_text(painter, value.athlete, name, margin, base, colour=palette.ink)
        draw_text(painter, value.rep, rep_font, self.width() - margin - rep_px, base)
        number = fitted(value.number, font(look.px(46.0), BOLD), wide)
        painter.setFont(number)
        cap = painter.fontMetrics().capHeight()
        middle = look.px(41.0)
        left = (self.width() - text_width(value.number, number)) / 2
        draw_text(painter, value.number, number, left, middle + cap / 2)
        self._paint_bar(painter, look, value, QRectF(margin, look.px(77.0), wide, look.px(17.0)))

    def _paint_bar(self, painter: QPainter, look: Look, value: AthleteView, frame: QRectF) -> None:
        palette, line = look.palette, look.px(0.6)
        if not math.isnan(value.fraction):
            filled = QRectF(frame)
            filled.setWidth(frame.width() * value.fraction)
            past = value.tone is Tone.PAST
            painter.fillRect(filled, QColor(palette.past if past else palette.inside))
            mark = {Tone.PAST: "▼", Tone.INSIDE: "▲", Tone.PLAIN: ""}[value.tone]
            front = palette.on_past if past else palette.on_inside
            left, base = frame.left() + look.px(3.0), frame.center().y() + look.px(3.5)
            draw_text(painter, mark, look.font(7.0, BOLD), left, base, colour=front)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(palette.ink), line))
        painter.drawRect(frame)
        if math.isnan(value.line):
            return
        x = frame.left() + frame.width() * value.line
        painter.setPen(QPen(QColor(palette.ink), 2 * line))
        painter.drawLine(QLineF(x, frame.top() - look.px(3), x, frame.bottom() + look.px(3)))
        label = look.font(3.6, BOLD)
        left = x - text_width(words.YOUR_LINE, label) / 2
        draw_text(painter, words.YOUR_LINE, label, left, frame.top() - look.px(4.2))


class AthleteWindow(QWidget):
    """Full-screen on the second screen, where there is one; a window of its own elsewhere."""

    pressed = Signal(object)
    """A ``QKeyEvent`` for the session: a presenter's remote presses where it can."""

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        self.setWindowTitle("sledmon – athlete")
        self.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)
        self._settings = settings
        self.panel = AthletePanel("athlete")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.panel)
        self.resize(1280, 720)

    def open(self) -> None:
        """Show it where the athletes look."""
        screens = QGuiApplication.screens()
        if len(screens) > 1:
            self.setGeometry(screens[-1].geometry())
            self.showFullScreen()
        else:
            self.show()

    def set_settings(self, settings: Settings) -> None:
        """Take another theme or unit."""
        self._settings = settings
        self._restyle()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._restyle()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_F11:
            self.setWindowState(self.windowState() ^ Qt.WindowState.WindowFullScreen)
        else:
            self.pressed.emit(event)

    def _restyle(self) -> None:
        self.panel.set_look(Look(settings=self._settings, height_px=max(1, self.height())))
