"""Simulated sessions of every fault level against what truly happened in them.

Six sessions a level here; the full twenty and their table: ``python -m benchmarks.reps_found``.
"""

from functools import cache

import numpy as np
import pytest

from benchmarks.reps_found import QUANTITIES, Score, coverage_90, score

SEEDS = range(101, 107)
LEVELS = ("none", "mild", "harsh")


@cache
def scored(level: str) -> Score:
    return score(level, SEEDS, reps=7)


@pytest.mark.parametrize("level", ["none", "mild"])
def test_every_rep_is_found_and_none_invented(level: str) -> None:
    result = scored(level)
    assert result.true == 42
    assert result.missed == []
    assert result.invented == []
    assert result.incomplete == 0


def test_harsh_radio_hides_at_most_one_rep_in_fifty_and_invents_none() -> None:
    result = scored("harsh")
    assert result.found >= 0.98 * result.true
    assert result.invented == []


@pytest.mark.parametrize(
    ("level", "quantity", "p95"),
    [
        ("none", "5 yd", 0.010),
        ("none", "10 yd", 0.010),
        ("none", "window velocity", 0.015),
        ("none", "peak velocity", 0.025),
        ("mild", "5 yd", 0.020),
        ("mild", "10 yd", 0.020),
        ("mild", "window velocity", 0.025),
        ("mild", "peak velocity", 0.040),
        ("harsh", "5 yd", 0.050),
        ("harsh", "10 yd", 0.050),
        ("harsh", "window velocity", 0.080),
        ("harsh", "peak velocity", 0.120),
    ],
)
def test_95_percent_lie_this_near_the_truth(level: str, quantity: str, p95: float) -> None:
    errors, _ = scored(level).known(quantity)
    assert len(errors) >= 0.9 * scored(level).true
    assert float(np.percentile(np.abs(errors), 95)) <= p95


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("quantity", [q.name for q in QUANTITIES if q.name != "5-10 yd"])
def test_stated_90_percent_intervals_hold_the_truth_nearly_as_often(
    level: str, quantity: str
) -> None:
    errors, sigmas = scored(level).known(quantity)
    assert np.all(sigmas > 0.0)
    assert coverage_90(errors, sigmas) >= 0.75


@pytest.mark.parametrize("level", LEVELS)
def test_splits_are_not_biased_by_more_than_a_sample(level: str) -> None:
    for quantity in ("5 yd", "10 yd"):
        errors, _ = scored(level).known(quantity)
        assert abs(float(np.mean(errors))) < 0.010
