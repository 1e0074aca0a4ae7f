"""An athlete taken out of a library and its recordings, for good: the exception to append-only.

The order is such that a cut anywhere is finished by erasing once more: first a new recording is
whole and on the disk, then it takes the old one's place in one step, then the library follows in
one transaction, and the athlete's own row goes last. Until then their name finds what is left.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Connection, func, insert, select

from sledmon.errors import LibraryError, RecordingError
from sledmon.library import schema
from sledmon.library.athletes import SESSIONS, find_erasable
from sledmon.library.forget import (
    erase_athlete,
    erase_session,
    remainder_id,
    sessions_of,
    strip_session,
)
from sledmon.library.from_document import athletes_of
from sledmon.library.ids import name_key, session_id
from sledmon.library.library import Edit, Library
from sledmon.library.migrate import backups, drop_backup
from sledmon.library.sessions import Results, forget_path, replace_in, session_at, this_computer
from sledmon.library.spans import names_in
from sledmon.library.take_out import Action, events_of, take_out
from sledmon.recording import open_recording

Analyse = Callable[[Path], Results]
"""The one pipeline, from a recording to its results."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """What erasing an athlete will touch; for the question before it."""

    athlete: UUID
    nickname: str
    sessions: int
    reps: int
    recordings: tuple[Path, ...]
    """On this computer: rewritten without them, or removed where nobody else is in them."""
    elsewhere: tuple[str, ...]
    """Recordings that other computers keep, out of reach."""
    backups: tuple[str, ...]
    """Copies of the library made before migrations; they go too."""


@dataclass(kw_only=True)
class Receipt:
    """What was done."""

    athlete: UUID
    erased_on: str
    recordings: list[dict[str, str]] = field(default_factory=list)
    sessions: int = 0
    reps: int = 0
    backups: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    """What could not be reached, and why."""

    def to_json(self) -> dict[str, Any]:
        """For the one who asked to be erased."""
        return {
            "athlete_id": str(self.athlete),
            "erased_on": self.erased_on,
            "sessions": self.sessions,
            "reps": self.reps,
            "recordings": self.recordings,
            "backups_removed": self.backups,
            "left": self.left,
        }


def plan_erasure(library: Library, nickname: str) -> Plan:
    """Look for everything that holds an athlete; every recording known here is opened."""
    with library.reading() as connection:
        athlete, known_as = find_erasable(connection, nickname)
        ids = sessions_of(connection, athlete)
        reps = schema.reps.c.athlete_id == athlete
        number = len(connection.execute(select(schema.reps.c.number).where(reps)).all())
        table = schema.recordings
        rows = connection.execute(select(table).order_by(table.c.path)).all()
    here, elsewhere = [], []
    for row in rows:
        if row.computer != this_computer():
            if row.session_id in ids:
                elsewhere.append(f"{row.path} on {row.computer}")
        elif row.session_id in ids or _named_in(Path(row.path), known_as):
            here.append(Path(row.path))
    return Plan(
        athlete=athlete,
        nickname=known_as,
        sessions=len(ids),
        reps=number,
        recordings=tuple(here),
        elsewhere=tuple(elsewhere),
        backups=backups(library.database),
    )


def erase(library: Library, plan: Plan, analyse: Analyse, *, erased_on: str) -> Receipt:
    """Do it. Harmless to repeat; after a cut, repeat it."""
    receipt = Receipt(athlete=plan.athlete, erased_on=erased_on)
    for path in plan.recordings:
        _erase_recording(library, plan, path, analyse, receipt)
    with library.editing() as edit:
        for session in sessions_of(edit.connection, plan.athlete):
            _count(edit.connection, receipt, session)
            strip_session(edit, session, plan.athlete)
        erase_athlete(edit, plan.athlete)
        _note(edit, receipt, {"athlete": str(plan.athlete)})
    for backup in plan.backups:
        drop_backup(library.database, backup)
        receipt.backups.append(backup)
    receipt.left += [f"{where}: erase them there too" for where in plan.elsewhere]
    library.database.forget_freed()
    return receipt


def _erase_recording(
    library: Library, plan: Plan, path: Path, analyse: Analyse, receipt: Receipt
) -> None:
    if not path.exists():
        receipt.left.append(f"{path} is not there; a copy elsewhere would still hold them")
        return
    try:
        before = analyse(path)
        outcome = take_out(path, plan.nickname, before.document["reps"])
        after = before
        if outcome.action is Action.REWRITTEN:
            after = analyse(outcome.path)
    except RecordingError as error:
        receipt.left.append(f"{error}; what it holds of them stays until it is deleted by hand")
        return
    removed = outcome.action is Action.REMOVED
    if not removed and _names(after, plan.nickname):
        raise LibraryError(
            f"{outcome.path} still holds reps of {plan.nickname} after it was rewritten; nothing"
            " was erased from the library; see: sledmon check"
        )
    old_hash, new_hash = (str(r.document["recording"]["sha256"]) for r in (before, after))
    entry = {
        "action": outcome.action.value,
        "old_sha256": old_hash,
        "new_sha256": "" if removed else new_hash,
    }
    with library.editing() as edit:
        _follow(edit, plan, path, old_hash, None if removed else (after, outcome.path), receipt)
        _note(edit, receipt, entry)
    receipt.recordings.append({"file": str(outcome.path), **entry})


def _follow(
    edit: Edit,
    plan: Plan,
    path: Path,
    old_hash: str,
    after: tuple[Results, Path] | None,
    receipt: Receipt,
) -> None:
    """Let the library say what the recording now says."""
    here = session_at(edit.connection, path)
    new = session_id(str(after[0].document["recording"]["sha256"])) if after else None
    forget_path(edit.connection, path)
    for session in {session_id(old_hash), *([here] if here else [])} - {new}:
        _count(edit.connection, receipt, session)
        # What another library may have made of it without the recording goes as well.
        edit.erase(SESSIONS, remainder_id(session, plan.athlete))
        erase_session(edit, session)
    if after is not None:
        replace_in(edit, *after)


def _count(connection: Connection, receipt: Receipt, session: UUID) -> None:
    reps = schema.reps
    asked = select(func.count()).where(
        reps.c.athlete_id == receipt.athlete, reps.c.session_id == session
    )
    number = int(connection.execute(asked).scalar_one())
    receipt.reps += number
    receipt.sessions += number > 0


def _note(edit: Edit, receipt: Receipt, entry: dict[str, str]) -> None:
    row = {
        "id": uuid4(),
        "athlete_id": receipt.athlete,
        "erased_on": receipt.erased_on,
        "receipt": entry,
    }
    edit.connection.execute(insert(schema.erasures), [row])


def _names(results: Results, nickname: str) -> bool:
    named = athletes_of(results.document["reps"])
    return any(name_key(name) == name_key(nickname) for name in named)


def _named_in(path: Path, nickname: str) -> bool:
    """Whether a recording names an athlete, though no rep of theirs came of it."""
    try:
        named = names_in(events_of(open_recording(path)))
    except RecordingError:
        return False
    return any(name_key(name) == name_key(nickname) for name in named)
