"""Plays cues and reads numbers where this computer can; else silent, and says why."""

import importlib
from collections import deque
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from PySide6.QtCore import QObject, QTemporaryDir, QUrl

from sledmon.present import words
from sledmon.present.sound.announcing import Audio, NullAudio
from sledmon.present.sound.cues import Cue, Sound, Spoken, waveform

_MOCK: Final = "mock"
"""Qt's speech engine for tests: it says nothing."""


def open_audio() -> Audio:
    """Sound as far as this computer has it; importing it takes a moment, so after the first paint.

    Qt's multimedia and speech are an extra: five times the size of the rest.
    """
    try:
        multimedia = importlib.import_module("PySide6.QtMultimedia")
    except ModuleNotFoundError:
        return NullAudio(words.NO_SOUND_EXTRA)
    except ImportError as error:
        why = str(error).partition(":")[0]
        return NullAudio(words.NO_SOUND_LIBRARY.format(why=f"{why} is missing"))
    if not multimedia.QMediaDevices.audioOutputs():
        return NullAudio(words.NO_SOUND_DEVICE)
    return _QtAudio(multimedia)


class _QtAudio(QObject):
    """``QSoundEffect`` starts at once, but takes files only: they are written once, beside."""

    no_sound = ""

    def __init__(self, multimedia: Any) -> None:
        super().__init__()
        self._folder = QTemporaryDir()
        self._waiting: deque[Sound] = deque()
        self._effects: dict[Cue, Any] = {}
        for cue in Cue:
            path = Path(self._folder.path()) / f"{cue}.wav"
            path.write_bytes(waveform(cue))
            effect = multimedia.QSoundEffect(self)
            effect.setSource(QUrl.fromLocalFile(str(path)))
            effect.playingChanged.connect(lambda effect=effect: self._ended(effect))
            self._effects[cue] = effect
        self._speech = _speech(self)
        self.voice = self._speech is not None

    def play(self, sounds: Iterable[Sound]) -> None:
        self._waiting.clear()
        for effect in self._effects.values():
            if effect.isPlaying():
                effect.stop()
        if self._speech is not None:
            self._speech.stop()
        self._waiting.extend(sounds)
        self._next()

    def _ended(self, effect: Any) -> None:
        if not effect.isPlaying():
            self._next()

    def _next(self) -> None:
        if not self._waiting:
            return
        sound = self._waiting.popleft()
        if isinstance(sound, Spoken):
            if self._speech is not None:
                self._speech.say(sound.text)
        else:
            self._effects[sound].play()


def _speech(parent: QObject) -> Any:
    try:
        module = importlib.import_module("PySide6.QtTextToSpeech")
    except ImportError:
        return None
    engines = [name for name in module.QTextToSpeech.availableEngines() if name != _MOCK]
    if not engines:
        return None
    speech = module.QTextToSpeech(engines[0], parent)
    return speech if speech.availableVoices() else None
