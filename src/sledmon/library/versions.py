"""Which of two edits of the same thing stands, and whether either knew of the other; pure.

Every library that edits a thing gives it the next revision number. The larger (revision, library)
stands, wherever and in whatever order copies meet, so all come to agree; what is erased stays
erased. Counts of edits by library tell apart a newer copy from one made without knowledge.
"""

from collections.abc import Mapping
from enum import Enum
from typing import NamedTuple, Self
from uuid import UUID

Counts = Mapping[str, int]
"""Edits contained, by the library that made them."""


class Order(Enum):
    """How one version stands to another."""

    SAME = "same"
    OLDER = "older"
    NEWER = "newer"
    APART = "apart"
    """Each contains an edit that the other does not know of."""


class Version(NamedTuple):
    """What a root row says of its own history."""

    revision: int
    edited_by: UUID
    counts: Counts
    erased: bool

    def order_to(self, other: "Version") -> Order:
        """NEWER: this contains all of the other's edits, and more."""
        return order(self.counts, other.counts)

    def stands_over(self, other: "Version") -> bool:
        """Whether this content is kept where both meet."""
        return self._rank > other._rank

    def edited(self, library_id: UUID, *, erased: bool = False) -> "Version":
        """The version after one more edit by a library."""
        mine = str(library_id)
        counts = {**self.counts, mine: self.counts.get(mine, 0) + 1}
        return Version(self.revision + 1, library_id, counts, erased or self.erased)

    def joined(self, other: "Version") -> Self:
        """The same content, knowing of the other's edits too."""
        return self._replace(counts=joined(self.counts, other.counts))

    @property
    def _rank(self) -> tuple[bool, int, str]:
        return self.erased, self.revision, str(self.edited_by)


def order(counts: Counts, other: Counts) -> Order:
    """How two sets of edits stand to each other.

    >>> order({"a": 2, "b": 1}, {"a": 1, "b": 1})
    <Order.NEWER: 'newer'>
    >>> order({"a": 2}, {"a": 1, "b": 1})
    <Order.APART: 'apart'>
    """
    libraries = counts.keys() | other.keys()
    more = any(counts.get(one, 0) > other.get(one, 0) for one in libraries)
    less = any(counts.get(one, 0) < other.get(one, 0) for one in libraries)
    if more and less:
        return Order.APART
    if more:
        return Order.NEWER
    return Order.OLDER if less else Order.SAME


def joined(counts: Counts, other: Counts) -> dict[str, int]:
    """The edits of both.

    >>> joined({"a": 2}, {"a": 1, "b": 1})
    {'a': 2, 'b': 1}
    """
    libraries = sorted(counts.keys() | other.keys())
    return {one: max(counts.get(one, 0), other.get(one, 0)) for one in libraries}
