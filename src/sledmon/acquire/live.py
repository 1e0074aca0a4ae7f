"""Live lanes: each rig's sensors stream into its own inbox, all over one radio."""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from sledmon.acquire.inbox import Inbox
from sledmon.acquire.lane import Lane
from sledmon.acquire.radio import Radio
from sledmon.acquire.seat import Seat
from sledmon.acquire.sensor import SensorChoice, SensorStatus
from sledmon.acquire.streaming import stream
from sledmon.samples import DEVICES, Device
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
    radio: Radio | None = None
    """The lane's own; None: the one that all share."""


LaneReport = Callable[[int, SensorStatus], None]
"""Called in the radio's loop with a lane's number, from 1, and one of its sensors' status."""


class LiveLanes:
    """Up to four lanes on one radio, or on several; everything here happens in one loop."""

    def __init__(self, radio: Radio, requests: Sequence[LaneRequest], report: LaneReport) -> None:
        self._radio = radio
        self._requests = requests
        self._report = report
        self._lanes: list[Lane] = []
        self._seats: list[dict[Device, Seat]] = []
        self._chosen = [_by_device(request.sensors) for request in requests]
        self._reseating = asyncio.Lock()
        self._swaps: set[asyncio.Task[None]] = set()

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
                self._seats.append(self._seats_of(number, request.radio or self._radio, lane))
                group.create_task(stream(lane, [*self._seats[-1].values()]))

    def event(self, lane: int, kind: str, value: str, time_s: float | None = None) -> None:
        """A coach's input to one lane; of now, or of the session time it speaks of."""
        self._lanes[lane - 1].event(kind, value, time_s)

    def swap_belts(self, one: int, other: int) -> None:
        """Let the belts of two lanes change hands; both are connected anew, in seconds."""
        mine, theirs = self._chosen[one - 1], self._chosen[other - 1]
        mine["imu"], theirs["imu"] = theirs["imu"], mine["imu"]
        swap = asyncio.create_task(self._reseat_belts(one - 1, other - 1))
        self._swaps.add(swap)
        swap.add_done_callback(self._swaps.discard)

    @property
    def sensors(self) -> list[tuple[SensorChoice, ...]]:
        """What each lane's sensors are now."""
        return [tuple(one for one in mine.values() if one is not None) for mine in self._chosen]

    async def _reseat_belts(self, *lanes: int) -> None:
        """One swap at a time: a belt must be let go of before it can be connected elsewhere."""
        async with self._reseating:
            seats = [self._seats[lane]["imu"] for lane in lanes]
            await asyncio.gather(*(seat.leave() for seat in seats))
            for seat, lane in zip(seats, lanes, strict=True):
                seat.give(self._chosen[lane]["imu"])

    def _seats_of(self, number: int, radio: Radio, lane: Lane) -> dict[Device, Seat]:
        def report(status: SensorStatus) -> None:
            self._report(number, status)

        chosen = self._chosen[number - 1]
        return {device: Seat(radio, lane, chosen[device], report) for device in DEVICES}


def _by_device(sensors: Sequence[SensorChoice]) -> dict[Device, SensorChoice | None]:
    """A lane's sensors; None where it has none of a kind."""
    given = {choice.model.device: choice for choice in sensors}
    return {device: given.get(device) for device in DEVICES}


def local_time_name() -> str:
    """A name for a recording that begins now: the local time, to the second."""
    return f"{datetime.now():%Y-%m-%d %H.%M.%S}"  # noqa: DTZ005, TID251 - for people


def seconds_since(utc_s: float) -> float:
    """How long ago that was, in seconds since 1970; never less than nothing."""
    return max(0.0, datetime.now(UTC).timestamp() - utc_s)  # noqa: TID251 - a pause


def _utc() -> str:
    now = datetime.now(UTC)  # noqa: TID251 - for people only; nothing is computed from it
    return now.isoformat(timespec="seconds")
