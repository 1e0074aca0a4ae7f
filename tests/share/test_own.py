"""What a page says of an athlete: last, best, against last time, behind."""

from dataclasses import replace
from uuid import UUID, uuid4

import pytest

from sledmon.library import SessionBest, SharedSession
from sledmon.present.share.own import Own, best_behind, best_like, last_time
from sledmon.present.share.pages import Chosen
from sledmon.present.share.results_text import results_text
from sledmon.present.share.words import badge, sentence
from sledmon.results import Rep, Verdict
from tests.library.sessions import DISTANCE_M, rep
from tests.share.season import TODAY_UTC, run

TODAY = SharedSession(id=uuid4(), recorded_utc=TODAY_UTC, title="")


def best(
    velocity_mps: float,
    number: int = 1,
    session: UUID | None = None,
    day: str = "2026-11-13T17:00:00Z",
    resistance_kg: float = 0.0,
    sigma_mps: float = 0.01,
) -> SessionBest:
    return SessionBest(
        session or uuid4(),
        number,
        day,
        resistance_kg == 0,
        resistance_kg,
        DISTANCE_M,
        "turf",
        velocity_mps,
        sigma_mps,
    )


def own(reps: list[Rep], *bests: SessionBest) -> Own:
    return Own(nickname="Ann", session=TODAY, reps=tuple(reps), bests=bests)


def test_the_best_is_of_the_same_load_as_the_last_rep_that_counts() -> None:
    reps = [run(1, "Ann", 4.5, unresisted=True), rep(2, "Ann", complete=False)]
    today = best(4.5, 1, TODAY.id, TODAY_UTC)
    found = best_like(own(reps, today, best(4.4), best(9.9, resistance_kg=20.0)), reps[0])
    assert found == today


def test_of_two_equal_bests_the_first_stands() -> None:
    first, second = best(4.5, day="2026-11-01T17:00:00Z"), best(4.5)
    reps = [run(1, "Ann", 4.5, unresisted=True)]
    assert best_like(own(reps, second, first), reps[0]) == first


@pytest.mark.parametrize(
    ("before", "says"), [(4.40, "faster"), (4.48, "same"), (4.52, "same"), (4.60, "slower")]
)
def test_a_difference_within_what_is_measured_is_none(before: float, says: str) -> None:
    reps = [run(1, "Ann", 4.5, unresisted=True)]
    found = last_time(own(reps, best(4.5, 1, TODAY.id, TODAY_UTC), best(before)))
    assert found is not None
    assert found.direction == says
    assert found.difference.value == pytest.approx(4.5 - before)
    assert found.difference.sigma == pytest.approx(0.01414, abs=1e-4)


def test_last_time_is_the_newest_session_at_that_load_and_never_a_later_one() -> None:
    reps = [run(1, "Ann", 4.5, unresisted=True)]
    today = best(4.5, 1, TODAY.id, TODAY_UTC)
    older = best(4.9, day="2026-11-01T17:00:00Z")
    later = best(4.9, day="2026-12-01T17:00:00Z")
    newer = best(4.4)
    found = last_time(own(reps, today, newer, older))
    assert found is not None
    assert found.before.value == 4.4
    assert last_time(own(reps, later, today)) is None
    assert last_time(own(reps, today, best(4.4, day=""))) is None
    assert last_time(own(reps, today, best(4.4, resistance_kg=20.0))) is None


def test_behind_the_last_rep_stands_the_best_other_one() -> None:
    reps = [run(n, "Ann", v, unresisted=True) for n, v in ((1, 4.5), (2, 4.6), (3, 4.7))]
    today = best(4.7, 3, TODAY.id, TODAY_UTC)
    assert best_behind(own(reps, today)) == (None, reps[1])
    earlier = best(4.65)
    assert best_behind(own(reps, today, earlier)) == (earlier, None)
    assert best_behind(own([rep(1, complete=False)])) == (None, None)


def test_every_rep_has_a_shape_a_word_and_a_sentence() -> None:
    free = run(1, "Ann", 4.5, unresisted=True)
    flagged = run(2, "Ann", 3.7, load_kg=9.07, flag="watch")
    cases = {
        "free": free,
        "watch": flagged,
        "transition": run(3, "Ann", 3.9, load_kg=5.0),
        "stopped short": rep(4, complete=False),
        "not counted": replace(free, excluded=True),
        "not judged": replace(free, estimates=replace(free.estimates, trust="poor")),
        "no baseline": replace(free, verdict=Verdict()),
    }
    for word, one in cases.items():
        assert badge(one).word == word
        assert badge(one).shape
        assert sentence(one).endswith(".")
    assert sentence(flagged) == (
        "18 % slower than your free backpedal: past your speed setting, 10 %"
        " (99 % sure; cause: load). Take off 10 lb."
    )


def test_the_page_is_another_one_when_anything_on_it_moves() -> None:
    one = own([run(1, "Ann", 4.5)])
    assert one.version == own([run(1, "Ann", 4.5)]).version
    assert one.version != own([run(1, "Ann", 4.51)]).version
    assert one.version != replace(one, nickname="Anne").version


def test_results_as_text_keep_the_newest_reps_and_say_how_many_are_left_out() -> None:
    reps = [run(n, "Ann", 4.0 + n / 100, load_kg=4.536) for n in range(1, 41)]
    one = own(reps, best(4.4, 40, TODAY.id, TODAY_UTC, resistance_kg=19.54))
    text = results_text(one, Chosen(), 500)
    assert len(text.encode()) <= 500
    lines = text.splitlines()
    assert lines[:3] == [
        "Ann, 20 November, 10 yd",
        "last 4.40 m/s ±0.01, 33 + 10 lb",
        "best at this load 4.40 m/s ±0.01 (20 November)",
    ]
    assert lines[3] == "40: 33 + 10 lb, 5 yd 1.75 s, 10 yd 2.75 s, 4.40 m/s ±0.01, transition"
    shown = sum(": 33" in line for line in lines)
    assert lines[-1] == f"and {40 - shown} more"
    assert "more" not in results_text(own(reps[:2]), Chosen(), 500)
