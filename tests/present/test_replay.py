"""Replay without a window: what is shown and said follows from the recording alone."""

import json
import math
import shutil
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sledmon.errors import RecordingError
from sledmon.estimate import RepTrace
from sledmon.present.export.results_json import session_document
from sledmon.present.quantities import Quantities
from sledmon.present.replay import edits
from sledmon.present.replay.compare import MOST, Compared, SetAside, rows
from sledmon.present.replay.curves import Axis, Curve, rep_curves, thinned
from sledmon.present.replay.edges import LEAST_REP_S, MovedEdges
from sledmon.present.replay.facts import Mark, at_cursor, mark_of, sentences
from sledmon.present.replay.playing import MAX_RATE, SPEEDS, Playing
from sledmon.present.replay.session import Replayed, ShownRep, correct, read_replay
from sledmon.present.settings import DistanceUnit, MassUnit, Settings, SpeedUnit
from sledmon.recording import Said
from tests.conftest import REPOSITORY

NAME = "simulated-clean-10yd"
SHORT = Quantities(Settings())


@pytest.fixture
def path(repository: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(repository / "recordings" / NAME / f"{NAME}.mcap", tmp_path / "a.mcap"))


def document(replayed: Replayed) -> str:
    return json.dumps(session_document(replayed.session, ""))


def test_corrections_said_one_after_another_equal_reading_it_anew(path: Path) -> None:
    now = read_replay(path)
    start_s, end_s = now.reps[2].span_s
    for said in (
        edits.excluded(now.reps[0], "warm-up"),
        MovedEdges(now.reps[2], (start_s + 0.05, end_s - 0.4)).said(),
        edits.renamed(now.reps, 1, "Jersey 7"),
        edits.reloaded(now.reps, 3, 9.07),
        edits.noted(now.reps[3], "wind"),
        (Said("distance_yd", "8", 0.0),),
        (Said("undo"), Said("undo")),
        edits.included(now.reps[0]),
    ):
        now = correct(now, said)
        anew = read_replay(path)
        assert document(now) == document(anew)
        for mine, theirs in zip(now.reps, anew.reps, strict=True):
            assert mine.said == theirs.said
            assert mine.corrected.found == theirs.corrected.found
            one, other = mine.trace, theirs.trace
            assert isinstance(one, RepTrace)
            assert isinstance(other, RepTrace)
            assert np.array_equal(one.velocity_mps, other.velocity_mps)


def test_renaming_one_rep_leaves_the_others_and_one_undo_takes_it_back(path: Path) -> None:
    before = read_replay(path)
    names = [shown.rep.conditions.athlete for shown in before.reps]
    now = correct(before, edits.renamed(before.reps, 1, "Jersey 7"))
    after = [shown.rep.conditions.athlete for shown in now.reps]
    assert after == [names[0], "Jersey 7", *names[2:]]
    assert edits.undoing(now).startswith("athlete at ")
    now = correct(now, [Said("undo")])
    assert [shown.rep.conditions.athlete for shown in now.reps] == names


def test_what_was_found_stays_known_however_the_edges_are_moved(path: Path) -> None:
    before = read_replay(path)
    found = before.reps[1].rep.estimates
    edges = MovedEdges(before.reps[1], before.reps[1].span_s).moved_by(0.2)
    now = correct(before, edges.said())
    assert now.reps[1].corrected.found == found
    assert now.reps[1].rep.estimates.start_s == pytest.approx(found.start_s + 0.2, abs=1e-4)
    assert now.reps[1].rep.estimates.complete
    back = MovedEdges(now.reps[1], now.reps[1].span_s).as_found()
    now = correct(now, back.said())
    again = now.reps[1].rep.estimates
    assert (again.start_s, again.complete) == (found.start_s, True)
    assert again.end_s == pytest.approx(found.end_s, abs=1e-4)


def test_a_correction_that_cannot_be_written_changes_nothing(path: Path) -> None:
    before = read_replay(path)
    whole = path.read_bytes()
    path.write_bytes(whole + b"x")
    with pytest.raises(RecordingError):
        correct(before, edits.noted(before.reps[0], "late"))
    path.write_bytes(whole)
    assert document(read_replay(path)) == document(before)


@given(st.integers(0, 1), st.floats(-100.0, 200.0))
def test_edges_stay_in_order_and_mean_their_rep(place: int, to_s: float) -> None:
    shown, _ = rep()
    moved = MovedEdges(shown, shown.span_s).moved(place, to_s)
    start_s, end_s = moved.edges_s
    assert end_s - start_s >= LEAST_REP_S - 1e-3
    assert shown.corrected.start_s <= (start_s + end_s) / 2 < shown.next_start_s


@cache
def clean() -> Replayed:
    return read_replay(REPOSITORY / "recordings" / NAME / f"{NAME}.mcap")


def rep() -> tuple[ShownRep, RepTrace]:
    shown = clean().reps[1]
    assert isinstance(shown.trace, RepTrace)
    return shown, shown.trace


def test_the_cursor_goes_at_its_speed_and_stops_at_the_end() -> None:
    at = Playing(span_s=(2.0, 50.0), time_s=2.0).toggled()
    for place, speed in enumerate(SPEEDS):
        gone = replace(at, place=place).after(0.1).time_s - 2.0
        assert gone == pytest.approx(0.1 * min(speed, MAX_RATE))
    end = replace(at, place=len(SPEEDS) - 1).after(1.0)
    assert (end.time_s, end.running) == (50.0, False)
    assert end.toggled().time_s == 2.0  # from the end it begins again
    assert at.faster(-9).words == "0.1×"
    assert at.faster(9).words == "max"


@given(st.integers(1, 400), st.integers(0, 5000), st.integers(0, 10))
def test_thinned_curves_keep_every_peak_and_few_points(pixels: int, count: int, seed: int) -> None:
    y = np.random.default_rng(seed).normal(size=count)
    few = thinned(Curve(np.arange(float(count)), y), pixels)
    assert len(few.x) <= 2 * max(pixels, 1)
    assert np.all(np.diff(few.x) >= 0)
    if count:
        assert (few.y.min(), few.y.max()) == (y.min(), y.max())


def test_by_distance_gates_lie_where_they_are_and_by_time_when_they_were_passed() -> None:
    shown, trace = rep()
    yards = rep_curves(shown, trace, Axis.DISTANCE, SHORT).marks
    assert yards == pytest.approx({"start": 0.0, "5 yd": 5.0, "10 yd": 10.0})
    metric = Quantities(Settings(distance=DistanceUnit.METRE, speed=SpeedUnit.KMH))
    metres = rep_curves(shown, trace, Axis.DISTANCE, metric)
    assert metres.marks == pytest.approx({"start": 0.0, "4.57 m": 4.572, "9.14 m": 9.144})
    fast = rep_curves(shown, trace, Axis.TIME, SHORT)
    assert metres.path.y.max() == pytest.approx(3.6 * fast.path.y.max(), rel=0.01)
    assert fast.marks["10 yd"] == shown.rep.estimates.splits[-1].time_s.value


def test_a_difference_is_one_only_beyond_twice_its_error() -> None:
    shown, _ = rep()
    first = shown.rep.estimates
    peak = first.peak_velocity_mps
    for off, clear in ((1.5, False), (4.0, True)):
        sigma = math.sqrt(2) * peak.sigma
        other = replace(first, peak_velocity_mps=peak._replace(value=peak.value + off * sigma))
        pair = [
            Compared(path=Path("a.mcap"), shown=shown),
            Compared(
                path=Path("b.mcap"), shown=replace(shown, rep=replace(shown.rep, estimates=other))
            ),
        ]
        told = {row.name: row.cells[1] for row in rows(pair, SHORT)}
        assert told["peak, m/s"].clear is clear
        assert told["mean, m/s"].clear is False
        assert told["mean, m/s"].difference.startswith("+0.00 ±")


def test_a_corrected_rep_is_compared_as_it_stands_now(path: Path) -> None:
    before = read_replay(path)
    aside, words = SetAside().toggled(path, before.reps[0])
    assert "Rep 1 is set aside" in words
    edges = MovedEdges(before.reps[0], before.reps[0].span_s).moved_by(0.1)
    now = correct(before, edges.said())
    assert aside.now(path, now.reps).reps[0].shown is now.reps[0]
    assert aside.now(Path("other.mcap"), now.reps) == aside
    assert aside.toggled(path, now.reps[0])[0] == SetAside()
    full = SetAside(tuple(Compared(path=Path(f"{k}.mcap"), shown=now.reps[0]) for k in range(MOST)))
    assert full.toggled(path, now.reps[0])[0] == full


def test_every_rep_is_marked_by_shape_and_told_in_words() -> None:
    for shown in clean().reps:
        flagged = shown.rep.verdict.flag is not None
        assert (mark_of(shown.rep) is Mark.PAST) == flagged
        text = " ".join(sentences(shown))
        assert f"Trust {shown.rep.estimates.trust}" in text
    excluded = replace(clean().reps[0], rep=replace(clean().reps[0].rep, excluded=True))
    assert next(sentences(excluded)) == "Excluded: it counts for nothing."


def test_the_cursor_tells_place_speed_and_error() -> None:
    shown, _ = rep()
    start_s = shown.rep.estimates.start_s
    assert at_cursor(shown, start_s + 1.0, SHORT).startswith("+1.00 s · ")
    assert " m/s ±0.0" in at_cursor(shown, start_s + 1.0, SHORT)
    assert at_cursor(shown, start_s + 90.0, SHORT) == "+90.00 s"


def test_a_load_is_typed_in_the_users_unit() -> None:
    assert edits.mass_typed("20", SHORT) == pytest.approx(9.0718474)
    kilograms = Quantities(Settings(mass=MassUnit.KILOGRAM))
    assert edits.mass_typed("7,5", kilograms) == 7.5
    assert edits.mass_typed("heavy", SHORT) is None
    assert edits.mass_typed("-5", SHORT) is None
