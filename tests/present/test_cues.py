"""What is heard: sounds that cannot be mistaken for each other, and each mode's silence."""

import io
import math
import wave
from collections.abc import Iterable
from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest

from sledmon.acquire.sensor import Phase, SensorStatus
from sledmon.plan import Lines
from sledmon.present.quantities import Quantities
from sledmon.present.running.updates import Ended, Reached, RepsNow, SensorNow, Told
from sledmon.present.settings import AudioMode, Settings, SpeedUnit
from sledmon.present.sideline.state import Refused, RepEnded, SensorBack, SensorLost, SidelineState
from sledmon.present.sound.announcing import Announcer
from sledmon.present.sound.cues import (
    RATE_HZ,
    TONES,
    Alarm,
    Cue,
    Sound,
    Spoken,
    cues_for,
    trial_sounds,
    waveform,
)
from sledmon.results import Measured, Rep, Verdict
from tests.judge.reps import rep


def samples(cue: Cue) -> "np.ndarray[tuple[int], np.dtype[np.float64]]":
    with wave.open(io.BytesIO(waveform(cue))) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, RATE_HZ)
        return np.frombuffer(file.readframes(file.getnframes()), "<i2").astype(np.float64)


@pytest.mark.parametrize("cue", list(Cue))
def test_a_cue_neither_clicks_nor_clips_nor_lasts(cue: Cue) -> None:
    heard = samples(cue)
    assert heard[0] == heard[-1] == 0
    assert 20_000 < np.abs(heard).max() < 32_767
    steepest = 2 * math.pi * 2 * max(tone.pitch_hz for tone in TONES[cue]) / RATE_HZ
    assert np.abs(np.diff(heard)).max() < steepest * np.abs(heard).max()
    assert np.abs(heard[: RATE_HZ // 1000]).max() < 0.1 * np.abs(heard).max()
    assert len(heard) < 0.9 * RATE_HZ


def rhythm(cue: Cue) -> tuple[tuple[float, ...], int]:
    """How long each tone lasts from its beginning to the next, and how many there are."""
    return tuple(tone.length_s + tone.pause_s for tone in TONES[cue]), len(TONES[cue])


def test_cues_differ_in_rhythm_and_not_in_pitch_alone() -> None:
    for one, other in combinations(Cue, 2):
        assert rhythm(one) != rhythm(other)
    inside, past = TONES[Cue.INSIDE], TONES[Cue.PAST]
    assert inside[0].pitch_hz < inside[1].pitch_hz
    assert past[0].pitch_hz > past[1].pitch_hz
    assert sum(rhythm(Cue.PAST)[0]) > 2 * sum(rhythm(Cue.INSIDE)[0])
    assert len(TONES[Cue.STOP]) == 3


def test_the_pitch_that_is_heard_is_the_one_that_is_meant() -> None:
    heard = samples(Cue.CAPTURED)
    spectrum = np.abs(np.fft.rfft(heard, RATE_HZ))
    assert abs(int(np.argmax(spectrum)) - TONES[Cue.CAPTURED][0].pitch_hz) < 5


def heard(
    ended: Rep, mode: AudioMode, *, voice: bool = True, speed: SpeedUnit = SpeedUnit.MPS
) -> tuple[Sound, ...]:
    quantities = Quantities(Settings(audio=mode, speed=speed))
    return cues_for(RepEnded(1, ended), quantities, Lines(), voice=voice)


def of(verdict: Verdict, velocity_mps: float = 4.11) -> Rep:
    return replace(rep(5, velocity_mps), verdict=verdict)


INSIDE = Verdict(zone="speed", certainty="clear")
DOUBTFUL = Verdict(zone="speed", certainty="within-error")
PAST = Verdict(zone="transition", certainty="clear", flag="watch")
TIRED = Verdict(zone="transition", certainty="clear", flag="fatigue")
BASELINE = Verdict(zone="baseline", certainty="clear")


def test_read_speaks_the_number_in_the_users_unit_and_nothing_else() -> None:
    assert heard(of(INSIDE), AudioMode.READ) == (Cue.CAPTURED, Spoken("4 point 1 1"))
    assert heard(of(PAST), AudioMode.READ) == (Cue.CAPTURED, Spoken("4 point 1 1"))
    mph = heard(of(INSIDE), AudioMode.READ, speed=SpeedUnit.MPH)
    assert mph == (Cue.CAPTURED, Spoken("9 point 2"))


def test_read_without_a_voice_tells_by_tones() -> None:
    assert heard(of(INSIDE), AudioMode.READ, voice=False) == (Cue.INSIDE,)
    assert heard(of(PAST), AudioMode.READ, voice=False) == (Cue.PAST,)


def test_a_rep_without_a_number_is_captured_and_no_number_is_read() -> None:
    assert heard(of(Verdict(), math.nan), AudioMode.READ) == (Cue.CAPTURED,)


def test_target_rises_inside_falls_past_and_does_not_pretend_to_know() -> None:
    assert heard(of(INSIDE), AudioMode.TARGET) == (Cue.INSIDE,)
    assert heard(of(PAST), AudioMode.TARGET) == (Cue.PAST,)
    for unclear in (DOUBTFUL, BASELINE, Verdict()):
        assert heard(of(unclear), AudioMode.TARGET) == (Cue.CAPTURED,)


@pytest.mark.parametrize("mode", [AudioMode.READ, AudioMode.TARGET, AudioMode.LOSS])
def test_the_stop_line_is_three_pulses(mode: AudioMode) -> None:
    assert heard(of(TIRED), mode)[0] is Cue.STOP


@pytest.mark.parametrize(
    ("loss", "expected"),
    [(math.nan, ()), (-0.02, ()), (0.049, ()), (0.051, (Cue.PAST,)), (0.2, (Cue.PAST,))],
)
def test_loss_is_silent_until_within_five_percent_of_the_stop_line(
    loss: float, expected: tuple[Sound, ...]
) -> None:
    for verdict in (
        Verdict(velocity_loss=Measured(loss, 0.01)),
        Verdict(session_loss=Measured(loss, 0.01)),
    ):
        assert heard(of(verdict), AudioMode.LOSS) == expected


def test_blinded_says_nothing_that_depends_on_how_fast_it_was() -> None:
    outcomes = {heard(of(each), AudioMode.BLINDED) for each in (INSIDE, PAST, TIRED, BASELINE)}
    assert outcomes == {(Cue.CAPTURED,)}


@pytest.mark.parametrize("mode", list(AudioMode))
def test_a_lost_sensor_is_heard_in_every_mode_but_off(mode: AudioMode) -> None:
    quantities = Quantities(Settings(audio=mode))
    lost = cues_for(SensorLost(1, "imu"), quantities, Lines(), voice=True)
    back = cues_for(SensorBack(1, "imu"), quantities, Lines(), voice=True)
    assert (lost, back) == (((), ()) if mode is AudioMode.OFF else ((Cue.LOST,), (Cue.ARMED,)))
    assert (trial_sounds(quantities, voice=True) == ()) is (mode is AudioMode.OFF)


def test_off_is_silent() -> None:
    assert heard(of(TIRED), AudioMode.OFF) == ()


def test_what_is_only_to_be_read_makes_no_sound() -> None:
    quantities = Quantities(Settings())
    for happening in (Told("disk"), Ended(()), Refused(1, "no")):
        assert cues_for(happening, quantities, Lines(), voice=True) == ()


class Heard:
    """Ears: what was played, each time."""

    no_sound = ""
    voice = True

    def __init__(self) -> None:
        self.played: list[tuple[Sound, ...]] = []

    def play(self, sounds: Iterable[Sound]) -> None:
        self.played.append(tuple(sounds))


def test_a_session_is_heard_as_it_happens_and_a_loss_until_it_is_mended() -> None:
    state, ears, settings = SidelineState(), Heard(), Settings()
    announcer = Announcer(ears, state)
    lost = SensorStatus(
        device="imu", name="belt", address="a", phase=Phase.LOOKING, trouble="no data"
    )
    streaming = replace(lost, phase=Phase.STREAMING, trouble="")
    for tenth in range(220):
        happenings = state.take(Reached(1, tenth / 10))
        if tenth in (1, 50, 170):
            happenings += state.take(SensorNow(1, lost if tenth == 50 else streaming))
        if tenth == 100:
            happenings += state.take(RepsNow(1, (rep(1, 4.11),)))
        announcer.frame(happenings, settings)
    number = Spoken("4 point 1 1")
    assert ears.played == [
        (Cue.LOST,),
        (Cue.CAPTURED, number, Cue.LOST),
        (Cue.LOST,),
        (Cue.ARMED,),
    ]
    announcer.trial(settings)
    assert ears.played[-1] == (Cue.CAPTURED, number)


def test_muted_nothing_is_heard_and_nothing_waits_to_be() -> None:
    state, ears = SidelineState(), Heard()
    announcer = Announcer(ears, state)
    off = Settings(audio=AudioMode.OFF)
    lost = SensorStatus(
        device="imu", name="belt", address="a", phase=Phase.LOOKING, trouble="no data"
    )
    for tenth in range(100):
        happenings = state.take(Reached(1, tenth / 10))
        if tenth == 5:
            happenings += state.take(SensorNow(1, replace(lost, phase=Phase.STREAMING)))
            happenings += state.take(SensorNow(1, lost))
            assert SensorLost(1, "imu") in happenings
            happenings += state.take(RepsNow(1, (rep(1, 4.11),)))
        announcer.frame(happenings, off)
    announcer.armed(off)
    assert [sounds for sounds in ears.played if sounds] == []


def test_a_lost_sensor_is_told_every_five_seconds_until_it_is_back() -> None:
    alarm = Alarm()
    tenths = [number / 10 for number in range(300)]
    due = [now_s for now_s in tenths if alarm.due(now_s, lost=10.0 <= now_s < 21.0)]
    assert due == [15.0, 20.0]
    again = [30 + now_s for now_s in tenths if alarm.due(30 + now_s, lost=True)]
    assert again[0] == 35.0
