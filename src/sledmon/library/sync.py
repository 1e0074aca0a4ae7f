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
from typing import Final
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, Connection, delete, insert, select

from sledmon.errors import LibraryError
from sledmon.library import schema
from sledmon.library.athletes import ATHLETES, REAL_NAMES, SESSIONS
from sledmon.library.forget import erased_elsewhere, take_tombstones
from sledmon.library.library import Edit, Library
from sledmon.library.rows import Content, load, versions
from sledmon.library.schema import AGGREGATES, Aggregate
from sledmon.library.versions import Order, Version

_AT_ONCE: Final = 100
_SHORT: Final = 40
"""A value that fits a sentence."""
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


def synchronise(
    home: Library, other: Library, *, real_names: bool = False, all_again: bool = False
) -> Synced:
    """Pull and push what is new; ``real_names`` too where asked for.

    Afterwards both hold the same, but for running sessions, real names that stay at home, and what
    a third library wrote meanwhile. ``all_again`` looks at everything, not only at what changed:
    for a library that was put back from a backup and has been written to since.
    """
    if home.id == other.id:
        raise LibraryError(
            f"{home.place} and {other.place} are the same library, or copies of one file; sync"
            " with another"
        )
    synced = Synced()
    for number in range(_ROUNDS):
        before = synced.pulled.total() + synced.pushed.total()
        for source, target in ((other, home), (home, other)):
            carry = _Carry(
                source,
                target,
                moved=synced.pushed if source is home else synced.pulled,
                synced=synced,
                real_names=real_names,
                all_again=all_again and number == 0,
            )
            carry.run()
        if synced.pulled.total() + synced.pushed.total() == before:
            break
    with home.reading() as connection:
        table = schema.sessions
        unfinished = select(table.c.id).where(~table.c.finished, ~table.c.erased)
        synced.running = len(connection.execute(unfinished).all())
        synced.erased_elsewhere = erased_elsewhere(connection)
    return synced


@dataclass(frozen=True, slots=True)
class _Carry:
    """One direction."""

    source: Library
    target: Library
    moved: Counter[str]
    synced: Synced
    real_names: bool
    all_again: bool

    def run(self) -> None:
        """Bring what is new from source to target."""
        with self.source.reading() as view:
            top = view.execute(select(schema.library.c.clock)).scalar_one()
            # Erased sessions first: else their athletes' tombstones had to take them apart.
            self._bring(view, SESSIONS, top, only_erased=True)
            for aggregate in AGGREGATES:
                only_erased = aggregate is REAL_NAMES and not self.real_names
                self._bring(view, aggregate, top, only_erased=only_erased)

    def _bring(
        self, view: Connection, aggregate: Aggregate, top: int, *, only_erased: bool
    ) -> None:
        since = self._since(aggregate, top)
        for some, until in _chunks(view, aggregate, since, only_erased=only_erased):
            with self.target.editing() as edit:
                taken = _take(edit, view, aggregate, some, self.synced)
                if not only_erased:
                    self._note(edit, aggregate, until)
            if taken:
                self.moved[aggregate.root.name] += taken
        if not only_erased and top > since:
            with self.target.editing() as edit:
                self._note(edit, aggregate, top)

    def _since(self, aggregate: Aggregate, top: int) -> int:
        """Up to which of the source's changes the target was told."""
        with self.target.reading() as connection:
            asked = select(schema.peers.c.until).where(self._cursor(aggregate))
            found = connection.execute(asked).scalar()
        # A source that was put back from a backup counts anew: then all is looked at again.
        return 0 if found is None or found > top or self.all_again else found

    def _note(self, edit: Edit, aggregate: Aggregate, until: int) -> None:
        row = {"library_id": self.source.id, "root": aggregate.root.name, "until": until}
        edit.connection.execute(delete(schema.peers).where(self._cursor(aggregate)))
        edit.connection.execute(insert(schema.peers), [row])

    def _cursor(self, aggregate: Aggregate) -> ColumnElement[bool]:
        peers = schema.peers.c
        return (peers.library_id == self.source.id) & (peers.root == aggregate.root.name)


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
            synced.held_back += 1
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
        f"{kind} '{name}' was changed in both libraries; the later change stands, given up:"
        f" {_given_up(kept, lost)}"
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


def _given_up(kept: Content, lost: Content) -> str:
    """What the change that does not stand had said otherwise."""
    said = []
    for column, value in lost.root.items():
        if kept.root.get(column) != value:
            shown = " ".join(str(value).split())
            said.append(f"{column} {shown}" if len(shown) <= _SHORT else column)
    for table, rows in lost.parts.items():
        if list(rows) != list(kept.parts.get(table, ())):
            scopes = ", ".join(row["scope"] for row in rows if "scope" in row)
            said.append(f"{table} {scopes or len(rows) or 'none'}")
    return "; ".join(said)


def conflicts(connection: Connection) -> Sequence[str]:
    """Every conflict that was ever met, in sentences."""
    table = schema.conflicts
    return list(connection.execute(select(table.c.what).order_by(table.c.what)).scalars())
