"""Belts one can buy, beside the tether and alone: what their reps hold, and what they say of it."""

import math
from collections.abc import Sequence
from functools import cache

import numpy as np
import pytest

from sledmon.acquire import with_ticks
from sledmon.results import Estimates, Session
from sledmon.samples import Connected, Lost, Packet, Record
from sledmon.twin import SimulatedSession
from sledmon.twin.bought import MODELS, wear
from sledmon.twin.truth import RepTruth
from sledmon.units import NANOSECONDS_PER_SECOND
from tests.decode.streams import session
from tests.pipeline.sessions import session_of, text_of

H10, VERITY, WITMOTION = MODELS
NO_GYRO = "the belt has no gyro: tether only, and steps"
NO_TIME = "the belt sends no device time: its times rest on arrivals"
SEEDS = (5, 6)


@cache
def worn(model: str, faults: str, seed: int) -> SimulatedSession:
    return wear(session(seed=seed, reps=3, unresisted=1, faults=faults, rest_s=6.0), model)


def told(played: SimulatedSession, *, without_tether: bool = False) -> list[Record]:
    until_ns = round(played.duration_s * NANOSECONDS_PER_SECOND)
    records: Sequence[Record] = [
        record
        for record in played.records
        if not (
            without_tether
            and isinstance(record, Connected | Packet | Lost)
            and record.device == "encoder"
        )
    ]
    return list(with_ticks(records, until_ns))


@cache
def analyzed(model: str, faults: str, seed: int) -> Session:
    return session_of(told(worn(model, faults, seed)))


def pairs(model: str, faults: str, seed: int) -> list[tuple[Estimates, RepTruth]]:
    reps = [rep.estimates for rep in analyzed(model, faults, seed).reps]
    return list(zip(reps, worn(model, faults, seed).truth.reps, strict=True))


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("model", MODELS)
def test_with_a_good_radio_a_rep_is_as_near_the_truth_as_with_the_own_belt(
    model: str, seed: int
) -> None:
    for got, true in pairs(model, "none", seed):
        assert got.start_s == pytest.approx(true.start_s, abs=0.006)
        assert got.splits[-1].time_s.value == pytest.approx(true.split_s(10.0), abs=0.006)
        assert got.window.velocity_mps.value == pytest.approx(true.window_velocity_mps, abs=0.01)
        assert got.steps.count == true.steps
        assert got.steps.frequency_hz.value == pytest.approx(true.step_frequency_hz, abs=0.1)


@pytest.mark.parametrize("model", MODELS)
def test_with_a_usual_radio_the_truth_lies_within_three_standard_errors(model: str) -> None:
    for seed in SEEDS:
        for got, true in pairs(model, "mild", seed):
            for value, wanted in (
                (got.splits[-1].time_s, true.split_s(10.0)),
                (got.window.velocity_mps, true.window_velocity_mps),
                (got.peak_velocity_mps, true.peak_velocity_mps),
            ):
                assert abs(value.value - wanted) < 3.0 * value.sigma
                assert value.value == pytest.approx(wanted, rel=0.02)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_belt_without_a_gyro_adds_steps_to_what_the_tether_measures(seed: int) -> None:
    for got, _ in pairs(H10, "none", seed):
        assert got.trust == "fair"
        assert NO_GYRO in got.notes
        assert math.isnan(got.lean.mean_rad)
        assert math.isnan(got.slack_s)
        assert all(split.time_s.sigma > 0.0 for split in got.splits)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_belt_with_gyro_and_clock_is_a_belt_like_any_other(seed: int) -> None:
    for got, _ in pairs(VERITY, "none", seed):
        assert got.trust == "good"
        assert not [note for note in got.notes if "belt" in note]


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("faults", ["none", "mild", "harsh"])
def test_times_that_rest_on_arrivals_are_never_trusted_more_than_fairly(
    faults: str, seed: int
) -> None:
    for rep in analyzed(WITMOTION, faults, seed).reps:
        assert rep.estimates.trust in ("fair", "poor")
        assert NO_TIME in rep.estimates.notes or "encoder only" in rep.estimates.notes


def test_such_times_make_splits_less_certain() -> None:
    for (arrived, _), (stamped, _) in zip(
        pairs(WITMOTION, "none", 5), pairs(VERITY, "none", 5), strict=True
    ):
        assert arrived.splits[-1].time_s.sigma > 1.5 * stamped.splits[-1].time_s.sigma


@pytest.mark.parametrize("seed", [5, 6, 7, 8])
@pytest.mark.parametrize("model", MODELS)
def test_a_bad_radio_makes_no_rep_wrong_without_a_word(model: str, seed: int) -> None:
    played = worn(model, "harsh", seed)
    starts_s = np.array([rep.start_s for rep in played.truth.reps])
    for rep in analyzed(model, "harsh", seed).reps:
        got = rep.estimates
        true = played.truth.reps[int(np.argmin(np.abs(starts_s - got.start_s)))]
        value = got.splits[-1].time_s if got.splits else None
        if value is not None and value.known and got.trust != "poor":
            assert value.value == pytest.approx(true.split_s(10.0), abs=0.05)


@pytest.mark.parametrize("model", MODELS)
def test_without_a_tether_every_run_has_its_steps_and_no_velocity(model: str) -> None:
    played = worn(model, "none", 5)
    reps = session_of(told(played, without_tether=True)).reps
    assert len(reps) == len(played.truth.reps)
    for rep, true in zip(reps, played.truth.reps, strict=True):
        got = rep.estimates
        assert got.start_s == pytest.approx(true.start_s, abs=0.35)
        assert got.steps.frequency_hz.value == pytest.approx(true.step_frequency_hz, abs=0.25)
        assert got.trust == "poor"
        assert not got.window.velocity_mps.known


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("faults", ["mild", "harsh"])
def test_cutting_the_records_changes_nothing(model: str, faults: str) -> None:
    records = told(worn(model, faults, 6))
    whole = text_of(session_of(records))
    rng = np.random.default_rng(1)
    for pieces in (7, 400):
        cuts = sorted(rng.integers(1, len(records), pieces).tolist())
        assert text_of(session_of(records, cuts)) == whole
