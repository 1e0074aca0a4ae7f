"""Belts one can buy, through their own bytes: what is decoded is what the belt truly felt."""

import math
from functools import cache

import numpy as np
import pytest

from sledmon.errors import SimulationError
from sledmon.samples import Connected, FloatArray, Packet
from sledmon.twin import SimulatedSession
from sledmon.twin.bought import MODELS, wear
from tests.decode.streams import Samples, decode, gaps, samples, session

H10, VERITY, WITMOTION = MODELS
LATEST_S = {H10: 0.006, VERITY: 0.006, WITMOTION: 0.010}
"""How far session times may be off once the clock has settled: the radio's least delay, which
nobody can see one way, and a stamp's truth or what a notification waits for its last byte."""
YOUNG_S = 0.012
"""... and in the first seconds, of which few arrivals tell: a connection interval of 15 ms."""
NOISE_MPS2, NOISE_RADPS = 0.5, 0.02
"""RMS: the low-pass that takes the tip off each impact, counts, bias and noise."""


@cache
def worn(model: str, faults: str = "none", seed: int = 3) -> SimulatedSession:
    return wear(session(seed=seed, reps=2, unresisted=1, faults=faults, rest_s=6.0), model)


@cache
def felt(model: str) -> Samples:
    return samples(decode(worn(model).records), "imu")


def at(played: SimulatedSession, values: FloatArray, time_s: FloatArray) -> FloatArray:
    motion_s = played.motion.time_s
    return np.stack([np.interp(time_s, motion_s, values[:, i]) for i in range(3)], axis=1)


def rms(values: FloatArray) -> float:
    return float(np.sqrt(np.mean(np.sum(values**2, axis=1))))


def running(played: SimulatedSession, found: Samples) -> list[np.ndarray]:
    """Which samples lie in each rep."""
    spans = [(rep.start_s, rep.end_s) for rep in played.truth.reps]
    return [(found.time_s > a) & (found.time_s < b) for a, b in spans]


def shift(
    played: SimulatedSession, true: FloatArray, found_s: FloatArray, got: FloatArray
) -> tuple[float, float]:
    """How late the samples were put, by where they fit the truth best, and what is left then."""
    late_s = np.arange(-0.03, 0.0301, 0.0005)
    left = [rms(at(played, true, found_s - late) - got) for late in late_s]
    best = int(np.argmin(left))
    return float(late_s[best]), left[best]


@pytest.mark.parametrize("seed", [3, 4])
@pytest.mark.parametrize("model", MODELS)
def test_what_is_decoded_is_what_the_belt_felt_when_it_felt_it(model: str, seed: int) -> None:
    played = worn(model, seed=seed)
    found = samples(decode(played.records), "imu")
    first, second = running(played, found)
    acc = (found.values[:, :3] - played.imu.acc_bias_mps2) @ played.imu.mounting
    force = played.motion.specific_force_mps2(played.worn.imu_m)
    late_s, left = shift(played, force, found.time_s[second], acc[second])
    assert abs(late_s) <= LATEST_S[model]
    assert left < NOISE_MPS2
    young_s, _ = shift(played, force, found.time_s[first], acc[first])
    assert abs(young_s) <= YOUNG_S
    if model != H10:
        gyr = (found.values[:, 3:] - played.imu.gyr_bias_radps) @ played.imu.mounting
        rate = played.motion.angular_rate_radps()
        turned_s, left = shift(played, rate, found.time_s[second], gyr[second])
        assert turned_s == pytest.approx(late_s, abs=0.001)
        assert left < NOISE_RADPS


def test_an_h10_has_no_angular_rate_and_says_so_with_nan() -> None:
    assert np.isnan(felt(H10).values[:, 3:]).all()
    assert np.isfinite(felt(H10).values[:, :3]).all()


@pytest.mark.parametrize("model", MODELS)
def test_a_perfect_radio_leaves_no_gap_and_no_fault(model: str) -> None:
    out = decode(worn(model).records)
    assert gaps(out, "imu") == []
    assert [fault for fault in out.faults if fault.device == "imu"] == []
    assert all(block.arrival_timed == (model == WITMOTION) for block in out.imu)


@pytest.mark.parametrize("model", MODELS)
def test_what_a_bad_radio_loses_is_told_as_far_as_it_can_be(model: str) -> None:
    played = worn(model, "harsh")
    out = decode(played.records)
    told = sum(gap.samples for gap in gaps(out, "imu"))
    found = samples(out, "imu")
    span_s = float(found.time_s[-1] - found.time_s[0])
    missing = span_s * played.imu.rate_hz - len(found.time_s)
    # A Verity Sense tells acceleration that lacks its angular rate too.
    if model == VERITY:
        told -= int(np.count_nonzero(np.isnan(found.values[:, 3])))
    assert told > 50
    assert told == pytest.approx(missing, rel=0.15)
    assert np.all(np.diff(found.time_s) > 0)


@pytest.mark.parametrize("model", MODELS)
def test_everything_but_the_belt_stays_as_it_was(model: str) -> None:
    played = worn(model)
    before = session(seed=3, reps=2, unresisted=1, faults="none", rest_s=6.0)

    def others(one: SimulatedSession) -> list[object]:
        return [record for record in one.records if getattr(record, "device", "") != "imu"]

    assert others(played) == others(before)
    layouts = {r.layout for r in played.records if isinstance(r, Connected) and r.device == "imu"}
    assert layouts == {"witmotion-1" if model == WITMOTION else "polar-pmd-1"}
    arrived = sum(isinstance(r, Packet) and r.device == "imu" for r in played.records)
    on_its_way = played.sent["imu"] - played.lost["imu"] - arrived
    assert 0 <= on_its_way <= 1


def test_the_same_belt_worn_twice_sends_the_same_bytes() -> None:
    again = wear(session(seed=3, reps=2, unresisted=1, faults="harsh", rest_s=6.0), VERITY)
    assert again.records == worn(VERITY, "harsh").records
    assert math.isclose(again.imu.rate_hz, worn(VERITY, "harsh").imu.rate_hz)


def test_an_unknown_belt_is_refused_by_name() -> None:
    with pytest.raises(SimulationError, match=r"cannot simulate 'dot': one of polar-h10, "):
        wear(session(seed=3, reps=2, unresisted=1, faults="none", rest_s=6.0), "dot")
