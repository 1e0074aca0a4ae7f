"""Tells by sound what happens in a session, on whatever can be heard."""

from collections.abc import Iterable
from typing import Protocol

from sledmon.plan import Lines
from sledmon.present.quantities import Quantities
from sledmon.present.settings import AudioMode, Settings
from sledmon.present.sideline.state import Happening, RepEnded, SidelineState
from sledmon.present.sound.cues import Alarm, Cue, Sound, cues_for, trial_sounds


class Audio(Protocol):
    """What can be heard."""

    no_sound: str
    """Why nothing can, as a sentence; empty: it can."""
    voice: bool
    """Whether numbers can be read out."""

    def play(self, sounds: Iterable[Sound]) -> None:
        """Play one after the other; what still plays is cut short."""


class NullAudio:
    """Silent, and says why."""

    voice: bool = False

    def __init__(self, why: str) -> None:
        self.no_sound = why

    def play(self, sounds: Iterable[Sound]) -> None:
        """Nothing."""


class Announcer:
    """Plays what happens in a session, and a lost sensor again until it is back."""

    def __init__(self, audio: Audio, state: SidelineState) -> None:
        self._audio = audio
        self._state = state
        self._alarm = Alarm()

    def frame(self, happenings: Iterable[Happening], settings: Settings) -> None:
        """What has happened since the last frame; to be called with each."""
        quantities = Quantities(settings)
        sounds = [
            sound
            for happening in happenings
            for sound in cues_for(
                happening, quantities, self._lines(happening), voice=self._audio.voice
            )
        ]
        lanes = self._state.lanes.values()
        lost = not self._state.ended and any(lane.lost for lane in lanes)
        again = self._alarm.due(max((lane.now_s for lane in lanes), default=0.0), lost=lost)
        if again and settings.audio is not AudioMode.OFF and Cue.LOST not in sounds:
            sounds.append(Cue.LOST)
        if sounds:
            self._audio.play(sounds)

    def armed(self, settings: Settings) -> None:
        """The coach has armed."""
        if settings.audio is not AudioMode.OFF:
            self._audio.play((Cue.ARMED,))

    def trial(self, settings: Settings) -> None:
        """As a rep would sound, so that somebody can say whether it is heard."""
        self._audio.play(trial_sounds(Quantities(settings), voice=self._audio.voice))

    def _lines(self, happening: Happening) -> Lines:
        if not isinstance(happening, RepEnded):
            return Lines()
        plan = self._state.lane(happening.lane).plan
        return plan.lines_of(happening.rep.conditions.athlete)
