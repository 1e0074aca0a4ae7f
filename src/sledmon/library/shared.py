"""Who may read which shared page, and what stands on it. Tokens are kept as hashes only."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import Connection, Table, delete, func, insert, or_, select, update

from sledmon.errors import LibraryError
from sledmon.library.schema import athletes, consents, rep_documents, reps, sessions, share_tokens

LASTS: Final = timedelta(hours=24)
"""A page outlives its session by this much."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Grant:
    """One token's right: one athlete's page of one session, or its board."""

    sha256: bytes
    athlete: UUID | None
    """None: the board."""
    session: UUID
    expires: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class SharedSession:
    """What is told of a session on its pages."""

    id: UUID
    recorded_utc: str
    title: str
    finished: bool


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


def expiry(recorded_utc: str, lasted_s: float, issued_utc: str) -> datetime:
    """24 h after the session; of one that was over for longer, 24 h after it was shared.

    >>> expiry("2026-11-20T17:00:00Z", 3600.0, "2026-11-20T17:30:00+00:00").isoformat()
    '2026-11-21T18:00:00+00:00'
    >>> expiry("2026-10-01T17:00:00Z", 3600.0, "2026-11-20T17:30:00+00:00").isoformat()
    '2026-11-21T17:30:00+00:00'
    """
    issued = _moment(issued_utc) or datetime.fromtimestamp(0, UTC)
    recorded = _moment(recorded_utc)
    if recorded is None or recorded > issued:
        return issued + LASTS
    after = recorded + timedelta(seconds=lasted_s) + LASTS
    return after if after > issued else issued + LASTS


def grants(connection: Connection) -> list[Grant]:
    """Every token whose page may be shown as things stand, expired ones still among them."""
    last_rep = (
        select(func.max(reps.c.start_s))
        .where(reps.c.session_id == sessions.c.id)
        .correlate(sessions)
        .scalar_subquery()
    )
    lasted = func.coalesce(sessions.c.duration_s, last_rep, 0.0)
    asked = (
        select(share_tokens, sessions.c.recorded_utc, lasted.label("lasted_s"))
        .join(sessions, sessions.c.id == share_tokens.c.session_id)
        .outerjoin(athletes, athletes.c.id == share_tokens.c.athlete_id)
        .where(~sessions.c.erased)
        .where(or_(share_tokens.c.athlete_id.is_(None), _agreed("share")))
    )
    return [
        Grant(
            sha256=bytes.fromhex(row.sha256),
            athlete=row.athlete_id,
            session=row.session_id,
            expires=expiry(row.recorded_utc, row.lasted_s, row.issued_utc),
        )
        for row in connection.execute(asked)
    ]


def issue_token(
    connection: Connection, sha256: bytes, athlete: UUID | None, session: UUID, now: datetime
) -> None:
    """Let a token show one page; refused for who is under 16 without consent to ``share``."""
    if athlete is not None:
        asked = select(athletes.c.nickname, _agreed("share").label("agreed"))
        found = connection.execute(asked.where(athletes.c.id == athlete)).first()
        if found is None:
            raise LibraryError("this athlete is not in the library; nothing is shared")
        if not found.agreed:
            raise LibraryError(
                f"{found.nickname} is under 16, and nobody consented to sharing; enter it: sledmon"
                f" library add --athlete '{found.nickname}' --consent share --given-by WHO"
            )
    if shared_session(connection, session) is None:
        raise LibraryError("this session is not in the library any more; nothing is shared")
    _drop_expired(connection, now)
    row = {
        "sha256": sha256.hex(),
        "athlete_id": athlete,
        "session_id": session,
        "issued_utc": now.astimezone(UTC).isoformat(),
    }
    connection.execute(insert(share_tokens), [row])


def revoke_tokens(
    connection: Connection, *, athlete: UUID | None = None, session: UUID | None = None
) -> int:
    """Take back the tokens of an athlete, of a session, or of both; all where neither is named."""
    asked = delete(share_tokens)
    if athlete is not None:
        asked = asked.where(share_tokens.c.athlete_id == athlete)
    if session is not None:
        asked = asked.where(share_tokens.c.session_id == session)
    return connection.execute(asked).rowcount


def move_tokens(connection: Connection, before: Sequence[UUID], after: UUID | None) -> None:
    """Let tokens follow a running session to its finished self; without one they go."""
    those = share_tokens.c.session_id.in_(before)
    if after is None:
        connection.execute(delete(share_tokens).where(those))
    else:
        connection.execute(update(share_tokens).where(those).values(session_id=after))


def shared_session(connection: Connection, one: UUID) -> SharedSession | None:
    """What is told of a session; None where it is gone."""
    asked = select(sessions.c.recorded_utc, sessions.c.title, sessions.c.finished)
    row = connection.execute(asked.where(sessions.c.id == one, ~sessions.c.erased)).first()
    if row is None:
        return None
    return SharedSession(
        id=one, recorded_utc=row.recorded_utc, title=row.title, finished=row.finished
    )


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
        .where(reps.c.session_id == session, _agreed("share"))
        .group_by(athletes.c.id, athletes.c.nickname)
        .order_by(func.min(reps.c.number))
    )
    return {row.id: row.nickname for row in connection.execute(asked)}


def may_not_share(connection: Connection, session: UUID) -> list[str]:
    """Nicknames of a session's athletes under 16 for whom nobody consented to sharing."""
    theirs = select(reps.c.athlete_id).where(reps.c.session_id == session)
    asked = select(athletes.c.nickname).where(
        athletes.c.id.in_(theirs), ~athletes.c.erased, ~_agreed("share")
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
        .where(athletes.c.id.in_(theirs), _agreed("board"))
        .order_by(athletes.c.name_key)
    )
    return [OnBoard(row[0], row[1], bool(row[2])) for row in connection.execute(asked)]


def _agreed(scope: str) -> Any:
    """Not erased, and of 16 years or with consent."""
    given = select(consents.c.athlete_id).where(consents.c.scope == scope)
    return ~athletes.c.erased & (~athletes.c.under_16 | athletes.c.id.in_(given))


def _same_rep(table: Table) -> Any:
    return (table.c.session_id == reps.c.session_id) & (table.c.number == reps.c.number)


def _drop_expired(connection: Connection, now: datetime) -> None:
    old = [grant.sha256.hex() for grant in grants(connection) if grant.expires <= now]
    connection.execute(delete(share_tokens).where(share_tokens.c.sha256.in_(old)))


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
