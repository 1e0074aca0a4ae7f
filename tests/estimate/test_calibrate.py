"""Calibrations: truth within the stated error as often as stated, and refusals in plain words."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sledmon.errors import RigError
from sledmon.estimate.calibrate import (
    GeometryParams,
    ReelGeometry,
    counts_per_metre,
    reel_geometry,
    store,
)
from sledmon.estimate.geometry import distance_from_payout, distance_sensitivity, rig_errors
from sledmon.results import UNKNOWN, Measured
from sledmon.rig import Rig, format_rig, parse_rig
from sledmon.samples import FloatArray
from tests.estimate.cover import NINETY, assert_covers

YARD_M = 0.9144
WALK_M = YARD_M * np.array([0.0, 1.0, 2.0, 5.0, 10.0])
CALIBRATIONS = 300


# Counts per metre


def pull_out(
    rng: np.random.Generator,
    places_m: FloatArray,
    times: int,
    *,
    scale: float = 5000.0,
    mark_m: float = 0.005,
    hand_m: float = 0.01,
) -> tuple[FloatArray, FloatArray]:
    """Marks and counts of a cord drawn several times along one tape, and the tape's own error."""
    tape = 1.0 + rng.normal(0.0, 0.0003)
    lie = (places_m + rng.normal(0.0, mark_m, len(places_m))) * tape
    marks = np.tile(places_m, times)
    at = np.tile(lie, times) + rng.normal(0.0, hand_m, len(marks))
    return marks, np.round(at * scale + 77.0)


@pytest.mark.parametrize(
    ("places_yd", "times"),
    [((5.0, 10.0), 1), ((0.0, 10.0), 1), ((0.0, 5.0, 10.0), 1), ((0.0, 5.0, 10.0), 5)],
)
def test_the_error_of_the_scale_is_as_large_as_it_says(
    places_yd: tuple[float, ...], times: int
) -> None:
    rng = np.random.default_rng(1)
    found = []
    for _ in range(CALIBRATIONS):
        fit = counts_per_metre(*pull_out(rng, YARD_M * np.array(places_yd), times))
        if not fit.refusal:
            assert fit.counts_per_m.sigma == pytest.approx(fit.scale_sigma * fit.counts_per_m.value)
            found.append(fit.counts_per_m)
    assert len(found) >= 0.99 * CALIBRATIONS
    assert_covers(found, 5000.0)


def test_five_pull_outs_of_ten_yards_reach_a_thousandth() -> None:
    marks = np.tile([0.0, 9.144], 5)
    assert counts_per_metre(marks, 5000.0 * marks).scale_sigma == pytest.approx(0.0011, abs=0.0001)


def test_two_marks_once_take_their_error_from_the_tape_and_say_that_nothing_checks_them() -> None:
    fit = counts_per_metre(np.array([0.0, 9.144]), np.array([0.0, 45_720.0]))
    # Mark 5 mm and hand 10 mm at both ends; the tape's own 0.03 %.
    expected = math.hypot(math.hypot(0.005, 0.01) * math.sqrt(2) / 9.144, 0.0003)
    assert fit.scale_sigma == pytest.approx(expected, rel=1e-3)
    assert math.isnan(fit.worst_m)
    assert "nothing checks them" in fit.notes[0]


def test_a_larger_mark_error_is_a_larger_error() -> None:
    marks, counts = np.array([0.0, 9.144]), np.array([0.0, 45_720.0])
    sigmas = [counts_per_metre(marks, counts, s).scale_sigma for s in (0.001, 0.01, 0.03)]
    assert sigmas == sorted(sigmas)


def test_repeated_visits_do_not_average_the_marks_own_error_away() -> None:
    marks = np.tile([0.0, 9.144], 200)
    fit = counts_per_metre(marks, 5000.0 * marks, 0.005)
    assert fit.scale_sigma > 0.005 * math.sqrt(2) / 9.144


def test_pull_outs_with_zeros_of_their_own_are_fitted_together() -> None:
    marks = np.tile([0.0, 4.572, 9.144], 2)
    counts = 5000.0 * marks + np.repeat([0.0, 3000.0], 3)
    fit = counts_per_metre(marks, counts, pull=np.repeat([1, 2], 3))
    assert fit.counts_per_m.value == pytest.approx(5000.0)
    assert counts_per_metre(marks, counts).refusal.startswith("pull-out: visit")


@pytest.mark.parametrize(
    ("marks", "counts", "words"),
    [
        ([], [], "0 marks is no distance"),
        ([9.144], [45_720.0], "1 mark is no distance"),
        ([9.144, 9.144], [45_720.0, 45_700.0], "1 mark is no distance"),
        ([0.0, 0.9144], [0.0, 4572.0], "0.91 m apart are too close"),
        ([0.0, 9.144], [0.0, -45_720.0], "counts fall as cord pays out"),
        ([0.0, math.nan], [0.0, 45_720.0], "is unknown"),
        ([0.0, 9.144], [0.0, 9.0], "0.984252 counts a metre is no encoder's"),
        # The third was read at 5.5 yd.
        ([0.0, 9.144, 4.572, 9.144], [0.0, 45_720.0, 25_146.0, 45_730.0], "visit 3, at 4.572 m"),
    ],
)
def test_a_pull_out_that_shows_nothing_is_refused_in_plain_words(
    marks: list[float], counts: list[float], words: str
) -> None:
    fit = counts_per_metre(np.array(marks), np.array(counts))
    assert words in fit.refusal
    assert not fit.counts_per_m.known
    assert math.isnan(fit.scale_sigma)


def test_the_visit_out_of_line_is_named_with_its_distance() -> None:
    marks = np.tile([0.0, 4.572, 9.144], 3)
    counts = 5000.0 * marks
    counts[5] += 5000.0 * 0.3
    fit = counts_per_metre(marks, counts, pull=np.repeat([1, 2, 3], 3))
    assert "visit 6, at 9.144 m of pull-out 2" in fit.refusal
    assert fit.worst_m == pytest.approx(0.3, abs=0.02)


def test_pull_outs_of_one_mark_each_are_refused() -> None:
    fit = counts_per_metre(np.array([0.0, 9.144]), np.array([0.0, 1e4]), pull=np.array([1, 2]))
    assert "no pull-out has two marks" in fit.refusal


def test_marks_too_uncertain_for_their_distance_are_refused() -> None:
    fit = counts_per_metre(np.array([0.0, 4.572]), np.array([0.0, 22_860.0]), 0.1)
    assert "is too large to be of use" in fit.refusal


@given(scale=st.floats(100.0, 20_000.0), zero=st.floats(-1e6, 1e6))
def test_a_scale_without_errors_is_found_whatever_the_zero(scale: float, zero: float) -> None:
    marks = np.array([0.0, 4.572, 9.144])
    fit = counts_per_metre(marks, scale * marks + zero)
    assert fit.counts_per_m.value == pytest.approx(scale, rel=1e-6)


# The place of the reel


def walk(
    rng: np.random.Generator,
    place: tuple[float, float, float],
    visits: int,
    stand_m: float,
    scale_sigma: float,
) -> tuple[FloatArray, FloatArray]:
    """Marks and payout of standing at five marks, several times each."""
    x0, h, w = place
    marks = np.repeat(WALK_M, visits)
    lie = np.repeat(rng.normal(0.0, 0.005, len(WALK_M)), visits)
    along = marks + lie + rng.normal(0.0, stand_m, len(marks)) + x0
    cord = np.sqrt(along**2 + h * h + w * w) * (1.0 + rng.normal(0.0, scale_sigma))
    payout = cord + rng.normal(0.0, 0.002, len(marks))
    return marks, payout - payout[0]


def taped(rng: np.random.Generator, truth_m: float, sigma_m: float | None) -> Measured:
    return Measured(truth_m + rng.normal(0.0, sigma_m), sigma_m) if sigma_m else UNKNOWN


def calibrations(
    place: tuple[float, float, float],
    *,
    visits: int,
    stand_m: float = 0.02,
    scale_sigma: float = 0.002,
    tape_m: tuple[float | None, float | None, float | None] = (None, None, 0.05),
) -> list[ReelGeometry]:
    rng = np.random.default_rng(3)
    params = GeometryParams(stand_sigma_m=stand_m, scale_sigma=scale_sigma)
    reels = []
    for _ in range(CALIBRATIONS):
        marks, payout = walk(rng, place, visits, stand_m, scale_sigma)
        x0, h, w = (taped(rng, *row) for row in zip(place, tape_m, strict=True))
        reels.append(
            reel_geometry(marks, payout, standoff_m=x0, height_m=h, lateral_m=w, params=params)
        )
    return reels


def distance_errors(reels: list[ReelGeometry], place: tuple[float, float, float]) -> list[Measured]:
    """Distance at 5 and 10 yd by each stored rig, less the truth, with the rig's own error."""
    errors = []
    for reel in reels:
        rig = store(Rig(), reel=reel)
        for gate in WALK_M[3:]:
            payout = math.hypot(gate + place[0], *place[1:]) - math.hypot(*place)
            error = float(distance_from_payout(np.array([payout]), rig)[0]) - gate
            shares = (distance_sensitivity(gate, rig) * rig_errors(rig))[:3]
            errors.append(Measured(error, float(np.linalg.norm(shares))))
    return errors


@pytest.mark.parametrize("place", [(2.0, 0.9, 0.0), (4.0, 0.75, 0.0), (2.0, 0.2, 0.5)])
def test_with_a_tape_measure_every_length_and_the_distance_are_within_their_errors(
    place: tuple[float, float, float],
) -> None:
    reels = calibrations(place, visits=1, tape_m=(0.02, 0.02, 0.02))
    assert sum(bool(reel.refusal) for reel in reels) <= 3
    reels = [reel for reel in reels if not reel.refusal]
    for k, name in enumerate(("standoff_m", "height_m", "lateral_m")):
        assert_covers([getattr(reel, name) for reel in reels], place[k])
    assert_covers(distance_errors(reels, place), 0.0)


def test_with_the_height_taped_a_careful_walk_finds_the_standoff() -> None:
    place = (1.0, 0.9, 0.0)
    reels = calibrations(place, visits=4, stand_m=0.015, tape_m=(None, 0.02, 0.05))
    assert_covers([reel.standoff_m for reel in reels], 1.0)
    assert np.median([reel.standoff_m.sigma for reel in reels]) < 0.1
    assert reels[0].words[0].endswith("from the walk")
    assert reels[0].words[1].endswith("as given; the walk adds little")


def test_a_very_careful_walk_without_a_tape_finds_standoff_and_height_together() -> None:
    place = (1.0, 0.9, 0.0)
    reels = calibrations(place, visits=5, stand_m=0.01, scale_sigma=0.0005)
    known = [reel for reel in reels if reel.known]
    assert len(known) >= 0.98 * CALIBRATIONS
    assert_covers([reel.standoff_m for reel in known], 1.0)
    assert_covers([reel.height_m for reel in known], 0.9)
    covariances = np.array([reel.covariance_m2 for reel in known])
    x0_sigma, h_sigma = np.sqrt([covariances[:, 0, 0], covariances[:, 1, 1]])
    assert np.median(covariances[:, 0, 1] / (x0_sigma * h_sigma)) > 0.9
    # One sigma for three correlated lengths is safe, never short.
    value, sigma = np.array(distance_errors(known, place)).T
    assert np.mean(np.abs(value) < NINETY * sigma) >= 0.85
    assert np.mean(np.abs(value)) < 0.02


def test_an_ordinary_walk_without_a_tape_says_what_it_cannot_tell() -> None:
    for reel in calibrations((2.0, 0.9, 0.0), visits=1)[:50]:
        assert not reel.standoff_m.known
        assert not reel.known
        assert math.isnan(reel.geometry_sigma_m)
        assert "measure it with a tape" in reel.words[0]
        assert store(Rig(), reel=reel) == Rig()


@pytest.mark.parametrize("place", [(2.0, 0.9, 0.0), (1.0, 0.9, 0.0), (0.5, 0.9, 0.0)])
@pytest.mark.parametrize("height_tape_m", [None, 0.02])
def test_however_little_is_known_few_calibrations_state_a_wrong_length(
    place: tuple[float, float, float], height_tape_m: float | None
) -> None:
    reels = calibrations(place, visits=2, tape_m=(None, height_tape_m, 0.05))
    for k, name in enumerate(("standoff_m", "height_m")):
        lengths = [getattr(reel, name) for reel in reels]
        misses = sum(m.known and abs(m.value - place[k]) > NINETY * m.sigma for m in lengths)
        assert misses <= 0.15 * CALIBRATIONS


def test_unless_someone_looked_height_and_lateral_are_one_side() -> None:
    place = (1.0, 0.6, 0.8)
    reels = calibrations(
        place, visits=5, stand_m=0.01, scale_sigma=0.0005, tape_m=(None, None, None)
    )
    assert not any(reel.height_m.known or reel.lateral_m.known for reel in reels)
    assert_covers([reel.side_m for reel in reels], 1.0)


def test_with_the_height_taped_the_rest_of_the_side_is_lateral() -> None:
    place = (1.0, 0.6, 0.8)
    reels = calibrations(
        place, visits=5, stand_m=0.01, scale_sigma=0.0005, tape_m=(0.02, 0.02, None)
    )
    assert all(reel.known for reel in reels)
    assert_covers([reel.lateral_m for reel in reels], 0.8)
    assert_covers([reel.standoff_m for reel in reels], 1.0)
    assert all(np.linalg.eigvalsh(reel.covariance_m2).min() > 0 for reel in reels)


@pytest.mark.parametrize("lateral_m", [0.0, 0.3])
def test_a_loose_word_on_the_lateral_offset_does_not_make_the_rest_surer_than_it_is(
    lateral_m: float,
) -> None:
    place = (1.0, 0.9, lateral_m)
    reels = calibrations(
        place, visits=5, stand_m=0.01, scale_sigma=0.0005, tape_m=(0.02, None, 0.25)
    )
    value, sigma = np.array([reel.height_m for reel in reels]).T
    assert np.mean(np.abs(value - 0.9) < NINETY * sigma) >= 0.85


def test_a_good_tape_measure_comes_back_as_it_was_with_covariance() -> None:
    cord = np.hypot(WALK_M + 2.0, 0.9)
    tape = Measured(2.0, 0.02), Measured(0.9, 0.02), Measured(0.0, 0.02)
    reel = reel_geometry(
        WALK_M, cord - cord[0], standoff_m=tape[0], height_m=tape[1], lateral_m=tape[2]
    )
    assert reel.standoff_m.value == pytest.approx(2.0, abs=1e-4)
    assert np.sqrt(np.diag(reel.covariance_m2)) == pytest.approx([0.02] * 3, rel=0.05)
    assert reel.geometry_sigma_m == pytest.approx(0.02, rel=0.05)


def test_a_reel_below_the_belt_by_tape_keeps_its_sign() -> None:
    cord = np.hypot(WALK_M + 2.0, 0.4)
    reel = reel_geometry(WALK_M, cord - cord[0], height_m=Measured(-0.4, 0.02))
    assert reel.height_m.value == pytest.approx(-0.4, abs=0.01)


@pytest.mark.parametrize(
    ("marks", "payout", "words"),
    [
        ([0.0], [0.0], "1 mark is no distance"),
        ([0.0, 0.0], [0.0, 0.01], "1 mark is no distance"),
        ([0.0, 0.9, 1.8], [0.0, 0.8, 1.7], "too close"),
        ([0.0, 4.572, 9.144], [0.0, math.nan, 9.0], "is unknown"),
        ([0.0, 4.572, 9.144], [9.0, 4.5, 0.0], "no cord goes out as marks do"),
        ([0.0, 4.0], [0.0, 0.0], "no cord goes out as marks do"),
        # The athlete stood at 6 yd for 5.
        ([0.0, 0.9144, 4.572, 9.144], [0.0, 0.87, 5.38, 9.05], "at 4.572 m (visit 3)"),
    ],
)
def test_a_walk_that_shows_nothing_is_refused_in_plain_words(
    marks: list[float], payout: list[float], words: str
) -> None:
    reel = reel_geometry(np.array(marks), np.array(payout), height_m=Measured(0.9, 0.02))
    assert words in reel.refusal
    assert not reel.known
    assert np.isnan(reel.covariance_m2).all()


def test_two_marks_and_no_tape_leave_all_unknown_without_a_refusal() -> None:
    reel = reel_geometry(np.array([0.0, 9.144]), np.array([0.0, 9.0]))
    assert not reel.refusal
    assert not reel.standoff_m.known
    assert not reel.height_m.known


_LENGTH = st.just(UNKNOWN) | st.builds(Measured, st.floats(-1.0, 10.0), st.floats(0.0, 1.0))


@given(
    st.lists(st.tuples(st.floats(-5.0, 20.0), st.floats(-5.0, 20.0)), max_size=8),
    _LENGTH,
    _LENGTH,
    _LENGTH,
)
def test_whatever_was_walked_there_is_an_answer_that_a_rig_can_hold(
    visits: list[tuple[float, float]], x0: Measured, h: Measured, w: Measured
) -> None:
    marks, payout = np.array(visits).reshape(-1, 2).T
    reel = reel_geometry(marks, payout, standoff_m=x0, height_m=h, lateral_m=w)
    assert reel.refusal or len(reel.words) == 3
    rig = store(Rig(), reel=reel)
    assert parse_rig(format_rig(rig)) == rig
    assert rig.has_geometry == reel.known


def test_an_unknown_error_of_a_payout_is_refused() -> None:
    sigma = np.where(WALK_M > 5.0, np.nan, 0.002)
    assert "is unknown" in reel_geometry(WALK_M, WALK_M, sigma).refusal


def test_rows_of_different_length_are_an_error() -> None:
    with pytest.raises(ValueError, match="equal length"):
        reel_geometry(WALK_M, WALK_M[1:])


# Into the rig


def test_a_stored_calibration_is_what_later_code_reads() -> None:
    scale = counts_per_metre(np.array([0.0, 4.572, 9.144]), np.array([0.0, 22_900.0, 45_800.0]))
    rig = store(parse_rig("[sled]\nmass_kg = 20"), day="2026-11-25", scale=scale)
    assert rig.encoder.counts_per_m == pytest.approx(scale.counts_per_m.value, abs=0.005)
    assert rig.encoder.scale_sigma == pytest.approx(scale.scale_sigma, abs=1e-5)
    assert rig.given == {
        "sled.mass_kg",
        "encoder.counts_per_m",
        "encoder.scale_sigma",
        "encoder.calibrated",
    }
    assert not rig.has_geometry


def test_a_scale_without_its_day_is_not_stored() -> None:
    scale = counts_per_metre(np.array([0.0, 9.144]), np.array([0.0, 45_800.0]))
    with pytest.raises(RigError, match="has no calibrated"):
        store(Rig(), scale=scale)


def test_a_refused_calibration_changes_nothing() -> None:
    refused = counts_per_metre(np.array([0.0]), np.array([0.0]))
    assert store(Rig(), day="2026-11-25", scale=refused) == Rig()
