"""From the belt to the pelvis's middle: turning, height, and what is left unknown of both."""

import math

import numpy as np
import pytest

from sledmon.estimate.motion import MotionParams, estimate_motion
from sledmon.estimate.motion.attitude import StillnessParams, find_stillness
from sledmon.estimate.motion.rise import RiseParams, rise_of
from sledmon.estimate.motion.turn import Turn
from sledmon.estimate.uncertainty import Gradient, SeatParams, sigmas
from sledmon.results import UNKNOWN
from sledmon.samples import FloatArray
from tests.decode.streams import session
from tests.estimate.spans import spans_of

HEADING_RAD = 0.6


def leaned(angle_rad: float) -> Turn:
    """A sensor with z up and x to the front of who faces the reel, leaned towards the run."""
    # The level frame's x lies anywhere: the run heads HEADING_RAD from it, the front points back.
    turn = HEADING_RAD + math.pi
    axes = np.array(
        [[math.cos(turn), -math.sin(turn), 0], [math.sin(turn), math.cos(turn), 0], [0, 0, 1]]
    )
    half = -angle_rad / 2  # about the left axis, away from the front
    attitude = np.array([[math.cos(half), 0.0, math.sin(half), 0.0]])
    return Turn(attitude=attitude, axes=axes, own_up=np.array([0.0, 0.0, 1.0]))


@pytest.mark.parametrize("angle_rad", [-0.3, 0.1, 0.5])
def test_a_point_in_front_rises_and_one_above_goes_along_as_the_pelvis_leans(
    angle_rad: float,
) -> None:
    turn = leaned(angle_rad)
    front, left, up = turn.along(HEADING_RAD)[0]
    assert front == pytest.approx(1.0 - math.cos(angle_rad), abs=1e-12)
    assert left == pytest.approx(0.0, abs=1e-12)
    assert up == pytest.approx(math.sin(angle_rad), abs=1e-12)
    front, left, up = turn.upwards(HEADING_RAD)[0]
    assert front == pytest.approx(math.sin(angle_rad), abs=1e-12)
    assert left == pytest.approx(0.0, abs=1e-12)
    assert up == pytest.approx(math.cos(angle_rad) - 1.0, abs=1e-12)


def _rise(time_s: FloatArray) -> FloatArray:
    bounce = 0.03 * (1.0 - np.cos(2 * np.pi * 4.3 * (time_s - 1.0)))
    return np.asarray(np.where(time_s > 1.0, bounce, 0.0))


def test_heights_lose_a_slow_drift_and_keep_the_bounce() -> None:
    time_s = np.arange(0.0, 4.0, 0.01)
    drift = 0.25 * np.maximum(time_s - 1.0, 0.0) ** 2  # half a m/s^2 of error
    rise = rise_of(time_s, _rise(time_s) + drift, leaned(0.0), 1.0, RiseParams())
    settled = rise.settled(rise.raw_m)
    assert np.max(drift) > 2.0
    steps = time_s > 1.5
    swing = settled[steps] - np.mean(settled[steps])
    true = _rise(time_s)[steps]
    assert np.std(swing - true + np.mean(true)) < 0.006
    assert abs(np.mean(settled[steps])) < 0.02


def test_settling_heights_is_linear() -> None:
    time_s = np.arange(0.0, 4.0, 0.01)
    rise = rise_of(time_s, _rise(time_s), leaned(0.0), 1.0, RiseParams())
    other = np.sin(time_s)
    both = rise.settled(np.stack([rise.raw_m, other], axis=1))
    assert rise.settled(2.0 * rise.raw_m - other) == pytest.approx(2.0 * both[:, 0] - both[:, 1])


@pytest.mark.parametrize("seed", [1, 2, 5])
@pytest.mark.parametrize("rep", [0, 1])
def test_the_pelvis_is_found_where_it_is_seen_from_an_imu_worn_anywhere(
    seed: int, rep: int
) -> None:
    tether, belt, run_s, rig = spans_of(rep, seed=seed, reps=2, faults="none")
    motion = estimate_motion(tether, belt, rig, run_s, UNKNOWN, MotionParams())
    assert motion is not None
    assert motion.fused is not None
    played = session(seed=seed, reps=2, faults="none")
    # In world axes the front of who faces the reel points back along the run.
    front_m = played.worn.imu_m[played.script.reps[rep].start - 500, 0]
    found_m = motion.fused.to_middle_m[0]
    assert found_m == pytest.approx(front_m, abs=0.09)
    assert np.sign(found_m) == np.sign(front_m)


def test_creep_adds_up_between_the_gates_that_a_value_spans() -> None:
    class Still:
        """A path without errors of its own."""

        def sigma(self, sums: list[object]) -> FloatArray:
            return np.zeros(len(sums))

    seat = SeatParams(landing_m=0.001, usual_step_s=0.25, give_m=0.0)
    one, both = Gradient(), Gradient()
    one.add(3.0, "x", 1.0)
    both.add(3.0, "x", 1.0)
    both.add(2.0, "x", -1.0)
    got = sigmas(Still(), np.zeros(6), 1.0, seat, [one, both])  # type: ignore[arg-type]
    # Eight landings from the start to the gate, four between the two gates.
    assert got == pytest.approx([0.001 * math.sqrt(8), 0.001 * math.sqrt(4)])


def felt(lean_rad: float, seconds: float, rng: np.random.Generator) -> FloatArray:
    """Specific force of who stands so, leaned towards the run, at 100 Hz."""
    still = np.array([-math.sin(lean_rad), 0.0, math.cos(lean_rad)]) * 9.81
    return np.asarray(still + 0.05 * rng.standard_normal((round(seconds * 100), 3)))


@pytest.mark.parametrize(
    ("standing_s", "upright_rad"),
    [((1.2, 2.6), 0.0), ((1.2, 0.0), None), ((0.0, 9.0), 0.2)],
    ids=["stood tall, then set", "only ever set for a while", "set as he stands for long"],
)
def test_upright_is_how_the_pelvis_stood_otherwise_than_set_and_else_unknown(
    standing_s: tuple[float, float], upright_rad: float | None
) -> None:
    rng = np.random.default_rng(1)
    tall_s, more_set_s = standing_s
    acc = np.concatenate([felt(0.0, tall_s, rng), felt(0.2, more_set_s + 2.4, rng)])
    if tall_s and not more_set_s:  # the belt was not seen while he stood tall
        acc = acc[round(tall_s * 100) :]
    time_s = np.arange(len(acc)) / 100.0
    gyr = 0.002 * rng.standard_normal(acc.shape)
    still = find_stillness(time_s, acc, gyr, float(time_s[-1]), StillnessParams())
    assert still is not None
    if upright_rad is None:
        assert still.upright_mps2 is None
        return
    assert still.upright_mps2 is not None
    lean_rad = math.atan2(-still.upright_mps2[0], still.upright_mps2[2])
    assert lean_rad == pytest.approx(upright_rad, abs=0.01)
