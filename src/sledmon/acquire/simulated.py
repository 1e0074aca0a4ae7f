"""A simulated session as a source: the twin's packets with their arrival times, and ticks."""

from collections.abc import AsyncGenerator, Sequence

from sledmon.acquire.pace import paced
from sledmon.acquire.ticks import with_ticks
from sledmon.samples import Record
from sledmon.twin import SimulatedSession


def simulated(
    session: SimulatedSession, speed: float | None = None
) -> AsyncGenerator[Sequence[Record], None]:
    """Play a simulated session as if its sensors were connected now."""
    return paced(with_ticks(session.records), speed)
