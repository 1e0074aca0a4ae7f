"""An athlete taken out of the rows; recordings are ``erase.py``'s matter."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import Connection, delete, select, update

from sledmon.library import plan_text, schema
from sledmon.library.athletes import ATHLETES, GROUPS, PLANS, REAL_NAMES, SESSIONS
from sledmon.library.from_document import without_athlete
from sledmon.library.ids import mentions
from sledmon.library.library import Edit
from sledmon.library.rows import Content, blank, load
from sledmon.library.schema import Aggregate
from sledmon.library.tokens import revoke_tokens
from sledmon.library.versions import Version

_NOTE = "an athlete was erased; the recording is elsewhere"


def sessions_of(connection: Connection, athlete: UUID) -> list[UUID]:
    """Every session that holds a rep of an athlete, those erased elsewhere included."""
    table = schema.reps
    asked = select(table.c.session_id).where(table.c.athlete_id == athlete).distinct()
    return sorted(connection.execute(asked).scalars(), key=str)


def remainder_id(session: UUID, athlete: UUID) -> UUID:
    """Of what is left of a session where its recording is not at hand."""
    return uuid5(session, str(athlete))


def strip_session(edit: Edit, session: UUID, athlete: UUID) -> UUID | None:
    """Erase a session; the others' reps go on under another id, which is returned."""
    whole = load(edit.connection, SESSIONS, [session])[session]
    left = _without(whole, athlete, remainder_id(session, athlete))
    erase_session(edit, session)
    if left is None:
        return None
    one = remainder_id(session, athlete)
    edit.store(SESSIONS, one, left)
    return one


def erase_session(edit: Edit, session: UUID) -> None:
    """Leave a tombstone of a session, and nothing where a conflict had kept more."""
    recordings = schema.recordings
    edit.connection.execute(delete(recordings).where(recordings.c.session_id == session))
    edit.erase(SESSIONS, session)
    revoke_tokens(edit.connection, session=session)
    _drop_conflicts(edit.connection, [session])


def erase_athlete(edit: Edit, athlete: UUID) -> None:
    """Leave a tombstone of an athlete; their sessions must have been dealt with before."""
    _leave_groups(edit, athlete)
    _leave_plans(edit, athlete)
    revoke_tokens(edit.connection, athlete=athlete)
    edit.erase(REAL_NAMES, athlete)
    edit.erase(ATHLETES, athlete)
    _drop_conflicts(edit.connection, [athlete])


def take_tombstones(
    edit: Edit, aggregate: Aggregate, those: dict[UUID, Version], known: Sequence[UUID]
) -> None:
    """Apply what was erased in another library.

    What recordings on this library's computers still hold stays, marked as erased and no longer
    shown, until ``erase`` has dealt with the recordings too.
    """
    connection = edit.connection
    if aggregate is ATHLETES:
        for athlete in those:
            for session in sessions_of(connection, athlete):
                if not _recorded(connection, [session]):
                    strip_session(edit, session, athlete)
        kept = {athlete for athlete in those if sessions_of(connection, athlete)}
    elif aggregate is SESSIONS:
        kept = _recorded(connection, list(those)) & set(known)
    else:
        kept = set()
    nothing = blank(aggregate)
    edit.write(
        aggregate,
        {one: (version, nothing) for one, version in those.items() if one not in kept},
        known,
    )
    for one in kept:
        mark_erased(edit, aggregate.root, one, those[one])
    _drop_conflicts(connection, list(those))


def mark_erased(edit: Edit, root: Any, one: UUID, version: Version) -> None:
    """Take a tombstone's history and leave the content for ``erase`` to find."""
    edit.connection.execute(
        update(root)
        .where(root.c.id == one)
        .values(
            revision=version.revision,
            edited_by=version.edited_by,
            version=dict(version.counts),
            change=edit.change,
            erased=True,
        )
    )


def erased_elsewhere(connection: Connection) -> dict[str, list[str]]:
    """Athletes erased in another library whom recordings here still hold: paths by nickname."""
    athletes, recordings, reps = schema.athletes, schema.recordings, schema.reps
    asked = (
        select(athletes.c.nickname, recordings.c.path)
        .select_from(athletes)
        .join(reps, reps.c.athlete_id == athletes.c.id)
        .join(recordings, recordings.c.session_id == reps.c.session_id)
        .where(athletes.c.erased)
        .distinct()
        .order_by(athletes.c.nickname, recordings.c.path)
    )
    found: dict[str, list[str]] = {}
    for row in connection.execute(asked):
        found.setdefault(row.nickname, []).append(row.path)
    return found


def _leave_groups(edit: Edit, athlete: UUID) -> None:
    members = schema.group_members
    asked = select(members.c.group_id).where(members.c.athlete_id == athlete)
    ids = list(edit.connection.execute(asked).scalars())
    for one, group in load(edit.connection, GROUPS, ids).items():
        rows = [row for row in group.parts["group_members"] if row["athlete_id"] != athlete]
        edit.store(GROUPS, one, replace(group, parts={"group_members": rows}))


def _leave_plans(edit: Edit, athlete: UUID) -> None:
    """Plans go on without the athlete's own lines; one that cannot, goes."""
    athletes, plans = schema.athletes, schema.plans
    asked = select(athletes.c.name_key).where(athletes.c.id == athlete)
    key = edit.connection.execute(asked).scalar() or ""
    rows = edit.connection.execute(select(plans.c.id).where(~plans.c.erased)).scalars().all()
    for one, plan in load(edit.connection, PLANS, rows).items() if key else ():
        if not mentions(f"{plan.root['name']}\n{plan.root['toml']}", key):
            continue
        toml = plan_text.without_athlete(plan.root["toml"], key)
        if toml is None or mentions(plan.root["name"], key):
            edit.erase(PLANS, one)
        else:
            edit.store(PLANS, one, replace(plan, root=plan.root | {"toml": toml}))
        _drop_conflicts(edit.connection, [one])


def _without(whole: Content, athlete: UUID, one: UUID) -> Content | None:
    theirs = {row["number"] for row in whole.parts["reps"] if row["athlete_id"] == athlete}
    parts = {}
    for name, rows in whole.parts.items():
        kept = [
            row | {"session_id": one}
            for row in rows
            if row.get("athlete_id") != athlete and row.get("number") not in theirs
        ]
        parts[name] = kept
    if not parts["reps"]:
        return None
    document = whole.root["document"]
    if document:
        said = (row for row in whole.parts["rep_documents"] if row["number"] in theirs)
        document = without_athlete(document, next(said)["document"]["athlete"])
        document["notes"].append(_NOTE)
    return replace(whole, root=whole.root | {"document": document, "title": ""}, parts=parts)


def _recorded(connection: Connection, sessions: Sequence[UUID]) -> set[UUID]:
    table = schema.recordings
    asked = select(table.c.session_id).where(table.c.session_id.in_(sessions))
    return set(connection.execute(asked).scalars())


def _drop_conflicts(connection: Connection, ids: Sequence[UUID]) -> None:
    connection.execute(delete(schema.conflicts).where(schema.conflicts.c.root_id.in_(ids)))
