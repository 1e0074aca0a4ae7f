"""What is asked of a library: sessions, an athlete's history, the board. Milliseconds each."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, NamedTuple
from uuid import UUID

from sqlalchemy import Connection, Select, Text, and_, cast, func, select

from sledmon.errors import LibraryError
from sledmon.library import schema
from sledmon.library.athletes import SESSIONS
from sledmon.library.ids import plain_text
from sledmon.library.rows import Row, load
from sledmon.library.schema import athletes, reps, sessions, verdicts

SHORTEST_PREFIX = 4


@dataclass(frozen=True, kw_only=True, slots=True)
class SessionLine:
    """One session in a list."""

    id: UUID
    recorded_utc: str
    title: str
    duration_s: float | None
    athletes: tuple[str, ...]
    reps: int
    flags: int
    finished: bool


class BoardLine(NamedTuple):
    """One athlete's best counted window velocity."""

    athlete: str
    velocity_mps: float
    velocity_sigma_mps: float
    recorded_utc: str
    session_id: UUID
    number: int


def session_list(
    connection: Connection, limit: int = 50, *, before_utc: str = "", athlete: UUID | None = None
) -> list[SessionLine]:
    """The newest sessions; ``before_utc`` goes on where an earlier list ended."""
    asked = select(
        sessions.c.id,
        sessions.c.recorded_utc,
        sessions.c.title,
        sessions.c.duration_s,
        sessions.c.finished,
    ).where(~sessions.c.erased)
    if before_utc:
        asked = asked.where(sessions.c.recorded_utc < before_utc)
    if athlete is not None:
        theirs = select(reps.c.session_id).where(reps.c.athlete_id == athlete)
        asked = asked.where(sessions.c.id.in_(theirs))
    newest = asked.order_by(sessions.c.recorded_utc.desc(), sessions.c.change.desc())
    found = connection.execute(newest.limit(limit)).all()
    ids = [row.id for row in found]
    who: dict[UUID, list[str]] = {}
    counts: dict[UUID, tuple[int, int]] = {}
    of_reps = (
        select(
            reps.c.session_id,
            athletes.c.nickname,
            func.count().label("reps"),
            func.count(verdicts.c.flag).label("flags"),
        )
        .join(athletes, athletes.c.id == reps.c.athlete_id)
        .outerjoin(
            verdicts,
            (verdicts.c.session_id == reps.c.session_id) & (verdicts.c.number == reps.c.number),
        )
        .where(reps.c.session_id.in_(ids))
        .group_by(reps.c.session_id, athletes.c.nickname)
        .order_by(func.min(reps.c.number))
    )
    for row in connection.execute(of_reps):
        who.setdefault(row.session_id, []).append(row.nickname)
        total, flagged = counts.get(row.session_id, (0, 0))
        counts[row.session_id] = total + row.reps, flagged + row.flags
    return [
        SessionLine(
            id=row.id,
            recorded_utc=row.recorded_utc,
            title=row.title,
            duration_s=row.duration_s,
            athletes=tuple(who.get(row.id, ())),
            reps=counts.get(row.id, (0, 0))[0],
            flags=counts.get(row.id, (0, 0))[1],
            finished=row.finished,
        )
        for row in found
    ]


_HISTORY = [column for column in reps.c if column.name != "athlete_id"]
_VERDICT = [column for column in verdicts.c if column.name not in ("session_id", "number")]


def history(
    connection: Connection, athlete: UUID, limit: int | None = None, *, since_utc: str = ""
) -> list[Row]:
    """An athlete's reps with their verdicts, newest first, as columns."""
    asked = (
        select(*_HISTORY, *_VERDICT)
        .join(sessions, sessions.c.id == reps.c.session_id)
        .outerjoin(
            verdicts,
            (verdicts.c.session_id == reps.c.session_id) & (verdicts.c.number == reps.c.number),
        )
        .where(reps.c.athlete_id == athlete, ~sessions.c.erased)
    )
    if since_utc:
        asked = asked.where(reps.c.recorded_utc >= since_utc)
    newest = asked.order_by(
        reps.c.recorded_utc.desc(), reps.c.session_id, reps.c.number.desc()
    ).limit(limit)
    return _rows(connection, newest)


def leaderboard(connection: Connection, distance_m: float, limit: int = 20) -> list[BoardLine]:
    """Each athlete's fastest counted unresisted window velocity over a distance.

    Who is under 16 stands on it only with consent to ``board``.
    """
    consents = schema.consents
    agreed = select(consents.c.athlete_id).where(consents.c.scope == "board")
    theirs = (
        reps.c.counted,
        reps.c.unresisted,
        reps.c.distance_m == distance_m,
        reps.c.window_velocity_mps.is_not(None),
    )
    best = (
        select(func.max(reps.c.window_velocity_mps))
        .where(reps.c.athlete_id == athletes.c.id, *theirs)
        .correlate(athletes)
        .scalar_subquery()
    )
    ranked = (
        select(athletes.c.id, athletes.c.nickname, best.label("best"))
        .where(~athletes.c.erased, ~athletes.c.under_16 | athletes.c.id.in_(agreed))
        .subquery()
    )
    top = (
        select(ranked)
        .where(ranked.c.best.is_not(None))
        .order_by(ranked.c.best.desc(), ranked.c.nickname)
        .limit(limit)
        .subquery()
    )
    asked = (
        select(
            top.c.nickname,
            top.c.best,
            reps.c.window_velocity_sigma_mps,
            reps.c.recorded_utc,
            reps.c.session_id,
            reps.c.number,
        )
        .join(
            reps,
            and_(reps.c.athlete_id == top.c.id, reps.c.window_velocity_mps == top.c.best, *theirs),
        )
        .order_by(top.c.best.desc(), top.c.nickname, reps.c.recorded_utc, reps.c.number)
    )
    lines: dict[str, BoardLine] = {}
    for row in connection.execute(asked):
        # Of several reps as fast as the best, the first.
        lines.setdefault(row.nickname, BoardLine(*row))
    return list(lines.values())


def of_athlete(
    connection: Connection, what: Literal["baselines", "load_velocity_points"], athlete: UUID
) -> list[Row]:
    """An athlete's baselines or load-velocity points, oldest first, each with its day."""
    table = schema.metadata.tables[what]
    asked = (
        select(sessions.c.recorded_utc, table)
        .join(sessions, sessions.c.id == table.c.session_id)
        .where(table.c.athlete_id == athlete, ~sessions.c.erased)
        .order_by(sessions.c.recorded_utc, table.c.session_id, *table.primary_key)
    )
    return _rows(connection, asked)


def session_document(connection: Connection, one: UUID, path: str = "") -> dict[str, Any]:
    """contract.md's JSON of a session, as the pipeline gave it."""
    found = load(connection, SESSIONS, [one])[one]
    document = dict(found.root["document"])
    documents = [row["document"] for row in sorted(found.parts["rep_documents"], key=_number)]
    if document:
        document["recording"] = {**document["recording"], "path": path}
    return document | {"reps": documents}


def named(connection: Connection, what: Literal["groups", "rigs", "plans"]) -> list[str]:
    """The names of the groups, rigs or plans."""
    table = schema.metadata.tables[what]
    asked = select(table.c.name).where(~table.c.erased).order_by(table.c.name)
    return list(connection.execute(asked).scalars())


def find_session(connection: Connection, asked: str) -> UUID:
    """A session by its recording's path, or by enough of its id's first letters."""
    path = plain_text(str(Path(asked).resolve()))
    of_path = select(schema.recordings.c.session_id).where(schema.recordings.c.path == path)
    found: Sequence[UUID] = list(connection.execute(of_path).scalars())
    digits = asked.replace("-", "").lower()
    if not found and len(digits) >= SHORTEST_PREFIX and set(digits) <= set("0123456789abcdef"):
        text = func.replace(cast(sessions.c.id, Text), "-", "")
        of_id = select(sessions.c.id).where(text.like(f"{digits}%"), ~sessions.c.erased)
        found = list(connection.execute(of_id.limit(2)).scalars())
    if not found:
        raise LibraryError(
            f"no session is '{plain_text(asked)}'; give a recording's path or the first letters of"
            " an id from: sledmon library list sessions"
        )
    if len(set(found)) > 1:
        raise LibraryError(f"several sessions begin with '{asked}'; give more letters of the id")
    return found[0]


def _rows(connection: Connection, asked: Select[Any]) -> list[Row]:
    result = connection.execute(asked)
    names = list(result.keys())
    return [dict(zip(names, row, strict=True)) for row in result.all()]


def _number(row: Row) -> int:
    return int(row["number"])
