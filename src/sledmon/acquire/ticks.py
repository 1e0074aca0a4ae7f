"""The host's clock among the records: a tick every 0.1 s of arrival time."""

from collections.abc import Iterable, Iterator

from sledmon.samples import TICK_PERIOD_NS, Record, Tick


class TickGrid:
    """The ticks of one recording, which begins at ``from_ns``: one at every whole 0.1 s after."""

    def __init__(self, from_ns: int) -> None:
        self.due_ns = (from_ns // TICK_PERIOD_NS + 1) * TICK_PERIOD_NS
        """When the next one is."""

    def until(self, now_ns: int) -> Iterator[Tick]:
        """Those that are due by now, each once."""
        while self.due_ns <= now_ns:
            due_ns, self.due_ns = self.due_ns, self.due_ns + TICK_PERIOD_NS
            yield Tick(due_ns)


def with_ticks(records: Iterable[Record], until_ns: int = 0) -> Iterator[Record]:
    """Put a tick at every whole 0.1 s, before what arrived at the same moment.

    The clock goes on to ``until_ns`` when the records end before: sensors may die, time does not.

    >>> from sledmon.samples import Lost
    >>> [r.received_ns for r in with_ticks([Lost(50, "imu"), Lost(250_000_000, "imu")])]
    [50, 100000000, 200000000, 250000000]
    >>> [r.received_ns for r in with_ticks([Lost(50, "imu")], until_ns=200_000_000)]
    [50, 100000000, 200000000]
    """
    grid: TickGrid | None = None
    for record in records:
        grid = grid or TickGrid(record.received_ns)
        yield from grid.until(record.received_ns)
        yield record
    if grid is not None:
        yield from grid.until(until_ns)
