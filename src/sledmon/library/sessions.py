"""Sessions and reps as they come: each rep on the disk the moment it ends."""

import platform
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, Connection, delete, insert, select

from sledmon.errors import LibraryError
from sledmon.library import schema
from sledmon.library.athletes import SESSIONS, ensure_athletes
from sledmon.library.from_document import (
    Document,
    as_json,
    athletes_of,
    baseline_rows,
    document_row,
    load_velocity_rows,
    rep_row,
    verdict_row,
)
from sledmon.library.ids import plain_text, session_id
from sledmon.library.library import Edit, Library
from sledmon.library.rows import Content, Row, content, drop_parts
from sledmon.library.tokens import move_tokens
from sledmon.samples import Opened


@dataclass(frozen=True, kw_only=True, slots=True)
class Results:
    """What one recording came to, ready to be stored."""

    document: Document
    """contract.md's JSON of the session."""
    opened: Opened
    parameters: Mapping[str, Any] = field(default_factory=dict)
    """Of every stage, as JSON takes them."""


def store_results(
    library: Library,
    results: Results,
    recording: Path | None = None,
    *,
    expected: UUID | None = None,
) -> tuple[UUID, bool]:
    """Store a finished session whole; its id, and whether anything changed.

    The same packets are the same session, wherever they were added. What a session that was still
    running left under this recording's name is replaced. Another session than the one ``expected``
    is refused.
    """
    with library.editing() as edit:
        if expected is not None:
            _refuse_other(edit.connection, results, expected, recording)
        return replace_in(edit, results, recording)


def replace_in(edit: Edit, results: Results, recording: Path | None) -> tuple[UUID, bool]:
    """The same as a part of a larger edit."""
    one = session_id(_packets_hash(results))
    said = [*results.document["reps"], *results.document.get("athletes", ())]
    names = ensure_athletes(edit, athletes_of(said))
    if recording is not None:
        move_tokens(edit.connection, _drop_running(edit.connection, recording), one)
    try:
        changed = edit.store(SESSIONS, one, _content(one, results, names))
    except LibraryError:
        raise LibraryError(
            f"{recording or 'this session'} holds an athlete who was erased on request; it is not"
            " stored again: delete the file"
        ) from None
    if recording is not None:
        _place(edit.connection, recording, one)
    return one, changed


class SessionStore:
    """Keeps the reps of a running session; a failure is told once and the session goes on.

    What could not be stored stays in memory and is tried again with the next rep, so a disk that
    has room again gets everything.
    """

    def __init__(
        self,
        library: Library,
        opened: Opened,
        *,
        recording: Path | None = None,
        parameters: Mapping[str, Any] | None = None,
        tell: Callable[[str], object],
    ) -> None:
        """``tell`` is given a sentence when storing begins to fail, and when it works again."""
        self.failure = ""
        """Why what came last is not in the library; empty while all is."""
        self._library = library
        self._opened = opened
        self._recording = recording
        self._parameters = parameters or {}
        self._tell = tell
        self.id = uuid4()
        """Of the session as long as it runs; it gets its lasting one when it is finished."""
        self._begun = False
        self._stored: dict[int, Document] = {}
        self._wanted: dict[int, Document] = {}
        self._try(self._begin)

    def store_rep(self, document: Document) -> None:
        """Store one rep, new or changed."""
        self._wanted = {**self._wanted, document["number"]: document}
        self._try(self._write_wanted)

    def store_reps(self, documents: Sequence[Document]) -> None:
        """Store the session's reps as they stand now; what did not change costs nothing."""
        self._wanted = {document["number"]: document for document in documents}
        self._try(self._write_wanted)

    def replace_session(self, document: Document) -> UUID | None:
        """Store the finished session in place of the running one; its id, None if that failed.

        Nothing stays of a session in which no sensor ever sent anything.
        """
        results = Results(document=document, opened=self._opened, parameters=self._parameters)
        stored: list[UUID] = []

        def replace() -> None:
            with self._library.editing() as edit:
                _drop(edit.connection, [self.id])
                if not _is_empty(results):
                    stored.append(replace_in(edit, results, self._recording)[0])
                move_tokens(edit.connection, [self.id], stored[-1] if stored else None)

        self._try(replace)
        return stored[0] if stored else None

    def _try(self, work: Callable[[], None]) -> None:
        before = self.failure
        try:
            work()
        except LibraryError as error:
            self.failure = str(error)
            if not before:
                self._tell(f"{error}; the session goes on, and its recording keeps everything")
            return
        self.failure = ""
        if before:
            self._tell(f"the library {self._library.place} takes this session again")

    def _begin(self) -> None:
        with self._library.editing() as edit:
            self._enter(edit)
        self._begun = True

    def _enter(self, edit: Edit) -> None:
        root: Row = _root(self._opened, self._parameters) | {
            "finished": False,
            "duration_s": None,
            "software": plain_text(self._opened.software),
            "packets_sha256": "",
            "events_sha256": "",
            "document": {},
        }
        edit.store(SESSIONS, self.id, content(SESSIONS, root, {}))
        if self._recording is not None:
            # It was cut off, and goes on now; so do its pages.
            cut_off = _drop_running(edit.connection, self._recording)
            move_tokens(edit.connection, cut_off, self.id)
            _place(edit.connection, self._recording, self.id)

    def _write_wanted(self) -> None:
        wanted = self._wanted
        changed = [d for number, d in wanted.items() if self._stored.get(number) != d]
        gone = self._stored.keys() - wanted.keys()
        if self._begun and not changed and not gone:
            return
        with self._library.editing() as edit:
            if not self._begun:
                self._enter(edit)
            names = ensure_athletes(edit, athletes_of(changed))
            numbers = [*gone, *(document["number"] for document in changed)]
            for table in (schema.reps, schema.rep_documents, schema.verdicts):
                edit.connection.execute(
                    delete(table).where(table.c.session_id == self.id, table.c.number.in_(numbers))
                )
            _insert_reps(edit.connection, self.id, changed, names, self._opened.started_utc)
        self._begun = True
        self._stored = dict(wanted)


def recording_paths(connection: Connection, one: UUID) -> tuple[Path, ...]:
    """Where this computer keeps a session's recording."""
    table = schema.recordings
    asked = select(table.c.path).where(
        table.c.session_id == one, table.c.computer == this_computer()
    )
    return tuple(Path(path) for path in connection.execute(asked.order_by(table.c.path)).scalars())


def known_recordings(connection: Connection) -> list[tuple[UUID, Path]]:
    """Every session whose recording this computer keeps, sessions erased elsewhere left out."""
    table = schema.recordings
    asked = select(table.c.session_id, table.c.path).join(schema.sessions)
    here = asked.where(table.c.computer == this_computer(), ~schema.sessions.c.erased)
    return [(row.session_id, Path(row.path)) for row in connection.execute(here.order_by("path"))]


def session_at(connection: Connection, recording: Path) -> UUID | None:
    """The session that is known to lie in a file on this computer."""
    table = schema.recordings
    return connection.execute(select(table.c.session_id).where(_at(recording))).scalar()


def forget_path(connection: Connection, recording: Path) -> None:
    """No longer look for a session in this file."""
    connection.execute(delete(schema.recordings).where(_at(recording)))


def this_computer() -> str:
    """A name by which paths of several computers are kept apart."""
    return plain_text(platform.node())


def _refuse_other(
    connection: Connection, results: Results, expected: UUID, recording: Path | None
) -> None:
    table = schema.sessions
    finished = connection.execute(select(table.c.finished).where(table.c.id == expected)).scalar()
    if finished and session_id(_packets_hash(results)) != expected:
        raise LibraryError(
            f"{recording} holds other packets than when it was stored; if it is another recording,"
            " add it: sledmon library add"
        )


def _is_empty(results: Results) -> bool:
    quality = results.document["quality"]
    return quality["imu"] is None and quality["encoder"] is None


def _packets_hash(results: Results) -> str:
    recording = results.document["recording"]
    if _is_empty(results):
        where = recording["path"] or "this session"
        raise LibraryError(f"{where} holds no sensor's packets: there is nothing to store")
    return str(recording["sha256"])


def _content(one: UUID, results: Results, names: Mapping[str, UUID]) -> Content:
    document, reps = results.document, results.document["reps"]
    recording = document["recording"]
    root = _root(results.opened, results.parameters) | {
        "finished": True,
        "duration_s": recording["duration_s"],
        "software": document["sledmon"],
        "packets_sha256": recording["sha256"],
        "events_sha256": recording["events_sha256"],
        "document": {**document, "recording": {**recording, "path": ""}, "reps": []},
    }
    started = results.opened.started_utc
    return content(
        SESSIONS,
        root,
        {
            schema.reps: [rep_row(d, one, names[d["athlete"]], plain_text(started)) for d in reps],
            schema.rep_documents: [document_row(d, one) for d in reps],
            schema.verdicts: [verdict_row(d, one) for d in reps],
            schema.baselines: baseline_rows(document, one, names),
            schema.load_velocity_points: load_velocity_rows(document, one, names),
        },
    )


def _root(opened: Opened, parameters: Mapping[str, Any]) -> Row:
    return {
        "recorded_utc": plain_text(opened.started_utc),
        "title": plain_text(opened.title),
        "source": plain_text(opened.source),
        "rig_toml": plain_text(opened.rig_toml),
        "parameters": as_json(parameters),
    }


def _insert_reps(
    connection: Connection,
    one: UUID,
    documents: Sequence[Document],
    names: Mapping[str, UUID],
    started_utc: str,
) -> None:
    if documents:
        started = plain_text(started_utc)
        connection.execute(
            insert(schema.reps),
            [rep_row(d, one, names[d["athlete"]], started) for d in documents],
        )
        connection.execute(insert(schema.rep_documents), [document_row(d, one) for d in documents])
        connection.execute(insert(schema.verdicts), [verdict_row(d, one) for d in documents])


def _place(connection: Connection, recording: Path, one: UUID) -> None:
    """Note where a recording lies."""
    forget_path(connection, recording)
    row = {"computer": this_computer(), "path": _path_text(recording), "session_id": one}
    connection.execute(insert(schema.recordings), [row])


def _at(recording: Path) -> ColumnElement[bool]:
    table = schema.recordings
    return (table.c.path == _path_text(recording)) & (table.c.computer == this_computer())


def _path_text(recording: Path) -> str:
    return plain_text(str(recording.resolve()))


def _drop_running(connection: Connection, recording: Path) -> list[UUID]:
    table = schema.recordings
    asked = select(table.c.session_id).join(schema.sessions)
    running = asked.where(_at(recording), ~schema.sessions.c.finished, ~schema.sessions.c.erased)
    ids = list(connection.execute(running).scalars())
    _drop(connection, ids)
    return ids


def _drop(connection: Connection, ids: Sequence[UUID]) -> None:
    """Delete sessions that never left this library."""
    drop_parts(connection, SESSIONS, ids)
    connection.execute(delete(schema.recordings).where(schema.recordings.c.session_id.in_(ids)))
    connection.execute(delete(schema.sessions).where(schema.sessions.c.id.in_(ids)))
