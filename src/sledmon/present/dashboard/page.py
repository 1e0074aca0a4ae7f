"""A screen of words and buttons: title, what it is about, buttons with their keys, one sentence."""

from collections.abc import Callable, Iterable
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLayout, QVBoxLayout, QWidget

from sledmon.present.dashboard.controls import Badge, Rule, Words
from sledmon.present.dashboard.look import LEAST_TARGET, Look
from sledmon.present.dashboard.screen import KeyButton, Screen

PRIMARY: Final = 12.0
"""Height of the buttons below, per cent of the window's: 20 mm on a sideline laptop, for gloves."""
_ENTER: Final = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class Page(Screen):
    """Lays itself out; a button's key presses it, whatever has the keyboard."""

    shape = 16 / 9

    def __init__(self, title: str, *, talks: bool = False) -> None:
        """``talks``: it often says a sentence, for which there is always room."""
        super().__init__()
        self._talks = talks
        self.title = title
        self.heading = Words(title, 3.2, bold=True)
        self.aside = Words("", 1.8)
        self.aside.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.badge = Badge("")
        self.badge.hide()
        self.sentence = Words("", 1.8, bold=True, wrap=True)
        self.body = QVBoxLayout()
        self.foot = QHBoxLayout()
        self.first: QWidget | None = None
        """What has the keyboard when the page is shown."""
        self._keys: dict[tuple[int, Qt.KeyboardModifier], Callable[[], object]] = {}
        self._head = QHBoxLayout()
        self._head.addWidget(self.heading)
        self._head.addWidget(self.aside, 1)
        self._head.addWidget(self.badge)
        self._parts = QVBoxLayout(self)
        self._parts.setSpacing(0)
        self._parts.setContentsMargins(0, 0, 0, 0)
        self._parts.addLayout(self._head)
        self._parts.addWidget(Rule())
        self._parts.addLayout(self.body, 1)
        self._parts.addWidget(self.sentence)
        self._parts.addWidget(Rule())
        self._parts.addLayout(self.foot)
        self.sentence.setVisible(talks)

    def button(
        self,
        words: str,
        key: str,
        keys: Iterable[Qt.Key],
        do: Callable[[], object],
        modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier,
    ) -> KeyButton:
        """A button that any of some keys press too."""
        made = KeyButton(words, key)
        self.keyed(made, keys, do, modifiers)
        return made

    def keyed(
        self,
        button: KeyButton,
        keys: Iterable[Qt.Key],
        do: Callable[[], object],
        modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier,
    ) -> None:
        """What a button does, and which keys press it while it is seen."""
        button.clicked.connect(lambda _=False: do())
        self.key(keys, lambda: button.click() if button.isVisibleTo(self) else None, modifiers)

    def key(
        self,
        keys: Iterable[Qt.Key],
        do: Callable[[], object],
        modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier,
    ) -> None:
        """What keys do on this page."""
        for each in keys:
            self._keys[each, modifiers] = do

    def say(self, sentence: str) -> None:
        """Tell the user something; empty: nothing any more."""
        self.sentence.setText(sentence[:1].upper() + sentence[1:])
        self.sentence.setVisible(self._talks or bool(sentence))

    def show_badge(self, badge: str) -> None:
        """Show a word in a frame as long as it holds; empty: nothing any more."""
        self.badge.setText(badge)
        self.badge.setVisible(bool(badge))

    def set_look(self, look: Look) -> None:
        side, gap = look.px(4.0), look.px(1.8)
        self._head.setContentsMargins(side, look.px(2.2), side, look.px(2.2))
        self._head.setSpacing(look.px(4.0))
        self.body.setContentsMargins(side, look.px(2.6), side, look.px(2.6))
        self.body.setSpacing(gap)
        self.sentence.setContentsMargins(side, 0, side, look.px(1.8))
        self.foot.setContentsMargins(side, gap, side, gap)
        self.foot.setSpacing(gap)
        for part in self.findChildren(QWidget):
            take = getattr(part, "set_look", None)
            if take is not None:
                take(look)
        if self._talks:
            line_px = self.sentence.fontMetrics().lineSpacing()
            self.sentence.setMinimumHeight(line_px + look.px(1.8))
        least = max(LEAST_TARGET, look.px(PRIMARY))
        for place in range(self.foot.count()):
            item = self.foot.itemAt(place)
            button = item.widget() if item is not None else None
            if button is not None:
                button.setFixedHeight(least)

    def enter(self) -> None:
        if self.first is not None:
            self.first.setFocus()

    def press(self, event: QKeyEvent) -> bool:
        holder = self.focusWidget()
        if event.key() in _ENTER and isinstance(holder, KeyButton) and holder.hasFocus():
            holder.click()
            return True
        modifiers = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        do = self._keys.get((event.key(), modifiers))
        if do is None:
            return False
        do()
        return True


def spaced(layout: QLayout, look: Look, percent: float = 1.8) -> None:
    """Set a layout's gaps in per cent of the window's height, without margins."""
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(look.px(percent))
