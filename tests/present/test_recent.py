"""Sessions of late: found cheaply, told truly, and one to go on with after a crash."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from sledmon.errors import RecordingError
from sledmon.library import open_library, store_results
from sledmon.present.recent import (
    Recent,
    go_on_words,
    recent_rows,
    recent_sessions,
    to_go_on_with,
    when,
)
from sledmon.present.running.storing import NO_LIBRARY
from sledmon.recording import RecordingWriter, glance, open_recording
from sledmon.samples import Opened, Packet, Tick
from tests.library.sessions import rep, results

NOW = datetime(2026, 11, 26, 12, 0, tzinfo=UTC)


def recorded(path: Path, source: str = "ble", started: str = "2026-11-26T10:32:00Z") -> Path:
    with RecordingWriter(path) as writer:
        writer.write(Opened(0, source, "", "sledmon", started))
        for number in range(200):
            writer.write(Packet(number * 10_000_000, "imu", bytes(60)))
            writer.write(Tick(number * 10_000_000))
    return path


def cut(path: Path) -> Path:
    """As a killed process leaves it."""
    size = open_recording(path).data_end
    assert size is not None
    with path.open("rb+") as file:
        file.truncate(size)
    return path


def at(path: Path, moment: datetime) -> Path:
    os.utime(path, (moment.timestamp(), moment.timestamp()))
    return path


def test_a_glance_says_what_reading_it_all_says(tmp_path: Path) -> None:
    whole, killed = recorded(tmp_path / "whole.mcap"), cut(recorded(tmp_path / "killed.mcap"))
    for path in (whole, killed):
        full = open_recording(path)
        assert glance(path) == (full.opened, full.closed)
    assert glance(whole).closed
    assert not glance(killed).closed


def test_a_glance_at_what_is_no_recording_is_one_sentence(tmp_path: Path) -> None:
    for content in (b"", b"nothing", b"\x89MCAP0\r\n" + bytes(100)):
        path = tmp_path / "x.mcap"
        path.write_bytes(content)
        with pytest.raises(RecordingError, match="does not begin as a recording"):
            glance(path)
    with pytest.raises(RecordingError, match="does not exist"):
        glance(tmp_path / "none.mcap")


def test_a_folder_is_listed_newest_first_and_what_is_no_recording_left_out(tmp_path: Path) -> None:
    recorded(tmp_path / "old.mcap", started="2026-11-20T10:00:00Z")
    recorded(tmp_path / "demo.mcap", "simulated", started="2026-11-25T10:00:00Z")
    cut(recorded(tmp_path / "new.mcap"))
    (tmp_path / "broken.mcap").write_bytes(b"no")
    (tmp_path / "notes.txt").write_text("no")
    found = recent_sessions(tmp_path, NO_LIBRARY)
    assert [recent.path.stem for recent in found] == ["new", "demo", "old"]
    assert [recent.closed for recent in found] == [False, True, True]
    assert [recent.simulated for recent in found] == [False, True, False]


def test_a_folder_that_is_not_there_has_no_sessions(tmp_path: Path) -> None:
    assert recent_sessions(tmp_path / "none", NO_LIBRARY) == ()


def test_a_library_that_cannot_be_opened_leaves_what_the_folder_says(tmp_path: Path) -> None:
    recorded(tmp_path / "one.mcap")
    (tmp_path / "library.sqlite").write_bytes(b"this is no database at all" * 100)
    found = recent_sessions(tmp_path, str(tmp_path / "library.sqlite"))
    assert [recent.path.stem for recent in found] == ["one"]


def test_what_the_library_knows_of_a_session_is_told_with_it(tmp_path: Path) -> None:
    path = recorded(tmp_path / "kept.mcap")
    place = str(tmp_path / "library.sqlite")
    reps = [rep(1, "Ann", unresisted=True), rep(2, "Bo", flag="watch"), rep(3, "Ann")]
    with open_library(place) as library:
        store_results(library, results(reps), path)
        store_results(library, results(reps, packets="gone"), tmp_path / "gone.mcap")
    (found,) = recent_sessions(tmp_path, place)
    assert (found.athletes, found.reps, found.flags) == (("Ann", "Bo"), 3, 1)
    assert found.path == path
    (row,) = recent_rows([found], NOW)
    assert row.cells[1:4] == ("Ann, Bo", "3 reps", "1 flag")


def test_a_session_that_was_never_closed_may_go_on_for_twelve_hours(tmp_path: Path) -> None:
    def found(ended: datetime, source: str = "ble") -> Recent | None:
        path = tmp_path / f"{ended.timestamp()}{source}.mcap"
        at(cut(recorded(path, source)), ended)
        return to_go_on_with(
            [one for one in recent_sessions(tmp_path, NO_LIBRARY) if one.path == path], NOW
        )

    assert found(NOW - timedelta(hours=1)) is not None
    assert found(NOW - timedelta(hours=13)) is None
    assert found(NOW - timedelta(hours=1), "simulated") is None
    at(recorded(tmp_path / "closed.mcap"), NOW)
    closed = [one for one in recent_sessions(tmp_path, NO_LIBRARY) if one.path.stem == "closed"]
    assert to_go_on_with(closed, NOW) is None


def test_what_goes_on_is_named_by_its_time_and_its_reps() -> None:
    recent = Recent(
        path=Path("x.mcap"),
        began=NOW - timedelta(minutes=88),
        ended=NOW,
        reps=14,
        closed=False,
    )
    local = f"{recent.began.astimezone():%H:%M}"
    words, more = go_on_words(recent)
    assert words == f"Go on with the running session of {local}"
    assert more.endswith("Kept so far: 14 reps.")
    unknown = Recent(path=recent.path, began=recent.began, ended=NOW, closed=False)
    assert go_on_words(unknown)[1].endswith("Kept so far: 88 min.")


def test_days_are_told_as_people_do() -> None:
    noon = datetime(2026, 11, 26, 12, 0).astimezone()
    assert when(noon - timedelta(hours=1), noon) == "today 11:00"
    assert when(noon - timedelta(days=1), noon) == "yesterday 12:00"
    assert when(noon - timedelta(days=9), noon) == "17 Nov 12:00"


def test_what_nobody_counted_is_never_shown_as_zero() -> None:
    recent = Recent(path=Path("2026-11-26.mcap"), began=NOW, ended=NOW)
    (row,) = recent_rows([recent], NOW)
    assert row.cells[1:4] == ("2026-11-26", "not analysed yet", "")
