"""The cursor that plays: real time passes here, and nowhere in what it plays."""

from dataclasses import replace
from typing import Final

from PySide6.QtCore import QElapsedTimer, QObject, QTimer, Signal

from sledmon.present.replay.playing import Playing

_FRAME_MS: Final = 16


class Player(QObject):
    """Moves the cursor of a recording, by itself or as told."""

    moved = Signal()
    changed = Signal()
    """It plays or holds, or another speed is chosen."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.playing = Playing(span_s=(0.0, 0.0), time_s=0.0)
        self._elapsed = QElapsedTimer()
        self._timer = QTimer(self)
        self._timer.setInterval(_FRAME_MS)
        self._timer.timeout.connect(self._tick)

    def begin(self, span_s: tuple[float, float]) -> None:
        """Another recording."""
        self._set(replace(self.playing, span_s=span_s, time_s=span_s[0], running=False))

    def toggle(self) -> None:
        """Play or hold."""
        self._elapsed.start()
        self._set(self.playing.toggled())

    def hold(self) -> None:
        """Play no longer."""
        self._set(replace(self.playing, running=False))

    def faster(self, steps: int) -> None:
        """By steps of speed; slower where negative."""
        self._set(self.playing.faster(steps))

    def go_to(self, time_s: float) -> None:
        """To a session time."""
        self.playing = self.playing.at(time_s)
        self.moved.emit()

    def _tick(self) -> None:
        self.playing = self.playing.after(self._elapsed.restart() / 1000.0)
        self.moved.emit()
        if not self.playing.running:
            self.hold()

    def _set(self, playing: Playing) -> None:
        self.playing = playing
        if playing.running:
            self._timer.start()
        else:
            self._timer.stop()
        self.changed.emit()
