"""Settings: each choice as big buttons side by side; what is pressed holds at once."""

from dataclasses import replace
from enum import StrEnum
from typing import Any, Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout

from sledmon.present import words
from sledmon.present.dashboard.controls import Choices, KeyCap, Words
from sledmon.present.dashboard.look import Look
from sledmon.present.dashboard.page import PRIMARY, Page, spaced
from sledmon.present.settings import (
    AudioMode,
    DistanceUnit,
    MassUnit,
    Settings,
    SpeedUnit,
    ThemeName,
)
from sledmon.present.sound.announcing import Audio

_ROWS: Final[tuple[tuple[str, str, str, Qt.Key, type[StrEnum]], ...]] = (
    ("speed", words.SPEED, "V", Qt.Key.Key_V, SpeedUnit),
    ("distance", words.DISTANCE, "D", Qt.Key.Key_D, DistanceUnit),
    ("mass", words.MASS, "L", Qt.Key.Key_L, MassUnit),
    ("theme", words.THEME, "T", Qt.Key.Key_T, ThemeName),
    ("audio", words.AUDIO, "A", Qt.Key.Key_A, AudioMode),
)
_WORDS: Final = {**words.THEMES, **words.AUDIO_MODES}


class SettingsScreen(Page):
    """Shows the settings of its look; a change is told and comes back with the next look."""

    passing = True
    changed = Signal(object)
    """``Settings``."""
    sound_test_asked = Signal()
    closed = Signal()

    def __init__(self) -> None:
        super().__init__(words.SETTINGS_TITLE)
        self.aside.setText(words.SETTINGS_ASIDE)
        self.settings = Settings()
        self.choices: dict[str, Choices] = {}
        self._grid = QGridLayout()
        self._labels: list[QHBoxLayout] = []
        self.says = Words("", 1.8, wrap=True)
        self.no_sound = Words("", 1.8, bold=True, wrap=True)
        self.no_sound.hide()
        for place, (name, label, key, code, kind) in enumerate(_ROWS):
            choices = Choices(label, [_WORDS.get(value, value) for value in kind])
            choices.chosen.connect(lambda on, name=name, kind=kind: self._change(name, [*kind][on]))
            self.choices[name] = choices
            self.key((code,), choices.choose_next)
            side = QHBoxLayout()
            side.addWidget(Words(label, 2.2, bold=True))
            side.addStretch(1)
            side.addWidget(KeyCap(key))
            self._labels.append(side)
            self._grid.addLayout(side, place, 0)
            self._grid.addWidget(choices, place, 1)
        self._grid.addWidget(self.says, len(_ROWS), 1)
        self._grid.addWidget(self.no_sound, len(_ROWS) + 1, 1)
        self.body.addLayout(self._grid)
        self.body.addStretch(1)
        for button in (
            self.button(words.SOUND_TEST, "N", (Qt.Key.Key_N,), self.sound_test_asked.emit),
            self.button(words.DONE, "Esc", (Qt.Key.Key_Escape,), self.closed.emit),
        ):
            self.foot.addWidget(button)

    def set_look(self, look: Look) -> None:
        super().set_look(look)
        self.settings = look.settings
        self._grid.setHorizontalSpacing(look.px(5.0))
        self._grid.setVerticalSpacing(look.px(1.6))
        self._grid.setColumnStretch(1, 1)
        for side in self._labels:
            spaced(side, look, 3.0)
        for name, _, _, _, kind in _ROWS:
            self.choices[name].set_on([*kind].index(getattr(look.settings, name)))
            self.choices[name].setFixedHeight(look.px(PRIMARY - 2.0))
        self.says.setText(words.AUDIO_SAYS[look.settings.audio])

    def show_audio(self, audio: Audio) -> None:
        """Say what cannot be heard, if anything."""
        why = audio.no_sound or ("" if audio.voice else words.NO_VOICE)
        self.no_sound.setText(why)
        self.no_sound.setVisible(bool(why))

    def _change(self, name: str, value: StrEnum) -> None:
        if getattr(self.settings, name) != value:
            change: dict[str, Any] = {name: value}
            self.changed.emit(replace(self.settings, **change))
