"""Every key of the live screen on one sheet."""

from typing import Final

from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from sledmon.present.dashboard.look import BOLD, Look
from sledmon.present.dashboard.painted import draw_text, text_width

KEYS: Final = (
    ("PgDn  →", "next athlete"),
    ("PgUp  ←", "athlete before"),
    ("1 … 9", "athlete by place"),
    ("F5  Esc  Space", "arm or pause"),
    ("⌫", "undo, or leave out last rep"),
    ("Ctrl Z", "undo further back"),
    ("X", "leave out last rep, or take in"),
    ("R", "that was a rep!"),
    ("+  −", "plates on, off"),
    ("U", "sled on, off"),
    ("N", "new set"),
    ("Z", "zero"),
    (".", "hide numbers"),
    ("M", "mute"),
    ("S", "sun or dark"),
    ("Q", "queue"),
    ("B", "board: summary, end of session"),
    ("A", "athlete's window"),
    ("Ctrl 1 … 4", "lane"),
    ("F2", "settings"),
    ("F11", "full screen"),
)
TITLE: Final = "Keys"
CLOSES: Final = "Any key closes this."


class KeysSheet(QWidget):
    """Covers the screen until any key is pressed."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAccessibleName(TITLE)
        self.setAccessibleDescription("; ".join(f"{key}: {does}" for key, does in KEYS))
        self._look: Look | None = None

    def set_look(self, look: Look) -> None:
        """Take colours and sizes."""
        self._look = look
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        look = self._look
        if look is None:
            return
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(look.palette.page))
        margin, ink = look.px(5.0), look.palette.ink
        draw_text(painter, TITLE, look.font(5.0, BOLD), margin, look.px(12.0), colour=ink)
        bold, plain = look.font(2.6, BOLD), look.font(2.6)
        rows = (len(KEYS) + 1) // 2
        indent = max(text_width(key, bold) for key, _ in KEYS) + look.px(2.5)
        for place, (key, does) in enumerate(KEYS):
            column, row = divmod(place, rows)
            x = margin + column * (self.width() - 2 * margin) / 2
            y = look.px(22.0) + row * look.px(6.4)
            draw_text(painter, key, bold, x, y)
            draw_text(painter, does, plain, x + indent, y)
        draw_text(painter, CLOSES, plain, margin, look.px(94.0))
        painter.end()
