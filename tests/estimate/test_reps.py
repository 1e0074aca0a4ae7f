"""Which movements are reps, and whether their values are those of the movement."""

import math

import numpy as np
import pytest

from sledmon.estimate.measure import gate_distances, window_start
from sledmon.units import METRES_PER_YARD
from tests.estimate.runs import (
    MSS_MPS,
    TAU_S,
    Session,
    braked,
    sprint,
    sprint_distance,
    sprint_time,
    still_then,
)

FIVE_YD_M, TEN_YD_M = 4.572, 9.144
# The threshold rule finds the sprint this late: v(t) = 0.10 m/s (SOURCES 3.2 has 16 ms).
START_LATE_S = -TAU_S * math.log(1 - 0.10 / MSS_MPS)


def test_the_reference_sprint_has_the_published_times() -> None:
    assert sprint_time(FIVE_YD_M) == pytest.approx(1.5568, abs=1e-4)
    assert sprint_time(TEN_YD_M) == pytest.approx(2.4753, abs=1e-4)


@pytest.mark.parametrize("rate_hz", [50.0, 100.0, 400.0])
def test_a_sprint_from_stillness_is_one_rep_with_its_times(rate_hz: float) -> None:
    (rep,) = still_then(sprint(rate_hz=rate_hz), rate_hz=rate_hz).found()
    values = rep.estimates
    assert values.complete
    # A sudden start is what a 9 Hz filter blurs most: 30 ms is its half rise time.
    assert values.start_s == pytest.approx(3.0 + START_LATE_S, abs=0.03)
    assert values.end_s == pytest.approx(3.0 + sprint_time(TEN_YD_M), abs=0.002)
    window_mps = FIVE_YD_M / (sprint_time(TEN_YD_M) - sprint_time(FIVE_YD_M))
    assert values.window.velocity_mps.value == pytest.approx(window_mps, rel=0.002)
    five, ten = values.splits
    assert ten.time_s.value - five.time_s.value == pytest.approx(
        sprint_time(TEN_YD_M) - sprint_time(FIVE_YD_M), abs=0.002
    )
    assert all(split.time_s.sigma > 0 for split in values.splits)


@pytest.mark.parametrize("cut", [1, 2, 7, 50])
def test_however_the_packets_are_cut_the_same_reps_are_found(cut: int) -> None:
    session = still_then(np.concatenate([sprint(), 11.0 + sprint()]))
    assert session.found(cut=cut) == session.found()
    assert len(session.found()) == 2


def test_a_rep_is_final_at_the_first_arrival_0_30_s_after_its_gate() -> None:
    session = still_then(sprint())
    (rep,) = session.found()
    arrival_s = [session.time_s[i + 9] + 0.02 for i in range(0, len(session.time_s) - 9, 10)]
    due_s = rep.estimates.end_s + 0.30
    assert arrival_s[rep.ordinal] >= due_s > arrival_s[rep.ordinal - 1]


def test_values_shift_with_time_and_nothing_else_changes() -> None:
    session = still_then(sprint())
    (here,) = session.found()
    shifted = Session(time_s=session.time_s + 512.0, payout_m=session.payout_m)
    (there,) = shifted.found()
    assert there.estimates.start_s - here.estimates.start_s == pytest.approx(512.0, abs=1e-6)
    assert there.estimates.window.velocity_mps == pytest.approx(
        here.estimates.window.velocity_mps, rel=1e-6
    )


def test_where_the_cord_stands_at_the_start_does_not_matter() -> None:
    session = still_then(sprint())
    (here,) = session.found()
    (there,) = Session(time_s=session.time_s, payout_m=session.payout_m + 3.25).found()
    assert there.estimates.end_s == pytest.approx(here.estimates.end_s, abs=1e-6)


@pytest.mark.parametrize(
    ("what", "movement"),
    [
        ("rocking", 0.15 * np.sin(2 * np.pi * 1.0 * np.arange(0, 8, 0.01))),
        ("a false start", braked(sprint_distance(np.arange(0, 3, 0.01)), 100.0, after_m=0.4)),
        ("walking out", np.minimum(1.3 * np.arange(0, 10, 0.01), 10.0)),
        ("the cord retracting", -np.minimum(1.5 * np.arange(0, 8, 0.01), 9.0)),
    ],
)
def test_what_is_not_a_run_is_not_a_rep(what: str, movement: np.ndarray) -> None:
    still = np.full(200, movement[-1])
    assert still_then(np.concatenate([movement, still])).found() == [], what


def test_a_run_after_a_false_start_counts_from_where_the_athlete_stood_last() -> None:
    lunge = braked(sprint_distance(np.arange(0, 3, 0.01)), 100.0, after_m=0.4)
    session = still_then(np.concatenate([lunge, lunge[-1] + sprint()]))
    (rep,) = session.found()
    began_s = 3.0 + len(lunge) / 100.0
    assert rep.estimates.start_s == pytest.approx(began_s, abs=0.03)
    assert rep.estimates.end_s == pytest.approx(began_s + sprint_time(TEN_YD_M), abs=0.005)


def test_stopping_short_keeps_the_rep_without_what_it_did_not_reach() -> None:
    (rep,) = still_then(sprint(after_m=6.0)).found()
    values = rep.estimates
    assert not values.complete
    assert math.isnan(values.end_s)
    five, ten = values.splits
    assert five.time_s.known
    assert not ten.time_s.known
    assert not values.window.velocity_mps.known
    assert not values.mean_velocity_mps.known
    assert any(note.startswith("stopped short at 8.") for note in values.notes)


def without(session: Session, from_s: float, to_s: float) -> Session:
    keep = (session.time_s < from_s) | (session.time_s >= to_s)
    return Session(
        time_s=session.time_s[keep], payout_m=session.payout_m[keep], samples_per_packet=1
    )


def test_a_gap_of_0_3_s_over_a_gate_is_bridged_with_a_wider_error() -> None:
    whole = still_then(sprint())
    gate_s = 3.0 + sprint_time(FIVE_YD_M)
    (clean,) = whole.found()
    (rep,) = without(whole, gate_s - 0.15, gate_s + 0.15).found()
    five, clean_five = rep.estimates.splits[0].time_s, clean.estimates.splits[0].time_s
    assert five.value == pytest.approx(clean_five.value, abs=3 * five.sigma)
    window, clean_window = rep.estimates.window, clean.estimates.window
    assert window.velocity_mps.sigma > 2 * clean_window.velocity_mps.sigma
    assert rep.estimates.trust == "fair"
    assert any("silent for 0.3" in note for note in rep.estimates.notes)


def test_a_gap_of_0_7_s_over_a_gate_leaves_it_unknown() -> None:
    gate_s = 3.0 + sprint_time(FIVE_YD_M)
    (rep,) = without(still_then(sprint()), gate_s - 0.35, gate_s + 0.35).found()
    five, ten = rep.estimates.splits
    assert not five.time_s.known
    assert ten.time_s.known
    assert not rep.estimates.window.velocity_mps.known
    assert not rep.estimates.peak_velocity_mps.known
    assert rep.estimates.trust == "poor"


def test_a_tether_that_dies_ends_the_rep_as_incomplete() -> None:
    whole = still_then(sprint())
    alive = whole.time_s < 3.0 + sprint_time(7.0)
    (rep,) = Session(time_s=whole.time_s[alive], payout_m=whole.payout_m[alive]).found()
    assert not rep.estimates.complete
    assert rep.estimates.trust == "poor"
    assert not rep.estimates.peak_velocity_mps.known
    assert any("fell silent" in note for note in rep.estimates.notes)


def test_gates_are_every_5_yd_and_the_distance() -> None:
    def yards(distance_yd: float) -> list[float]:
        gates = gate_distances(distance_yd * METRES_PER_YARD)
        return [round(gate / METRES_PER_YARD, 6) for gate in gates]

    assert yards(10) == [5, 10]
    assert yards(5) == [5]
    assert yards(4) == [4]
    assert yards(12) == [5, 10, 12]


def test_the_window_is_the_last_5_yd_or_the_second_half() -> None:
    assert window_start(TEN_YD_M) == pytest.approx(FIVE_YD_M)
    assert window_start(FIVE_YD_M) == pytest.approx(FIVE_YD_M / 2)
    assert window_start(2 * TEN_YD_M) == pytest.approx(2 * TEN_YD_M - FIVE_YD_M)
