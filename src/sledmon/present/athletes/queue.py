"""Who runs next: athletes in an order that stays, and whose turn it is. No Qt, no clock."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Final

from platformdirs import user_data_path

from sledmon.errors import QueueError, unreadable, unwritable
from sledmon.present import words
from sledmon.present.rows import Row
from sledmon.recording.place import write_at_once

FILE: Final = "queue.json"
MOST_ATHLETES: Final = 120
LONGEST_NAME: Final = 40
NUMBERED: Final = "Athlete {number}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Athlete:
    """One who runs; a nickname, a jersey number or a code will do."""

    name: str
    under_16: bool = False
    """Never ranked."""
    sits_out: bool = False
    """Passed over until back in; keeps the place."""


@dataclass(frozen=True, slots=True)
class Queue:
    """Never empty. A slot is an athlete's place from 1 and stays while others take their turn."""

    athletes: tuple[Athlete, ...] = (Athlete(name=NUMBERED.format(number=1)),)
    slot: int = 1
    """Whose turn it is."""

    @property
    def now(self) -> Athlete:
        """Who runs now."""
        return self.athletes[self.slot - 1]

    @property
    def following(self) -> Athlete | None:
        """Who runs next; None where nobody else does."""
        after = self._step(1)
        return None if after == self.slot else self.athletes[after - 1]

    @property
    def untouched(self) -> bool:
        """Whether nobody was named yet."""
        return self == Queue()

    def has(self, slot: int) -> bool:
        """Whether there is such a slot."""
        return 1 <= slot <= len(self.athletes)

    def slot_of(self, name: str) -> int | None:
        """The slot of an athlete, however the name is capitalised."""
        wanted = _key(name)
        for slot, athlete in enumerate(self.athletes, start=1):
            if _key(athlete.name) == wanted:
                return slot
        return None

    def advanced(self) -> "Queue":
        """The next one's turn; after the last, the first again."""
        return replace(self, slot=self._step(1))

    def back(self) -> "Queue":
        """The one before again."""
        return replace(self, slot=self._step(-1))

    def at(self, slot: int) -> "Queue":
        """That one's turn, sitting out or not; no such slot: as it was."""
        if not self.has(slot):
            return self
        return replace(self._changed(slot, sits_out=False), slot=slot)

    def up(self, name: str) -> "Queue":
        """The turn of whoever has that name, who joins the queue where there is room."""
        joined = self.with_roster((Athlete(name=name),))
        slot = joined.slot_of(name)
        return self if slot is None else joined.at(slot)

    def with_added(self, name: str = "") -> "Queue":
        """One more at the end, "Athlete 3" without a name; QueueError where that cannot be."""
        if len(self.athletes) >= MOST_ATHLETES:
            raise QueueError(
                f"the queue has {MOST_ATHLETES} athletes, as many as it takes; remove some first"
            )
        name = self._free(name) if name.strip() else self._numbered()
        return replace(self, athletes=(*self.athletes, Athlete(name=name)))

    def with_roster(self, athletes: Iterable[Athlete]) -> "Queue":
        """Those of a roster who are not in it yet, at the end; instead of an unnamed one."""
        known = {} if self.untouched else {_key(one.name): one for one in self.athletes}
        for athlete in athletes:
            known.setdefault(_key(athlete.name), athlete)
        together = tuple(known.values())[:MOST_ATHLETES]
        return replace(self, athletes=together) if together else self

    def moved(self, slot: int, to: int) -> "Queue":
        """One athlete in another place; whose turn it is stays."""
        if not (self.has(slot) and self.has(to)) or slot == to:
            return self
        order = list(range(1, len(self.athletes) + 1))
        order.insert(to - 1, order.pop(slot - 1))
        return Queue(tuple(self.athletes[old - 1] for old in order), order.index(self.slot) + 1)

    def without(self, slot: int) -> "Queue":
        """One fewer; the last one leaves an unnamed athlete."""
        if not self.has(slot):
            return self
        rest = (*self.athletes[: slot - 1], *self.athletes[slot:])
        if not rest:
            return Queue()
        now = self.slot - 1 if slot < self.slot else self.slot
        return Queue(rest, min(now, len(rest)))

    def renamed(self, slot: int, name: str) -> "Queue":
        """One athlete by another name; QueueError where somebody has it."""
        if not self.has(slot) or _key(name) == _key(self.athletes[slot - 1].name):
            return self._changed(slot, name=tidy(name))
        return self._changed(slot, name=self._free(name))

    def sitting_out(self, slot: int) -> "Queue":
        """Passed over from now on, or back in."""
        return self._changed(slot, sits_out=self.has(slot) and not self.athletes[slot - 1].sits_out)

    def of_age(self, slot: int) -> "Queue":
        """Under 16 from now on, or not."""
        return self._changed(slot, under_16=self.has(slot) and not self.athletes[slot - 1].under_16)

    def minors(self) -> frozenset[str]:
        """Names of those under 16."""
        return frozenset(athlete.name for athlete in self.athletes if athlete.under_16)

    def _changed(self, slot: int, **values: Any) -> "Queue":
        if not self.has(slot):
            return self
        changed = replace(self.athletes[slot - 1], **values)
        before, after = self.athletes[: slot - 1], self.athletes[slot:]
        return replace(self, athletes=(*before, changed, *after))

    def _step(self, by: int) -> int:
        number = len(self.athletes)
        for steps in range(1, number + 1):
            slot = (self.slot - 1 + by * steps) % number + 1
            if not self.athletes[slot - 1].sits_out:
                return slot
        return self.slot

    def _free(self, name: str) -> str:
        name = tidy(name)
        if not name:
            raise QueueError("an athlete needs a name; a number or a nickname will do")
        if self.slot_of(name) is not None:
            raise QueueError(f"{name} is in the queue already; add a letter to tell them apart")
        return name

    def _numbered(self) -> str:
        numbers = range(len(self.athletes) + 1, 2 * MOST_ATHLETES + 2)
        names = (NUMBERED.format(number=number) for number in numbers)
        return next(name for name in names if self.slot_of(name) is None)


def tidy(name: str) -> str:
    """A name on one line, of a length that a screen can show."""
    printable = "".join(c if c.isprintable() else " " for c in name)
    return " ".join(printable.split())[:LONGEST_NAME].strip()


def queue_path() -> Path:
    """Where the queue is kept for the next start."""
    return user_data_path("sledmon", appauthor=False) / FILE


def write_queue(queue: Queue, path: Path | None = None) -> None:
    """Keep it."""
    path = path or queue_path()
    try:
        write_at_once(path, queue_json(queue))
    except OSError as error:
        raise QueueError(unwritable(path, error)) from None


def read_queue(path: Path | None = None) -> Queue:
    """The queue of last time; a new one where there is none."""
    path = path or queue_path()
    if not path.exists():
        return Queue()
    try:
        text = path.read_text("utf-8")
    except (OSError, ValueError) as error:
        raise QueueError(unreadable(path, error)) from None
    return parse_queue(text, where=str(path))


def queue_json(queue: Queue) -> str:
    """A queue as text.

    >>> parse_queue(queue_json(Queue().with_added("Ana"))).athletes[1].name
    'Ana'
    """
    athletes = [asdict(athlete) for athlete in queue.athletes]
    return json.dumps({"slot": queue.slot, "athletes": athletes}, ensure_ascii=False, indent=1)


def parse_queue(text: str, *, where: str = FILE) -> Queue:
    """A queue from its text; QueueError where it is none."""
    try:
        document = json.loads(text)
        athletes = tuple(_athlete(one) for one in document["athletes"])[:MOST_ATHLETES]
        queue = Queue(athletes, int(document["slot"]))
        names = {_key(athlete.name) for athlete in athletes}
        if not queue.has(queue.slot) or len(names) < len(athletes) or "" in names:
            raise ValueError
    except (ValueError, TypeError, KeyError):
        raise QueueError(
            f"{where} is not a queue as sledmon keeps it; delete it and name the athletes again"
        ) from None
    return queue


def _athlete(values: dict[str, Any]) -> Athlete:
    return Athlete(
        name=tidy(str(values["name"])),
        under_16=bool(values.get("under_16", False)),
        sits_out=bool(values.get("sits_out", False)),
    )


def _key(name: str) -> str:
    return name.casefold()


def queue_rows(queue: Queue) -> tuple[Row, ...]:
    """The queue as a list: who, what is special, whose turn."""
    following = queue.following
    rows = []
    for slot, athlete in enumerate(queue.athletes, start=1):
        special = [words.UNDER_16.lower()] if athlete.under_16 else []
        special += [words.SITS_OUT.lower()] if athlete.sits_out else []
        now = slot == queue.slot
        turn = words.NOW if now else words.NEXT if athlete is following else ""
        rows.append(
            Row(
                cells=(athlete.name, ", ".join(special), turn),
                key=str(slot) if slot <= 9 else "",
                on=now,
            )
        )
    return tuple(rows)
