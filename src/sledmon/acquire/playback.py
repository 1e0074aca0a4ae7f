"""A recording as a source: its records, in their order, at any pace."""

from collections.abc import AsyncGenerator, Sequence
from itertools import chain

from sledmon.acquire.pace import paced
from sledmon.recording import Recording
from sledmon.samples import Record


def played_back(
    recording: Recording, speed: float | None = None
) -> AsyncGenerator[Sequence[Record], None]:
    """Play a recording; ``speed`` None is as fast as can be."""
    return paced(chain.from_iterable(recording.batches()), speed)
