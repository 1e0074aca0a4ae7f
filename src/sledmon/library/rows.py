"""Aggregates read and written whole: a root and every row that belongs to it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from sqlalchemy import JSON, Connection, Table, bindparam, delete, insert, select, update

from sledmon.library.schema import Aggregate
from sledmon.library.versions import Version

Row = dict[str, Any]
_HISTORY: Final = ("id", "revision", "edited_by", "version", "change", "erased")
_AT_ONCE: Final = 400
"""Ids in one statement: every database takes so many."""


@dataclass(frozen=True, slots=True)
class Content:
    """What an aggregate says, its history apart."""

    root: Row
    parts: Mapping[str, Sequence[Row]]
    """Rows by table, in order of their keys."""


def content(aggregate: Aggregate, root: Row, parts: Mapping[Table, Iterable[Row]]) -> Content:
    """A content as ``load`` would give it back; columns not named are null."""
    return Content(
        root,
        {
            table.name: _in_order(
                table,
                ({c.name: row.get(c.name) for c in table.c} for row in parts.get(table, ())),
            )
            for table in aggregate.parts
        },
    )


def blank(aggregate: Aggregate) -> Content:
    """What is left of something erased."""
    root: Row = {}
    for column in aggregate.root.c:
        if column.name not in _HISTORY:
            empty = {} if isinstance(column.type, JSON) else column.type.python_type()
            root[column.name] = None if column.nullable else empty
    return content(aggregate, root, {})


def versions(connection: Connection, root: Table, ids: Sequence[UUID]) -> dict[UUID, Version]:
    """The versions of those that exist."""
    columns = (root.c.id, root.c.revision, root.c.edited_by, root.c.version, root.c.erased)
    return {
        row.id: Version(row.revision, row.edited_by, row.version, row.erased)
        for some in _cut(ids)
        for row in connection.execute(select(*columns).where(root.c.id.in_(some)))
    }


def load(connection: Connection, aggregate: Aggregate, ids: Sequence[UUID]) -> dict[UUID, Content]:
    """The contents of those that exist, a few statements for all of them."""
    roots: dict[UUID, Row] = {}
    parts: dict[UUID, dict[str, list[Row]]] = defaultdict(lambda: defaultdict(list))
    for some in _cut(ids):
        root = aggregate.root
        for row in connection.execute(select(root).where(root.c.id.in_(some))).mappings():
            roots[row["id"]] = {k: v for k, v in row.items() if k not in _HISTORY}
        for table in aggregate.parts:
            owner = table.c[aggregate.key]
            for row in connection.execute(select(table).where(owner.in_(some))).mappings():
                parts[row[aggregate.key]][table.name].append(dict(row))
    return {
        one: Content(
            row, {table.name: _in_order(table, parts[one][table.name]) for table in aggregate.parts}
        )
        for one, row in roots.items()
    }


def write(
    connection: Connection,
    aggregate: Aggregate,
    those: Mapping[UUID, tuple[Version, Content]],
    change: int,
    known: Iterable[UUID],
) -> None:
    """Write whole aggregates; ``known`` are those that exist already."""
    if not those:
        return
    known = set(known)
    root = aggregate.root
    new = [_root_row(one, *those[one], change) for one in those if one not in known]
    old = [_root_row(one, *those[one], change) for one in those if one in known]
    if new:
        connection.execute(insert(root), new)
    if old:
        for row in old:
            row["this_id"] = row.pop("id")
        connection.execute(update(root).where(root.c.id == bindparam("this_id")), old)
        drop_parts(connection, aggregate, [row["this_id"] for row in old])
    for table in aggregate.parts:
        rows = [row for _, what in those.values() for row in what.parts[table.name]]
        if rows:
            connection.execute(insert(table), rows)


def drop_parts(connection: Connection, aggregate: Aggregate, ids: Sequence[UUID]) -> None:
    """Delete what belongs to some roots."""
    for some in _cut(ids):
        for table in aggregate.parts:
            connection.execute(delete(table).where(table.c[aggregate.key].in_(some)))


def _root_row(one: UUID, version: Version, what: Content, change: int) -> Row:
    return what.root | {
        "id": one,
        "revision": version.revision,
        "edited_by": version.edited_by,
        "version": dict(version.counts),
        "change": change,
        "erased": version.erased,
    }


def _in_order(table: Table, rows: Iterable[Row]) -> list[Row]:
    keys = [column.name for column in table.primary_key]
    return sorted(rows, key=lambda row: [str(row[key]).rjust(12) for key in keys])


def _cut(ids: Sequence[UUID]) -> Iterable[Sequence[UUID]]:
    return (ids[start : start + _AT_ONCE] for start in range(0, len(ids), _AT_ONCE))
