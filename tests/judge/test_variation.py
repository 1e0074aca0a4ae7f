"""The athlete's own variation is learnt, slowly and from honest reps; order statistics are true."""

import numpy as np
import pytest

from sledmon.judge.baseline import BEST_TWO_OF
from sledmon.judge.params import JudgeParams
from sledmon.judge.variation import VariationLog, learnt
from sledmon.results import Measured
from tests.judge.reps import free, in_turn, judged

PARAMS = JudgeParams()


def log_of(velocities: list[float], sigma: float = 0.0) -> VariationLog:
    log = VariationLog()
    for velocity in velocities:
        log.add(20.0, Measured(velocity, velocity * sigma), PARAMS.strange_step)
    return log


def test_the_order_statistics_are_those_of_normal_draws() -> None:
    rng = np.random.default_rng(5)
    for n in (3, 7, 20):
        best = np.sort(rng.normal(size=(200_000, n)), axis=1)[:, -2:].mean(axis=1)
        assert best.mean() == pytest.approx(BEST_TWO_OF[n][0], abs=0.01)
        assert best.std() == pytest.approx(BEST_TWO_OF[n][1], abs=0.01)


def test_before_any_rep_variation_is_what_is_usual() -> None:
    usual = VariationLog().variation(PARAMS).measured
    assert usual.value == pytest.approx(0.0195, abs=0.001)
    assert usual.sigma == pytest.approx(0.008, abs=0.001)


@pytest.mark.parametrize("cv", [0.01, 0.015, 0.02, 0.03])
def test_many_reps_teach_the_true_variation(cv: float) -> None:
    rng = np.random.default_rng(3)
    means = [
        log_of(list(5.0 * (1 + cv * rng.normal(size=25)))).variation(PARAMS).measured.value
        for _ in range(60)
    ]
    assert np.mean(means) == pytest.approx(cv, rel=0.13)


def test_few_reps_move_it_part_of_the_way() -> None:
    steady = log_of([5.0, 5.01, 5.0, 5.01]).variation(PARAMS).measured.value
    wild = log_of([5.0, 5.3, 4.9, 5.2]).variation(PARAMS).measured.value
    usual = VariationLog().variation(PARAMS).measured.value
    assert steady < usual < wild < 0.05


def test_slow_fatigue_is_not_variation() -> None:
    falling = [5.0 * (1 - 0.01 * k) for k in range(8)]
    assert log_of(falling).variation(PARAMS).measured.value < 0.015


def test_what_the_sensors_add_is_not_the_athlete_s() -> None:
    rng = np.random.default_rng(4)
    velocities = list(5.0 * (1 + 0.02 * rng.normal(size=40)))
    own = log_of(velocities).variation(PARAMS).measured.value
    less = log_of(velocities, sigma=0.015).variation(PARAMS).measured.value
    assert less < 0.85 * own


def test_a_rep_run_with_another_intent_teaches_nothing() -> None:
    calm = [5.0, 5.02, 4.99, 5.01, 5.0]
    with_jog = [5.0, 5.02, 3.0, 4.99, 5.01, 5.0]
    a, b = (log_of(v).variation(PARAMS).measured.value for v in (calm, with_jog))
    assert b == pytest.approx(a, rel=0.15)


def test_weights_add_up_to_one_whatever_was_seen() -> None:
    for freedom, squares in ((0.0, 0.0), (1.0, 1.0), (500.0, 0.0), (500.0, 50.0)):
        parts = learnt(freedom, squares, 1e-6, PARAMS).parts
        assert sum(weight for weight, _ in parts) == pytest.approx(1.0)


def test_a_steady_athlete_is_flagged_where_an_unsteady_one_is_not() -> None:
    steady = [*free(5.0, 4), *in_turn(5, (4.41, 4.40, 4.41, 4.40, 4.41))]
    unsteady = [*in_turn(1, (5.2, 4.8, 5.1, 4.9), unresisted=True)]
    unsteady += in_turn(5, (4.65, 4.25, 4.65, 4.25, 4.47))
    assert judged(steady)[-1].flag == "watch"
    assert judged(unsteady)[-1].flag is None
