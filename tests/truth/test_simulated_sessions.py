"""Simulated sessions of every fault level against what truly happened in them.

The first thirty sessions a level here; all sixty: ``python -m benchmarks.accuracy``.
"""

from functools import cache

import numpy as np
import pytest

from benchmarks.accuracy import QUANTITIES, Score, coverage_90, score

SEEDS = range(1, 31)
"""Errors of scale, geometry and belt are drawn once a session: many short ones say more."""
LEVELS = ("none", "mild", "harsh")


@cache
def scored(level: str) -> Score:
    return score(level, SEEDS, reps=4)


@pytest.mark.parametrize("level", ["none", "mild"])
def test_every_rep_is_found_and_none_invented(level: str) -> None:
    result = scored(level)
    assert result.true == 4 * len(SEEDS)
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
        ("none", "start", 6.0),
        ("none", "5 yd", 6.0),
        ("none", "10 yd", 6.0),
        ("none", "window velocity", 0.25),
        ("none", "peak velocity", 0.5),
        ("none", "step frequency", 0.1),
        ("none", "lean", 4.0),
        ("mild", "start", 8.0),
        ("mild", "5 yd", 8.0),
        ("mild", "10 yd", 8.0),
        ("mild", "window velocity", 0.4),
        ("mild", "peak velocity", 0.8),
        ("mild", "step frequency", 0.1),
        ("mild", "lean", 5.0),
        ("harsh", "start", 20.0),
        ("harsh", "5 yd", 20.0),
        ("harsh", "10 yd", 20.0),
        ("harsh", "window velocity", 1.0),
        ("harsh", "peak velocity", 1.5),
        ("harsh", "step frequency", 0.2),
        ("harsh", "lean", 7.0),
    ],
)
def test_95_percent_lie_this_near_the_truth(level: str, quantity: str, p95: float) -> None:
    errors, _ = scored(level).known(quantity)
    # Lean is unknown where nobody was seen upright; bursts of loss hide more.
    least = 0.85 if level == "harsh" else 0.97 if quantity == "lean" else 1.0
    assert len(errors) >= least * scored(level).true
    assert float(np.percentile(np.abs(errors), 95)) <= p95


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize(
    "quantity", [q.name for q in QUANTITIES if q.name not in ("start", "steps")]
)
def test_stated_90_percent_intervals_hold_the_truth_nearly_as_often(
    level: str, quantity: str
) -> None:
    errors, sigmas = scored(level).known(quantity)
    assert np.all(sigmas > 0.0)
    assert 0.75 <= coverage_90(errors, sigmas) <= 0.97


@pytest.mark.parametrize("level", LEVELS)
def test_splits_are_not_biased_by_more_than_a_sample(level: str) -> None:
    for quantity in ("5 yd", "10 yd"):
        errors, _ = scored(level).known(quantity)
        assert abs(float(np.mean(errors))) < 5.0  # ms
