"""Which sensors: those in range by number, the demo's as one more; Enter connects."""

from collections.abc import Iterable

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent

from sledmon.acquire.choose import Heard
from sledmon.acquire.sensor import SensorChoice
from sledmon.present import words
from sledmon.present.dashboard.page import Page
from sledmon.present.dashboard.rows import Rows
from sledmon.present.preflight.choosing import COLUMNS, Choosing
from sledmon.present.running.listening import Listening


class ConnectScreen(Page):
    """Shows what is heard and lets choose."""

    passing = True
    chosen = Signal(object)
    """``Choosing``; if its ``demo`` holds, the simulated sensors."""
    again_asked = Signal()
    """Listen anew: the radio failed, or somebody switched it on."""
    closed = Signal()

    def __init__(self, before: tuple[SensorChoice, ...] = ()) -> None:
        super().__init__(words.CHOOSE_TITLE, talks=True)
        self.choosing = Choosing(before=before)
        self.aside.setText(words.LISTENING)
        self.rows = Rows(words.HEARD_LIST, COLUMNS, height=8.5, enter=False)
        self.rows.chosen.connect(self._press_row)
        self.body.addWidget(self.rows, 1)
        self.first = self.rows
        key = Qt.Key
        enter = (key.Key_Return, key.Key_Enter)
        self.connecting = self.button(words.CONNECT_NOW, "↵", enter, self._connect)
        self.connecting.set_words(words.CONNECT_NOW, filled=True)
        self.foot.addWidget(self.connecting)
        for button in (
            self.button(words.LISTEN_AGAIN, "R", (key.Key_R,), self.again_asked.emit),
            self.button(words.BACK, "Esc", (key.Key_Escape,), self.closed.emit),
        ):
            self.foot.addWidget(button)
        self._show()

    def take(self, listening: Listening) -> None:
        """Show what was heard since last time."""
        for news in listening.waiting():
            if isinstance(news, str):
                self.aside.setText("")
                self._show(news)
            else:
                self.hear(news)

    def hear(self, heard: Iterable[Heard]) -> None:
        """Show who is in range now."""
        self.aside.setText(words.LISTENING)
        self.choosing = self.choosing.hearing(heard)
        self._show()

    def press(self, event: QKeyEvent) -> bool:
        if event.text() in "123456789" and event.text():
            self._press_row(int(event.text()) - 1)
            return True
        if event.key() == Qt.Key.Key_Space:
            self._press_row(self.rows.currentRow())
            return True
        return super().press(event)

    def _press_row(self, place: int) -> None:
        self.choosing = self.choosing.pressed(place)
        self._show()

    def _show(self, trouble: str = "") -> None:
        self.rows.show_rows(self.choosing.rows())
        self.connecting.setEnabled(self.choosing.ready)
        self.say(trouble or self.choosing.sentence())

    def _connect(self) -> None:
        if self.choosing.ready:
            self.chosen.emit(self.choosing)
