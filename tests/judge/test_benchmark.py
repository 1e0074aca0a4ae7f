"""The benchmark of verdicts in a reduced form: stated probabilities are true, errors are few."""

from functools import cache

import numpy as np
import pytest

from benchmarks.verdicts import (
    BINS,
    NAMED,
    SPEED_LINE,
    Outcome,
    all_sessions,
    best_rates,
    causes,
    rates,
    share,
)


@cache
def outcome() -> Outcome:
    return all_sessions(100, seed=9, jobs=1)


@pytest.mark.parametrize(("low", "high"), BINS)
def test_flags_are_true_as_often_as_they_say(low: float, high: float) -> None:
    count, stated, true = share(outcome().flags, low, high)
    assert count >= 400
    chance = 2.5 * np.sqrt(stated * (1 - stated) / count)
    assert low - 0.05 - chance < true <= min(1.0, high + 0.05 + chance), (stated, true, count)


def test_a_naive_rule_s_flags_are_less_true() -> None:
    """Of those that are not far from the line, which any rule gets right."""
    ours = np.mean([row.true for row in outcome().flags])
    naive = np.mean([row.true for row in outcome().naive])
    assert 1 - ours < 0.5 * (1 - naive)


def test_three_points_below_the_line_is_not_flagged_and_five_above_is_not_missed() -> None:
    ours, naive = rates(0.015, SPEED_LINE, 250)
    best = best_rates(0.015, SPEED_LINE)
    assert ours.false <= 0.02
    assert ours.missed <= 0.05
    assert ours.missed <= best.missed + 0.02
    assert naive.false > 0.04


def test_advice_that_promises_the_zone_keeps_its_word() -> None:
    promised = [row.right for row in outcome().advice if row.kind == "take off"]
    denied = [row.right for row in outcome().advice if row.kind == "even the empty sled is past"]
    assert len(promised) >= 20
    assert np.mean(promised) >= 0.8, "0.9 in the long run; few are drawn here"
    assert np.mean(denied) >= 0.93


def test_causes_are_seldom_confused() -> None:
    found = causes(12)
    wrong = sum(n for c, row in found.items() for k, n in row.items() if k != NAMED.get(c, c))
    total = sum(row.total() for row in found.values())
    assert total > 150
    assert wrong / total < 0.10
