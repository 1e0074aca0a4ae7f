"""A session while it runs: radio and pipelines in threads, what happens in a queue. No Qt."""

from sledmon.present.running.session import RunningSession, TakenUp
from sledmon.present.running.sources import DemoSource, LaneOrder, LiveSource
from sledmon.present.running.updates import (
    Ended,
    Felt,
    Moved,
    Opened,
    Reached,
    RepsNow,
    Said,
    SensorNow,
    Told,
    Update,
)

__all__ = [
    "DemoSource",
    "Ended",
    "Felt",
    "LaneOrder",
    "LiveSource",
    "Moved",
    "Opened",
    "Reached",
    "RepsNow",
    "RunningSession",
    "Said",
    "SensorNow",
    "TakenUp",
    "Told",
    "Update",
]
