"""Rows of buttons and the keys that do the same."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final, NamedTuple

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from sledmon.present.dashboard.look import LEAST_TARGET, Look
from sledmon.present.dashboard.screen import KeyButton

_ARROWS: Final = (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down)


class Control(NamedTuple):
    """A button: its words, its key as it is shown, the keys that press it, what it does."""

    words: str
    key: str
    keys: tuple[Qt.Key, ...]
    act: Callable[[], object]


class Controls(QWidget):
    """One row that always is, and beneath it one of several."""

    def __init__(self, always: Sequence[Control], pages: Mapping[str, Sequence[Control]]) -> None:
        super().__init__()
        self._buttons: dict[tuple[str, str], KeyButton] = {}
        self._acts: dict[tuple[str, Qt.Key], Callable[[], object]] = {}
        self._pages = list(pages)
        self._rows = QStackedWidget(self)
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.addWidget(self._row("", always))
        for page, controls in pages.items():
            self._rows.addWidget(self._row(page, controls))
        self._layout.addWidget(self._rows)

    def set_look(self, look: Look) -> None:
        """Take colours and sizes."""
        self._layout.setSpacing(look.px(0.8))
        self._rows.setFixedHeight(max(LEAST_TARGET, look.px(5.5)))
        for button in self._buttons.values():
            button.set_look(look)

    def show_page(self, page: str) -> None:
        """Which row stands beneath."""
        self._rows.setCurrentIndex(self._pages.index(page))

    def button(self, key: str, page: str = "") -> KeyButton:
        """The button that shows a key."""
        return self._buttons[page, key]

    def press(self, key: Qt.Key) -> bool:
        """Do what a key means now; whether it means anything."""
        page = self._pages[self._rows.currentIndex()]
        act = self._acts.get((page, key)) or self._acts.get(("", key))
        if act is not None:
            act()
        return act is not None

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Arrows on a button go where all keys go, instead of moving the focus."""
        if isinstance(event, QKeyEvent) and event.key() in _ARROWS:
            if event.type() == QEvent.Type.KeyPress:
                self.window().keyPressEvent(event)
            return True
        return super().eventFilter(watched, event)

    def _row(self, page: str, controls: Sequence[Control]) -> QWidget:
        row = QWidget(self)
        layout = QHBoxLayout(row)
        layout.setContentsMargins(0, 0, 0, 0)
        for words, key, keys, act in controls:
            button = KeyButton(words, key, row)
            button.clicked.connect(act)
            button.installEventFilter(self)
            layout.addWidget(button, len(words) + len(key) + 5)
            self._buttons[page, key] = button
            self._acts |= {(page, each): act for each in keys}
        return row
