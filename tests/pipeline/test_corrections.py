"""What a coach corrects of a rep's estimates: measured again, alone, and undone exactly."""

import asyncio
import json
import math
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sledmon.acquire import paced
from sledmon.estimate import RepFinderParams
from sledmon.estimate.again import Tape, Wanted, measure_again
from sledmon.pipeline import Pipeline, PipelineParams, decoded_again, run
from sledmon.recording import RecordingWriter, open_recording
from sledmon.results import Rep, Session
from sledmon.rig import Rig, parse_rig
from sledmon.samples import Opened, Record
from tests.cli.command import sledmon
from tests.pipeline.sessions import records_of, session_of, text_of, with_events

CLEAN = "simulated-clean-10yd"
FALSE = "simulated-false-starts"
HARSH = "simulated-harsh-radio"
END_S = 68.0
SHORT_MEMORY = PipelineParams(kept_s=30.0)
LATE = (
    (END_S, 4.0, "distance_yd", "5"),
    (END_S, 20.0, "distance_yd", "8"),
    (END_S, 24.5, "rep_edges", "24.0 26.4"),
    (END_S, 30.0, "distance_yd", "10"),
)


@cache
def told(*events: tuple[float, float, str, str], name: str = CLEAN) -> Session:
    return session_of(with_events(records_of(name), *events))


def plain(name: str = CLEAN) -> Session:
    return told(name=name)


def others(session: Session, *numbers: int) -> list[object]:
    return [rep.estimates for rep in session.reps if rep.number not in numbers]


@pytest.mark.parametrize(
    "name", [CLEAN, FALSE, HARSH, "simulated-slack-strap", "simulated-long-rest-disconnect"]
)
def test_measuring_a_rep_again_with_nothing_corrected_gives_it_to_the_bit(name: str) -> None:
    records = records_of(name)
    assert isinstance(records[0], Opened)
    rig = parse_rig(records[0].rig_toml)
    pipeline = Pipeline()
    pipeline.push(records)
    pipeline.finish()
    pieces = list(decoded_again([records[i : i + 333] for i in range(0, len(records), 333)], rig))
    for found in pipeline._corrected._found:
        assert found.begun is not None
        wanted = Wanted(found.begun, found.estimates.window.to_m)
        again = measure_again(pieces, wanted, rig, RepFinderParams())
        assert again == found


def test_a_distance_corrected_later_measures_its_rep_again_and_no_other() -> None:
    start_s = plain().reps[1].estimates.start_s
    session = told((END_S, start_s - 0.5, "distance_yd", "5"), (END_S, 30.0, "distance_yd", "10"))
    assert [rep.conditions.distance_m for rep in session.reps] == [
        pytest.approx(9.144),
        pytest.approx(4.572),
        pytest.approx(9.144),
        pytest.approx(9.144),
    ]
    assert others(session, 2) == others(plain(), 2)
    before, now = plain().reps[1].estimates, session.reps[1].estimates
    assert now.start_s == pytest.approx(before.start_s, abs=0.002)
    assert now.splits[0].time_s.value == pytest.approx(before.splits[0].time_s.value, abs=0.003)
    assert now.window.from_m == pytest.approx(2.286)
    assert len(now.curve) == 10


def test_a_distance_corrected_at_once_or_beforehand_is_the_same_rep() -> None:
    start_s = plain().reps[2].estimates.start_s
    early = told((start_s - 1.0, start_s - 1.0, "distance_yd", "5"))
    late = told((END_S, start_s - 1.0, "distance_yd", "5"))
    assert late.reps[2].estimates == early.reps[2].estimates


def test_a_longer_distance_takes_in_what_came_behind_the_gate() -> None:
    session = told((1.0, 1.0, "distance_yd", "5"), (END_S, 1.0, "distance_yd", "10"))
    for rep, whole in zip(session.reps, plain().reps, strict=True):
        assert rep.estimates.end_s == pytest.approx(whole.estimates.end_s, abs=0.003)
        assert rep.estimates.complete


def test_edges_move_the_start_and_everything_counted_from_it() -> None:
    before = plain().reps[1].estimates
    edges = f"{before.start_s + 0.1:.4f} {before.end_s + 0.5:.4f}"
    session = told((END_S, before.start_s + 1.0, "rep_edges", edges))
    now = session.reps[1]
    assert now.estimates.start_s == pytest.approx(before.start_s + 0.1, abs=1e-3)
    assert now.start_rule == "set by hand"
    assert any("edges set by hand" in note for note in now.estimates.notes)
    # Zero is the stillness before: gates stay where they are, times to them shrink.
    assert now.estimates.end_s == pytest.approx(before.end_s, abs=0.01)
    split, whole = now.estimates.splits[1].time_s, before.splits[1].time_s
    assert split.value == pytest.approx(whole.value - 0.1, abs=0.01)
    assert split.sigma > 0
    assert others(session, 2) == others(plain(), 2)
    assert session.reps[1].conditions == plain().reps[1].conditions


def test_an_end_before_the_gate_makes_a_rep_incomplete_and_unknown_is_unknown() -> None:
    before = plain().reps[3].estimates
    session = told((END_S, 61.0, "rep_edges", f"{before.start_s} {before.end_s - 0.5}"))
    now = session.reps[3].estimates
    assert not now.complete
    assert math.isnan(now.end_s)
    assert not now.window.velocity_mps.known
    assert session.reps[3].verdict.flag is None
    assert now.splits[0].time_s.value == pytest.approx(before.splits[0].time_s.value, abs=0.003)


def test_edges_where_nothing_ran_are_refused_and_change_nothing() -> None:
    session = told((END_S, 50.0, "rep_edges", "50 52"))
    assert session.reps == plain().reps
    assert [note for note in session.notes if "not corrected" in note] == [
        "the rep at 42.9 s is not corrected: the cord does not run out between these edges"
    ]


@pytest.mark.parametrize(
    "event",
    [
        (20.0, "distance_yd", "5"),
        (24.5, "rep_edges", "24.1 26.0"),
        (24.5, "exclude_rep", ""),
        (60.0, "load_kg", "20"),
        (20.0, "plan", "[[set]]\ndistance_yd = 7"),
        (60.0, "athlete", "Zoë"),
        (60.0, "baseline", "4.4 0.02"),
        (60.0, "sled_kg", "7"),
        (20.0, "surface", "grass"),
        (20.0, "set", "3"),
        (20.0, "unresisted", "0"),
        (30.0, "zero", ""),
        (30.0, "note", "windy"),
        (60.4, "recover_rep", ""),
    ],
    ids=lambda event: event[1],
)
def test_undo_restores_every_kind_of_event_exactly(event: tuple[float, str, str]) -> None:
    """And what each kind does: measured again, refolded, or nothing. Undo stands last."""
    name = FALSE if event[1] == "recover_rep" else CLEAN
    before, once = plain(name), told((END_S, *event), name=name)
    undone = told((END_S, *event), (END_S + 0.1, END_S + 0.1, "undo", ""), name=name)
    assert undone.reps == before.reps
    assert undone.athletes == before.athletes
    nothing = event[1] in ("zero", "note")
    assert (once.reps == before.reps) == nothing
    measured = event[1] in ("distance_yd", "rep_edges", "plan", "recover_rep")
    same = [rep.estimates for rep in once.reps] == [rep.estimates for rep in before.reps]
    assert same != measured


def test_a_false_start_may_be_recovered_as_a_rep_and_excluded_again() -> None:
    truth = plain(FALSE)
    moment_s = 60.4
    session = told((END_S, END_S, "recover_rep", f"{moment_s}"), name=FALSE)
    assert len(session.reps) == len(truth.reps) + 1
    (new,) = [rep for rep in session.reps if rep.estimates not in others(truth)]
    assert new.estimates.start_s < moment_s + 2
    assert not new.estimates.complete
    assert any("stopped short" in note for note in new.estimates.notes)
    assert "recovered by hand" in new.estimates.notes
    assert [rep.number for rep in session.reps] == [1, 2, 3, 4]
    assert new.number < 4
    inside_s = new.estimates.start_s + 0.2
    excluded = told(
        (END_S, END_S, "recover_rep", f"{moment_s}"),
        (END_S + 0.1, inside_s, "exclude_rep", ""),
        name=FALSE,
    )
    assert [rep.excluded for rep in excluded.reps].index(True) == new.number - 1


def test_recovering_a_run_that_is_a_rep_already_is_told_and_does_nothing() -> None:
    session = told((END_S, 62.0, "recover_rep", ""))
    assert session.reps == plain().reps
    assert any("that run is a rep already" in note for note in session.notes)


def test_recovering_where_nothing_ran_is_told_and_does_nothing() -> None:
    session = told((3.0, 2.0, "recover_rep", ""))
    assert session.reps == plain().reps
    assert any("no cord ran out in the 60 s before it" in note for note in session.notes)


EVENTS = (
    (10.0, 5.0, "distance_yd", "5"),
    (30.0, 24.5, "rep_edges", "24.1 27"),
    (44.0, 41.0, "distance_yd", "8"),  # while rep 3 runs
    (46.0, 24.5, "exclude_rep", ""),
    (50.0, 50.0, "undo", ""),
    (61.5, 44.0, "rep_edges", "43.0 44.9"),
    (62.0, 62.0, "undo", ""),
    (64.0, 6.0, "recover_rep", ""),
    (65.0, 60.0, "plan", "[[set]]\ndistance_yd = 6\nload_lb = 5"),
)


@cache
def corrected_records() -> tuple[Record, ...]:
    return tuple(with_events(records_of(CLEAN), *EVENTS))


@cache
def corrected_text() -> str:
    return text_of(session_of(corrected_records()))


@settings(max_examples=8)
@given(st.data())
def test_corrections_cut_anywhere_give_the_same_session(data: st.DataObject) -> None:
    records = corrected_records()
    cuts = data.draw(st.lists(st.integers(0, len(records)), max_size=60))
    assert text_of(session_of(records, cuts)) == corrected_text()


def test_analysis_and_replay_of_a_recording_with_corrections_write_the_same_bytes(
    tmp_path: Path,
) -> None:
    path = tmp_path / "corrected.mcap"
    with RecordingWriter(path) as writer:
        for record in corrected_records():
            writer.write(record)
    analysis = sledmon("analyze", path, "--format", "json")
    assert (analysis.code, analysis.err) == (0, "")
    for speed in ("400", "max"):
        replay = sledmon("replay", path, "--speed", speed, "--format", "json")
        assert replay.out == analysis.out
    document = json.loads(analysis.out)
    document["recording"]["path"] = ""
    assert document == json.loads(corrected_text())


def test_a_live_run_reads_the_recording_it_writes_and_its_replay_agrees(tmp_path: Path) -> None:
    path = tmp_path / "live.mcap"
    shown: list[tuple[Rep, ...]] = []
    with RecordingWriter(path) as writer:
        pipeline = Pipeline(SHORT_MEMORY, reread=lambda: open_recording(path).batches())
        source = paced(with_events(records_of(CLEAN), *LATE), 300.0)
        live = asyncio.run(run(source, pipeline, recorder=writer, show=shown.append))
    assert live.reps == told(*LATE).reps == shown[-1]
    replayed = Pipeline(SHORT_MEMORY, reread=open_recording(path).batches)
    for batch in open_recording(path).batches():
        replayed.push(batch)
    assert text_of(replayed.finish()) == text_of(live)


def test_corrections_record_by_record_give_the_same_session() -> None:
    records = corrected_records()
    pipeline = Pipeline()
    for record in records:
        if pipeline.push([record]):
            pipeline.reps()
    assert text_of(pipeline.finish()) == corrected_text()


@settings(max_examples=8)
@given(st.data())
def test_any_events_then_as_many_undos_leave_the_session_as_it_was(data: st.DataObject) -> None:
    kinds = st.sampled_from(
        [
            ("distance_yd", "5"),
            ("distance_yd", "8"),
            ("rep_edges", "24.0 26.2"),
            ("rep_edges", "60.9 63.9"),
            ("recover_rep", "40"),
            ("exclude_rep", ""),
            ("load_kg", "3"),
            ("plan", "speed-5yd"),
        ]
    )
    drawn = data.draw(st.lists(st.tuples(st.floats(0.0, 67.0), kinds), max_size=5))
    events = [(64.0 + i / 100, time_s, *kind) for i, (time_s, kind) in enumerate(drawn)]
    undone = [(67.5 + i / 100, 67.5, "undo", "") for i in range(len(events))]
    assert told(*events, *undone).reps == plain().reps


def forgetful(
    *events: tuple[float, float, str, str], reread: bool, step: int | None = None
) -> Session:
    """A session whose samples are kept for half a minute."""
    records = with_events(records_of(CLEAN), *events)

    def again() -> Iterable[Sequence[Record]]:
        return [records[i : i + 500] for i in range(0, len(records), 500)]

    pipeline = Pipeline(SHORT_MEMORY, reread=again if reread else None)
    for begin in range(0, len(records), step or len(records)):
        pipeline.push(records[begin : begin + (step or len(records))])
    return pipeline.finish()


def test_what_lies_further_back_is_read_from_the_recording_again() -> None:
    late = forgetful(*LATE, reread=True)
    assert late.reps == told(*LATE).reps
    assert late.reps[0].conditions.distance_m == pytest.approx(4.572)
    assert others(late, 1, 2) == others(plain(), 1, 2)
    assert not any("corrected" in note for note in late.notes)


@pytest.mark.parametrize("reread", [True, False])
def test_however_it_is_cut_the_same_lies_too_far_back(reread: bool) -> None:
    whole = text_of(forgetful(*LATE, reread=reread))
    for step in (97, 1000):
        assert text_of(forgetful(*LATE, reread=reread, step=step)) == whole


def test_without_a_recording_what_lies_further_back_is_refused_in_a_sentence() -> None:
    session = forgetful(*LATE, reread=False)
    assert others(session) == others(plain())
    refused = [note for note in session.notes if "not corrected" in note]
    assert len(refused) == 2
    assert all("more than 0.5 minutes ago and was not recorded" in note for note in refused)


def test_the_tape_keeps_what_it_must_and_no_more() -> None:
    records = records_of(CLEAN)
    pieces = list(decoded_again([records[i : i + 20] for i in range(0, len(records), 20)], Rig()))
    tape, most = Tape(20.0), 0
    for piece in pieces:
        tape.push(piece)
        most = max(most, len(tape.since(-math.inf)))
    ends = [piece.span_s[1] for piece in tape.since(-math.inf)]
    assert min(ends) >= tape.newest_s - 20.0 - 2.5
    assert most < len(pieces) / 2
    assert tape.reaches(tape.newest_s - 19.0)
    assert not tape.reaches(tape.newest_s - 21.0)
