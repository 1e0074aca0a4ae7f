"""What stands on shared pages, and of whom: everybody but who is under 16 without consent."""

from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Connection, Table, func, select

from sledmon.library.schema import athletes, consents, rep_documents, reps, sessions


@dataclass(frozen=True, kw_only=True, slots=True)
class SharedSession:
    """What is told of a session on its pages."""

    id: UUID
    recorded_utc: str
    title: str


class SessionBest(NamedTuple):
    """The fastest counted rep of one session under the same conditions."""

    session_id: UUID
    number: int
    recorded_utc: str
    unresisted: bool
    resistance_kg: float
    distance_m: float
    surface: str
    velocity_mps: float
    velocity_sigma_mps: float


class OnBoard(NamedTuple):
    """One athlete whose reps a board may show."""

    id: UUID
    nickname: str
    ranked: bool
    """Never who is under 16."""


def shared_session(connection: Connection, one: UUID) -> SharedSession | None:
    """What is told of a session; None where it is gone."""
    asked = select(sessions.c.recorded_utc, sessions.c.title)
    row = connection.execute(asked.where(sessions.c.id == one, ~sessions.c.erased)).first()
    if row is None:
        return None
    return SharedSession(id=one, recorded_utc=row.recorded_utc, title=row.title)


def newest_session(connection: Connection) -> UUID | None:
    """The session begun last; of two of the same moment the one stored last."""
    asked = select(sessions.c.id).where(~sessions.c.erased)
    newest = asked.order_by(sessions.c.recorded_utc.desc(), sessions.c.change.desc())
    return connection.execute(newest.limit(1)).scalar()


def may_share(connection: Connection, session: UUID) -> dict[UUID, str]:
    """Whose pages of a session may be shared, nicknames by id, in order of their first rep."""
    asked = (
        select(athletes.c.id, athletes.c.nickname)
        .join(reps, reps.c.athlete_id == athletes.c.id)
        .where(reps.c.session_id == session, agreed("share"))
        .group_by(athletes.c.id, athletes.c.nickname)
        .order_by(func.min(reps.c.number))
    )
    return {row.id: row.nickname for row in connection.execute(asked)}


def may_not_share(connection: Connection, session: UUID) -> list[str]:
    """Nicknames of a session's athletes under 16 for whom nobody consented to sharing."""
    theirs = select(reps.c.athlete_id).where(reps.c.session_id == session)
    asked = select(athletes.c.nickname).where(
        athletes.c.id.in_(theirs), ~athletes.c.erased, ~agreed("share")
    )
    return list(connection.execute(asked.order_by(athletes.c.nickname)).scalars())


def own_documents(connection: Connection, athlete: UUID, session: UUID) -> list[dict[str, Any]]:
    """contract.md's JSON of each rep that an athlete ran in a session."""
    asked = (
        select(rep_documents.c.document)
        .join(reps, _same_rep(rep_documents))
        .where(reps.c.athlete_id == athlete, reps.c.session_id == session)
        .order_by(reps.c.number)
    )
    return list(connection.execute(asked).scalars())


def rep_document(connection: Connection, session: UUID, number: int) -> dict[str, Any] | None:
    """contract.md's JSON of one rep."""
    asked = select(rep_documents.c.document).where(
        rep_documents.c.session_id == session, rep_documents.c.number == number
    )
    return connection.execute(asked).scalar()


def session_bests(connection: Connection, athlete: UUID) -> list[SessionBest]:
    """Of each session and load the athlete's fastest counted rep, newest session first."""
    resistance_kg = func.round((reps.c.load_kg + reps.c.sled_kg) * 100) / 100
    alike = (reps.c.session_id, reps.c.unresisted, resistance_kg, reps.c.distance_m, reps.c.surface)
    fastest = (reps.c.window_velocity_mps.desc(), reps.c.number)
    place = func.row_number().over(partition_by=alike, order_by=fastest).label("place")
    placed = (
        select(
            reps.c.session_id,
            reps.c.number,
            reps.c.recorded_utc,
            reps.c.unresisted,
            resistance_kg.label("resistance_kg"),
            reps.c.distance_m,
            reps.c.surface,
            reps.c.window_velocity_mps,
            reps.c.window_velocity_sigma_mps,
            place,
        )
        .join(sessions, sessions.c.id == reps.c.session_id)
        .where(reps.c.athlete_id == athlete, ~sessions.c.erased, reps.c.counted)
        .where(reps.c.window_velocity_mps.is_not(None))
        .subquery()
    )
    columns = [column for column in placed.c if column.name != "place"]
    asked = select(*columns).where(placed.c.place == 1)
    newest = asked.order_by(placed.c.recorded_utc.desc(), placed.c.session_id, placed.c.number)
    return [SessionBest(*row) for row in connection.execute(newest)]


def nickname_of(connection: Connection, athlete: UUID) -> str:
    """An athlete's nickname; empty where they are gone."""
    asked = select(athletes.c.nickname).where(athletes.c.id == athlete, ~athletes.c.erased)
    return connection.execute(asked).scalar() or ""


def board(connection: Connection, session: UUID) -> list[OnBoard]:
    """A session's athletes by nickname; who is under 16 only with consent to ``board``."""
    theirs = select(reps.c.athlete_id).where(reps.c.session_id == session)
    asked = (
        select(athletes.c.id, athletes.c.nickname, ~athletes.c.under_16)
        .where(athletes.c.id.in_(theirs), agreed("board"))
        .order_by(athletes.c.name_key)
    )
    return [OnBoard(row[0], row[1], bool(row[2])) for row in connection.execute(asked)]


def agreed(scope: str) -> Any:
    """Not erased, and of 16 years or with consent."""
    given = select(consents.c.athlete_id).where(consents.c.scope == scope)
    return ~athletes.c.erased & (~athletes.c.under_16 | athletes.c.id.in_(given))


def _same_rep(table: Table) -> Any:
    return (table.c.session_id == reps.c.session_id) & (table.c.number == reps.c.number)
