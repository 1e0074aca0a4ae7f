"""A library that is open: who it is, and edits that carry their history."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from types import TracebackType
from typing import Final, Self
from uuid import UUID

from sqlalchemy import Connection, select, update

from sledmon.errors import LibraryError
from sledmon.library import schema
from sledmon.library.database import Database
from sledmon.library.migrate import prepare
from sledmon.library.place import library_url
from sledmon.library.rows import Content, blank, load, versions, write
from sledmon.library.schema import HEAD, Aggregate
from sledmon.library.versions import Version

_NEVER: Final = UUID(int=0)


class Library:
    """One library; several of them, in several processes, may be open on the same place."""

    def __init__(self, database: Database) -> None:
        """Of a database whose tables are those of today."""
        self.database = database
        with database.reading() as connection:
            self.id: UUID = connection.execute(select(schema.library.c.id)).scalar_one()

    @property
    def place(self) -> str:
        """Where it is, for people."""
        return self.database.place

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """One unchanging view."""
        with self.database.reading() as connection:
            yield connection

    @contextmanager
    def editing(self) -> Iterator["Edit"]:
        """Edits that happen together or not at all, and are on the disk afterwards."""
        with self.database.writing() as connection:
            yield Edit(connection, self.id)

    def read_only(self) -> "Library":
        """The same library once more, by connections that the database lets write nothing."""
        return Library(Database(self.database.url, read_only=True))

    def clock(self) -> int:
        """How many changes it has seen, whichever process made them: a glance, not a reading."""
        with self.database.reading() as connection:
            return int(connection.execute(select(schema.library.c.clock)).scalar_one())

    def close(self) -> None:
        """Let go of the database."""
        self.database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def open_library(place: str = "", tell: Callable[[str], object] | None = None) -> Library:
    """Open the library at a path or address, making or migrating its tables; see ``place``.

    ``tell`` is given a sentence when tables of an older version were brought up to date.
    """
    database = Database(library_url(place))
    try:
        backup = prepare(database)
        if backup and tell is not None:
            tell(
                f"the library {database.place} was brought to tables {HEAD}; a copy of what it was"
                f" before stays in {backup}"
            )
        return Library(database)
    except BaseException:
        database.close()
        raise


class Edit:
    """One transaction's edits of roots; each root edited gets its next revision."""

    def __init__(self, connection: Connection, library_id: UUID) -> None:
        self.connection = connection
        self.library_id = library_id
        # The row stays locked until the end: edits take turns, whatever the database, and changes
        # become visible in their order.
        clock = schema.library.c.clock
        connection.execute(update(schema.library).values(clock=clock + 1))
        self.change = int(connection.execute(select(clock)).scalar_one())
        """The transaction's place in the library's order of changes."""

    def store(self, aggregate: Aggregate, one: UUID, what: Content) -> bool:
        """Write a root and all that belongs to it; False if that is what stands there already."""
        before = versions(self.connection, aggregate.root, [one]).get(one)
        if before is not None:
            if before.erased:
                raise LibraryError(f"this {_kind(aggregate)} was erased; it cannot be stored again")
            if load(self.connection, aggregate, [one])[one] == what:
                return False
        self.write(aggregate, {one: (self._next(before), what)}, [] if before is None else [one])
        return True

    def erase(self, aggregate: Aggregate, one: UUID) -> None:
        """Leave nothing but the id and its history."""
        before = versions(self.connection, aggregate.root, [one]).get(one)
        after = self._next(before, erased=True)
        self.write(aggregate, {one: (after, blank(aggregate))}, [] if before is None else [one])

    def write(
        self,
        aggregate: Aggregate,
        those: Mapping[UUID, tuple[Version, Content]],
        known: Sequence[UUID],
    ) -> None:
        """Write contents with versions that are given; ``known`` exist already."""
        write(self.connection, aggregate, those, self.change, known)

    def _next(self, before: Version | None, *, erased: bool = False) -> Version:
        return (before or Version(0, _NEVER, {}, False)).edited(self.library_id, erased=erased)


def _kind(aggregate: Aggregate) -> str:
    return aggregate.root.name.removesuffix("s").replace("_", " ")
