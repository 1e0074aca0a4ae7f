"""Results are stored as the pipeline gave them, at once, and outlive the process."""

import json
import random
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import select, text

from sledmon.errors import LibraryError
from sledmon.library import (
    Library,
    Results,
    SessionStore,
    athletes,
    find_session,
    open_library,
    session_document,
    session_list,
    store_results,
)
from sledmon.library.schema import reps, sessions, verdicts
from tests.library.conftest import NewPlace
from tests.library.sessions import drawn, everything, rep, results


def stored_reps(library: Library) -> list[tuple[int, str | None]]:
    """Numbers and flags, as they stand."""
    with library.reading() as connection:
        asked = select(reps.c.number, verdicts.c.flag).join(
            verdicts,
            (verdicts.c.session_id == reps.c.session_id) & (verdicts.c.number == reps.c.number),
        )
        return [tuple(row) for row in connection.execute(asked.order_by(reps.c.number))]


def store_for(library: Library, told: list[str], recording: Path | None = None) -> SessionStore:
    return SessionStore(
        library, results([]).opened, recording=recording, parameters={}, tell=told.append
    )


def test_a_session_comes_back_as_the_very_json_that_was_stored(library: Library) -> None:
    given = drawn(1)
    one, changed = store_results(library, given)
    assert changed
    with library.reading() as connection:
        document = session_document(connection, one, "somewhere/session.mcap")
    assert json.dumps(document) == json.dumps(given.document)


def test_every_number_stands_in_a_column_with_its_error(library: Library) -> None:
    given = results([rep(1, velocity_mps=4.25, load_kg=4.54, flag="watch")])
    one, _ = store_results(library, given)
    with library.reading() as connection:
        row = connection.execute(select(reps).where(reps.c.session_id == one)).mappings().one()
        verdict = connection.execute(select(verdicts)).mappings().one()
        session = connection.execute(select(sessions)).mappings().one()
    assert (row["window_velocity_mps"], row["window_velocity_sigma_mps"]) == (4.25, 0.01)
    assert (row["split_5yd_s"], row["split_5yd_sigma_s"]) == (1.75, 0.004)
    assert (row["split_10yd_s"], row["peak_velocity_mps"]) == (2.75, 4.55)
    assert (row["load_kg"], row["sled_kg"], row["surface"]) == (4.54, 15.0, "turf")
    assert (row["steps"], row["step_frequency_hz"], row["lean_rad"]) == (11, 3.9, 0.21)
    assert (verdict["flag"], verdict["velocity_decrement"]) == ("watch", 0.18)
    assert (verdict["velocity_decrement_sigma"], verdict["probability"]) == (0.01, 0.99)
    assert (session["software"], session["packets_sha256"]) == (
        "0.1.0",
        given.document["recording"]["sha256"],
    )
    limits = [1.0, None]  # JSON knows neither tuples nor NaN
    assert session["parameters"] == {"finder": {"start_threshold_mps": 0.1, "limits": limits}}


def test_what_is_unknown_is_null_and_never_nought(library: Library) -> None:
    store_results(library, results([rep(1, complete=False)]))
    with library.reading() as connection:
        row = connection.execute(select(reps)).mappings().one()
    unknown = {name for name, value in row.items() if value is None}
    assert unknown >= {
        "end_s", "split_10yd_s", "split_10yd_sigma_s", "window_velocity_mps", "slack_s",
        "window_velocity_sigma_mps", "mean_velocity_mps", "peak_velocity_mps",
    }  # fmt: skip
    assert 0 not in {row["end_s"], row["window_velocity_mps"]}


def test_the_same_packets_are_the_same_session_and_storing_them_again_is_no_edit(
    library: Library,
) -> None:
    first, _ = store_results(library, drawn(1))
    before = everything(library)
    assert store_results(library, drawn(1)) == (first, False)
    assert everything(library) == before
    corrected = results([rep(1, "Bo")], packets="drawn 1", events="corrected")
    assert store_results(library, corrected) == (first, True)
    with library.reading() as connection:
        assert len(session_list(connection)) == 1
        assert session_document(connection, first)["reps"][0]["athlete"] == "Bo"


def test_what_a_later_version_adds_to_the_json_is_kept(library: Library) -> None:
    given = drawn(1)
    document = json.loads(json.dumps(given.document))
    document["reps"][0]["within_rep_drop"] = {"value": 0.03, "sigma": 0.01}
    document["plan"] = {"sets": 3}
    newer = Results(document=document, opened=given.opened)
    one, _ = store_results(library, newer)
    with library.reading() as connection:
        assert session_document(connection, one, "somewhere/session.mcap") == document


LONG = "".join(map(chr, random.Random(1).sample(range(0x4E00, 0x9000), 9000)))


@pytest.mark.parametrize("name", ["Ann\0", "\ud800", "Zo\u00eb \U0001f3c3", LONG, "'; --"])
def test_any_name_that_a_recording_can_hold_can_be_stored(library: Library, name: str) -> None:
    one, _ = store_results(library, results([rep(1, name, surface=name)], title=name))
    with library.reading() as connection:
        assert session_document(connection, one)["reps"][0]["athlete"] == name
        assert session_list(connection)[0].reps == 1


def test_a_recording_without_packets_holds_nothing_to_store(library: Library) -> None:
    given = results([])
    document = {**given.document, "quality": {"imu": None, "encoder": None}}
    with pytest.raises(LibraryError, match="no sensor's packets"):
        store_results(library, Results(document=document, opened=given.opened))
    store = store_for(library, [])
    assert store.replace_session(document) is None
    assert not store.failure
    with library.reading() as connection:
        assert session_list(connection) == []


def test_reps_are_stored_one_by_one_and_verdicts_that_change_replace_theirs(
    library: Library,
) -> None:
    told: list[str] = []
    store = store_for(library, told)
    documents = results([rep(1), rep(2), rep(3)]).document["reps"]
    store.store_rep(documents[0])
    assert stored_reps(library) == [(1, None)]
    store.store_reps(documents)
    changed = results([rep(1), rep(2, flag="watch")]).document["reps"]
    store.store_reps(changed)  # a third that was recovered by mistake and undone
    assert stored_reps(library) == [(1, None), (2, "watch")]
    assert told == []
    assert not store.failure


def test_a_running_session_becomes_the_finished_one(library: Library, tmp_path: Path) -> None:
    store = store_for(library, [], tmp_path / "a.mcap")
    given = drawn(1)
    store.store_reps(given.document["reps"])
    with library.reading() as connection:
        (running,) = session_list(connection)
    assert (running.finished, running.reps) == (False, 6)
    one = store.replace_session(given.document)
    with library.reading() as connection:
        (finished,) = session_list(connection)
        assert finished.id == one == find_session(connection, str(tmp_path / "a.mcap"))
    assert (finished.finished, finished.reps) == (True, 6)


def test_what_a_killed_session_left_is_replaced_when_its_recording_is_added(
    library: Library, tmp_path: Path
) -> None:
    store_for(library, [], tmp_path / "a.mcap").store_rep(drawn(1).document["reps"][0])
    one, _ = store_results(library, drawn(1), tmp_path / "a.mcap")
    with library.reading() as connection:
        assert [line.id for line in session_list(connection)] == [one]


WRITING = """
import sys
from sledmon.library import SessionStore, open_library
from tests.library.sessions import rep, results
place, athlete, number = sys.argv[1], sys.argv[2], int(sys.argv[3])
with open_library(place) as library:
    store = SessionStore(library, results([]).opened, tell=sys.exit)
    print("begun", flush=True)
    for n in range(1, number + 1):
        store.store_rep(results([rep(n, athlete)]).document["reps"][0])
        print(n, flush=True)
"""


def test_several_processes_write_at_once_and_nothing_is_lost(new_place: NewPlace) -> None:
    place, number = new_place(), 30
    names = ("Ann", "Bo", "Ann")  # two of them enter the same athlete
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", WRITING, place, name, str(number)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        for name in names
    ]
    for writer in writers:
        _, told = writer.communicate(timeout=120)
        assert (writer.returncode, told) == (0, b"")
    with open_library(place) as library, library.reading() as connection:
        lines = session_list(connection)
        assert [line.reps for line in lines] == [number] * 3
        assert sorted(line.athletes for line in lines) == sorted((name,) for name in names)
        assert [a.nickname for a in athletes(connection).values()] == ["Ann", "Bo"]


FINISHING = """
import sys
from sledmon.library import open_library, store_results
from tests.library.sessions import drawn
with open_library(sys.argv[1]) as library:
    for seed in range(int(sys.argv[2])):
        store_results(library, drawn(seed))
"""


def test_several_processes_that_add_the_same_recordings_store_each_once(
    new_place: NewPlace,
) -> None:
    place, number = new_place(), 8
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", FINISHING, place, str(number)], stderr=subprocess.PIPE
        )
        for _ in range(3)
    ]
    for writer in writers:
        _, told = writer.communicate(timeout=120)
        assert (writer.returncode, told) == (0, b"")
    with open_library(place) as library:
        held = everything(library)["sessions"]
    assert len(held) == number
    assert {version[1] for version, _, _ in held.values()} == {1}, "one edit each"


def test_a_killed_process_loses_no_stored_rep_and_leaves_none_by_half(new_place: NewPlace) -> None:
    from benchmarks.library import killed_while_storing

    for outcome in killed_while_storing(new_place, kills=5, seed=3):
        assert outcome.lost == 0
        assert outcome.by_half == 0
        assert outcome.stored > 0


def _rep_documents(number: int) -> list[dict[str, object]]:
    return list(results([rep(n) for n in range(1, number + 1)]).document["reps"])


def test_a_full_disk_is_told_once_and_the_session_goes_on_in_memory(
    new_file: NewPlace,
) -> None:
    from sqlalchemy import event

    told: list[str] = []
    with open_library(new_file()) as library:
        limit = {"pages": 0}

        @event.listens_for(library.database.engine, "checkout")
        def limited(connection: sqlite3.Connection, *_: object) -> None:
            connection.execute(f"PRAGMA max_page_count={limit['pages'] or 2**30}")

        store = store_for(library, told)
        documents = _rep_documents(60)
        store.store_reps(documents[:2])
        with library.reading() as connection:
            limit["pages"] = int(connection.execute(text("PRAGMA page_count")).scalar_one())
        for until in range(3, 61):
            store.store_reps(documents[:until])  # must not raise: the session goes on
        assert "the disk is full" in store.failure
        assert len(told) == 1
        assert "its recording keeps everything" in told[0]
        stored = stored_reps(library)
        assert 2 <= len(stored) < 60
        assert [number for number, _ in stored] == list(range(1, len(stored) + 1))
        limit["pages"] = 0
        store.store_reps(documents)
        assert len(stored_reps(library)) == 60
        assert not store.failure
        assert len(told) == 2


@pytest.mark.skipif(sys.platform == "win32", reason="file size limits are a POSIX matter")
def test_a_file_that_may_not_grow_is_told_like_a_full_disk(new_file: NewPlace) -> None:
    limited = """
import resource, sys
from pathlib import Path
from sledmon.library import SessionStore, open_library
from tests.library.sessions import rep, results
told = []
with open_library(sys.argv[1]) as library:
    store = SessionStore(library, results([]).opened, tell=told.append)
    size = Path(sys.argv[1] + "-wal").stat().st_size + 40_000
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))
    for n in range(1, 60):
        store.store_rep(results([rep(n)]).document["reps"][0])
    failure = store.failure
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    store.store_rep(results([rep(60)]).document["reps"][0])
print(failure, "|", len(told), store.failure)
"""
    place = new_file()
    ran = subprocess.run(
        [sys.executable, "-c", limited, place], capture_output=True, text=True, check=False
    )
    assert (ran.returncode, ran.stderr) == (0, "")
    assert "the disk" in ran.stdout
    assert "full" in ran.stdout
    assert ran.stdout.strip().endswith("| 2")
    with open_library(place) as library:
        assert len(stored_reps(library)) == 60
