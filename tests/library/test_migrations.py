"""Older libraries are brought up to date after a copy was made; newer ones are refused."""

import shutil
import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import text

from sledmon.errors import LibraryError
from sledmon.library import open_library, schema, store_results
from sledmon.library.database import Database
from sledmon.library.migrate import MIGRATIONS, backups, drop_backup, prepare
from sledmon.library.place import library_url
from tests.library.conftest import NewPlace
from tests.library.sessions import drawn, everything

NEXT = """
import sqlalchemy as sa
from alembic import op

revision = "next"
down_revision = "{before}"


def upgrade() -> None:
    op.add_column("athletes", sa.Column("shirt", sa.Integer()))
    {then}
"""


def with_next(folder: Path, then: str = "") -> tuple[Path, ...]:
    """Where migrations are, one more than is released among them."""
    folder.mkdir(exist_ok=True)
    (folder / "revision_next.py").write_text(NEXT.format(before=schema.HEAD, then=then))
    return MIGRATIONS / "versions", folder


def test_the_head_that_the_code_names_is_the_last_migration() -> None:
    from alembic.script import ScriptDirectory

    scripts = ScriptDirectory(str(MIGRATIONS), version_locations=[str(MIGRATIONS / "versions")])
    assert scripts.get_current_head() == schema.HEAD
    assert scripts.get_bases() == ["0001"]


def test_a_library_with_rows_is_migrated_and_a_whole_copy_stays(
    new_place: NewPlace, tmp_path: Path
) -> None:
    place = new_place()
    with open_library(place) as library:
        store_results(library, drawn(1))
        before = everything(library)
    database = Database(library_url(place))
    told = prepare(database, head="next", versions=with_next(tmp_path / "more"))
    assert prepare(database, head="next", versions=with_next(tmp_path / "more")) == ""
    with database.reading() as connection:
        shirts = connection.execute(text("SELECT shirt FROM athletes")).scalars().all()
        assert (
            connection.execute(text("SELECT version_num FROM alembic_version")).scalar() == "next"
        )
    assert shirts == [None, None]
    (backup,) = backups(database)
    assert backup == told
    if database.is_file:
        with open_library(backup) as copy:
            assert everything(copy) == before
    else:
        with database.reading() as connection:
            for table in (schema.reps, schema.sessions, schema.athletes):
                counts = [
                    connection.execute(text(f"SELECT count(*) FROM {where}.{table.name}")).scalar()
                    for where in (backup, "public")
                ]
                assert counts[0] == counts[1] != 0
    drop_backup(database, backup)
    assert backups(database) == ()
    database.close()


def test_a_migration_that_fails_changes_nothing(new_place: NewPlace, tmp_path: Path) -> None:
    place = new_place()
    with open_library(place) as library:
        store_results(library, drawn(1))
        before = everything(library)
    database = Database(library_url(place))
    failing = with_next(tmp_path / "more", then='raise RuntimeError("halfway")')
    with pytest.raises(RuntimeError, match="halfway"):
        prepare(database, head="next", versions=failing)
    database.close()
    with open_library(place) as library:
        assert everything(library) == before


def test_copies_never_replace_each_other(new_file: NewPlace, tmp_path: Path) -> None:
    place = new_file()
    open_library(place).close()
    whole = Path(place).read_bytes()
    for number in (1, 2):
        database = Database(library_url(place))
        prepare(database, head="next", versions=with_next(tmp_path / "more"))
        assert len(backups(database)) == number
        database.close()
        Path(place).write_bytes(whole)


def test_a_library_of_a_newer_version_is_refused_and_left_as_it_is(new_place: NewPlace) -> None:
    place = new_place()
    open_library(place).close()
    database = Database(library_url(place))
    with database.writing() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0999'"))
    with pytest.raises(LibraryError, match=r"newer sledmon .*0999.*; update sledmon"):
        open_library(place)
    assert backups(database) == ()
    database.close()


def test_an_interrupted_first_opening_leaves_nothing_half_made(new_file: NewPlace) -> None:
    place = new_file()
    with sqlite3.connect(place) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
    connection.close()
    with open_library(place) as library:
        assert everything(library)["sessions"] == {}


def test_migrations_come_with_the_package() -> None:
    assert shutil.which("sledmon") is None or MIGRATIONS.is_dir()
    assert (MIGRATIONS / "versions" / "revision_0001.py").is_file()
