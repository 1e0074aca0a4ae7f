"""Tokens of shared pages: who may read which, and until when. Only their hashes are kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import Connection, delete, func, insert, or_, select, update

from sledmon.errors import LibraryError
from sledmon.library.schema import athletes, reps, sessions, share_tokens
from sledmon.library.shared import agreed, shared_session

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
        .where(or_(share_tokens.c.athlete_id.is_(None), agreed("share")))
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
        asked = select(athletes.c.nickname, agreed("share").label("agreed"))
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


def _drop_expired(connection: Connection, now: datetime) -> None:
    old = [grant.sha256.hex() for grant in grants(connection) if grant.expires <= now]
    connection.execute(delete(share_tokens).where(share_tokens.c.sha256.in_(old)))


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
