"""The athlete, the sled and the strap obey mechanics and the figures of SOURCES.md."""

import math
from dataclasses import replace

import numpy as np
import pytest

from sledmon.errors import SimulationError
from sledmon.samples import FloatArray
from sledmon.twin.athlete import (
    Athlete,
    Effort,
    Ground,
    Run,
    Tow,
    draw_athlete,
    draw_effort,
    draw_ground,
    run,
)
from sledmon.twin.waveforms import STEP_S, Bounce, cumulative, impact_velocity

G = 9.80665


def _cast(seed: int, brake_at_m: float = 9.144) -> tuple[Athlete, Ground, Effort]:
    rng = np.random.default_rng(seed)
    athlete, ground = draw_athlete(rng), draw_ground(rng)
    return athlete, ground, draw_effort(rng, athlete, 1, brake_at_m)


def _time_to(done: Run, distance_m: float) -> float:
    path = cumulative(done.velocity_mps, STEP_S)
    start = int(np.argmax(done.velocity_mps > 0.10))
    return (int(np.argmax(path >= distance_m)) - start) * STEP_S


def _even(effort: Effort) -> Effort:
    """The same effort without variation between steps."""
    return replace(effort, step_strength=(0.0,) * 64, step_tempo=(1.0,) * 64)


@pytest.mark.parametrize("seed", range(6))
def test_a_free_backpedal_over_10_yd_takes_what_the_planning_table_says(seed: int) -> None:
    athlete, ground, effort = _cast(seed)
    done = run(athlete, effort, ground, None)
    assert 2.3 < _time_to(done, 9.144) < 3.0
    assert 1.4 < _time_to(done, 4.572) < 1.9


@pytest.mark.parametrize("seed", range(4))
def test_a_heavier_sled_is_slower_and_none_is_fastest(seed: int) -> None:
    athlete, ground, effort = _cast(seed)
    times = [
        _time_to(run(athlete, effort, ground, tow), 9.144)
        for tow in (None, *(Tow(mass_kg=m, slack_m=0.01) for m in (12.0, 16.0, 24.0, 40.0)))
    ]
    assert times == sorted(times)
    assert times[1] > 1.03 * times[0]
    assert times[-1] < 2.0 * times[0]


def test_without_step_swing_or_sled_velocity_follows_the_closed_form() -> None:
    athlete, ground, effort = _cast(1)
    athlete = replace(athlete, drag_kgpm=0.0)
    ground = replace(ground, cord_tension_n=0.0, cord_tension_npm=0.0)
    effort = replace(_even(effort), onset_s=1e-6, pace=1.0)
    done = run(athlete, effort, ground, None)
    count = done.brake_index
    t = np.arange(count) * STEP_S
    tau = athlete.top_velocity_mps / athlete.force_npkg
    expected = athlete.top_velocity_mps * (1 - np.exp(-t / tau))
    assert np.max(np.abs(done.velocity_mps[:count] - expected)) < 0.012


def test_the_work_done_on_athlete_and_sled_is_their_kinetic_energy_and_friction_heat() -> None:
    athlete, ground, effort = _cast(2)
    ground = replace(ground, strap_damping=0.0)
    tow = Tow(mass_kg=20.0, slack_m=0.0)
    done = run(athlete, _even(effort), ground, tow)
    end = done.brake_index
    v, sled = done.velocity_mps[: end + 1], done.sled_velocity_mps[: end + 1]
    tension = done.tension_n[: end + 1]
    cos, sin = math.cos(ground.strap_angle_rad), math.sin(ground.strap_angle_rad)
    mu = ground.friction * (20.0 / 15.0) ** math.log2(0.9)
    mu = mu * (1 + (ground.static_ratio - 1) * np.exp(-((sled / ground.stribeck_mps) ** 2)))
    normal = np.maximum(0.0, 20.0 * G - tension * sin)
    heat_j = np.sum(normal * (mu + ground.viscous_spm * sled) * sled) * STEP_S
    pulled_j = np.sum(tension * cos * sled) * STEP_S
    assert pulled_j == pytest.approx(heat_j + 0.5 * 20.0 * sled[-1] ** 2, rel=0.01)
    # What the athlete loses to the strap and the sled does not get is stored in its stretch.
    stored_j = np.sum(tension * cos * (v - sled)) * STEP_S
    spring_j = 0.5 * tension[-1] ** 2 / ground.strap_stiffness_npm * cos
    assert stored_j == pytest.approx(spring_j, abs=0.03 * pulled_j)


@pytest.mark.parametrize("seed", range(4))
def test_the_strap_never_pushes_and_carries_the_friction_on_average(seed: int) -> None:
    athlete, ground, effort = _cast(seed)
    done = run(athlete, effort, ground, Tow(mass_kg=20.0, slack_m=0.02))
    assert done.tension_n.min() == 0.0
    half = slice(done.brake_index // 2, done.brake_index)
    friction_n = float(np.mean(done.tension_n[half])) * math.cos(ground.strap_angle_rad)
    accelerating_n = 20.0 * (
        done.sled_velocity_mps[done.brake_index] - done.sled_velocity_mps[half.start]
    )
    accelerating_n /= (half.stop - half.start) * STEP_S
    mu = (friction_n - accelerating_n) / (20.0 * G)
    assert 0.7 * ground.friction < mu < 1.1 * ground.friction


def test_slack_is_run_through_freely_before_the_strap_first_carries_load() -> None:
    athlete, ground, effort = _cast(3)
    free = run(athlete, effort, ground, None)
    slack = run(athlete, effort, ground, Tow(mass_kg=20.0, slack_m=0.30))
    taut = run(athlete, effort, ground, Tow(mass_kg=20.0, slack_m=0.0))
    first = slack.first_load_index
    assert first is not None
    assert taut.first_load_index is not None
    assert taut.first_load_index < first
    assert np.array_equal(slack.velocity_mps[:first], free.velocity_mps[:first])
    path = cumulative(slack.velocity_mps, STEP_S)
    assert 0.298 < path[first] < 0.32
    assert slack.tension_n[first : first + 300].max() > 1.5 * taut.tension_n[:600].max()


def test_the_sled_never_runs_backwards_and_rests_until_static_friction_gives() -> None:
    athlete, ground, effort = _cast(4)
    done = run(athlete, effort, ground, Tow(mass_kg=30.0, slack_m=0.05))
    assert done.sled_velocity_mps.min() >= 0.0
    moves = int(np.argmax(done.sled_velocity_mps > 0))
    mu = ground.friction * 2 ** math.log2(0.9) * ground.static_ratio
    angle = ground.strap_angle_rad
    needed_n = mu * 30.0 * G / (math.cos(angle) + mu * math.sin(angle))
    assert done.tension_n[moves - 1] < 1.02 * needed_n < 1.3 * done.tension_n[moves]


def test_a_load_that_nobody_can_pull_is_refused_in_one_sentence() -> None:
    athlete, ground, effort = _cast(0)
    with pytest.raises(SimulationError, match="cannot pull 400 kg"):
        run(athlete, effort, ground, Tow(mass_kg=400.0, slack_m=0.0))


@pytest.mark.parametrize("seed", range(6))
def test_steps_swing_velocity_by_what_was_measured_in_sprints(seed: int) -> None:
    athlete, ground, effort = _cast(seed)
    done = run(athlete, effort, ground, None)
    last = slice(done.brake_index - 900, done.brake_index)
    t = np.arange(900) * STEP_S
    velocity = done.velocity_mps[last]
    swing = float(np.std(velocity - np.polyval(np.polyfit(t, velocity, 2), t)))
    assert 0.15 < swing < 0.45
    frequency = (done.cycle[last.stop] - done.cycle[last.start]) / 0.9
    assert 3.5 < frequency < 5.0
    early = done.frequency_hz[100]
    assert early < 0.85 * frequency


@pytest.mark.parametrize("seed", range(6))
def test_the_first_push_rises_through_the_start_threshold_only_once(seed: int) -> None:
    athlete, ground, effort = _cast(seed)
    done = run(athlete, effort, ground, Tow(mass_kg=24.0, slack_m=0.1))
    until_braking = done.velocity_mps[: done.brake_index]
    assert int(np.sum(np.diff(until_braking > 0.10))) == 1


def test_the_athlete_runs_on_brakes_and_comes_to_rest() -> None:
    athlete, ground, effort = _cast(5)
    done = run(athlete, effort, ground, None)
    path = cumulative(done.velocity_mps, STEP_S)
    assert abs(done.velocity_mps[-1]) < 1e-6
    assert 0.3 < path[done.brake_index] - 9.144 < 1.6
    assert 0.8 < path[-1] - path[done.brake_index] < 3.2


def test_bounce_is_free_flight_between_stances_and_lifts_one_body_weight_on_average() -> None:
    bounce = Bounce(0.6)
    cycle = np.linspace(0.0, 1.0, 4001)
    force = np.gradient(np.gradient(bounce.path(cycle), cycle), cycle) + 1.0
    inside = force[10:-10]
    assert float(np.mean(inside)) == pytest.approx(1.0, abs=0.01)
    assert np.max(np.abs(force[2800:3700])) < 0.15  # flight
    assert float(np.max(inside)) == pytest.approx(math.pi / 1.2, rel=0.03)


def test_an_impact_leaves_neither_speed_nor_displacement_behind() -> None:
    time_s = np.arange(0.0, 0.5, STEP_S)
    speed: FloatArray = impact_velocity(time_s, 0.25, 0.015, 30.0, 0.13)
    assert abs(speed[0]) < 1e-12
    assert abs(speed[-1]) < 1e-12
    assert abs(cumulative(speed, STEP_S)[-1]) < 1e-6
    peak = float(np.max(np.gradient(speed, STEP_S)))
    assert peak == pytest.approx(30.0 - 2 * 30.0 * 0.015 / 0.13 / 2 * 1.0, rel=0.12)
