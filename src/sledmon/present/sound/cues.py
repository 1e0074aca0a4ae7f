"""What is heard, and when: cues that differ in rhythm as well as in pitch, and the number.

Sounds are computed, not recorded: nothing to ship, nothing to licence, the same on every computer.
"""

import io
import math
import wave
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, NamedTuple

import numpy as np

from sledmon.plan import Lines
from sledmon.present import words
from sledmon.present.quantities import Quantities
from sledmon.present.settings import AudioMode
from sledmon.present.sideline.state import Happening, RepEnded, SensorBack, SensorLost
from sledmon.results import Rep

RATE_HZ: Final = 44_100
LOUDNESS: Final = 0.8
"""Of what 16 bits hold."""
RAMP_S: Final = 0.008
"""Of rise and fall: without it every tone begins and ends with a click."""
NEAR_LOSS: Final = 0.05
"""So near the stop line, as a ratio, loss is heard."""
REPEAT_S: Final = 5.0
"""A lost sensor is told so often, until it is back."""


class Cue(StrEnum):
    """One sound."""

    ARMED = "armed"
    CAPTURED = "captured"
    INSIDE = "inside"
    PAST = "past"
    STOP = "stop"
    LOST = "lost"


class Tone(NamedTuple):
    """A pitch for a time, and silence after it."""

    pitch_hz: float
    length_s: float
    pause_s: float = 0.0


TONES: Final[dict[Cue, tuple[Tone, ...]]] = {
    Cue.ARMED: (Tone(1568.0, 0.04),),
    Cue.CAPTURED: (Tone(880.0, 0.12),),
    Cue.INSIDE: (Tone(659.3, 0.09, 0.03), Tone(987.8, 0.20)),
    Cue.PAST: (Tone(523.3, 0.28, 0.12), Tone(349.2, 0.36)),
    Cue.STOP: (Tone(440.0, 0.16, 0.10),) * 3,
    Cue.LOST: (Tone(1318.5, 0.08, 0.05), Tone(1760.0, 0.08, 0.05)) * 3,
}


class Spoken(NamedTuple):
    """Words to be read out."""

    text: str


Sound = Cue | Spoken


def waveform(cue: Cue) -> bytes:
    """A cue as a WAV file: mono, 16 bits; a pure tone with a little of its octave."""
    parts = [part for tone in TONES[cue] for part in (_tone(tone), _silence(tone.pause_s))]
    samples = np.round(np.concatenate(parts) * LOUDNESS * 32767.0).astype("<i2")
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE_HZ)
        file.writeframes(samples.tobytes())
    return buffer.getvalue()


def cues_for(
    happening: Happening, quantities: Quantities, lines: Lines, *, voice: bool
) -> tuple[Sound, ...]:
    """What to play when something happens, in order.

    Without a ``voice``, *Read* tells by tones what it would have read out.
    """
    mode = quantities.settings.audio
    if mode is AudioMode.OFF:
        return ()
    match happening:
        case SensorLost():
            return (Cue.LOST,)
        case SensorBack():
            return (Cue.ARMED,)
        case RepEnded():
            if mode is AudioMode.READ and not voice:
                mode = AudioMode.TARGET
            return _of_rep(happening.rep, mode, quantities, lines)
    return ()


def _of_rep(rep: Rep, mode: AudioMode, quantities: Quantities, lines: Lines) -> tuple[Sound, ...]:
    if mode is AudioMode.BLINDED:
        return (Cue.CAPTURED,)
    if mode is AudioMode.LOSS:
        return _of_loss(rep, lines)
    if rep.verdict.flag == "fatigue":
        first = Cue.STOP
    elif mode is AudioMode.TARGET:
        first = _of_line(rep)
    else:
        first = Cue.CAPTURED
    velocity = rep.estimates.window.velocity_mps
    if mode is AudioMode.READ and velocity.known:
        return (first, Spoken(spoken_number(quantities.speed(velocity.value))))
    return (first,)


def _of_line(rep: Rep) -> Cue:
    verdict = rep.verdict
    if verdict.flag is not None:
        return Cue.PAST
    judged = verdict.zone not in ("unknown", "baseline") and verdict.certainty != "within-error"
    return Cue.INSIDE if judged else Cue.CAPTURED


def _of_loss(rep: Rep, lines: Lines) -> tuple[Sound, ...]:
    if rep.verdict.flag == "fatigue":
        return (Cue.STOP,)
    losses = (rep.verdict.velocity_loss.value, rep.verdict.session_loss.value)
    near = any(loss >= lines.loss_stop - NEAR_LOSS for loss in losses)
    return (Cue.PAST,) if near else ()


def trial_sounds(quantities: Quantities, *, voice: bool) -> tuple[Sound, ...]:
    """What a sound test plays: how a rep will sound."""
    mode = quantities.settings.audio
    if mode is AudioMode.OFF:
        return ()
    if mode is AudioMode.READ and voice:
        return (Cue.CAPTURED, Spoken(spoken_number(words.SPOKEN_TEST)))
    if mode in (AudioMode.READ, AudioMode.TARGET):
        return (Cue.INSIDE, Cue.PAST)
    return (Cue.CAPTURED,) if mode is AudioMode.BLINDED else (Cue.PAST, Cue.STOP)


def spoken_number(shown: str) -> str:
    """A number as shown, digit by digit: no voice reads "4.11" as "eleven".

    >>> spoken_number("4.11")
    '4 point 1 1'
    """
    whole, _, part = shown.partition(".")
    return f"{whole} {words.SPOKEN_POINT} {' '.join(part)}" if part else whole


@dataclass(slots=True)
class Alarm:
    """When a lost sensor is to be told again, in session time."""

    _told_s: float = math.inf

    def due(self, now_s: float, *, lost: bool) -> bool:
        """Whether to sound now; the first time is when it is lost, which the caller plays."""
        if not lost:
            self._told_s = math.inf
            return False
        if math.isinf(self._told_s):
            self._told_s = now_s
            return False
        if now_s - self._told_s < REPEAT_S:
            return False
        self._told_s = now_s
        return True


def _tone(tone: Tone) -> "np.ndarray[tuple[int], np.dtype[np.float64]]":
    time_s = np.arange(round(tone.length_s * RATE_HZ)) / RATE_HZ
    phase = 2.0 * np.pi * tone.pitch_hz * time_s
    wave_form = (np.sin(phase) + 0.25 * np.sin(2.0 * phase)) / 1.25
    rise = np.clip(np.minimum(time_s, time_s[-1] - time_s) / RAMP_S, 0.0, 1.0)
    return np.asarray(wave_form * np.sin(0.5 * np.pi * rise) ** 2, np.float64)


def _silence(length_s: float) -> "np.ndarray[tuple[int], np.dtype[np.float64]]":
    return np.zeros(round(length_s * RATE_HZ))
