"""The codes that athletes scan: one large code, and whose it is."""

from typing import Final

from PySide6.QtCore import QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout

from sledmon.present import words
from sledmon.present.dashboard.controls import Words
from sledmon.present.dashboard.look import Look
from sledmon.present.dashboard.page import Page, spaced
from sledmon.present.dashboard.painted import Painted
from sledmon.present.dashboard.rows import Rows
from sledmon.present.rows import Column, Row
from sledmon.present.share.sideline import SessionShare, SharedPage, code_for

LOOK_MS: Final = 1000
QUIET: Final = 4
"""Modules of white about a code, as its standard asks."""
COLUMNS: Final = (Column(share=1.0),)


class Code(Painted[str]):
    """A text as a QR code, black on white in both themes."""

    def spoken(self, value: str) -> str:
        return value

    def paint(self, painter: QPainter, look: Look, value: str) -> None:
        if not value:
            return
        rows = [list(row) for row in code_for(value).matrix_iter(border=QUIET)]
        module = min(self.width(), self.height()) // len(rows)
        side = module * len(rows)
        left, top = (self.width() - side) // 2, (self.height() - side) // 2
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)
        painter.fillRect(QRectF(left, top, side, side), QColor("#ffffff"))
        for y, row in enumerate(rows):
            for x, dark in enumerate(row):
                if dark:
                    box = QRectF(left + x * module, top + y * module, module, module)
                    painter.fillRect(box, QColor("#000000"))


class ShareScreen(Page):
    """Whose code is shown is chosen by arrows or number; sharing goes on when it is left."""

    passing = True
    stop_asked = Signal()
    closed = Signal()

    def __init__(self, share: SessionShare) -> None:
        super().__init__(words.SHARE_TITLE)
        self._share = share
        self._pages: tuple[SharedPage, ...] = ()
        self._offline = False
        self.rows = Rows(words.SHARE_LIST, COLUMNS, empty=words.SHARE_NO_REP, enter=False)
        self.rows.picked.connect(lambda _: self._show_picked())
        self.code = Code(words.SHARE_CODE)
        self.address = Words("", 1.8, wrap=True)
        self.address.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self._columns, self._right = QHBoxLayout(), QVBoxLayout()
        self._right.addWidget(self.code, 1)
        self._right.addWidget(self.address)
        self._columns.addWidget(self.rows, 2)
        self._columns.addLayout(self._right, 5)
        self.body.addLayout(self._columns, 1)
        self.setFocusProxy(self.rows)
        key = Qt.Key
        self.offline = self.button(words.SHARE_OFFLINE, "T", (key.Key_T,), self._toggle_offline)
        for button in (
            self.offline,
            self.button(words.SHARE_STOP, "X", (key.Key_X,), self.stop_asked.emit),
            self.button(words.DONE, "Esc", (key.Key_Escape,), self.closed.emit),
        ):
            self.foot.addWidget(button)
        self._timer = QTimer(self)
        self._timer.setInterval(LOOK_MS)
        self._timer.timeout.connect(self.refresh)

    def enter(self) -> None:
        self.refresh()
        self._timer.start()

    def leave(self) -> None:
        self._timer.stop()

    def set_look(self, look: Look) -> None:
        super().set_look(look)
        spaced(self._columns, look, 4.0)
        spaced(self._right, look, 1.6)

    def refresh(self) -> None:
        """Look for athletes who have come."""
        pages = self._share.pages()
        if pages != self._pages:
            self._pages = pages
            self.rows.show_rows(
                [
                    Row(cells=(page.athlete,), key=str(place) if place <= 9 else "")
                    for place, page in enumerate(pages, start=1)
                ]
            )
            if pages and self.rows.currentRow() < 0:
                self.rows.setCurrentRow(0)
        self._show_picked()
        without = ", ".join(self._share.without_consent)
        self.say(words.SHARE_NO_CONSENT.format(names=without) if without else "")

    def _show_picked(self) -> None:
        place = self.rows.currentRow()
        if not 0 <= place < len(self._pages):
            self.code.show_value("")
            self.address.setText(words.SHARE_NO_REP)
            return
        page = self._pages[place]
        if self._offline:
            self.code.show_value(self._share.text_of(page.athlete))
            self.address.setText(words.SHARE_TEXT.format(name=page.athlete))
        else:
            self.code.show_value(page.url)
            self.address.setText(f"{page.athlete}: {page.url}")

    def _toggle_offline(self) -> None:
        self._offline = not self._offline
        self.offline.set_words(words.SHARE_OFFLINE, filled=self._offline)
        self._show_picked()
