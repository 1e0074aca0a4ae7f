"""Athletes as the coach knows them: nickname, consent, groups; the real name apart."""

import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal
from uuid import UUID, uuid5

from sqlalchemy import Connection, select

from sledmon.errors import LibraryError
from sledmon.library import schema
from sledmon.library.ids import NAMESPACE, athlete_id, name_key, named_id, plain_text
from sledmon.library.library import Edit
from sledmon.library.rows import Content, Row, content, load
from sledmon.library.schema import AGGREGATES
from sledmon.library.versions import Version

ATHLETES, REAL_NAMES, GROUPS, RIGS, PLANS, SESSIONS = AGGREGATES
_NEARLY: Final = 0.75
"""Names as alike as Ana and Anna may be one athlete's."""
SCOPES: Final = ("record", "board", "share", "research")
"""What an athlete, or a parent for them, may agree to."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Consent:
    """One scope that was agreed to."""

    scope: str
    given_on: str
    given_by: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Athlete:
    """What is known of one athlete, results apart."""

    id: UUID
    nickname: str
    under_16: bool
    consents: tuple[Consent, ...]
    groups: tuple[str, ...]
    real_name: str
    """Empty where none was given."""


@dataclass(frozen=True, kw_only=True, slots=True)
class AthleteChange:
    """What to write about an athlete; None and empty leave things as they are."""

    under_16: bool | None = None
    consents: Sequence[Consent] = ()
    withdrawn: Sequence[str] = ()
    real_name: str = ""
    group: str = ""


def ensure_athletes(edit: Edit, nicknames: Iterable[str]) -> dict[str, UUID]:
    """The ids behind nicknames; who is not known yet is entered."""
    ids: dict[str, UUID] = {}
    for nickname in nicknames:
        one, known = _bearer(edit.connection, nickname)
        if not known:
            root: Row = {
                "nickname": plain_text(nickname),
                "name_key": name_key(nickname),
                "under_16": False,
            }
            edit.write(ATHLETES, {one: (_entered(nickname), content(ATHLETES, root, {}))}, [])
        ids[nickname] = one
    return ids


def change_athlete(edit: Edit, nickname: str, change: AthleteChange) -> UUID:
    """Enter an athlete or change what is known; a consent replaces an earlier one of its scope."""
    unknown = {c.scope for c in change.consents} | set(change.withdrawn)
    unknown -= set(SCOPES)
    if unknown:
        raise LibraryError(
            f"consent is to {', '.join(SCOPES)}, not to {', '.join(sorted(unknown))}"
        )
    one = ensure_athletes(edit, [nickname])[nickname]
    stands = load(edit.connection, ATHLETES, [one])[one]
    consents = {row["scope"]: row for row in stands.parts["consents"]}
    consents |= {
        c.scope: {
            "athlete_id": one,
            "scope": c.scope,
            "given_on": c.given_on,
            "given_by": plain_text(c.given_by),
        }
        for c in change.consents
    }
    kept = [row for scope, row in consents.items() if scope not in change.withdrawn]
    root = dict(stands.root)
    if change.under_16 is not None:
        root["under_16"] = change.under_16
    edit.store(ATHLETES, one, content(ATHLETES, root, {schema.consents: kept}))
    if change.real_name:
        name = {"name": plain_text(change.real_name)}
        edit.store(REAL_NAMES, one, content(REAL_NAMES, name, {}))
    if change.group:
        _join(edit, change.group, one)
    return one


def store_text(edit: Edit, kind: str, name: str, toml: str) -> bool:
    """Keep a rig or a plan under its name; False if it stands there so already."""
    aggregate = {"rig": RIGS, "plan": PLANS}[kind]
    root: Row = {"name": plain_text(name), "toml": toml}
    return edit.store(aggregate, named_id(kind, name), content(aggregate, root, {}))


def find_text(connection: Connection, what: Literal["rigs", "plans"], name: str) -> str | None:
    """The TOML of the rig or plan that is kept under a name; None where there is none."""
    table = schema.metadata.tables[what]
    one = named_id(what.removesuffix("s"), name)
    asked = select(table.c.toml).where(table.c.id == one, ~table.c.erased)
    return connection.execute(asked).scalar()


def nicknames(connection: Connection) -> dict[str, str]:
    """Every nickname as it is spelled here, by its ``name_key``."""
    table = schema.athletes
    asked = select(table.c.name_key, table.c.nickname).where(~table.c.erased)
    return {row.name_key: row.nickname for row in connection.execute(asked)}


def much_like(name: str, names: Mapping[str, str]) -> str:
    """Who may be meant by a name that nobody of ``nicknames`` bears; empty: nobody.

    >>> much_like("Ana", {"anna": "Anna"}), much_like("anna", {"anna": "Anna"})
    ('Anna', '')
    """
    key = name_key(name)
    near = [] if key in names else difflib.get_close_matches(key, names, n=1, cutoff=_NEARLY)
    return names[near[0]] if near else ""


def find_athlete(connection: Connection, nickname: str) -> Athlete:
    """Who bears a nickname; LibraryError with what comes close."""
    one, known = _bearer(connection, nickname)
    if not known:
        raise _unknown(connection, nickname)
    return athletes(connection, [one])[one]


def find_erasable(connection: Connection, nickname: str) -> tuple[UUID, str]:
    """Who is to be erased: also one erased elsewhere whom recordings here still hold."""
    table = schema.athletes
    asked = select(table.c.id, table.c.nickname).where(table.c.name_key == name_key(nickname))
    asked = asked.where(table.c.name_key != "").order_by(table.c.erased.desc())
    found = connection.execute(asked).first()
    if found is None:
        raise _unknown(connection, nickname)
    return found.id, found.nickname


def athletes(connection: Connection, ids: Sequence[UUID] | None = None) -> dict[UUID, Athlete]:
    """Athletes by id, in order of their names; all who are not erased."""
    table = schema.athletes
    asked = select(table.c.id).where(~table.c.erased)
    if ids is not None:
        asked = select(table.c.id).where(table.c.id.in_(ids))
    found = [row.id for row in connection.execute(asked.order_by(table.c.name_key))]
    known = load(connection, ATHLETES, found)
    names = load(connection, REAL_NAMES, found)
    members = schema.group_members
    groups: dict[UUID, list[str]] = {}
    of_groups = select(members.c.athlete_id, schema.groups.c.name).join(schema.groups)
    for row in connection.execute(of_groups.order_by(schema.groups.c.name)):
        groups.setdefault(row.athlete_id, []).append(row.name)
    return {one: _athlete(one, known[one], names.get(one), groups.get(one, ())) for one in found}


def _athlete(one: UUID, known: Content, name: Content | None, groups: Sequence[str]) -> Athlete:
    return Athlete(
        id=one,
        nickname=known.root["nickname"],
        under_16=known.root["under_16"],
        consents=tuple(
            Consent(scope=row["scope"], given_on=row["given_on"], given_by=row["given_by"])
            for row in known.parts["consents"]
        ),
        groups=tuple(groups),
        real_name=name.root["name"] if name else "",
    )


def _bearer(connection: Connection, nickname: str) -> tuple[UUID, bool]:
    """The id of who bears a nickname now, and whether they are entered."""
    table = schema.athletes
    if not name_key(nickname):
        raise LibraryError("an athlete needs a nickname; write one")
    found: Mapping[UUID, bool] = {
        row.id: row.erased
        for row in connection.execute(
            select(table.c.id, table.c.erased).where(table.c.name_key == name_key(nickname))
        )
    }
    if any(found.values()):  # a tombstone keeps its name only while recordings here still hold it
        raise LibraryError(
            f"{plain_text(nickname)} was erased on another computer, and recordings here still"
            f" hold them; run: sledmon library erase '{plain_text(nickname)}'"
        )
    for one in found:
        return one, True
    generation = 1
    while _is_erased(connection, athlete_id(nickname, generation)):
        generation += 1
    return athlete_id(nickname, generation), False


def _is_erased(connection: Connection, one: UUID) -> bool:
    asked = select(schema.athletes.c.erased).where(schema.athletes.c.id == one)
    return bool(connection.execute(asked).scalar())


def _entered(nickname: str) -> Version:
    """Of a row that nobody edited: the same wherever a recording brought the same name."""
    by = uuid5(NAMESPACE, plain_text(nickname))
    return Version(0, by, {str(by): 1}, False)


def _join(edit: Edit, group: str, athlete: UUID) -> None:
    one = named_id("group", group)
    stands = load(edit.connection, GROUPS, [one]).get(one)
    rows = list(stands.parts["group_members"]) if stands else []
    if athlete not in {row["athlete_id"] for row in rows}:
        rows.append({"group_id": one, "athlete_id": athlete})
    root: Row = stands.root if stands else {"name": plain_text(group)}
    edit.store(GROUPS, one, content(GROUPS, root, {schema.group_members: rows}))


def _unknown(connection: Connection, nickname: str) -> LibraryError:
    names = nicknames(connection)
    close = difflib.get_close_matches(name_key(nickname), names, n=1)
    advice = f"did you mean '{names[close[0]]}'?" if close else "see: sledmon library list athletes"
    return LibraryError(f"no athlete is called '{plain_text(nickname)}'; {advice}")
