"""The terminal table: what fits, what is said, and that no error is ever shown as zero."""

import io
from dataclasses import replace
from itertools import pairwise

import pytest
from rich.console import Console

from sledmon.present.terminal import LiveTable, reps_table, session_text
from sledmon.results import (
    NAN,
    UNKNOWN,
    AthleteSummary,
    Conditions,
    Estimates,
    LoadVelocity,
    Measured,
    Quality,
    Rep,
    SensorQuality,
    Session,
    Split,
    Verdict,
    WindowVelocity,
)


def rep(number: int = 1, athlete: str = "Ann") -> Rep:
    return Rep(
        number=number,
        conditions=Conditions(athlete=athlete, load_kg=9.07, sled_kg=15.0),
        start_rule="first-movement 0.10 m/s",
        estimates=Estimates(
            start_s=5.0,
            end_s=7.6,
            complete=True,
            splits=(
                Split(distance_m=4.572, time_s=Measured(1.7312, 0.0041)),
                Split(distance_m=9.144, time_s=Measured(2.6004, 0.0001)),
            ),
            mean_velocity_mps=Measured(3.5, 0.01),
            window=WindowVelocity(from_m=4.572, to_m=9.144, velocity_mps=Measured(5.26, 0.0004)),
            peak_velocity_mps=Measured(5.4, 0.02),
            trust="fair",
        ),
        verdict=Verdict(
            zone="strength",
            certainty="clear",
            velocity_decrement=Measured(0.31, 0.02),
            flag="strength-load",
            line="decrement 0.25",
            probability=0.998,
        ),
    )


def text(reps: tuple[Rep, ...], width: int) -> str:
    console = Console(file=io.StringIO(), width=width)
    console.print(reps_table(reps, "Title", width))
    out = console.file.getvalue()  # type: ignore[attr-defined]
    assert isinstance(out, str)
    return out


def screen(height: int, reps: int, typed: str | None = None) -> list[str]:
    """What stands on a screen of so many lines while reps come, and nothing of what came before."""
    console = Console(file=io.StringIO(), width=80, height=height, force_terminal=True)
    with LiveTable(console, "Live") as table:
        if typed is not None:
            table.typing(typed)
        table.show(tuple(rep(number) for number in range(1, reps + 1)))
        fitting = table._fitting()
    plain = Console(file=io.StringIO(), width=80, height=height)
    plain.print(fitting)
    return plain.file.getvalue().splitlines()  # type: ignore[attr-defined,no-any-return]


def test_the_newest_reps_stay_on_a_low_screen_and_all_are_shown_at_the_end() -> None:
    lines = screen(12, 30, typed="athlete An")
    assert len(lines) <= 12
    assert lines[-1] == "> athlete An_"
    assert lines[-2].split()[0] == "30"
    assert "of 30 reps)" in lines[0]
    assert "of 3 reps" not in screen(12, 3)[0]
    console = Console(file=io.StringIO(), width=80, height=12, force_terminal=True)
    with LiveTable(console, "Live") as table:
        table.typing("x")
        table.show(tuple(rep(number) for number in range(1, 31)))
    last = console.file.getvalue().rpartition("Live")[2]  # type: ignore[attr-defined]
    assert "> x_" not in last
    assert all(f" {number}  " in last for number in range(1, 31))


@pytest.mark.parametrize("width", [80, 120])
def test_nothing_is_cut_off(width: int) -> None:
    shown = text((rep(),), width)
    assert "…" not in shown
    assert all(len(line.rstrip()) <= width for line in shown.splitlines())


def test_an_error_smaller_than_the_last_digit_is_rounded_up_and_not_to_zero() -> None:
    shown = text((rep(),), 80)
    assert "2.600±.001" in shown
    assert "5.26±.01" in shown
    assert "±.000" not in shown
    assert "±.00 " not in shown


def test_gates_stand_in_order_of_distance() -> None:
    head = text((rep(),), 80).splitlines()[1]
    assert head.index("5 yd s") < head.index("10 yd s")


def test_a_certain_flag_does_not_claim_certainty() -> None:
    assert ">99 %" in text((rep(),), 80)


def test_names_appear_as_soon_as_there_are_two() -> None:
    assert "Ann" not in text((rep(),), 80)
    both = text((rep(), rep(2, "Bo")), 80)
    assert "Ann" in both
    assert "Bo" in both


def test_unknown_values_are_dashes() -> None:
    short = rep()
    estimates = replace(
        short.estimates,
        complete=False,
        end_s=NAN,
        splits=(short.estimates.splits[0], Split(distance_m=9.144, time_s=UNKNOWN)),
        window=WindowVelocity(from_m=4.572, to_m=9.144),
    )
    row = text((replace(short, estimates=estimates, verdict=Verdict()),), 80).splitlines()[2]
    assert row.split() == ["1", "33+20", "lb", "1.731±.005", "-", "-", "-", "incomplete"]


def test_an_empty_session_says_so() -> None:
    assert "No rep found." in text((), 80)


def test_on_a_pipe_each_rep_is_one_line_printed_once() -> None:
    console = Console(file=io.StringIO(), width=80)
    with LiveTable(console, "Title") as table:
        table.show((rep(),))
        table.show((rep(), rep(2)))
    out = console.file.getvalue()  # type: ignore[attr-defined]
    assert [line.split("  ")[0] for line in out.splitlines()] == ["Title", "rep 1", "rep 2"]


def long_rep(distance_yd: int = 40) -> Rep:
    splits = tuple(
        Split(distance_m=yards * 0.9144, time_s=Measured(yards / 5 + 10.0, 0.005))
        for yards in range(5, distance_yd + 1, 5)
    )
    return replace(rep(), estimates=replace(rep().estimates, splits=splits))


def gates(shown: str) -> list[int]:
    head = next(line for line in shown.splitlines() if line.startswith("rep "))
    return [int(word) for word, unit in pairwise(head.split()) if unit == "yd"]


@pytest.mark.parametrize("width", [80, 100, 120, 150])
@pytest.mark.parametrize("distance_yd", [15, 20, 30, 40, 100])
def test_a_long_rep_shows_the_gates_that_fit_and_says_which_do_not(
    distance_yd: int, width: int
) -> None:
    shown = text((long_rep(distance_yd),), width)
    assert "…" not in shown
    assert all(len(line.rstrip()) <= width for line in shown.splitlines())
    kept, every = gates(shown), list(range(5, distance_yd + 1, 5))
    assert kept[-1] == distance_yd, "the time to the end is never left out"
    assert set(kept) <= set(every)
    if kept == every:
        assert "no room" not in shown
        return
    note = " ".join(shown.splitlines()[3:])
    left = [yards for yards in every if yards not in kept]
    assert "no room for" in note
    assert "csv" in note
    if len(left) < 8:
        assert ", ".join(map(str, left)) in " ".join(note.split())


def test_forty_yards_on_a_pipe_show_5_10_and_every_10() -> None:
    shown = text((long_rep(),), 150)
    assert gates(shown) == [5, 10, 20, 30, 40]
    assert " ".join(shown.splitlines()[-1].split()).startswith("no room for 15, 25, 35 yd")


def test_ten_yards_never_lose_a_gate() -> None:
    assert gates(text((rep(),), 80)) == [5, 10]


@pytest.mark.parametrize(
    ("samples", "lost", "said"),
    [
        (0, 686, "686 lost (100 %)"),
        (1, 999_999, "999999 lost (>99 %)"),
        (1000, 0, "none lost"),
        (400, 500, "500 lost (56 %)"),
        (1000, 89, "89 lost (8.2 %)"),
        (99_999, 1, "1 lost (<0.01 %)"),
        (9_999, 3, "3 lost (0.03 %)"),
    ],
)
def test_the_share_of_lost_samples_reads_as_a_percentage(
    samples: int, lost: int, said: str
) -> None:
    sensor = SensorQuality(rate_hz=100.0, samples=samples, lost=lost)
    session = Session(
        software="0", duration_s=1.0, sha256="", events_sha256="",
        quality=Quality(imu=None, encoder=sensor), reps=(),
    )  # fmt: skip
    line = session_text(session).plain.splitlines()[1]
    assert line.endswith(said)


def session_of(reps: tuple[Rep, ...], *athletes: AthleteSummary) -> Session:
    return Session(
        software="0", duration_s=60.0, sha256="", events_sha256="", quality=Quality(), reps=reps,
        athletes=athletes,
    )  # fmt: skip


def test_beneath_the_table_a_flag_is_said_in_one_sentence_with_the_caveat_of_its_line() -> None:
    flagged = replace(rep(), verdict=replace(rep().verdict, cause="load", advice="Take off 10 lb."))
    said = session_text(session_of((flagged,))).plain.splitlines()
    assert (
        "rep 1: 31 % slower than your free backpedal: past your strength line, 25 % (>99 % sure;"
        " cause: load). Take off 10 lb." in said
    )
    assert any("borrowed from forward sled sprints" in line for line in said)
    calm = replace(rep(), verdict=Verdict(zone="speed", certainty="clear"))
    assert "forward" not in session_text(session_of((calm,))).plain


def test_an_athlete_is_summed_up_in_a_line_and_what_is_not_known_in_another() -> None:
    line = LoadVelocity(
        v0_mps=Measured(5.0, 0.05), slope_mps_per_kg=Measured(0.035, 0.002), r_squared=0.98
    )
    known = AthleteSummary(
        athlete="Ann",
        distance_m=9.144,
        baseline_mps=Measured(5.0, 0.05),
        baseline_reps=3,
        rep_cv=Measured(0.015, 0.003),
        load_velocity=line,
        load_for_target_kg=Measured(14.3, 1.0),
    )
    unknown = AthleteSummary(
        athlete="Bo", distance_m=4.572, load_velocity=LoadVelocity(why_not="needs three loads")
    )
    said = session_text(session_of((rep(),), known, unknown)).plain.splitlines()
    assert (
        "Ann, 10 yd: free backpedal 5.00±.05 m/s, varies by 1.5±.3 % from rep to rep, loses 35±2"
        " mm/s a kilogram (r² 0.98), sled and plates to your line 32±3 lb" in said
    )
    assert "Bo, 5 yd: needs three loads" in said
