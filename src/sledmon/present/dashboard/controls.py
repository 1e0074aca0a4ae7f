"""What pages are made of: words, rules, keys, a field to type in, and choices side by side."""

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QSizePolicy, QWidget

from sledmon.present.dashboard.cells import draw_key
from sledmon.present.dashboard.look import BOLD, LEAST_TARGET, REGULAR, Look, colour
from sledmon.present.dashboard.screen import KeyButton


class Words(QLabel):
    """Text of one size; capitals so high in per cent of the window's height."""

    def __init__(
        self, words: str = "", cap: float = 1.6, *, bold: bool = False, wrap: bool = False
    ) -> None:
        super().__init__(words)
        self._cap = cap
        self._weight = BOLD if bold else REGULAR
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(wrap)
        if not wrap:  # may be narrower than its text, which then ends in an ellipsis
            self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def set_look(self, look: Look) -> None:
        """Take colours and sizes."""
        self.setFont(look.font(self._cap, self._weight))
        palette = QPalette(self.palette())
        palette.setColor(QPalette.ColorRole.WindowText, colour(look.palette.ink))
        self.setPalette(palette)

    def sizeHint(self) -> QSize:
        """As high without a word as with one: what is beneath never jumps."""
        hint = super().sizeHint()
        return hint.expandedTo(QSize(0, self._least_px())) if not self.wordWrap() else hint

    def minimumSizeHint(self) -> QSize:
        least = super().minimumSizeHint()
        return least if self.wordWrap() else QSize(0, self._least_px())

    def _least_px(self) -> int:
        margins = self.contentsMargins()
        return self.fontMetrics().height() + margins.top() + margins.bottom()

    def paintEvent(self, event: QPaintEvent) -> None:
        if self.wordWrap():
            super().paintEvent(event)
            return
        painter = QPainter(self)
        painter.setPen(self.palette().color(QPalette.ColorRole.WindowText))
        fitting = painter.fontMetrics().elidedText(
            self.text(), Qt.TextElideMode.ElideRight, self.width()
        )
        painter.drawText(
            self.rect(), int(self.alignment() | Qt.AlignmentFlag.AlignVCenter), fitting
        )


class Badge(QLabel):
    """A word in a frame: what must not be overlooked."""

    def set_look(self, look: Look) -> None:
        """Take colours and sizes."""
        self.setFont(look.font(1.6, BOLD))
        colours, line = look.palette, max(2, look.px(0.28))
        self.setStyleSheet(
            f"color: {colours.ink}; background: {colours.page}; border: {line}px solid"
            f" {colours.rule}; border-radius: {look.px(0.9)}px; padding: {look.px(0.7)}px"
            f" {look.px(1.6)}px;"
        )


class Rule(QWidget):
    """A horizontal line; a thick one parts what is different, a thin one what is alike."""

    def __init__(self, *, thick: bool = True) -> None:
        super().__init__()
        self._thick = thick
        self._colour = colour("#000000")

    def set_look(self, look: Look) -> None:
        """Take colours and sizes."""
        self._colour = colour(look.palette.rule if self._thick else look.palette.thin_rule)
        self.setFixedHeight(max(2, look.px(0.28)) if self._thick else max(1, look.px(0.14)))
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        QPainter(self).fillRect(self.rect(), self._colour)


class KeyCap(QWidget):
    """A key as it stands on a button, beside words that are none."""

    def __init__(self, key: str) -> None:
        super().__init__()
        self._key = key
        self._look: Look | None = None

    def set_look(self, look: Look) -> None:
        """Take colours and sizes."""
        self._look = look
        self.setFixedSize(look.px(4.4), look.px(3.4))
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        if self._look is not None:
            painter = QPainter(self)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            draw_key(painter, self._look, QRectF(self.rect()).adjusted(1, 1, -1, -1), self._key)


class Field(QLineEdit):
    """A line to type in; Enter hands over what was typed, Esc gives the keyboard back."""

    typed = Signal(str)
    left = Signal()

    def __init__(self, spoken: str, placeholder: str) -> None:
        super().__init__()
        self.setAccessibleName(spoken)
        self.setPlaceholderText(placeholder)
        self.setMaxLength(200)

    def set_look(self, look: Look) -> None:
        """Take colours and sizes."""
        self.setFont(look.font(1.8))
        self.setMinimumHeight(max(LEAST_TARGET, look.px(7.0)))
        colours, line = look.palette, max(2, look.px(0.28))
        self.setStyleSheet(
            f"QLineEdit {{ background: {colours.page}; color: {colours.ink};"
            f" placeholder-text-color: {colours.quiet_ink};"
            f" border: {line}px solid {colours.rule}; border-radius: {look.px(0.9)}px;"
            f" padding: 0 {look.px(1.6)}px; selection-background-color: {colours.inside};"
            f" selection-color: {colours.on_inside}; }}"
            f"QLineEdit:focus {{ border: {2 * line}px solid {colours.focus}; }}"
        )

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.typed.emit(self.text())
        elif event.key() == Qt.Key.Key_Escape:
            self.clear()
            self.left.emit()
        else:
            super().keyPressEvent(event)


class TitleButton(KeyButton):
    """A bigger button: a title, a sentence beneath it, its key in the corner."""

    def __init__(self, words: str, more: str, key: str) -> None:
        super().__init__(words, key)
        self.more = more
        self.setAccessibleDescription(more)

    def set_more(self, words: str, more: str) -> None:
        """Say something else."""
        self.more = more
        self.setAccessibleDescription(more)
        self.set_words(words, filled=self.filled)
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        if self.look is None:
            return
        look = self.look
        painter = QPainter(self)
        front = self.paint_frame(painter)
        pad = look.px(2.0)
        box = QRectF(self.rect()).adjusted(pad, pad, -pad, -pad)
        painter.setPen(front)
        key = QRectF(box.right() - look.px(4.2), box.top(), look.px(4.2), look.px(3.4))
        draw_key(painter, look, key, self.key)
        width = box.width() - key.width() - pad
        painter.setFont(look.font(2.6, BOLD))
        metrics = painter.fontMetrics()
        cap = 2.6 * min(1.0, width / max(1, metrics.horizontalAdvance(self.text())))
        painter.setFont(look.font(cap, BOLD))
        high = painter.fontMetrics().height()
        painter.drawText(QRectF(box.left(), box.top(), width + 2, high), 0, self.text())
        painter.setFont(look.font(1.7))
        painter.drawText(
            box.adjusted(0, high + look.px(0.8), 0, 0), int(Qt.TextFlag.TextWordWrap), self.more
        )


class Choices(QWidget):
    """A few big buttons side by side, one of them on; arrows reach the others."""

    chosen = Signal(int)

    def __init__(self, spoken: str, words: Sequence[str]) -> None:
        super().__init__()
        self.setAccessibleName(spoken)
        self._spoken = spoken
        self._on = -1
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        self.buttons = [KeyButton(each) for each in words]
        for place, button in enumerate(self.buttons):
            row.addWidget(button)
            button.clicked.connect(lambda _=False, place=place: self.chosen.emit(place))

    def set_look(self, look: Look) -> None:
        """Take colours and sizes."""
        layout = self.layout()
        if layout is not None:
            layout.setSpacing(look.px(1.4))
        for button in self.buttons:
            button.set_look(look)

    def set_on(self, on: int) -> None:
        """Which one holds."""
        self._on = on
        for place, button in enumerate(self.buttons):
            button.set_words(button.text(), filled=place == on)
            state = ", on" if place == on else ""
            button.setAccessibleName(f"{self._spoken}: {button.text()}{state}")

    def choose_next(self) -> None:
        """The one after, as if it had been pressed."""
        self.chosen.emit((self._on + 1) % len(self.buttons))
