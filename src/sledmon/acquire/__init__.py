"""Packets in: live sensors, a recording played back, a simulated session; in order of arrival."""

from sledmon.acquire.pace import paced
from sledmon.acquire.playback import played_back
from sledmon.acquire.ticks import with_ticks

# What needs the twin or a radio is imported by whoever uses it: it takes a while.
__all__ = ["paced", "played_back", "with_ticks"]
