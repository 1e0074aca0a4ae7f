"""A library is made where it was asked for, opened again, or refused in a sentence."""

import sqlite3
import subprocess
import sys
from pathlib import Path

import platformdirs
import pytest
from sqlalchemy import text

from sledmon.errors import LibraryError
from sledmon.library import Library, athletes, open_library, schema
from sledmon.library.database import Database
from sledmon.library.migrate import differences
from sledmon.library.place import library_url, shown
from tests.library.conftest import NewPlace


def test_a_library_keeps_its_identity_when_it_is_opened_again(new_place: NewPlace) -> None:
    place = new_place()
    with open_library(place) as first, open_library(place) as second:
        assert first.id == second.id
    with open_library(new_place()) as other:
        assert other.id != first.id


def test_the_tables_are_those_that_the_code_describes(library: Library) -> None:
    with library.reading() as connection:
        assert differences(connection, schema.metadata) == []


def test_many_processes_may_make_a_library_at_the_same_moment(new_place: NewPlace) -> None:
    place = new_place()
    opening = "import sys; from sledmon.library import open_library as o; print(o(sys.argv[1]).id)"
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", opening, place], stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        for _ in range(4)
    ]
    outs = [process.communicate(timeout=60) for process in processes]
    assert {err for _, err in outs} == {b""}
    assert len({out for out, _ in outs}) == 1


def test_a_commit_is_on_the_disk_and_readers_never_wait(new_file: NewPlace) -> None:
    with open_library(new_file()) as library, library.reading() as connection:
        told = {
            pragma: connection.execute(text(f"PRAGMA {pragma}")).scalar()
            for pragma in ("journal_mode", "synchronous", "foreign_keys", "secure_delete")
        }
    full = 2
    assert told == {
        "journal_mode": "wal",
        "synchronous": full,
        "foreign_keys": 1,
        "secure_delete": 1,
    }


def test_a_reader_keeps_one_view_while_another_writes(new_place: NewPlace) -> None:
    from sledmon.library import AthleteChange, change_athlete

    with open_library(new_place()) as library, library.reading() as view:
        before = athletes(view)
        with library.editing() as edit:
            change_athlete(edit, "Ann", AthleteChange())
        assert athletes(view) == before == {}
        with library.reading() as later:
            assert len(athletes(later)) == 1


def test_without_being_told_a_library_is_in_the_users_own_place(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("SLEDMON_LIBRARY", raising=False)
    own = platformdirs.user_data_path("sledmon", appauthor=False) / "library.sqlite"
    assert shown(library_url()) == str(own)
    monkeypatch.setenv("SLEDMON_LIBRARY", str(tmp_path / "club.sqlite"))
    assert shown(library_url()) == str(tmp_path / "club.sqlite")
    assert shown(library_url("mine.sqlite")) == "mine.sqlite"


def test_a_password_is_never_shown() -> None:
    assert "s3cret" not in shown(library_url("postgresql://coach:s3cret@server/club"))


@pytest.mark.parametrize(
    ("place", "said"),
    [
        ("mysql://server/club", "mysql://... is no address of a library"),
        ("postgresql://host:port/x", "is no address of a library"),
        ("postgresql://nobody@/none?host=/nowhere", "cannot be reached"),
    ],
)
def test_an_address_that_leads_nowhere_is_told(place: str, said: str) -> None:
    with pytest.raises(LibraryError, match=said.replace(".", r"\.")):
        open_library(place)


def test_a_file_that_is_no_library_is_left_alone(tmp_path: Path) -> None:
    text_file = tmp_path / "notes.txt"
    text_file.write_text("not a database, but longer than its header would be\n" * 10)
    before = text_file.read_bytes()
    with pytest.raises(LibraryError, match=r"notes\.txt is not a library"):
        open_library(str(text_file))
    assert text_file.read_bytes() == before
    other = tmp_path / "other.sqlite"
    with sqlite3.connect(other) as connection:
        connection.execute("CREATE TABLE theirs (x)")
    connection.close()
    with pytest.raises(LibraryError, match="database of another program"):
        open_library(str(other))


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(LibraryError, match="cannot make the folder"):
        open_library(str(tmp_path / "file" / "library.sqlite"))
    with pytest.raises(LibraryError, match="cannot be opened"):
        open_library(str(tmp_path))


def test_a_damaged_file_is_told_and_not_believed(new_file: NewPlace) -> None:
    place = Path(new_file())
    open_library(str(place)).close()
    content = bytearray(place.read_bytes())
    content[4096:40960] = b"\xff" * (40960 - 4096)
    place.write_bytes(content)
    with pytest.raises(LibraryError, match="is damaged"):
        open_library(str(place))


def test_mistakes_of_our_own_are_not_dressed_up_as_the_users(new_file: NewPlace) -> None:
    from sqlalchemy.exc import OperationalError

    database = Database(library_url(new_file()))
    with pytest.raises(OperationalError), database.reading() as connection:
        connection.execute(text("SELECT nothing FROM nowhere"))
