"""The host's clock among the records: a tick every 0.1 s of arrival time."""

from collections.abc import Iterable, Iterator

from sledmon.samples import TICK_PERIOD_NS, Record, Tick


def with_ticks(records: Iterable[Record], until_ns: int = 0) -> Iterator[Record]:
    """Put a tick at every whole 0.1 s, before what arrived at the same moment.

    The clock goes on to ``until_ns`` when the records end before: sensors may die, time does not.

    >>> from sledmon.samples import Lost
    >>> [r.received_ns for r in with_ticks([Lost(50, "imu"), Lost(250_000_000, "imu")])]
    [50, 100000000, 200000000, 250000000]
    >>> [r.received_ns for r in with_ticks([Lost(50, "imu")], until_ns=200_000_000)]
    [50, 100000000, 200000000]
    """
    due_ns: int | None = None
    for record in records:
        if due_ns is None:
            due_ns = (record.received_ns // TICK_PERIOD_NS + 1) * TICK_PERIOD_NS
        while due_ns <= record.received_ns:
            yield Tick(due_ns)
            due_ns += TICK_PERIOD_NS
        yield record
    while due_ns is not None and due_ns <= until_ns:
        yield Tick(due_ns)
        due_ns += TICK_PERIOD_NS
