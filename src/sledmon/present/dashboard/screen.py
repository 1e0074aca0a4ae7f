"""What every screen of the window is, and the few controls that all of them share."""

from typing import ClassVar, Final

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from sledmon.present.dashboard.look import BOLD, LEAST_TARGET, REGULAR, Look


class Screen(QWidget):
    """One screen. The window calls ``set_look`` before it is shown and after each change."""

    title = ""
    """Of the window while it is shown."""
    passing = False
    """Made for one visit: it goes away when it is left."""

    shape: ClassVar[float] = 0.0
    """Width by height that it is laid out for: narrower, all of it is smaller; 0: whatever."""

    def set_look(self, look: Look) -> None:
        """Take colours, sizes and units; called again with each resize or change of settings."""
        raise NotImplementedError

    def press(self, event: QKeyEvent) -> bool:
        """Take a key; whether it meant something here. Esc never quits."""
        return False

    def enter(self) -> None:
        """Called when the screen is shown."""

    def leave(self) -> None:
        """Called when another one is shown."""


class KeyButton(QAbstractButton):
    """A big button that shows its key; sized for gloves, reached by Tab as well."""

    def __init__(self, words: str, key: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setText(words)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(LEAST_TARGET, LEAST_TARGET)
        self.setAccessibleName(f"{words} ({key})" if key else words)
        self.key = key
        self.look: Look | None = None
        self.filled = False

    def set_look(self, look: Look) -> None:
        """Take colours and sizes."""
        self.look = look
        self.setMinimumHeight(max(LEAST_TARGET, look.px(5.5)))
        self.update()

    def set_words(self, words: str, *, filled: bool = False) -> None:
        """Say something else; ``filled`` marks a state that is on, or what to press first."""
        if (words, filled) != (self.text(), self.filled):
            self.setText(words)
            self.setAccessibleName(f"{words} ({self.key})" if self.key else words)
            self.filled = filled
            self.update()

    def paint_frame(self, painter: QPainter) -> QColor:
        """Paint all but the words; the colour to paint those with."""
        look = self.look
        if look is None:
            return QColor()
        palette = look.palette
        ink, page = QColor(palette.ink), QColor(palette.page)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        line = max(2.0, look.px(0.3))
        frame = QRectF(self.rect()).adjusted(line, line, -line, -line)
        radius = look.px(0.9)
        front, back, edge = ink, page, ink
        if not self.isEnabled():
            front, edge = QColor(palette.quiet_ink), QColor(palette.thin_rule)
        elif self.filled != self.isDown():
            front, back = page, ink
        painter.setPen(QPen(edge, line))
        painter.setBrush(back)
        painter.drawRoundedRect(frame, radius, radius)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(palette.focus), 2 * line))
            painter.drawRoundedRect(frame.adjusted(line, line, -line, -line), radius, radius)
        return front

    def paintEvent(self, _event: QPaintEvent) -> None:
        look = self.look
        if look is None:
            return
        painter = QPainter(self)
        front = self.paint_frame(painter)
        line, radius = max(2.0, look.px(0.3)), look.px(0.9)
        frame = QRectF(self.rect()).adjusted(line, line, -line, -line)
        room = frame.width() - look.px(1.6)
        cap = min(2.2, 100.0 * self.height() / look.height_px * 0.34)
        gap = look.px(1.2) if self.key else 0
        words_px, key_px = self._measured(painter, look, cap)
        if words_px + gap + key_px > room:
            cap *= max(_SMALLEST, (room - gap) / (words_px + key_px))
            words_px, key_px = self._measured(painter, look, cap)
        if words_px + gap + key_px > room + 1:
            gap = key_px = 0
            cap *= min(1.0, room / max(1, words_px))
            words_px, _ = self._measured(painter, look, cap)
        painter.setPen(front)
        words_font, key_font = look.font(cap, BOLD), look.font(0.62 * cap, REGULAR)
        left = frame.center().x() - (words_px + gap + key_px) / 2
        painter.setFont(words_font)
        painter.drawText(
            QRectF(left, frame.top(), words_px + 2, frame.height()),
            Qt.AlignmentFlag.AlignVCenter,
            self.text(),
        )
        if key_px:
            painter.setFont(key_font)
            cap_px = painter.fontMetrics().capHeight()
            box = QRectF(left + words_px + gap, 0, key_px, 2.3 * cap_px)
            box.moveCenter(QRectF(box.x(), frame.top(), key_px, frame.height()).center())
            painter.setPen(QPen(front, max(1.0, line / 2)))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(box, radius / 2, radius / 2)
            painter.setPen(front)
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, self.key)

    def _measured(self, painter: QPainter, look: Look, cap: float) -> tuple[int, int]:
        """Widths of the words and of the key in its frame."""
        painter.setFont(look.font(cap, BOLD))
        words_px = painter.fontMetrics().horizontalAdvance(self.text())
        if not self.key:
            return words_px, 0
        painter.setFont(look.font(0.62 * cap, REGULAR))
        return words_px, painter.fontMetrics().horizontalAdvance(self.key) + look.px(1.4)


_SMALLEST: Final = 0.6
"""Words shrink so far before a button goes without its key."""
