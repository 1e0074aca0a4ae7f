"""What a coach types becomes events; the library gives spellings, plans and baselines."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from sledmon.cli.coach import Coach, Taken
from sledmon.errors import EventError
from sledmon.library import Library, open_library, store_results, store_text
from sledmon.plan import PRESETS
from sledmon.rig import parse_rig
from tests.library.sessions import DISTANCE_M, drawn

TODAY = datetime(2026, 11, 26, 17, tzinfo=UTC)
RIG = parse_rig('[sled]\nsurface = "turf"\n')


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with open_library(str(tmp_path / "library.sqlite")) as opened:
        yield opened


def remember(
    library: Library, seed: int, athlete: str, velocity_mps: float, days_ago: float, surface: str
) -> None:
    """Store a session in which an athlete ran unresisted."""
    then = TODAY - timedelta(days=days_ago)
    given = drawn(seed, (athlete,))
    summary = {
        "athlete": athlete,
        "distance_m": DISTANCE_M,
        "baseline_mps": {"value": velocity_mps, "sigma": 0.05, "reps": 3},
        "rep_cv": {"value": 0.015, "sigma": 0.005},
        "load_velocity": {"surface": surface, "points": []},
    }
    store_results(
        library,
        replace(
            given,
            document={**given.document, "athletes": [summary]},
            opened=given.opened._replace(started_utc=then.isoformat(timespec="seconds")),
        ),
    )


def events_of(taken: Taken) -> dict[str, str]:
    return dict(taken.events)


@pytest.mark.parametrize(
    ("line", "lane", "event"),
    [
        ("athlete Ana Lee", 1, ("athlete", "Ana Lee")),
        ("2 load_lb 10", 2, ("load_kg", "4.5359")),
        ("1 undo", 1, ("undo", "")),
        ("2 exclude_rep 31,5", 2, ("exclude_rep", "31.5")),
        ("baseline 4,51 0,03", 1, ("baseline", "4.51 0.03")),
        ("plan pure-speed", 1, ("plan", PRESETS["pure-speed"])),
    ],
)
def test_a_line_is_one_event_of_one_lane(line: str, lane: int, event: tuple[str, str]) -> None:
    taken = Coach([RIG, RIG]).take(line)
    assert (taken.lane, taken.events) == (lane, (event,))


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("lode_kg 3", "did you mean 'load_kg'"),
        ("load_lb heavy", "a number in pounds, not heavy"),
        ("athlete", "as in: athlete Ana"),
        ("plan", "as in: plan speed-10yd"),
        ("plan pure-sped", "did you mean 'pure-speed'"),
        ("plan week.toml", "does not exist; name a plan"),
        ("3 undo", "names no lane of 1 to 2"),
        ("2", "names no lane of 1 to 2 and an event"),
        ("baseline", "there is no library to bring a baseline from"),
        ("belt", "belt is another lane of 1 to 2, not nothing"),
        ("2 belt 2", "belt is another lane of 1 to 2, not 2"),
    ],
)
def test_a_line_that_makes_no_sense_is_refused_before_anything_is_recorded(
    line: str, words: str
) -> None:
    with pytest.raises(EventError, match=r"^[^\n]+$") as error:
        Coach([RIG, RIG]).take(line)
    assert words in str(error.value)


def test_a_belt_changes_hands_between_two_lanes() -> None:
    taken = Coach([RIG, RIG, RIG]).take("3 belt 1")
    assert (taken.lane, taken.swapped, taken.events) == (3, 1, ())
    assert taken.words == "belts of lanes 3 and 1 change hands"
    with pytest.raises(EventError, match="there is only this one"):
        Coach([RIG]).take("belt 2")


def test_a_plan_is_taken_from_a_file_or_from_the_library(library: Library, tmp_path: Path) -> None:
    text = "target = 'transition'\n"
    (tmp_path / "week.toml").write_text(text)
    with library.editing() as edit:
        store_text(edit, "plan", "First week", text)
    coach = Coach([RIG], library)
    for said in (str(tmp_path / "week.toml"), "first week"):
        taken = coach.take(f"plan {said}")
        assert (taken.events, taken.words) == ((("plan", text),), f"plan {said}")
    with pytest.raises(EventError, match="no plan is named 'second week'"):
        coach.take("plan second week")


def test_a_name_is_spelled_as_in_the_library_and_a_new_one_much_like_it_is_asked_about(
    library: Library,
) -> None:
    store_results(library, drawn(1, ("Anna",)))
    coach = Coach([RIG], library)
    assert coach.take("athlete  aNNa ").events == (("athlete", "Anna"),)
    new = coach.take("athlete Ana")
    assert new.events == (("athlete", "Ana"),)
    assert new.words == "athlete Ana, who is new; if Anna is meant, write: athlete Anna"
    assert coach.take("athlete ana").words == "athlete Ana"
    assert coach.take("athlete Zoë").words == "athlete Zoë"


def test_a_baseline_comes_from_the_library_wider_the_older_and_farther_it_is(
    library: Library,
) -> None:
    remember(library, 1, "Ana", 5.0, days_ago=100.0, surface="turf")
    remember(library, 2, "Ana", 5.1, days_ago=5.0, surface="grass")
    remember(library, 3, "Ana", 5.2, days_ago=20.0, surface="turf")
    remember(library, 4, "Bo", 4.0, days_ago=1.0, surface="turf")
    coach = Coach([RIG], library, lambda: TODAY)
    coach.take("athlete Ana")
    turf = events_of(coach.take("baseline"))
    velocity, sigma = map(float, turf["baseline"].split())
    assert velocity == 5.2, "the same surface, though two weeks older"
    assert sigma == pytest.approx(
        5.2 * (0.0096**2 + 0.02**2 + (0.02**2) * 20 / 14) ** 0.5, rel=0.02
    )
    assert "the baseline is 20 days old" in turf["note"]
    coach.take("surface grass")
    grass = events_of(coach.take("baseline"))
    assert grass["baseline"].startswith("5.1 ")
    assert "days old" not in grass["note"]
    coach.take("surface clay")
    assert "on another surface" in events_of(coach.take("baseline"))["note"]
    coach.take("athlete Bo")
    assert events_of(coach.take("baseline"))["baseline"].startswith("4.0 ")
    coach.take("undo")
    coach.take("undo")  # the note
    coach.take("undo")  # Bo
    assert events_of(coach.take("baseline"))["baseline"].startswith("5.")


def test_no_baseline_is_said_and_not_guessed(library: Library) -> None:
    remember(library, 1, "Ana", 5.0, days_ago=1.0, surface="turf")
    coach = Coach([RIG], library, lambda: TODAY)
    coach.take("athlete Ana")
    coach.take("distance_yd 5")
    with pytest.raises(EventError, match="no dated baseline of Ana over 5 yd; let them"):
        coach.take("baseline")
    coach.take("athlete Bea")
    with pytest.raises(EventError, match="no athlete is called 'Bea'"):
        coach.take("baseline")
