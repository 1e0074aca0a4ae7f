"""Packets in: live sensors, a recording played back, a simulated session; in order of arrival."""

from sledmon.acquire.pace import paced
from sledmon.acquire.playback import played_back
from sledmon.acquire.simulated import simulated
from sledmon.acquire.ticks import with_ticks

__all__ = ["paced", "played_back", "simulated", "with_ticks"]
