"""Packets in: live sensors, a recording played back, a simulated session; in order of arrival."""

from sledmon.acquire.pace import paced
from sledmon.acquire.playback import played_back
from sledmon.acquire.streaming import simulated, stream
from sledmon.acquire.ticks import with_ticks
from sledmon.acquire.warp import WarpedLoop

__all__ = ["WarpedLoop", "paced", "played_back", "simulated", "stream", "with_ticks"]
