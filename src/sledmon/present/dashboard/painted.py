"""A widget that paints one frozen value, and only when that value has changed."""

from typing import Generic, TypeVar

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from sledmon.present.dashboard.look import Look

T = TypeVar("T")


class Painted(QWidget, Generic[T]):
    """Shows a value of its kind; what a screen reader says comes from ``spoken``."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.look: Look | None = None
        self.value: T | None = None

    def set_look(self, look: Look) -> None:
        """Take colours and sizes."""
        self.look = look
        self.update()

    def show_value(self, value: T) -> None:
        """Show a value; nothing happens where it is shown already."""
        if value != self.value:
            self.value = value
            self.setAccessibleDescription(self.spoken(value))
            self.update()

    def spoken(self, value: T) -> str:
        """The value as one sentence."""
        return str(value)

    def paint(self, painter: QPainter, look: Look, value: T) -> None:
        """Paint it on the page."""
        raise NotImplementedError

    def paintEvent(self, _event: QPaintEvent) -> None:
        if self.look is None:
            return
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(self.look.palette.page))
        if self.value is not None:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            self.paint(painter, self.look, self.value)
        painter.end()


def text_width(text: str, font: QFont) -> float:
    """How wide a text is."""
    return QFontMetricsF(font).horizontalAdvance(text)


def draw_text(
    painter: QPainter,
    text: str,
    font: QFont,
    left: float,
    baseline: float,
    widest: float = float("inf"),
    colour: str | None = None,
) -> float:
    """Draw a text on its baseline, shortened where it is too wide; the width it took."""
    metrics = QFontMetricsF(font)
    if metrics.horizontalAdvance(text) > widest:
        text = metrics.elidedText(text, Qt.TextElideMode.ElideRight, widest)
    if colour is not None:
        painter.setPen(QColor(colour))
    painter.setFont(font)
    painter.drawText(QPointF(left, baseline), text)
    return metrics.horizontalAdvance(text)


def fitted(text: str, font: QFont, widest: float) -> QFont:
    """The font, or a smaller one in which the text is no wider than that."""
    wide = text_width(text, font)
    if wide <= widest or wide == 0.0:
        return font
    smaller = QFont(font)
    smaller.setPixelSize(max(8, int(font.pixelSize() * widest / wide)))
    return smaller


def clauses_that_fit(text: str, font: QFont, widest: float) -> str:
    """The text, or as many of its clauses as are no wider than that; its first in any case."""
    while text_width(text, font) > widest and "," in text:
        text = text.rpartition(",")[0]
    return text


def draw_wrapped(
    painter: QPainter, text: str, font: QFont, frame: QRectF, flags: Qt.AlignmentFlag
) -> None:
    """Draw a text in as many lines as it takes, in a smaller font where they are too many."""
    wrapping = int(flags) | int(Qt.TextFlag.TextWordWrap)
    tried = QFont(font)
    while tried.pixelSize() > 10:
        taken = QFontMetricsF(tried).boundingRect(frame, wrapping, text)
        if taken.height() <= frame.height() and taken.width() <= frame.width():
            break
        tried.setPixelSize(tried.pixelSize() - 1)
    painter.setFont(tried)
    painter.drawText(frame, wrapping, text)
