"""Two libraries come to hold the same, however often they are cut off, and nothing is hidden."""

import os
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.library import synchronised_with_cuts
from sledmon.errors import LibraryError
from sledmon.library import (
    AthleteChange,
    Consent,
    Library,
    Results,
    SessionStore,
    athletes,
    change_athlete,
    conflicts,
    find_athlete,
    history,
    open_library,
    session_list,
    store_results,
    store_text,
    synchronise,
)
from tests.library.conftest import NewPlace
from tests.library.sessions import drawn, everything, rep, results

CUTS = int(os.environ.get("SLEDMON_CUTS", "10"))


@pytest.fixture
def pair(new_file: NewPlace, new_place: NewPlace) -> Iterator[tuple[Library, Library]]:
    """A laptop's library, and a club's."""
    with open_library(new_file()) as laptop, open_library(new_place()) as club:
        yield laptop, club


def enter(library: Library, nickname: str, **change: object) -> None:
    with library.editing() as edit:
        change_athlete(edit, nickname, AthleteChange(**change))  # type: ignore[arg-type]


def no_recordings(path: Path) -> Results:
    raise AssertionError(f"{path} was to be analysed, and is not there")


def test_both_hold_everything_and_a_second_time_nothing_moves(
    pair: tuple[Library, Library],
) -> None:
    laptop, club = pair
    store_results(laptop, drawn(1))
    store_results(club, drawn(2, ("Bo", "Cy")))
    consent = Consent(scope="board", given_on="2026-11-20", given_by="her mother")
    enter(laptop, "Ann", under_16=True, consents=[consent], group="u18")
    with club.editing() as edit:
        store_text(edit, "rig", "lane 1", "[sled]\nmass_kg = 12.0\n")
        store_text(edit, "plan", "speed", "sets = 3\n")
    synced = synchronise(laptop, club)
    assert (synced.pulled["sessions"], synced.pushed["sessions"]) == (1, 1)
    assert synced.conflicts == []
    assert everything(laptop) == everything(club)
    with club.reading() as connection:
        ann = find_athlete(connection, "Ann")
    assert (ann.under_16, ann.consents, ann.groups) == (True, (consent,), ("u18",))
    before = everything(laptop)
    again = synchronise(laptop, club)
    assert again.pulled.total() == again.pushed.total() == 0
    assert everything(laptop) == everything(club) == before


def test_the_same_recording_added_on_both_sides_is_one_session(
    pair: tuple[Library, Library],
) -> None:
    for library in pair:
        store_results(library, drawn(1))
    synced = synchronise(*pair)
    assert synced.conflicts == []
    for library in pair:
        with library.reading() as connection:
            assert len(session_list(connection)) == 1
            assert [a.nickname for a in athletes(connection).values()] == ["Ann", "Bo"]


def test_a_change_after_synchronising_replaces_the_older_copy_without_a_conflict(
    pair: tuple[Library, Library],
) -> None:
    laptop, club = pair
    store_results(laptop, drawn(1))
    synchronise(laptop, club)
    one, changed = store_results(club, results([rep(1, "Cy")], packets="drawn 1"))
    assert changed
    assert synchronise(laptop, club).conflicts == []
    with laptop.reading() as connection:
        (line,) = session_list(connection)
    assert (line.id, line.athletes) == (one, ("Cy",))
    assert everything(laptop) == everything(club)


def test_edits_made_apart_are_told_and_the_one_that_does_not_stand_is_kept(
    pair: tuple[Library, Library],
) -> None:
    laptop, club = pair
    with laptop.editing() as edit:
        store_text(edit, "plan", "speed", "sets = 3\n")
    with club.editing() as edit:
        store_text(edit, "plan", "speed", "sets = 4\n")
        store_text(edit, "plan", "speed", "sets = 5\n")
    synced = synchronise(laptop, club)
    (told,) = synced.conflicts
    assert told == (
        "plan 'speed' was changed in both libraries; the later change stands, given up: toml"
        " sets = 3"
    )
    assert everything(laptop) == everything(club)
    with laptop.reading() as connection:
        assert conflicts(connection) == [told]
        from sqlalchemy import select

        from sledmon.library.schema import conflicts as table
        from sledmon.library.schema import plans

        assert connection.execute(select(plans.c.toml)).scalar_one() == "sets = 5\n"
        assert connection.execute(select(table.c.lost)).scalar_one()[0]["toml"] == "sets = 3\n"
    assert synchronise(laptop, club).conflicts == []


def test_a_conflict_says_what_was_given_up(pair: tuple[Library, Library]) -> None:
    laptop, club = pair
    board = Consent(scope="board", given_on="2026-11-26", given_by="her mother")
    with laptop.editing() as edit:
        change_athlete(edit, "Bea", AthleteChange(under_16=True, consents=[board]))
    synchronise(laptop, club)
    with laptop.editing() as edit:
        change_athlete(edit, "Bea", AthleteChange(withdrawn=["board"]))
    with club.editing() as edit:
        change_athlete(edit, "Bea", AthleteChange(under_16=False))
        change_athlete(edit, "Bea", AthleteChange(group="u18"))
        change_athlete(edit, "Bea", AthleteChange(under_16=True))
        change_athlete(edit, "Bea", AthleteChange(under_16=False))
    (told,) = synchronise(laptop, club).conflicts
    assert told.startswith("athlete 'Bea' was changed in both libraries; the later change stands")
    assert told.endswith("given up: under_16 True; consents none")


def test_an_athlete_who_was_merely_named_gives_way_to_one_who_was_entered(
    pair: tuple[Library, Library],
) -> None:
    laptop, club = pair
    store_results(laptop, results([rep(1, "ann")]))
    enter(club, "Ann", under_16=True)
    assert synchronise(laptop, club).conflicts == []
    for library in pair:
        with library.reading() as connection:
            assert find_athlete(connection, "ANN").under_16
    assert everything(laptop) == everything(club)


def test_real_names_stay_at_home_unless_asked_for(pair: tuple[Library, Library]) -> None:
    laptop, club = pair
    enter(laptop, "Ann", real_name="Annika Berg")
    synchronise(laptop, club)
    with club.reading() as connection:
        assert find_athlete(connection, "Ann").real_name == ""
    synchronise(laptop, club, real_names=True)
    with club.reading() as connection:
        assert find_athlete(connection, "Ann").real_name == "Annika Berg"
    assert everything(laptop, real_names=True) == everything(club, real_names=True)


def test_a_running_session_stays_where_it_is_and_is_told(pair: tuple[Library, Library]) -> None:
    laptop, club = pair
    store = SessionStore(laptop, results([]).opened, tell=pytest.fail)
    store.store_reps(drawn(1).document["reps"])
    assert synchronise(laptop, club).running == 1
    with club.reading() as connection:
        assert session_list(connection) == []
    store.replace_session(drawn(1).document)
    synced = synchronise(laptop, club)
    assert (synced.running, synced.pushed["sessions"]) == (0, 1)
    assert everything(laptop) == everything(club)


def test_three_laptops_that_never_meet_agree_through_the_club(
    new_file: NewPlace, new_place: NewPlace
) -> None:
    draw = random.Random(5)
    with open_library(new_place()) as club:
        laptops = [open_library(new_file()) for _ in range(3)]
        for number in range(12):
            laptop = draw.choice(laptops)
            store_results(laptop, drawn(draw.randint(1, 6), number=draw.choice((4, 6))))
            enter(laptop, draw.choice(("Ann", "Bo")), group=draw.choice(("a", "b")))
            if number % 3 == 2:
                synchronise(draw.choice(laptops), club)
        for laptop in (*laptops, *laptops):
            synchronise(laptop, club)
        held = [everything(library) for library in (club, *laptops)]
        for laptop in laptops:
            laptop.close()
    assert held[0]["sessions"]
    assert all(one == held[0] for one in held)


def test_synchronising_that_is_cut_anywhere_is_finished_by_the_next(new_place: NewPlace) -> None:
    assert synchronised_with_cuts(new_place, CUTS, seed=7) >= CUTS


def test_a_library_put_back_from_a_backup_catches_up(
    pair: tuple[Library, Library], new_file: NewPlace
) -> None:
    laptop, club = pair
    store_results(laptop, drawn(1))
    synchronise(laptop, club)
    backup = new_file()
    from sledmon.library.database import raw

    with laptop.database.engine.connect() as connection:
        raw(connection).execute("VACUUM INTO ?", (backup,))
    store_results(laptop, drawn(2))
    store_results(club, drawn(3))
    synchronise(laptop, club)
    with open_library(backup) as again:
        assert again.id == laptop.id
        synchronise(again, club)
        assert everything(again) == everything(club)


def test_one_that_was_written_to_before_it_caught_up_is_looked_at_as_a_whole(
    pair: tuple[Library, Library], new_file: NewPlace
) -> None:
    laptop, club = pair
    backup = new_file()
    from sledmon.library.database import raw

    with laptop.database.engine.connect() as connection:
        raw(connection).execute("VACUUM INTO ?", (backup,))
    store_results(laptop, drawn(1))
    synchronise(laptop, club)
    with open_library(backup) as again:
        for seed in range(2, 12):
            store_results(again, drawn(seed))
        synchronise(again, club, all_again=True)
        assert everything(again) == everything(club)
        assert len(everything(club)["sessions"]) == 11


def test_a_library_is_not_synchronised_with_itself(new_file: NewPlace) -> None:
    place = new_file()
    with (
        open_library(place) as one,
        open_library(place) as two,
        pytest.raises(LibraryError, match="the same library"),
    ):
        synchronise(one, two)


def test_an_athlete_erased_here_is_gone_there_and_does_not_come_back(
    pair: tuple[Library, Library], tmp_path: Path
) -> None:
    from sledmon.library import erase, plan_erasure

    laptop, club = pair
    store_results(laptop, results([rep(1, "Ann"), rep(2, "Bo")], packets="both"))
    store_results(club, results([rep(1, "Ann"), rep(2, "Cy")], packets="of another laptop"))
    enter(laptop, "Ann", real_name="Annika Berg", group="u18")
    synchronise(laptop, club, real_names=True)
    erase(laptop, plan_erasure(laptop, "Ann"), no_recordings, erased_on="2026-11-25")
    synchronise(laptop, club)
    assert everything(laptop) == everything(club)
    for library in pair:
        with library.reading() as connection:
            named = [a.nickname for a in athletes(connection).values()]
            assert named == ["Bo", "Cy"]
            assert all(line.reps == 1 for line in session_list(connection))
            for name in named:
                assert len(history(connection, find_athlete(connection, name).id)) == 1
        told = str(everything(library, real_names=True))
        assert "Ann" not in told
    # The next who bears the name is somebody else.
    store_results(club, results([rep(1, "Ann")], packets="later"))
    synchronise(laptop, club)
    with laptop.reading() as connection:
        assert len(history(connection, find_athlete(connection, "Ann").id)) == 1


def test_recordings_elsewhere_that_still_hold_an_erased_athlete_are_told_until_they_are_dealt_with(
    pair: tuple[Library, Library], new_file: NewPlace, tmp_path: Path
) -> None:
    from sledmon.library import erase, plan_erasure

    laptop, club = pair
    with open_library(new_file()) as second:
        both = results([rep(1, "Ann"), rep(2, "Bo")], packets="both")
        store_results(laptop, both)
        synchronise(laptop, club)
        store_results(second, both, tmp_path / "copy.mcap")  # it has the recording, too
        only_here = results([rep(1, "Ann")], packets="only here")
        store_results(second, only_here, tmp_path / "only here.mcap")
        erase(laptop, plan_erasure(laptop, "Ann"), no_recordings, erased_on="2026-11-25")
        synchronise(laptop, club)
        synced = synchronise(second, club)
        assert list(synced.erased_elsewhere) == ["Ann"]
        assert len(synced.erased_elsewhere["Ann"]) == 2
        assert synced.held_back == 1
        assert synchronise(second, club).erased_elsewhere == synced.erased_elsewhere
        assert "Ann" not in str(everything(club))
        with second.reading() as connection:
            assert [a.nickname for a in athletes(connection).values()] == ["Bo"]
        with pytest.raises(LibraryError, match="erased on another computer"):
            store_results(second, results([rep(1, "Ann")], packets="new"))
        plan = plan_erasure(second, "Ann")
        assert len(plan.recordings) == 2
        left = erase(second, plan, no_recordings, erased_on="2026-11-26").left
        assert len(left) == 2  # the files of this test do not exist
        assert synchronise(second, club).erased_elsewhere == {}
        assert everything(second) == everything(club)
