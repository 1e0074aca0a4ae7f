"""One library's database: transactions that are durable, and failures as sentences.

SQLite runs with a write-ahead log and ``synchronous=FULL``: a commit is on the disk when it
returns, readers never wait, and several processes take turns at writing. PostgreSQL does so anyway.
"""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError, OperationalError

from sledmon.errors import LibraryError
from sledmon.library.place import shown

BUSY_MS: Final = 30_000
"""How long a writer waits for the others' turns; one transaction takes milliseconds."""
_WRITES: Final = "sledmon_writes"

_PRAGMAS: Final = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "foreign_keys=ON",
    "secure_delete=ON",  # what was erased is overwritten
    f"busy_timeout={BUSY_MS}",
    "cache_size=-65536",  # KiB; a season's indexes stay in memory
)


class Database:
    """Transactions on one library; ``connection`` objects never outlive them."""

    def __init__(self, url: URL, *, read_only: bool = False) -> None:
        """Of a place; with ``read_only`` of one that is there, and the database refuses writes."""
        self.url = url
        self.place = shown(url)
        self.is_file = url.drivername == "sqlite"
        if self.is_file and not read_only:
            self._make_folder()
        make = _sqlite if self.is_file else _server
        self.engine = make(url, read_only=read_only)

    @property
    def path(self) -> Path:
        """The file of a library that is one."""
        return Path(self.place)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """One unchanging view, however many statements."""
        options = {} if self.is_file else {"isolation_level": "REPEATABLE READ"}
        with self._beginning(options) as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """All or nothing, and on the disk once it returns."""
        with self._beginning({_WRITES: True}) as connection:
            yield connection

    @contextmanager
    def told(self) -> Iterator[None]:
        """Failures of the database become one sentence; mistakes of ours stay what they are."""
        try:
            yield
        except DBAPIError as error:
            sentence = _sentence(self.place, error)
            if sentence is None:
                raise
            raise LibraryError(sentence) from None

    def forget_freed(self) -> None:
        """Let go of what deleted rows left behind: in the log of a file, in tables of a server."""
        with self.told(), self.engine.connect() as connection:
            if self.is_file:
                raw(connection).execute("PRAGMA wal_checkpoint(TRUNCATE)")
            else:
                alone = connection.execution_options(isolation_level="AUTOCOMMIT")
                alone.exec_driver_sql("VACUUM")

    def close(self) -> None:
        """Give back every connection; on a file the log is folded in."""
        self.engine.dispose()

    @contextmanager
    def _beginning(self, options: dict[str, Any]) -> Iterator[Connection]:
        with self.told(), self.engine.connect() as connection:
            prepared = connection.execution_options(**options)
            with prepared.begin():
                yield prepared

    def _make_folder(self) -> None:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise LibraryError(
                f"cannot make the folder of the library {self.place}: {error.strerror};"
                " choose another with --library"
            ) from None


def raw(connection: Connection) -> Any:
    """The driver's own connection, for what cannot run inside a transaction."""
    return connection.connection.driver_connection


def _server(url: URL, *, read_only: bool) -> Engine:
    # A session must not stand still for minutes because a network has gone.
    limits = {"connect_timeout": "5", "tcp_user_timeout": "10000"}  # s, ms; libpq
    engine = create_engine(url.update_query_dict({**limits, **url.query}))

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _: Any) -> None:
        if read_only:
            connection.read_only = True

    return engine


def _sqlite(url: URL, *, read_only: bool) -> Engine:
    pragmas: tuple[str, ...] = _PRAGMAS
    if read_only:
        file = Path(str(url.database)).resolve().as_uri()
        url = url.set(database=file, query={"mode": "ro", "uri": "true"})
        pragmas = (*_PRAGMAS[1:], "query_only=ON")
    engine = create_engine(url, connect_args={"timeout": BUSY_MS / 1000, "isolation_level": None})

    @event.listens_for(engine, "connect")
    def prepare(connection: sqlite3.Connection, _: Any) -> None:
        for pragma in pragmas:
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # A reader that turns writer halfway could be refused: a writer says so at once.
        writes = connection.get_execution_options().get(_WRITES)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


_FULL: Final = re.compile(r"disk is full|no space left|file too large|diskfull", re.IGNORECASE)
_SENTENCES: Final = (
    ("is locked", "is busy: another program has been writing to it; try again"),
    ("not a database", "is not a library of sledmon; choose another with --library"),
    ("malformed", "is damaged; restore a backup, or rebuild it from the recordings"),
    ("unable to open", "cannot be opened; check the folder and its permissions"),
    ("readonly", "cannot be written; check its permissions"),
    ("read-only", "cannot be written; check its permissions"),
    ("disk I/O", "cannot be read or written: the disk fails, or it is full"),
)


def _sentence(place: str, error: DBAPIError) -> str | None:
    """What to tell people; None where the fault is our own."""
    original = error.orig
    text = str(original).strip()
    if _FULL.search(f"{type(original).__name__} {text}"):
        return f"the library {place} cannot grow: the disk is full; make room"
    if not isinstance(original, sqlite3.Error):
        if isinstance(error, OperationalError) or error.connection_invalidated:
            first = (text.splitlines() or ["no reason given"])[0]
            return f"the library {place} cannot be reached: {first}"
        return None
    for part, said in _SENTENCES:
        if part in text:
            return f"the library {place} {said}"
    return None
