"""The state that is shown: what a recording of the same session says, and nothing else."""

import json
import math
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from sledmon.acquire.sensor import Phase, SensorStatus
from sledmon.present.export.results_json import session_document, to_json
from sledmon.present.running import (
    DemoSource,
    Ended,
    Felt,
    Moved,
    Opened,
    Reached,
    RepsNow,
    RunningSession,
    Said,
    SensorNow,
    Told,
    Update,
)
from sledmon.present.sideline.state import (
    FROZEN_S,
    SHOWN_EVERY_S,
    STALE_S,
    Refused,
    RepEnded,
    SensorBack,
    SensorLost,
    SidelineState,
)
from sledmon.rig import Rig, SledRig
from sledmon.samples import Device, Event, Lost, VelocityBlock
from sledmon.twin import SessionParams, simulate
from tests.cli.command import sledmon
from tests.judge.reps import free, rep
from tests.pipeline.sessions import records_of
from tests.present.field import Field, shown, updates_of

CLEAN, FALSE = "simulated-clean-10yd", "simulated-false-starts"
PLAN = "[[set]]\nreps = 3\ndistance_yd = 5\nload_lb = 25"


def said(kind: str, value: str = "", *, at_s: float = 1.0, of_s: float = math.nan) -> Said:
    return Said(1, Event(round(at_s * 1e9), at_s if math.isnan(of_s) else of_s, kind, value))


def status(phase: Phase, trouble: str = "", device: Device = "encoder") -> SensorNow:
    return SensorNow(
        1, SensorStatus(device=device, name="x", address="a", phase=phase, trouble=trouble)
    )


def moving(time_s: float, velocity_mps: float, distance_m: float = 4.0) -> Moved:
    one = np.ones(1)
    return Moved(
        1,
        VelocityBlock(
            time_s=time_s * one,
            distance_m=distance_m * one,
            velocity_mps=velocity_mps * one,
            velocity_sigma_mps=0.05 * one,
        ),
    )


@cache
def harsh(folder: Path) -> tuple[Path, tuple[Update, ...]]:
    params = SessionParams(seed=3, reps=5, unresisted=3, load_lb=(20.0,), faults="harsh")
    session = RunningSession(DemoSource(simulate(params), speed=None), [folder / "harsh.mcap"])
    session.start()
    return session.paths[0], tuple(updates_of(session))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("running")


def test_a_demo_run_in_its_threads_shows_what_analyze_says_byte_for_byte(folder: Path) -> None:
    path, updates = harsh(folder)
    state, _ = shown(updates)
    assert state.sessions is not None
    assert state.ended
    (session,) = state.sessions
    assert len(session.reps) == 5
    analysis = sledmon("analyze", path, "--format", "json")
    assert to_json(session_document(session, str(path))) == analysis.out
    assert state.lane().reps == session.reps
    assert len(json.loads(analysis.out)["reps"]) == 5


def test_every_rep_ends_once_and_the_lost_sensor_is_told_lost_and_back(folder: Path) -> None:
    _, updates = harsh(folder)
    state, happenings = shown(updates)
    ended = [each.rep.number for each in happenings if isinstance(each, RepEnded)]
    assert ended == [1, 2, 3, 4, 5]
    sensors = [each for each in happenings if isinstance(each, SensorLost | SensorBack)]
    assert [type(each) for each in sensors] == [SensorLost, SensorBack]
    assert sensors[0].device == sensors[1].device
    assert not state.lane().lost
    assert isinstance(updates[-1], Ended)
    assert happenings[-1] == updates[-1]


def test_the_rig_and_the_conditions_are_those_of_the_recording(folder: Path) -> None:
    _, updates = harsh(folder)
    state, _ = shown(updates)
    lane = state.lane()
    assert lane.rig.sled.mass_kg == 15.0
    assert lane.conditions == lane.reps[-1].conditions
    assert lane.conditions.load_kg == pytest.approx(9.07)
    assert lane.conditions.athlete == "Demo"


def test_at_every_moment_the_conditions_are_those_a_rep_beginning_then_would_get() -> None:
    field = Field(records_of(CLEAN))
    for number in range(1, 5):
        before_s = Field(records_of(CLEAN)).until_rep(number).reps[-1].estimates.start_s
        field.until(before_s)
        now = field.lane.conditions
        field.until_rep(number)
        assert now == field.reps[-1].conditions


def test_a_number_stands_three_seconds_whatever_runs() -> None:
    state = SidelineState()
    lane = state.lane()
    state.take(Reached(1, 100.0))
    assert not lane.frozen
    state.take(RepsNow(1, (rep(1, 5.0),)))
    state.take(moving(100.0, 0.0))
    state.take(moving(100.1, 3.0))
    for after_s, running in ((0.1, False), (FROZEN_S - 0.01, False), (FROZEN_S, True)):
        state.take(Reached(1, 100.0 + after_s))
        state.take(moving(100.1 + after_s, 3.0, 4.0 + after_s / 10))
        assert lane.frozen != running
        assert lane.running == running
        assert lane.trail.running


def test_a_correction_of_an_old_rep_does_not_hold_the_number_again() -> None:
    field = Field(records_of(CLEAN)).until_rep(2)
    field.until(32.0)
    assert not field.lane.frozen
    started_s = field.reps[1].estimates.start_s
    before = len(field.happenings)
    field.sideline.say(1, "rep_edges", f"{started_s + 0.1} 27", 24.5)
    assert field.reps[1].estimates.start_s != started_s
    assert field.happenings[before:] == []
    assert not field.lane.frozen
    field.sideline.say(1, "undo", "", None)
    assert field.reps[1].estimates.start_s == started_s
    assert field.happenings[before:] == []


def test_a_recovered_rep_ends_when_it_is_recovered() -> None:
    field = Field(records_of(FALSE))
    field.until(68.0)
    before = field.reps
    run_s = 60.4
    field.sideline.say(1, "recover_rep", f"{run_s}", None)
    (new,) = [each for each in field.reps if each.estimates.start_s < run_s < 65.0][-1:]
    assert len(field.reps) == len(before) + 1
    assert [each.rep for each in field.happenings if isinstance(each, RepEnded)][-1] == new


def test_a_run_whose_tether_fell_silent_does_not_run_on_the_screen_for_ever() -> None:
    state = SidelineState()
    lane = state.lane()
    state.take(moving(10.0, 0.0))
    state.take(moving(10.1, 3.0))
    state.take(Reached(1, 10.2))
    assert lane.running
    state.take(Reached(1, 10.1 + STALE_S))
    assert not lane.running


def test_the_running_number_changes_ten_times_a_second_at_most() -> None:
    field = Field(records_of(CLEAN))
    changes_s: list[float] = []
    last = field.lane.shown_mps
    for k in range(400, 800):
        field.until(k / 100)
        if field.lane.shown_mps != last:
            last = field.lane.shown_mps
            changes_s.append(k / 100)
    assert 30 < len(changes_s) <= 4.0 / SHOWN_EVERY_S


def test_a_plan_and_its_undoing_are_in_force_at_once() -> None:
    state = SidelineState()
    lane = state.lane()
    state.take(said("plan", PLAN, at_s=1.0))
    assert lane.plan.sets[0].reps == 3
    assert lane.conditions.distance_m == pytest.approx(4.572)
    assert lane.conditions.load_kg == pytest.approx(11.34, abs=0.01)
    state.take(said("load_kg", "5", at_s=2.0))
    assert lane.conditions.load_kg == 5.0
    state.take(said("undo", at_s=3.0))
    assert lane.conditions.load_kg == pytest.approx(11.34, abs=0.01)
    state.take(said("undo", at_s=4.0))
    assert lane.plan.sets == ()
    assert lane.conditions.distance_m == pytest.approx(9.144)


def test_what_is_said_of_the_past_corrects_and_what_is_said_of_later_waits() -> None:
    state = SidelineState()
    state.take(said("athlete", "Bo", at_s=10.0))
    state.take(said("athlete", "Ana", at_s=20.0, of_s=5.0))
    state.take(said("load_kg", "7", at_s=20.0, of_s=30.0))
    assert state.lane().conditions.athlete == "Bo"
    assert state.lane().conditions.load_kg == 0.0
    state.take(Reached(1, 30.0))
    assert state.lane().conditions.load_kg == 7.0


def test_an_input_that_makes_no_sense_is_refused_in_a_sentence_and_changes_nothing() -> None:
    state = SidelineState()
    state.take(said("load_kg", "5"))
    assert state.take(said("load_kg", "heavy", at_s=2.0)) == []
    why = "event at 2.0 s has no effect: load_kg is a number in kg, not 'heavy'"
    assert state.take(RepsNow(1, (), refused=(why,))) == [Refused(1, why)]
    assert state.take(RepsNow(1, (), refused=(why,))) == [], "said once"
    assert state.lane().conditions.load_kg == 5.0
    state.take(said("undo", at_s=3.0))
    assert state.lane().conditions.load_kg == 0.0


def test_lanes_know_nothing_of_each_other() -> None:
    state = SidelineState()
    state.take(Opened(2, Rig(sled=SledRig(mass_kg=20.0))))
    state.take(said("athlete", "Bo"))
    state.take(RepsNow(2, tuple(free())))
    state.take(Reached(2, 50.0))
    one, two = state.lane(1), state.lane(2)
    assert (one.conditions.athlete, two.conditions.athlete) == ("Bo", "Athlete 1")
    assert (one.conditions.sled_kg, two.conditions.sled_kg) == (15.0, 20.0)
    assert (len(one.reps), len(two.reps)) == (0, 3)
    assert (one.now_s, two.now_s) == (1.0, 50.0)
    lost = status(Phase.LOOKING, "gone")
    state.take(status(Phase.STREAMING))
    assert state.take(lost) == [SensorLost(1, "encoder")]
    assert two.lost == set()


def test_a_sensor_that_never_streamed_is_not_lost_and_one_loss_is_told_once() -> None:
    state = SidelineState()
    assert state.take(status(Phase.LOOKING, "not heard")) == []
    assert state.take(status(Phase.GREETING)) == []
    assert state.take(status(Phase.STREAMING)) == []
    assert state.take(status(Phase.LOOKING, "timed out")) == [SensorLost(1, "encoder")]
    assert state.take(status(Phase.LOOKING)) == []
    assert state.take(status(Phase.GREETING)) == []
    assert state.take(status(Phase.LOOKING, "no answer")) == []
    assert state.take(status(Phase.STREAMING)) == [SensorBack(1, "encoder")]
    assert state.take(status(Phase.LOOKING, "timed out")) == [SensorLost(1, "encoder")]


def test_when_the_session_is_over_no_sensor_is_looked_for() -> None:
    state = SidelineState()
    state.take(status(Phase.STREAMING))
    state.take(status(Phase.LOOKING, "timed out"))
    assert state.take(status(Phase.STOPPED)) == []
    assert not state.lane().lost


def test_what_is_told_happens_and_is_no_lane() -> None:
    state = SidelineState()
    assert state.take(Told("The disk is full.")) == [Told("The disk is full.")]
    assert state.lanes == {}
    assert not state.ended
    assert state.take(Ended(())) == [Ended(())]
    assert state.ended


def test_missed_runs_are_those_of_the_last_minute_without_a_rep() -> None:
    field = Field(records_of(CLEAN)).until(50.0)
    assert len(field.reps) == 3
    assert len(field.lane.trail.runs) >= 2
    assert field.lane.missed_run() is None
    field.state.take(RepsNow(1, field.reps[:1]))
    run = field.lane.missed_run()
    assert run is not None
    assert 42.9 < run.middle_s < 45.4, "the newest first"
    field.state.take(Reached(1, run.end_s + 60.1))
    assert field.lane.missed_run() is None


def test_both_sensors_of_a_kept_recording_die_and_the_number_stands() -> None:
    records = records_of("simulated-both-sensors-die")
    assert any(isinstance(record, Lost) for record in records)
    field = Field(records)
    field.end()
    assert not field.lane.running
    assert field.lane.last_rep is not None
    assert not field.lane.last_rep.estimates.window.velocity_mps.known


def test_the_belt_is_felt_at_rest_as_gravity_however_it_is_worn(tmp_path: Path) -> None:
    params = SessionParams(seed=3, reps=1, unresisted=1, faults="mild")
    session = RunningSession(DemoSource(simulate(params), speed=10.0), [tmp_path / "felt.mcap"])
    session.start()
    state, felt = SidelineState(), []
    while not state.ended:
        update = session.updates.get()
        state.take(update)
        if isinstance(update, Felt) and state.lane().now_s < 4.5:
            felt.append(update.acc_mps2)
    session.join()
    assert len(felt) >= 3
    assert np.mean(felt) == pytest.approx(9.81, abs=0.15)
    assert state.lane().belt_mps2 > 0.0
