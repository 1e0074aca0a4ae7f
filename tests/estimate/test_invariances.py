"""What must not change a rep, and what must shift it and nothing else."""

from dataclasses import replace
from itertools import chain
from typing import Any

import numpy as np
import pytest

from sledmon.estimate.measure import Measurement, RepParams, measure_rep
from sledmon.estimate.motion import BeltSpan, TetherSpan
from sledmon.results import UNKNOWN, Estimates, Measured
from sledmon.samples import FloatArray
from tests.decode.streams import session
from tests.estimate.spans import Spans, spans_of

DISTANCE_M = 9.144
RELATIVE = 1e-6


def spans() -> Spans:
    """The second rep of a session with mild faults."""
    return spans_of(1, seed=3, reps=2, faults="mild")


def measured(
    tether: TetherSpan, belt: BeltSpan | None, run_from_s: float, offset: Measured = UNKNOWN
) -> Measurement:
    out = measure_rep(tether, belt, spans()[3], DISTANCE_M, run_from_s, offset, RepParams())
    assert out is not None
    return out


def numbers(values: Estimates) -> dict[str, float]:
    """Every number that does not say when."""
    pairs: dict[str, Measured] = {
        "mean": values.mean_velocity_mps,
        "window": values.window.velocity_mps,
        "peak": values.peak_velocity_mps,
        "frequency": values.steps.frequency_hz,
        **{f"split {k}": split.time_s for k, split in enumerate(values.splits)},
    }
    flat = chain.from_iterable(
        ((name, value.value), (f"{name} sigma", value.sigma)) for name, value in pairs.items()
    )
    return dict(flat) | {"took": values.end_s - values.start_s}


def assert_same(one: Estimates, other: Estimates, relative: float = RELATIVE) -> None:
    expected = numbers(one)
    for name, value in numbers(other).items():
        assert value == pytest.approx(expected[name], rel=relative, abs=1e-9, nan_ok=True), name
    assert one.steps.count == other.steps.count
    assert (one.trust, one.complete, one.notes) == (other.trust, other.complete, other.notes)


def rotation(axis: tuple[float, float, float], angle_rad: float) -> FloatArray:
    x, y, z = np.array(axis) / np.linalg.norm(axis)
    cross = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    turn: FloatArray = np.eye(3) + np.sin(angle_rad) * cross
    turn += (1 - np.cos(angle_rad)) * (cross @ cross)
    return turn


def turned(belt: BeltSpan, matrix: FloatArray) -> BeltSpan:
    return replace(
        belt,
        acc_sensor_mps2=belt.acc_sensor_mps2 @ matrix.T,
        gyr_sensor_radps=belt.gyr_sensor_radps @ matrix.T,
    )


def test_the_sample_rep_is_fused() -> None:
    tether, belt, run_s, _ = spans()
    out = measured(tether, belt, run_s)
    assert out.estimates.trust == "good"
    assert out.offset_s.known


@pytest.mark.parametrize("with_belt", [True, False])
@pytest.mark.parametrize("later_s", [-3.0, 1024.0])
def test_shifting_time_shifts_times_and_nothing_else(with_belt: bool, later_s: float) -> None:
    tether, belt, run_s, _ = spans()
    before = measured(tether, belt if with_belt else None, run_s).estimates
    after = measured(
        replace(tether, time_s=tether.time_s + later_s),
        replace(belt, time_s=belt.time_s + later_s) if with_belt else None,
        run_s + later_s,
    ).estimates
    assert after.start_s - later_s == pytest.approx(before.start_s, abs=1e-6)
    assert_same(before, after, relative=1e-5)


@pytest.mark.parametrize("farther_m", [-1.0, 20.0])
def test_another_zero_of_the_cord_changes_nothing(farther_m: float) -> None:
    tether, belt, run_s, _ = spans()
    moved = replace(tether, payout_m=tether.payout_m + farther_m)
    before, after = (measured(each, belt, run_s).estimates for each in (tether, moved))
    assert after.start_s == pytest.approx(before.start_s, abs=1e-6)
    assert_same(before, after)


@pytest.mark.parametrize(
    "matrix",
    [
        np.diag([-1.0, -1.0, 1.0]),
        np.diag([1.0, -1.0, -1.0]),
        rotation((0, 0, 1), np.pi / 2),
        rotation((1, 2, -0.5), 2.0),
    ],
    ids=["back to front", "upside down", "a quarter", "anyhow"],
)
def test_how_the_belt_is_worn_changes_nothing(matrix: FloatArray) -> None:
    tether, belt, run_s, _ = spans()
    before = measured(tether, belt, run_s).estimates
    after = measured(tether, turned(belt, matrix), run_s).estimates
    assert after.start_s == pytest.approx(before.start_s, abs=1e-6)
    assert_same(before, after)
    for name in ("mean_rad", "min_rad", "max_rad"):
        lean = getattr(before.lean, name)
        assert getattr(after.lean, name) == pytest.approx(lean, abs=1e-5, nan_ok=True)


def test_counts_and_counts_per_metre_scaled_together_change_nothing() -> None:
    from sledmon.estimate import RepFinder
    from sledmon.samples import EncoderBlock

    tether, _, _, rig = spans()

    def found(factor: float) -> Any:
        finder = RepFinder()
        finder.set_rig(replace(rig, given=rig.given - {"encoder.counts_per_m"}))
        block = EncoderBlock(
            segment=0,
            time_s=tether.time_s,
            count=tether.payout_m * 1000.0 * factor,
            record=np.zeros(len(tether.time_s), np.int64),
            counts_per_m=1000.0 * factor,
            resolution_counts=factor,  # the noise model held fixed
        )
        received_ns = np.array([round(tether.time_s[-1] * 1e9)])
        reps = finder.push([block], [], 0, received_ns, lambda _s, _o: DISTANCE_M)
        reps += finder.finish(lambda _s, _o: DISTANCE_M)
        (rep,) = reps
        return rep.estimates

    assert_same(found(1.0), found(7.3))


def test_what_comes_after_a_rep_never_changes_its_estimates() -> None:
    from sledmon.pipeline import Pipeline

    played = session(seed=4, reps=3, faults="harsh")
    whole = Pipeline()
    whole.push(played.records)
    final = [rep.estimates for rep in whole.finish().reps]
    grown = Pipeline()
    seen: list[Estimates] = []
    for record in played.records:
        if grown.push([record]):
            now = [rep.estimates for rep in grown.reps()]
            assert now[: len(seen)] == seen
            seen = now
    assert final[: len(seen)] == seen
    assert len(seen) >= 2


def test_a_known_offset_between_the_clocks_is_found_again() -> None:
    tether, belt, run_s, _ = spans()
    here = measured(tether, belt, run_s).offset_s
    for late_s in (-0.012, 0.007):
        there = measured(tether, replace(belt, time_s=belt.time_s + late_s), run_s).offset_s
        assert there.value - here.value == pytest.approx(late_s, abs=0.0008)
        assert there.sigma < 0.003
