"""A simulated session as a source: the twin's packets with their arrival times, and ticks."""

from collections.abc import AsyncGenerator, Sequence

from sledmon.acquire.pace import paced
from sledmon.acquire.ticks import with_ticks
from sledmon.samples import Record
from sledmon.twin import SimulatedSession
from sledmon.units import NANOSECONDS_PER_SECOND


def simulated(
    session: SimulatedSession, speed: float | None = None
) -> AsyncGenerator[Sequence[Record], None]:
    """Play a simulated session as if its sensors were connected now."""
    until_ns = round(session.duration_s * NANOSECONDS_PER_SECOND)
    return paced(with_ticks(session.records, until_ns), speed)
