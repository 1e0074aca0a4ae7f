"""A library brought to today's tables, in one transaction, after a backup.

An older library is copied first: a file by ``VACUUM INTO`` beside it, tables on PostgreSQL into a
schema of their own inside the same transaction. A newer one is refused.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sqlalchemy import Connection, MetaData, inspect, text
from sqlalchemy.exc import ProgrammingError

from sledmon.errors import LibraryError
from sledmon.library.database import Database, raw
from sledmon.library.schema import HEAD

if TYPE_CHECKING:
    from alembic.script import ScriptDirectory

MIGRATIONS: Final = Path(__file__).parent / "migrations"
_LOCK: Final = 7_303_014_217_001
"""Any number, as long as every sledmon takes the same."""


def prepare(
    database: Database, *, head: str = HEAD, versions: Sequence[Path] = (MIGRATIONS / "versions",)
) -> str:
    """Make the tables, or bring them to ``head``; returns at once where they are there already.

    The copy that was made before, if any: a path, or on PostgreSQL the name of a schema.
    """
    with database.reading() as connection:
        current = _current(connection, database)
    if current == head:
        return ""
    steps = _steps(versions)
    if current and current not in steps:
        raise LibraryError(
            f"the library {database.place} was written by a newer sledmon (its tables are"
            f" {current}, this version knows {head}); update sledmon"
        )
    backup = _copy_file(database, current) if current and database.is_file else ""
    with database.writing() as connection:
        if not database.is_file:
            connection.execute(text(f"SELECT pg_advisory_xact_lock({_LOCK})"))
        now = _current(connection, database)  # another process may have been first
        if now == head:
            return backup
        if now and not database.is_file:
            backup = _copy_tables(connection, database, now)
        _upgrade(connection, versions, now, head)
    return backup


def backups(database: Database) -> tuple[str, ...]:
    """The copies made before migrations that still exist."""
    if database.is_file:
        found = database.path.parent.glob(f"{database.path.name}.before-*")
        return tuple(sorted(str(path) for path in found))
    with database.reading() as connection:
        names = inspect(connection).get_schema_names()
    return tuple(sorted(name for name in names if name.startswith("sledmon_before_")))


def drop_backup(database: Database, backup: str) -> None:
    """Delete one of ``backups``: it may hold an athlete who is to be forgotten."""
    if database.is_file:
        Path(backup).unlink(missing_ok=True)
        return
    with database.writing() as connection:
        quoted = connection.dialect.identifier_preparer.quote(backup)
        connection.exec_driver_sql(f"DROP SCHEMA {quoted} CASCADE")


def _current(connection: Connection, database: Database) -> str:
    """The migration that a library is at; empty for one that is empty."""
    tables = inspect(connection).get_table_names()
    if "alembic_version" in tables:
        found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
        return str(found or "")
    if tables and database.is_file:
        raise LibraryError(
            f"{database.place} is a database of another program; choose another with --library"
        )
    return ""


def _copy_file(database: Database, current: str) -> str:
    place = database.path.with_name(f"{database.path.name}.before-{current}")
    number = 1
    while place.exists():
        number += 1
        place = place.with_name(f"{database.path.name}.before-{current}.{number}")
    with database.told(), database.engine.connect() as connection:
        raw(connection).execute("VACUUM INTO ?", (str(place),))
    return str(place)


def _copy_tables(connection: Connection, database: Database, current: str) -> str:
    preparer = connection.dialect.identifier_preparer
    found = inspect(connection)
    name, number = f"sledmon_before_{current}", 1
    while name in found.get_schema_names():
        number += 1
        name = f"sledmon_before_{current}_{number}"
    try:
        connection.exec_driver_sql(f"CREATE SCHEMA {preparer.quote(name)}")
    except ProgrammingError:
        raise LibraryError(
            f"the library {database.place} must be copied before its tables change, and this user"
            " may not create a schema; let the server's administrator run sledmon library list"
        ) from None
    for table in found.get_table_names():
        quoted = preparer.quote(table)
        connection.exec_driver_sql(
            f"CREATE TABLE {preparer.quote(name)}.{quoted} AS TABLE {quoted}"
        )
    return name


def _steps(versions: Sequence[Path]) -> set[str]:
    return {revision.revision for revision in _scripts(versions).walk_revisions()}


def _upgrade(connection: Connection, versions: Sequence[Path], current: str, head: str) -> None:
    from alembic.migration import MigrationContext
    from alembic.operations import Operations

    scripts = _scripts(versions)
    context = MigrationContext.configure(connection)
    with Operations.context(context):
        for step in reversed(list(scripts.iterate_revisions(head, current or "base"))):
            step.module.upgrade()
        context.stamp(scripts, head)


def _scripts(versions: Sequence[Path]) -> "ScriptDirectory":
    # Imported only where tables are made or changed: it takes a fifth of a second.
    from alembic.script import ScriptDirectory

    return ScriptDirectory(str(MIGRATIONS), version_locations=[str(place) for place in versions])


def differences(connection: Connection, metadata: MetaData) -> list[object]:
    """How the tables that exist differ from those described; for the tests."""
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    return list(compare_metadata(MigrationContext.configure(connection), metadata))
