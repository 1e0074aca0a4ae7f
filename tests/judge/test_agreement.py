"""Agreement and reliability: published examples, hand-worked ones, and what cannot be known."""

import math

import numpy as np
import pytest

from sledmon.judge.agreement import agreement
from sledmon.judge.reliability import smallest_worthwhile, typical_error

# Peak expiratory flow, l/min, of 17 people, twice with each of two meters: Bland & Altman 1986.
LARGE = np.array([
    [494, 395, 516, 434, 476, 557, 413, 442, 650, 433, 417, 656, 267, 478, 178, 423, 427],
    [490, 397, 512, 401, 470, 611, 415, 431, 638, 429, 420, 633, 275, 492, 165, 372, 421],
], float)  # fmt: skip
MINI = np.array([
    [512, 430, 520, 428, 500, 600, 364, 380, 658, 445, 432, 626, 260, 477, 259, 350, 451],
    [525, 415, 508, 444, 500, 625, 460, 390, 642, 432, 420, 605, 227, 467, 268, 370, 443],
], float)  # fmt: skip
PEOPLE = [f"person {number}" for number in range(17)]


def test_limits_of_agreement_are_those_of_bland_and_altman_1986() -> None:
    seen = agreement(LARGE[0] - MINI[0], PEOPLE)
    assert (seen.pairs, seen.athletes) == (17, 17)
    assert seen.bias.value == pytest.approx(-2.1, abs=0.05)
    assert seen.sd == pytest.approx(38.8, abs=0.05)
    assert seen.bias.low == pytest.approx(-22.0, abs=0.1)
    assert seen.bias.high == pytest.approx(17.8, abs=0.1)
    # The paper rounds 1.96 to 2: limits -79.7 and 75.5, and their error, to sqrt(3 / n) sd.
    assert seen.lower.value == pytest.approx(-79.7 + 0.04 * 38.8, abs=0.1)
    assert seen.upper.value == pytest.approx(75.5 - 0.04 * 38.8, abs=0.1)
    assert seen.upper.high - seen.upper.value == pytest.approx(34.6, abs=0.5)


def test_repeatability_is_that_of_bland_and_altman_1986() -> None:
    """Twice the SD of the differences between repetitions: 43.2 and 56.4 l/min."""
    for meter, published in ((LARGE, 43.2), (MINI, 56.4)):
        error = typical_error(list(meter.T)).typical_error.value
        assert 2 * math.sqrt(2) * error == pytest.approx(published, abs=0.15)


def test_a_hand_worked_typical_error() -> None:
    """s1^2 = 0.02, s2^2 = 0.08, s3^2 = 0.01 with 1, 1 and 2 degrees of freedom."""
    groups = [np.array([4.0, 4.2]), np.array([5.0, 5.4]), np.array([4.5, 4.6, 4.7])]
    seen = typical_error([*groups, np.array([9.0]), np.array([np.nan, 4.4])])
    error = math.sqrt((0.02 + 0.08 + 2 * 0.01) / 4)
    assert seen.typical_error.value == pytest.approx(error)
    assert seen.mdc95 == pytest.approx(1.96 * math.sqrt(2) * error)
    assert (seen.values, seen.groups, seen.dof) == (9, 3, 4)
    # Chi-squared with 4 degrees of freedom: 0.7107 and 9.4877 hold 90 % between them.
    assert seen.typical_error.low == pytest.approx(error * math.sqrt(4 / 9.4877), rel=1e-4)
    assert seen.typical_error.high == pytest.approx(error * math.sqrt(4 / 0.7107), rel=1e-4)


def test_cv_is_the_scatter_of_logarithms() -> None:
    seen = typical_error([np.array([1.0, 1.0]) * (1 + each) for each in (0.0, 1.0)])
    assert seen.cv.value == 0.0
    doubled = typical_error([np.array([1.0, 1.02]), np.array([10.0, 10.2])])
    assert doubled.cv.value == pytest.approx(math.expm1(math.log(1.02) / math.sqrt(2)))


def test_drawn_scatter_is_found_and_its_interval_holds() -> None:
    random = np.random.default_rng(1)
    inside = 0
    for _ in range(400):
        seen = typical_error(list(random.normal(5.0, 0.1, (6, 3))))
        inside += seen.typical_error.low < 0.1 < seen.typical_error.high
    assert inside / 400 == pytest.approx(0.90, abs=0.04)


def test_limits_for_several_reps_an_athlete_hold_95_per_cent_of_new_reps() -> None:
    random = np.random.default_rng(2)
    own, luck = 0.03, 0.02
    sds = []
    for _ in range(300):
        drawn = random.normal(0.01, own, 12)[:, None] + random.normal(0.0, luck, (12, 4))
        seen = agreement(drawn.ravel(), [str(i) for i in range(12) for _ in range(4)])
        sds.append(seen.sd)
    assert np.mean(sds) == pytest.approx(math.hypot(own, luck), rel=0.04)


def test_the_bias_of_few_athletes_is_no_surer_for_their_many_reps() -> None:
    random = np.random.default_rng(3)
    inside = 0
    for _ in range(400):
        drawn = random.normal(0.0, 0.03, 8)[:, None] + random.normal(0.0, 0.01, (8, 10))
        seen = agreement(drawn.ravel(), [str(i) for i in range(8) for _ in range(10)])
        inside += seen.bias.low < 0.0 < seen.bias.high
    assert inside / 400 == pytest.approx(0.95, abs=0.035)


def test_a_hand_worked_smallest_worthwhile_change() -> None:
    athletes = [np.array([4.0, 4.2]), np.array([5.0, np.nan]), np.array([6.0, 6.0])]
    between = float(np.var([4.1, 5.0, 6.0], ddof=1)) - 0.1**2 * (0.5 + 1.0 + 0.5) / 3
    assert smallest_worthwhile(athletes, 0.1) == pytest.approx(0.2 * math.sqrt(between))
    assert smallest_worthwhile(athletes, 9.0) == 0.0


def test_what_cannot_be_known_is_nan() -> None:
    assert math.isnan(smallest_worthwhile([np.array([1.0]), np.array([2.0])], 0.1))
    for groups in ([], [np.array([1.0])], [np.array([1.0, np.nan])]):
        seen = typical_error(groups)
        assert math.isnan(seen.typical_error.value)
        assert math.isnan(seen.cv.value)
        assert math.isnan(seen.mdc95)
    assert math.isnan(typical_error([np.array([-1.0, 1.0])]).cv.value)
    few = agreement(np.array([1.0, 2.0, np.nan]), ["a", "b", "c"])
    assert (few.pairs, few.athletes) == (2, 2)
    assert all(math.isnan(each) for each in (*few.bias, *few.lower, *few.upper, few.sd))
