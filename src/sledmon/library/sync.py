"""Two libraries tell each other what is new, in both directions, as often as one likes.

Every chunk of rows is one transaction on the side that receives, so a cut leaves both libraries
whole; what was not told is told next time. Whether a copy is newer is a matter of its own history
(``versions.py``), never of when it came. How far two libraries have come with each other is noted
only so as not to look at everything again.
"""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple
from uuid import UUID, uuid4

from sqlalchemy import Connection, delete, insert, select

from sledmon.errors import LibraryError
from sledmon.library import schema
from sledmon.library.athletes import ATHLETES, REAL_NAMES, SESSIONS
from sledmon.library.forget import erased_elsewhere, take_tombstones
from sledmon.library.library import Edit, Library
from sledmon.library.rows import Content, load, versions
from sledmon.library.schema import AGGREGATES, Aggregate
from sledmon.library.versions import Order, Version

_AT_ONCE: Final = 100
_ROUNDS: Final = 4
"""One is enough unless a third library writes meanwhile."""


@dataclass
class Synced:
    """What moved, and what people should know of."""

    pulled: Counter[str] = field(default_factory=Counter)
    pushed: Counter[str] = field(default_factory=Counter)
    conflicts: list[str] = field(default_factory=list)
    held_back: int = 0
    """Sessions that hold an athlete who was erased: they go nowhere."""
    running: int = 0
    """Sessions that were never finished: they stay where they are."""
    erased_elsewhere: dict[str, list[str]] = field(default_factory=dict)
    """Recordings here that still hold an athlete erased in another library, by nickname."""


class _Way(NamedTuple):
    """One direction."""

    source: Library
    target: Library
    home: Library
    """Which of the two keeps the cursors and the conflicts."""
    cursor: str


def synchronise(home: Library, other: Library, *, real_names: bool = False) -> Synced:
    """Pull and push what is new; ``real_names`` too where asked for.

    Afterwards both hold the same, but for running sessions, real names that stay at home, and what
    a third library wrote meanwhile.
    """
    if home.id == other.id:
        raise LibraryError(
            f"{home.place} and {other.place} are the same library, or copies of one file; sync"
            " with another"
        )
    synced = Synced()
    for _ in range(_ROUNDS):
        before = synced.pulled.total() + synced.pushed.total()
        _carry(_Way(other, home, home, "pulled"), synced.pulled, synced, real_names)
        _carry(_Way(home, other, home, "pushed"), synced.pushed, synced, real_names)
        if synced.pulled.total() + synced.pushed.total() == before:
            break
    with home.reading() as connection:
        table = schema.sessions
        unfinished = select(table.c.id).where(~table.c.finished, ~table.c.erased)
        synced.running = len(connection.execute(unfinished).all())
        synced.erased_elsewhere = erased_elsewhere(connection)
    return synced


def _carry(way: _Way, moved: Counter[str], synced: Synced, real_names: bool) -> None:
    """Bring what is new from source to target."""
    with way.source.reading() as view:
        top = view.execute(select(schema.library.c.clock)).scalar_one()
        # Erased sessions first: else their athletes' tombstones would have to take them apart.
        since = _cursor(way, SESSIONS.root.name)
        for some, _ in _chunks(view, SESSIONS, since, only_erased=True):
            with way.target.editing() as edit:
                moved[SESSIONS.root.name] += _take(edit, view, SESSIONS, some, synced, way)
        for aggregate in AGGREGATES:
            only_erased = aggregate is REAL_NAMES and not real_names
            _carry_one(way, view, aggregate, top, moved, synced, only_erased=only_erased)


def _carry_one(
    way: _Way,
    view: Connection,
    aggregate: Aggregate,
    top: int,
    moved: Counter[str],
    synced: Synced,
    *,
    only_erased: bool,
) -> None:
    name = aggregate.root.name
    since = _cursor(way, name)
    for some, until in _chunks(view, aggregate, since, only_erased=only_erased):
        with way.target.editing() as edit:
            moved[name] += _take(edit, view, aggregate, some, synced, way)
        if not only_erased:
            _note(way, name, until)
    if not only_erased and top > since:
        _note(way, name, top)


def _chunks(
    view: Connection, aggregate: Aggregate, since: int, *, only_erased: bool
) -> Iterator[tuple[dict[UUID, Version], int]]:
    """Versions of what changed, and how far the source's changes are known after each chunk."""
    root = aggregate.root
    asked = select(root.c.id, root.c.change).where(root.c.change > since)
    if aggregate is SESSIONS:
        asked = asked.where(root.c.finished | root.c.erased)
    if only_erased:
        asked = asked.where(root.c.erased)
    found = view.execute(asked.order_by(root.c.change, root.c.id)).all()
    for start in range(0, len(found), _AT_ONCE):
        some = found[start : start + _AT_ONCE]
        # One change may hold more rows than a chunk: those before its last are surely told.
        yield versions(view, root, [row.id for row in some]), max(since, some[-1].change - 1)


def _take(
    edit: Edit,
    view: Connection,
    aggregate: Aggregate,
    offered: dict[UUID, Version],
    synced: Synced,
    way: _Way,
) -> int:
    """Write what is newer, or stands over what was edited apart; how many."""
    here = versions(edit.connection, aggregate.root, list(offered))
    orders = {
        one: version.order_to(here[one]) if one in here else Order.NEWER
        for one, version in offered.items()
    }
    wanted = [one for one, order in orders.items() if order in (Order.NEWER, Order.APART)]
    theirs = load(view, aggregate, [one for one in wanted if not offered[one].erased])
    ours = load(edit.connection, aggregate, [one for one in wanted if orders[one] is Order.APART])
    write: dict[UUID, tuple[Version, Content]] = {}
    erase: dict[UUID, Version] = {}
    held = _held_back(edit.connection, aggregate, theirs)
    for one in wanted:
        version, mine = offered[one], here.get(one)
        if one in held:
            synced.held_back += way.home is way.source
            continue
        if version.erased or (mine is not None and mine.erased):
            erase[one] = version if mine is None else _standing(version, mine)
        elif mine is None or orders[one] is Order.NEWER:
            write[one] = version, theirs[one]
        else:
            kept, lost = ours[one], theirs[one]
            if version.stands_over(mine):
                kept, lost = lost, kept
            write[one] = _standing(version, mine), kept
            by_hand = min(version.revision, mine.revision) > 0
            if by_hand and kept != lost:
                _conflict(aggregate, one, kept, lost, synced, edit)
    edit.write(aggregate, write, list(here))
    if erase:
        take_tombstones(edit, aggregate, erase, list(here))
    return len(write) + len(erase)


def _standing(one: Version, other: Version) -> Version:
    """The version of what is kept, knowing of both."""
    return one.joined(other) if one.stands_over(other) else other.joined(one)


def _held_back(
    connection: Connection, aggregate: Aggregate, theirs: dict[UUID, Content]
) -> set[UUID]:
    """Sessions that hold a rep of an athlete whom the receiving library knows to be erased."""
    if aggregate is not SESSIONS:
        return set()
    who = {row["athlete_id"]: None for content in theirs.values() for row in content.parts["reps"]}
    erased = {
        one
        for one, version in versions(connection, ATHLETES.root, list(who)).items()
        if version.erased
    }
    return {
        one
        for one, content in theirs.items()
        if any(row["athlete_id"] in erased for row in content.parts["reps"])
    }


def _conflict(
    aggregate: Aggregate,
    one: UUID,
    kept: Content,
    lost: Content,
    synced: Synced,
    edit: Edit,
) -> None:
    """Tell of two edits made apart, and keep the one that does not stand."""
    root = kept.root
    name = next((root[k] for k in ("nickname", "name", "title") if root.get(k)), str(one)[:8])
    kind = aggregate.root.name.removesuffix("s").replace("_", " ")
    what = (
        f"{kind} '{name}' was changed in both libraries; the later change stands, the other is"
        f" kept as conflict {str(one)[:8]}"
    )
    synced.conflicts.append(what)
    row = {
        "id": uuid4(),
        "root": aggregate.root.name,
        "root_id": one,
        "what": what,
        "lost": json.loads(json.dumps([lost.root, dict(lost.parts)], default=str)),
    }
    edit.connection.execute(insert(schema.conflicts), [row])


def _cursor(way: _Way, root: str) -> int:
    table = schema.peers
    column = table.c[way.cursor]
    other = way.target if way.home is way.source else way.source
    with way.home.reading() as connection:
        asked = select(column).where(table.c.library_id == other.id, table.c.root == root)
        found = connection.execute(asked).scalar()
    if found is None:
        return 0
    with way.source.reading() as connection:
        clock = connection.execute(select(schema.library.c.clock)).scalar_one()
    # A library that was put back from a backup counts anew: then everything is looked at again.
    return found if found <= clock else 0


def _note(way: _Way, root: str, until: int) -> None:
    """Note at home how far the source's changes are told; only after they are on the disk."""
    table = schema.peers
    other = way.target if way.home is way.source else way.source
    mine = (table.c.library_id == other.id) & (table.c.root == root)
    row: dict[str, Any] = {"library_id": other.id, "root": root, "pulled": 0, "pushed": 0}
    with way.home.database.writing() as connection:
        found = connection.execute(select(table).where(mine)).mappings().first()
        connection.execute(delete(table).where(mine))
        connection.execute(insert(table), [row | dict(found or {}) | {way.cursor: until}])


def conflicts(connection: Connection) -> Sequence[str]:
    """Every conflict that was ever met, in sentences."""
    table = schema.conflicts
    return list(connection.execute(select(table.c.what).order_by(table.c.what)).scalars())
