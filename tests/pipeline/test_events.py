"""The coach's events in a session: state, corrections, undo; estimates are never touched."""

import pytest

from sledmon.results import Session
from sledmon.samples import Packet, Record
from tests.pipeline.sessions import records_of, session_of, text_of, with_events

CLEAN = "simulated-clean-10yd"
BETWEEN_2_AND_3_S = 35.0


def clean() -> tuple[Record, ...]:
    return records_of(CLEAN)


def told(*events: tuple[float, float, str, str]) -> Session:
    return session_of(with_events(clean(), *events))


def estimates(session: Session) -> list[object]:
    return [rep.estimates for rep in session.reps]


def test_a_state_event_applies_to_reps_that_start_at_its_time_or_later() -> None:
    session = told(
        (BETWEEN_2_AND_3_S, BETWEEN_2_AND_3_S, "athlete", "Zoë [/b]"),
        (BETWEEN_2_AND_3_S, BETWEEN_2_AND_3_S, "surface", "grass"),
    )
    assert [rep.conditions.athlete for rep in session.reps] == ["Demo", "Demo"] + ["Zoë [/b]"] * 2
    assert [rep.conditions.surface for rep in session.reps] == ["turf", "turf", "grass", "grass"]


def test_a_load_told_late_for_an_earlier_time_corrects_the_rep_it_speaks_of() -> None:
    before = session_of(clean())
    start_s = before.reps[3].estimates.start_s
    session = told((69.0, start_s - 0.1, "load_kg", "13.61"))
    assert [rep.conditions.load_kg for rep in session.reps] == [0.0, 0.0, 0.0, 13.61]
    assert session.reps[3].conditions.resistance_kg == pytest.approx(28.61)
    just_after = told((69.0, start_s + 0.001, "load_kg", "13.61"))
    assert just_after.reps[3].conditions.load_kg == pytest.approx(9.07)
    assert estimates(session) == estimates(just_after) == estimates(before)


def test_three_unresisted_reps_judge_the_loaded_one_and_excluding_one_of_them_unjudges_it() -> None:
    judged = session_of(clean()).reps[3].verdict
    assert (judged.zone, judged.flag) == ("transition", "watch")
    inside_rep_1_s = 6.0
    session = told((68.0, inside_rep_1_s, "exclude_rep", ""))
    assert [rep.excluded for rep in session.reps] == [True, False, False, False]
    verdict = session.reps[3].verdict
    assert (verdict.zone, verdict.flag) == ("unknown", None)
    assert not verdict.velocity_decrement.known
    assert estimates(session) == estimates(session_of(clean()))


def test_an_excluded_rep_is_never_flagged() -> None:
    session = told((69.0, 61.5, "exclude_rep", ""))
    assert session.reps[3].excluded
    assert session.reps[3].verdict.flag is None
    assert session.reps[3].verdict.velocity_decrement.known


@pytest.mark.parametrize("back", [(68.5, 6.0, "include_rep", ""), (68.5, 68.5, "undo", "")])
def test_including_or_undoing_brings_a_rep_and_its_verdicts_back(
    back: tuple[float, float, str, str],
) -> None:
    session = told((68.0, 6.0, "exclude_rep", ""), back)
    assert session.reps == session_of(clean()).reps
    assert session.events_sha256 != session_of(clean()).events_sha256


def test_undo_takes_back_only_the_last_event_that_stands() -> None:
    at_s = BETWEEN_2_AND_3_S
    session = told(
        (at_s, at_s, "athlete", "Ann"),
        (at_s + 0.1, at_s + 0.1, "athlete", "Bea"),
        (at_s + 0.2, at_s + 0.2, "undo", ""),
    )
    assert [rep.conditions.athlete for rep in session.reps] == ["Demo", "Demo", "Ann", "Ann"]
    twice = told(
        (at_s, at_s, "athlete", "Ann"),
        (at_s + 0.1, at_s + 0.1, "athlete", "Bea"),
        (at_s + 0.2, at_s + 0.2, "undo", ""),
        (at_s + 0.3, at_s + 0.3, "undo", ""),
    )
    assert [rep.conditions.athlete for rep in twice.reps] == ["Demo"] * 4


def test_a_new_distance_measures_the_next_rep_to_its_own_gates() -> None:
    session = told((BETWEEN_2_AND_3_S, BETWEEN_2_AND_3_S, "distance_yd", "5"))
    assert [len(rep.estimates.splits) for rep in session.reps[:3]] == [2, 2, 1]
    before = session_of(clean()).reps[2].estimates
    now = session.reps[2].estimates
    assert now.window.from_m == pytest.approx(2.286)
    assert now.splits[0].time_s.value == pytest.approx(before.splits[0].time_s.value, abs=0.003)
    assert now.end_s == pytest.approx(now.start_s + now.splits[0].time_s.value, abs=1e-9)


def test_a_baseline_brought_by_an_event_judges_reps_after_it() -> None:
    session = told((1.0, 1.0, "baseline", "4.40 0.02"))
    verdict = session.reps[3].verdict
    velocity = session.reps[3].estimates.window.velocity_mps.value
    assert verdict.velocity_decrement.value == pytest.approx(1 - velocity / 4.40, abs=1e-6)
    assert verdict.zone == "speed"


def test_an_event_that_makes_no_sense_is_told_and_changes_nothing() -> None:
    at_s = BETWEEN_2_AND_3_S
    session = told((at_s, at_s, "load_kg", "heavy"), (at_s, at_s, "lode_kg", "5"))
    assert session.reps == session_of(clean()).reps
    assert sum("has no effect" in note for note in session.notes) == 2
    assert any("did you mean 'load_kg'" in note for note in session.notes)


def test_events_have_their_own_hash_and_packets_keep_theirs() -> None:
    plain = session_of(clean())
    session = told((60.0, 60.0, "note", "windy"))
    assert session.sha256 == plain.sha256
    assert session.events_sha256 != plain.events_sha256
    without = session_of([r for r in clean() if not isinstance(r, Packet) or r.device != "imu"])
    assert without.sha256 != plain.sha256
    assert without.events_sha256 == plain.events_sha256


def test_events_cut_anywhere_give_the_same_session() -> None:
    records = with_events(
        clean(),
        (20.0, 6.0, "exclude_rep", ""),
        (35.0, 35.0, "distance_yd", "5"),
        (40.0, 40.0, "undo", ""),
        (50.0, 6.0, "include_rep", ""),
    )
    whole = text_of(session_of(records))
    for step in (1, 13, 977):
        assert text_of(session_of(records, range(step, len(records), step))) == whole
