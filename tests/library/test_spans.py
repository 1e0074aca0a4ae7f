"""What of a recording is whose: by the events in force and the times of the samples."""

from contextlib import suppress
from math import inf

from hypothesis import example, given
from hypothesis import strategies as st

from sledmon.errors import EventError
from sledmon.judge import CoachLog
from sledmon.library.plan_text import without_athlete
from sledmon.library.spans import Span, kept, theirs, times_of_packets
from sledmon.plan import parse_plan
from sledmon.samples import Event, Packet
from tests.pipeline.sessions import records_of

PLAN_WITHOUT_ANN = """[[set]]
reps = 3
load_lb = 10
[athletes.Bo]
speed = 0.13"""
PLAN = PLAN_WITHOUT_ANN.replace(
    "[athletes.Bo]", '[athletes."Ann"]  # quick\nspeed = 0.12\n[athletes.Bo]'
)


def told(time_s: float, kind: str, value: str, arrived_s: float | None = None) -> Event:
    return Event(round((time_s if arrived_s is None else arrived_s) * 1e9), time_s, kind, value)


def test_a_span_runs_from_an_athletes_event_to_the_next_athletes() -> None:
    events = [
        told(5, "athlete", "Ann"),
        told(9, "athlete", "Bo"),
        told(20, "athlete", "ANN "),
        told(30, "load_kg", "5"),
    ]
    assert theirs("Ann", events).spans == (Span(5, 9), Span(20, inf))
    assert theirs("Bo", events).spans == (Span(9, 20),)


def test_before_anybody_is_named_all_is_athlete_1s() -> None:
    assert theirs("Athlete 1", [told(5, "athlete", "Ann")]).spans == (Span(-inf, 5),)
    assert theirs("Athlete 1", []).spans == (Span(-inf, inf),)


def test_a_wrong_name_that_was_corrected_or_undone_gives_no_span() -> None:
    corrected = [
        told(5, "athlete", "Ann"),
        told(40, "athlete", "Cy"),
        told(5, "athlete", "Bo", arrived_s=60),
    ]
    assert theirs("Ann", corrected).spans == ()
    assert theirs("Bo", corrected).spans == (Span(5, 40),)
    undone = [told(5, "athlete", "Ann"), told(6, "athlete", "Bo"), told(7, "undo", "")]
    assert theirs("Bo", undone).spans == ()
    assert theirs("Ann", undone).spans == (Span(5, inf),)
    assert kept(undone, theirs("Bo", undone)) == [undone[0], None, None]


def test_a_rep_stays_its_athletes_although_the_next_was_named_before_its_end() -> None:
    events = [told(5, "athlete", "Ann"), told(30, "athlete", "Bo")]
    reps = [("Ann", 28.0, 31.0), ("Bo", 50.0, 53.0)]
    ann, bo = theirs("Ann", events, reps), theirs("Bo", events, reps)
    assert ann.holds(30.5, 30.6)
    assert not bo.holds(30.5, 30.6)
    assert bo.holds(45.0, 45.1)
    assert not ann.holds(45.0, 45.1)


def test_what_speaks_of_the_athlete_goes_and_what_holds_for_the_next_stays() -> None:
    events = [
        told(1, "athlete", "Ann"),
        told(2, "load_kg", "5"),
        told(3, "baseline", "4.5 0.03"),
        told(4, "note", "felt tired"),
        told(5, "exclude_rep", ""),
        told(10, "athlete", "Bo"),
        told(11, "note", "ran with Ann"),
        told(12, "note", "annual test"),
        told(13, "exclude_rep", "4.5"),
        told(14, "exclude_rep", ""),
        told(15, "rep_edges", "4 6"),
        told(15, "rep_edges", "9 13"),
        told(16, "plan", "Ann's plan"),
        told(17, "plan", PLAN),
    ]
    left = [(e.kind, e.value) for e in kept(events, theirs("Ann", events)) if e is not None]
    assert left == [
        ("load_kg", "5"),
        ("athlete", "Bo"),
        ("note", "annual test"),
        ("exclude_rep", ""),
        ("rep_edges", "9 13"),
        ("plan", PLAN_WITHOUT_ANN),
    ]


def test_a_plan_stays_the_same_for_everybody_else() -> None:
    before, after = parse_plan(PLAN), parse_plan(PLAN_WITHOUT_ANN)
    assert before.athletes.keys() == {"Ann", "Bo"}
    assert after.athletes == {"Bo": before.athletes["Bo"]}
    assert after.sets == before.sets
    only_hers = "[athletes.'Ann']\nspeed = 0.12\n"
    assert parse_plan(without_athlete(only_hers, "ann") or "").athletes == {}
    assert without_athlete(only_hers, "ann") == 'target = "speed"\n'
    in_one_line = "athletes = {Ann = {speed = 0.12}, Bo = {speed = 0.13}}\n"
    assert without_athlete(in_one_line, "ann") is None, "better none than half"
    assert without_athlete("no plan of this name", "ann") is None


moments = st.integers(0, 30).map(float)
inputs = st.lists(
    st.one_of(
        st.tuples(moments, st.just("athlete"), st.sampled_from(["Ann", "Bo", "ann"])),
        st.tuples(moments, st.just("load_kg"), st.integers(0, 9).map(str)),
        st.tuples(moments, st.just("set"), st.integers(0, 3).map(str)),  # 0 is refused
        st.tuples(moments, st.just("exclude_rep"), moments.map(str)),
        st.tuples(moments, st.just("note"), st.sampled_from(["Ann!", "fine"])),
        st.tuples(moments, st.just("plan"), st.sampled_from(["none such", PLAN])),
        st.tuples(moments, st.just("undo"), st.just("")),
    ),
    max_size=14,
)


# An input that the pipeline refuses is never what an undo undoes.
@example(
    [(1.0, "load_kg", "5"), (2.0, "athlete", "Ann"), (3.0, "set", "0"), (4.0, "undo", "")],
)
@example(
    [(1.0, "load_kg", "5"), (2.0, "athlete", "Ann"), (3.0, "plan", "none such"), (4.0, "undo", "")],
)
@given(inputs)
def test_the_others_keep_their_state_whatever_was_told_undone_and_corrected(
    given_events: list[tuple[float, str, str]],
) -> None:
    events = [told(*one) for one in given_events]
    gone = theirs("Ann", events)
    logs = CoachLog(), CoachLog()
    both: list[list[Event | None]] = [[*events], kept(events, gone)]
    for log, inputs_told in zip(logs, both, strict=True):
        for ordinal, event in enumerate(inputs_told):
            with suppress(EventError):
                if event is not None:
                    log.add(event, ordinal)
    for moment_s in range(31):
        if not gone.holds(moment_s, moment_s):
            end_s = moment_s + 0.5
            before, after = (log.state_of(moment_s, end_s) for log in logs)
            assert (after.conditions, after.excluded) == (before.conditions, before.excluded)
            assert after.plan.lines_of("Bo") == before.plan.lines_of("Bo")
            assert after.plan.sets == before.plan.sets
            assert after.conditions.athlete.casefold() != "ann"


def test_a_packets_time_is_that_of_its_samples_and_not_of_its_arrival() -> None:
    records = records_of("simulated-harsh-radio")
    times = times_of_packets([records[:500], records[500:]])
    packets = {o: r for o, r in enumerate(records) if isinstance(r, Packet)}
    assert times.keys() == packets.keys()
    late_s = [packets[o].received_ns / 1e9 - last_s for o, (_, last_s) in times.items()]
    assert min(late_s) > -0.2
    assert max(late_s) > 0.2  # stalls: such packets came long after they were measured
    assert times == times_of_packets([records])
