"""A belt at rest: its sensor's bias, gravity and noise within their errors, and a plain verdict."""

import math

import numpy as np
import pytest

from sledmon.estimate.calibrate.belt import check_belt
from sledmon.samples import FloatArray
from sledmon.units import STANDARD_GRAVITY_MPS2
from tests.estimate.cover import assert_covers


def belt(
    rng: np.random.Generator,
    *,
    seconds: float = 5.0,
    rate_hz: float = 200.0,
    bias_radps: float = 0.0,
    gravity_mps2: float = STANDARD_GRAVITY_MPS2,
    acc_noise: float = 0.02,
    gyr_noise: float = 0.0015,
) -> tuple[FloatArray, FloatArray, FloatArray]:
    time = np.arange(0.0, seconds, 1.0 / rate_hz)
    up = rng.standard_normal(3)
    acc = gravity_mps2 * up / np.linalg.norm(up) + acc_noise * rng.standard_normal((len(time), 3))
    gyr = [0.0, bias_radps, 0.0] + gyr_noise * rng.standard_normal((len(time), 3))
    return time, acc, gyr


def test_bias_gravity_and_noise_are_within_their_errors() -> None:
    rng = np.random.default_rng(7)
    bias, gravity, noise, truth = [], [], [], []
    for _ in range(300):
        wander, local = rng.normal(0.0, np.radians(0.002)), rng.normal(0.0, 0.015)
        rest = check_belt(
            *belt(rng, bias_radps=0.01 + wander, gravity_mps2=9.86 + rng.normal(0, 0.0005) + local)
        )
        assert rest.usable
        bias.append(rest.gyr_bias_radps[1])
        gravity.append(rest.gravity_error_mps2)
        noise += [rest.acc_noise_mps2]
        truth.append(9.86 - STANDARD_GRAVITY_MPS2)
    assert_covers(bias, 0.01)
    assert_covers(gravity, truth)
    assert_covers(noise, 0.02)


@pytest.mark.parametrize(
    ("bias_dps", "words", "usable"),
    [
        (0.1, "still, sensor good", True),
        (1.6, "still, sensor good; gyro bias 1.6 deg/s is beyond 1, and is removed", True),
        (4.1, "gyro bias 4.1 deg/s is beyond 3: replace or warm up", False),
        (-4.1, "gyro bias 4.1 deg/s is beyond 3: replace or warm up", False),
    ],
)
def test_gyro_bias_is_judged_in_words(bias_dps: float, words: str, usable: bool) -> None:
    rest = check_belt(*belt(np.random.default_rng(8), bias_radps=math.radians(bias_dps)))
    assert rest.verdict.startswith(words)
    assert (rest.still, rest.usable) == (True, usable)


@pytest.mark.parametrize(
    ("gravity_mps2", "words"),
    [
        (9.31, "reads 9.31 m/s2 for gravity: accelerometer scale off by 5 %"),
        (10.4, "reads 10.40 m/s2 for gravity: accelerometer scale off by 6 %"),
        (9.7, "still, sensor good"),
    ],
)
def test_gravity_is_judged_in_words(gravity_mps2: float, words: str) -> None:
    rest = check_belt(*belt(np.random.default_rng(9), gravity_mps2=gravity_mps2))
    assert rest.verdict.startswith(words)


def test_two_faults_are_both_said() -> None:
    rng = np.random.default_rng(10)
    rest = check_belt(*belt(rng, gravity_mps2=9.0, bias_radps=0.1, gyr_noise=0.01))
    assert rest.verdict.count(";") >= 3
    assert "gyro noise 0.59 deg/s" in rest.verdict


def test_a_belt_worn_or_carried_is_moving_and_shows_nothing() -> None:
    rng = np.random.default_rng(11)
    time, acc, gyr = belt(rng)
    shaken = acc + 0.4 * np.sin(12.0 * time)[:, None]
    turn = np.radians(3.0) * time  # a steady turn, which the gyro alone would take for bias
    carried = 9.8 * np.column_stack([np.sin(turn), np.zeros_like(turn), np.cos(turn)])
    for moved in (shaken, carried + 0.02 * rng.standard_normal(acc.shape)):
        rest = check_belt(time, moved, gyr)
        assert rest.verdict.startswith("moving")
        assert not rest.still
        assert not rest.gyr_bias_radps[0].known
        assert not rest.gravity_error_mps2.known


def test_too_short_stuck_and_unknown_recordings_say_so() -> None:
    rng = np.random.default_rng(12)
    assert check_belt(*belt(rng, seconds=1.0)).verdict.startswith("too short")
    time, acc, gyr = belt(rng)
    assert check_belt(time, acc * np.nan, gyr).verdict.startswith("too short")
    stuck = check_belt(time, np.tile([0.0, 0.0, 9.8], (len(time), 1)), np.zeros_like(gyr))
    assert "stuck" in stuck.verdict
    assert not stuck.usable


def test_a_belt_without_a_gyro_is_told_what_it_is_good_for() -> None:
    time, acc, gyr = belt(np.random.default_rng(11))
    rest = check_belt(time, acc, np.full_like(gyr, np.nan))
    assert rest.verdict.startswith("has no gyro: with it a rep has steps")
    assert not rest.still
    assert not rest.usable
