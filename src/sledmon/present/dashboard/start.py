"""The start: try, connect, open, go on; sessions of late beneath."""

import queue
import threading
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QFileDialog, QHBoxLayout

from sledmon.present import words
from sledmon.present.dashboard.controls import TitleButton, Words
from sledmon.present.dashboard.look import Look
from sledmon.present.dashboard.page import PRIMARY, Page, spaced
from sledmon.present.dashboard.rows import Rows
from sledmon.present.recent import (
    COLUMNS,
    Recent,
    go_on_words,
    recent_rows,
    to_go_on_with,
)

_LOOK_MS = 50
_BIG = 16.5


class StartScreen(Page):
    """Asks what to do; does none of it."""

    demo_asked = Signal()
    connect_asked = Signal()
    open_asked = Signal(object)
    """A ``Path``."""
    resume_asked = Signal(object)
    """A ``Path``."""
    settings_asked = Signal()
    found = Signal()
    """Sessions of late are shown."""

    def __init__(self) -> None:
        super().__init__(words.START_TITLE)
        self.aside.setText(words.START_ASIDE)
        key = Qt.Key
        self.going_on = TitleButton("", "", "G")
        self.going_on.hide()
        self.demo = TitleButton(words.DEMO, words.DEMO_MORE, "D")
        self.connecting = TitleButton(words.CONNECT, words.CONNECT_MORE, "C")
        self.opening = TitleButton(words.OPEN, words.OPEN_MORE, "O")
        self._big = QHBoxLayout()
        for button, code, do in (
            (self.going_on, key.Key_G, self._resume),
            (self.demo, key.Key_D, self.demo_asked.emit),
            (self.connecting, key.Key_C, self.connect_asked.emit),
            (self.opening, key.Key_O, self._choose_file),
        ):
            self.keyed(button, (code,), do)
        self.body.addWidget(self.going_on)
        for button in (self.demo, self.connecting, self.opening):
            self._big.addWidget(button)
        self.body.addLayout(self._big)
        self.recent = Words(words.RECENT, 2.2, bold=True)
        self.rows = Rows(words.RECENT, COLUMNS, empty=words.NO_RECENT)
        self.rows.chosen.connect(self._open_recent)
        self.body.addWidget(self.recent)
        self.body.addWidget(self.rows, 1)
        self.foot.addStretch(1)
        self.settings = self.button(words.SETTINGS, "F2", (key.Key_F2,), self.settings_asked.emit)
        self.foot.addWidget(self.settings)
        self._sessions: tuple[Recent, ...] = ()
        self._resumed: Recent | None = None
        self._found: queue.SimpleQueue[tuple[Recent, ...]] = queue.SimpleQueue()
        self._timer = QTimer(self)
        self._timer.setInterval(_LOOK_MS)
        self._timer.timeout.connect(self._take_found)
        self._now = datetime.fromtimestamp(0).astimezone()
        self.first = self.demo

    def look_for(self, find: Callable[[], tuple[Recent, ...]], now: datetime) -> None:
        """Have sessions looked for beside the window; they are shown when they are there."""
        self._now = now
        self.rows.say_empty(words.LOOKING)
        threading.Thread(target=lambda: self._found.put(find()), daemon=True).start()
        self._timer.start()

    def show_sessions(self, sessions: tuple[Recent, ...], now: datetime) -> None:
        """Sessions of late, newest first."""
        self._sessions, self._resumed = sessions, to_go_on_with(sessions, now)
        self.rows.say_empty(words.NO_RECENT)
        self.rows.show_rows(recent_rows(sessions, now))
        self.going_on.setVisible(self._resumed is not None)
        if self._resumed is not None:
            self.going_on.set_more(*go_on_words(self._resumed))
            self.going_on.set_words(self.going_on.text(), filled=True)
        first = self.going_on if self._resumed else self.connecting if sessions else self.demo
        if self.first is not None and (self.first.hasFocus() or self.hasFocus()):
            first.setFocus()
        self.first = first

    def set_look(self, look: Look) -> None:
        super().set_look(look)
        spaced(self._big, look, 1.8)
        self.going_on.setFixedHeight(look.px(PRIMARY))
        for button in (self.demo, self.connecting, self.opening):
            button.setFixedHeight(look.px(_BIG))
        self.settings.setFixedWidth(look.px(36))

    def _take_found(self) -> None:
        try:
            sessions = self._found.get_nowait()
        except queue.Empty:
            return
        self._timer.stop()
        self.show_sessions(sessions, self._now)
        self.found.emit()

    def _resume(self) -> None:
        if self._resumed is not None:
            self.resume_asked.emit(self._resumed.path)

    def _open_recent(self, place: int) -> None:
        self.open_asked.emit(self._sessions[place].path)

    def _choose_file(self) -> None:
        folder = str(self._sessions[0].path.parent) if self._sessions else ""
        name, _ = QFileDialog.getOpenFileName(self, words.OPEN_FILE, folder, words.RECORDINGS)
        if name:
            self.open_asked.emit(Path(name))
