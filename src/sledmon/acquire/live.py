"""Live lanes: each rig's sensors stream into its own inbox, all over one radio."""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from sledmon.acquire.inbox import Inbox
from sledmon.acquire.lane import Lane
from sledmon.acquire.radio import Radio
from sledmon.acquire.sensor import Sensor, SensorChoice, SensorStatus
from sledmon.acquire.streaming import stream
from sledmon.version import VERSION


@dataclass(frozen=True, kw_only=True, slots=True)
class LaneRequest:
    """What one lane is to be."""

    sensors: tuple[SensorChoice, ...]
    rig_toml: str = ""
    events: tuple[tuple[str, str], ...] = ()
    """A coach's inputs that stand from the beginning: kind and value."""
    inbox: Inbox = field(default_factory=Inbox)
    resumed_ns: int | None = None
    """Session time at which an opened recording goes on."""


LaneReport = Callable[[int, SensorStatus], None]
"""Called in the radio's loop with a lane's number, from 1, and one of its sensors' status."""


class LiveLanes:
    """Up to four lanes on one radio; everything here happens in the radio's loop."""

    def __init__(self, radio: Radio, requests: Sequence[LaneRequest], report: LaneReport) -> None:
        self._radio = radio
        self._requests = requests
        self._report = report
        self._lanes: list[Lane] = []

    async def run(self) -> None:
        """Stream until cancelled."""
        async with asyncio.TaskGroup() as group:
            for number, request in enumerate(self._requests, start=1):
                lane = Lane(
                    request.inbox,
                    time.perf_counter_ns,
                    source="ble",
                    rig_toml=request.rig_toml,
                    software=f"sledmon {VERSION}",
                    started_utc=_utc(),
                    resumed_ns=request.resumed_ns,
                )
                self._lanes.append(lane)
                for kind, value in request.events:
                    lane.event(kind, value)
                group.create_task(stream(lane, self._sensors(number, request, lane)))

    def event(self, lane: int, kind: str, value: str, time_s: float | None = None) -> None:
        """A coach's input to one lane; of now, or of the session time it speaks of."""
        self._lanes[lane - 1].event(kind, value, time_s)

    def _sensors(self, number: int, request: LaneRequest, lane: Lane) -> list[Sensor]:
        def report(status: SensorStatus) -> None:
            self._report(number, status)

        return [Sensor(self._radio, choice, lane, report) for choice in request.sensors]


def local_time_name() -> str:
    """A name for a recording that begins now: the local time, to the second."""
    return f"{datetime.now():%Y-%m-%d %H.%M.%S}"  # noqa: DTZ005, TID251 - for people


def seconds_since_written(path: Path) -> float:
    """How long ago a file was written last, s; never less than nothing."""
    return max(0.0, datetime.now(UTC).timestamp() - path.stat().st_mtime)  # noqa: TID251 - a pause


def _utc() -> str:
    now = datetime.now(UTC)  # noqa: TID251 - for people only; nothing is computed from it
    return now.isoformat(timespec="seconds")
