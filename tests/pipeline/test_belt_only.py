"""A belt without a tether: reps and steps, no velocity, nothing from walking back."""

import math
from itertools import pairwise

import numpy as np
import pytest

from sledmon.pipeline import Pipeline
from sledmon.results import Session
from sledmon.samples import Connected, Event, Packet, Record
from tests.decode.streams import session
from tests.pipeline.sessions import text_of


def belt_records(level: str, seed: int) -> list[Record]:
    return [
        record
        for record in session(seed=seed, reps=4, faults=level).records
        if not (isinstance(record, Connected | Packet) and record.device == "encoder")
    ]


def analyzed(records: list[Record], pieces: int = 1) -> Session:
    pipeline = Pipeline()
    for a, b in pairwise(np.linspace(0, len(records), pieces + 1).astype(int)):
        pipeline.push(records[a:b])
    return pipeline.finish()


@pytest.mark.parametrize("level", ["none", "mild"])
@pytest.mark.parametrize("seed", [5, 6])
def test_every_run_is_a_rep_with_steps_and_without_velocity(level: str, seed: int) -> None:
    truth = session(seed=seed, reps=4, faults=level).truth.reps
    reps = analyzed(belt_records(level, seed)).reps
    assert len(reps) == len(truth)
    for rep, true in zip(reps, truth, strict=True):
        values = rep.estimates
        assert values.start_s == pytest.approx(true.start_s, abs=0.35)
        assert values.steps.frequency_hz.value == pytest.approx(true.step_frequency_hz, abs=0.25)
        assert values.trust == "poor"
        assert not values.window.velocity_mps.known
        assert not values.peak_velocity_mps.known
        assert math.isnan(values.end_s)
        assert rep.verdict.flag is None


def test_cutting_changes_nothing() -> None:
    records = belt_records("mild", 5)
    assert text_of(analyzed(records)) == text_of(analyzed(records, 300))


def test_a_belt_alone_cannot_be_measured_again_and_says_so() -> None:
    records = belt_records("none", 5)
    end_ns = records[-1].received_ns
    before = analyzed(records)
    start_s = before.reps[1].estimates.start_s
    for kind, value in (("rep_edges", f"{start_s} {start_s + 2}"), ("distance_yd", "5")):
        event = Event(end_ns, start_s - (kind == "distance_yd"), kind, value)
        told = analyzed([*records, event])
        assert [rep.estimates for rep in told.reps] == [rep.estimates for rep in before.reps]
        assert any("without a tether there is nothing to measure again" in n for n in told.notes)
