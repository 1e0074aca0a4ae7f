"""The summary: the numbers of the results, own bests first, and who is never ranked."""

import asyncio
import csv
import io
import math
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from sledmon.acquire.playback import played_back
from sledmon.judge import JudgeParams, judge_reps
from sledmon.pipeline import Pipeline
from sledmon.pipeline import run as run_pipeline
from sledmon.plan import Plan
from sledmon.present.export.results_csv import reps_csv
from sledmon.present.quantities import Quantities
from sledmon.present.settings import AudioMode, MassUnit, Settings, SpeedUnit
from sledmon.present.summary.days import AthleteDay, athlete_days, in_order
from sledmon.present.summary.load_chart import load_chart, ticks
from sledmon.present.summary.words import athlete_rows, pull_rows, sentences
from sledmon.recording import open_recording
from sledmon.results import AthleteSummary, Measured, Rep, Session
from tests.judge.reps import free, in_turn, rep

METRIC = Quantities(Settings(mass=MassUnit.KILOGRAM))


def judged(reps: list[Rep]) -> tuple[Rep, ...]:
    return judge_reps(reps, [None] * len(reps), JudgeParams(), [Plan()] * len(reps))


def day_of(reps: list[Rep], *summaries: AthleteSummary) -> AthleteDay:
    (day,) = athlete_days(judged(reps), summaries)
    return day


def ranks(days: tuple[AthleteDay, ...]) -> list[tuple[str, str]]:
    return [(rank, day.name) for rank, day in in_order(days, ranked=True)]


SQUAD = judged(
    [
        *free(4.9, athlete="Ana"),
        *free(5.3, athlete="Bea"),
        *free(5.1, athlete="Cas"),
        *in_turn(1, [4.0], athlete="Dee", load_kg=10.0),
        rep(1, 6.0, unresisted=True, athlete="Eva", distance_m=4.572),
    ]
)


def test_own_bests_stand_in_the_order_of_running_and_bear_no_rank() -> None:
    days = athlete_days(SQUAD, ())
    assert in_order(days, ranked=False) == tuple(("", day) for day in days)
    assert [day.name for day in days] == ["Ana", "Bea", "Cas", "Dee", "Eva"]


def test_a_ranking_is_by_the_best_free_backpedal_over_one_distance() -> None:
    assert ranks(athlete_days(SQUAD, ())) == [
        ("1", "Bea"),
        ("2", "Cas"),
        ("3", "Ana"),
        ("", "Dee"),
        ("", "Eva"),
    ]


def test_minors_are_never_ranked() -> None:
    days = athlete_days(SQUAD, (), {"Bea"})
    assert ranks(days)[:2] == [("1", "Cas"), ("2", "Ana")]
    assert ("", "Bea") in ranks(days)
    cells = [row.cells[0] for row in athlete_rows(days, METRIC, ranked=True)]
    assert cells == ["1. Cas", "2. Ana", "Bea", "Dee", "Eva"]


def test_best_mean_and_loss_count_what_counts_only() -> None:
    reps = [
        *free(),
        *in_turn(4, [4.00, 4.10, 4.05, 3.60, 3.58], load_kg=10.0),
        rep(9, 4.9, load_kg=10.0, excluded=True),
        rep(10, 4.8, load_kg=10.0, trust="poor"),
        rep(11, math.nan, load_kg=10.0),
    ]
    day = day_of(reps)
    without, loaded = day.pulls
    assert [pull.reps[0].conditions.unresisted for pull in day.pulls] == [True, False]
    assert len(loaded.reps) == 8
    assert len(loaded.counted) == 5
    assert loaded.best.value == 4.10
    assert loaded.mean.value == pytest.approx((4.00 + 4.10 + 4.05 + 3.60 + 3.58) / 5)
    assert loaded.loss == judged(reps)[7].verdict.session_loss
    assert loaded.loss.value > 0.08
    assert sum(loaded.zones.values()) == 5
    assert without.zones == {"baseline": 3}
    assert day.reps == 11
    assert day.flags == sum(each.verdict.flag is not None for each in judged(reps))


def test_the_mean_is_as_uncertain_as_reps_vary_and_no_less_than_they_were_measured() -> None:
    reps = free(5.0, 4)
    alone = day_of(reps).pulls[0].mean
    assert alone.sigma == pytest.approx(0.01 / 2)
    summary = AthleteSummary(athlete="A", distance_m=9.144, rep_cv=Measured(0.02, 0.005))
    varied = day_of(reps, summary).pulls[0].mean
    assert varied.sigma == pytest.approx(math.hypot(0.1, 0.01) / 2)


def test_an_athlete_of_whom_nothing_counts_is_told_so_and_shows_no_zero() -> None:
    day = day_of([rep(1, math.nan), rep(2, 4.0, excluded=True)])
    (row,) = pull_rows(day, METRIC)
    assert row.cells[1:5] == ("0", "–", "–", "–")
    assert sentences(day, METRIC) == (
        "No rep of A counts: stopped short, excluded, or not to be trusted.",
    )


def test_blinded_tells_nothing_of_how_fast_anybody_was() -> None:
    blinded = Quantities(Settings(audio=AudioMode.BLINDED))
    (day,) = athlete_days(judged([*free(), *in_turn(4, [4.0, 3.2, 3.1, 3.0], load_kg=10.0)]), ())
    cells = {row.cells[2:5] for row in pull_rows(day, blinded)}
    assert cells == {("–", "–", "–")}
    assert athlete_rows([day], blinded, ranked=False)[0].cells[2] == "–"
    assert len(sentences(day, blinded)) == 1


def test_a_session_without_reps_has_no_athletes() -> None:
    assert athlete_days((), ()) == ()
    assert athlete_rows((), METRIC, ranked=True) == ()


@pytest.fixture(scope="module")
def loads(repository: Path) -> Session:
    path = repository / "recordings" / "simulated-5yd-loads" / "simulated-5yd-loads.mcap"
    recording = open_recording(path)
    pipeline = Pipeline(reread=recording.batches)
    return asyncio.run(run_pipeline(played_back(recording), pipeline))


def test_what_is_shown_are_the_numbers_of_the_results(loads: Session) -> None:
    rows = list(csv.DictReader(io.StringIO(reps_csv([("x", loads)]))))
    (day,) = athlete_days(loads.reps, loads.athletes)
    shown = {cell for row in pull_rows(day, METRIC) for cell in row.cells[2:3]}
    velocities = [float(row["window_velocity_mps"]) for row in rows]
    assert len(rows) == len(day.pulls)  # one rep a load
    assert {cell.split()[0] for cell in shown} == {f"{velocity:.2f}" for velocity in velocities}
    said = " ".join(sentences(day, METRIC))
    summary = loads.athletes[0]
    assert f"Free backpedal {summary.baseline_mps.value:.2f} ±" in said
    assert f"r² {summary.load_velocity.r_squared:.2f}" in said
    assert f"to your line: {summary.load_for_target_kg.value:.0f} ±" in said


def test_load_and_velocity_are_drawn_in_the_users_units(loads: Session) -> None:
    line = loads.athletes[0].load_velocity
    imperial = Quantities(Settings(speed=SpeedUnit.MPH))
    chart, metric = load_chart(line, imperial), load_chart(line, METRIC)
    assert chart is not None
    assert metric is not None
    for one, other in zip(chart.points, metric.points, strict=True):
        assert one.load == pytest.approx(other.load / 0.45359237)
        assert one.speed == pytest.approx(other.speed / 0.44704)
    for shown in (chart, metric):
        assert shown.line is not None
        (start, top), (end, bottom) = shown.line
        assert (start, end) == (0.0, max(point.load for point in shown.points))
        assert bottom < top
        assert shown.loads[0] == 0.0
        assert shown.loads[-1] >= end
        for point in shown.points:
            assert shown.speeds[0] <= point.speed - point.sigma
            assert point.speed + point.sigma <= shown.speeds[-1]


def test_too_few_loads_are_a_sentence_and_no_chart(loads: Session) -> None:
    line = loads.athletes[0].load_velocity
    assert load_chart(replace(line, points=line.points[:1]), METRIC) is None
    short = replace(line, points=(), why_not="too few loads")
    (day,) = athlete_days(loads.reps, [replace(loads.athletes[0], load_velocity=short)])
    assert "Too few loads." in sentences(day, METRIC)


@pytest.mark.parametrize(("low", "high"), [(0.0, 53.0), (3.35, 4.2), (4.999, 5.0), (2.0, 2.0)])
def test_ticks_are_round_few_and_enclose(low: float, high: float) -> None:
    found = ticks(low, high)
    assert found[0] <= low
    assert found[-1] >= high
    assert 2 <= len(found) <= 6
    steps = {round(b - a, 9) for a, b in pairwise(found)}
    assert len(steps) == 1
