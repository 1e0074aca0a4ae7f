"""Where a running session's records come from: sensors in range, or the twin's as if they were."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Protocol

from sledmon.acquire.choose import choose
from sledmon.acquire.inbox import Inbox
from sledmon.acquire.live import LaneReport, LaneRequest, LiveLanes
from sledmon.acquire.radio import Radio
from sledmon.acquire.remembered import remember, remembered
from sledmon.acquire.sensor import SensorChoice
from sledmon.acquire.streaming import SimulatedLane
from sledmon.acquire.warp import WarpedLoop
from sledmon.samples import Device
from sledmon.twin import SimulatedSession


class Source(Protocol):
    """Fills one inbox a lane; everything but ``new_loop`` happens in the radio's loop."""

    @property
    def inboxes(self) -> Sequence[Inbox]:
        """One a lane."""

    def new_loop(self) -> asyncio.AbstractEventLoop:
        """The loop it needs."""

    async def run(self, report: LaneReport) -> None:
        """Stream until cancelled or over; then every inbox is closed."""

    def event(self, lane: int, kind: str, value: str, time_s: float | None) -> None:
        """A coach's input to a lane; of now, or of an earlier moment."""


@dataclass(frozen=True, kw_only=True, slots=True)
class LaneOrder:
    """What the user asked of one lane."""

    wanted: dict[Device, str] = field(default_factory=dict)
    """Sensors by name; a kind that is not named is looked for."""
    rig_toml: str = ""
    adapter: str | None = None
    """Bluetooth adapter, where there are several."""
    events: tuple[tuple[str, str], ...] = ()
    """What the coach says before anything else: kind and value."""
    resumed_ns: Callable[[], int] | None = None
    """Session time of an opened recording that goes on, asked when its lane begins."""


OpenRadio = Callable[[str | None], Radio]
"""Opens the radio of an adapter, in the loop that will use it."""


class LiveSource:
    """Sensors over a radio; those of last time are found again without being asked."""

    def __init__(self, orders: Sequence[LaneOrder], open_radio: OpenRadio) -> None:
        self.inboxes: Sequence[Inbox] = [Inbox() for _ in orders]
        self._orders = orders
        self._open_radio = open_radio
        self._lanes: LiveLanes | None = None
        self._early: list[tuple[int, str, str]] = []

    def new_loop(self) -> asyncio.AbstractEventLoop:
        """Any will do."""
        return asyncio.new_event_loop()

    async def run(self, report: LaneReport) -> None:
        """Choose the sensors, then stream until cancelled."""
        try:
            names = dict.fromkeys(order.adapter for order in self._orders)
            radios = {name: self._open_radio(name) for name in names}
            chosen = await self._choose(radios)
            lanes = [
                LaneRequest(
                    sensors=sensors,
                    rig_toml=order.rig_toml,
                    events=(*order.events, *self._said_early(lane)),
                    inbox=inbox,
                    radio=radios[order.adapter],
                    resumed_ns=order.resumed_ns() if order.resumed_ns else None,
                )
                for lane, (order, sensors, inbox) in enumerate(
                    zip(self._orders, chosen, self.inboxes, strict=True), start=1
                )
            ]
            self._lanes = LiveLanes(radios[self._orders[0].adapter], lanes, report)
            await self._lanes.run()
        finally:
            for inbox in self.inboxes:
                inbox.close()

    def event(self, lane: int, kind: str, value: str, time_s: float | None = None) -> None:
        """Said before the sensors are chosen, it stands from the beginning."""
        if self._lanes is not None:
            self._lanes.event(lane, kind, value, time_s)
        else:
            self._early.append((lane, kind, value))

    def _said_early(self, lane: int) -> list[tuple[str, str]]:
        return [(kind, value) for number, kind, value in self._early if number == lane]

    def swap_belts(self, one: int, other: int) -> None:
        """The belts of two lanes change hands, and stay there next time."""
        if self._lanes is not None:
            self._lanes.swap_belts(one, other)
            _remember(self._lanes.sensors)

    async def _choose(self, radios: Mapping[str | None, Radio]) -> list[tuple[SensorChoice, ...]]:
        before = remembered()
        before += [()] * (len(self._orders) - len(before))
        taken: list[tuple[SensorChoice, ...]] = []
        for order, last in zip(self._orders, before, strict=False):
            others = [choice for lane in taken for choice in lane]
            taken.append(await choose(radios[order.adapter], order.wanted, last, others))
        _remember(taken)
        return taken


def _remember(taken: list[tuple[SensorChoice, ...]]) -> None:
    remember([*taken, *remembered()[len(taken) :]])


class DemoSource:
    """Simulated sessions, one a lane, their sensors found, connected and streamed like any."""

    def __init__(self, *sessions: SimulatedSession, speed: float | None = 1.0) -> None:
        """``speed`` times real time; None: as fast as can be."""
        self.inboxes: Sequence[Inbox] = [Inbox() for _ in sessions]
        self._sessions = sessions
        self._speed = speed
        self._lanes: list[SimulatedLane] = []

    def new_loop(self) -> asyncio.AbstractEventLoop:
        """Simulated time, so that the same seed gives the same session."""
        return WarpedLoop(self._speed)

    async def run(self, report: LaneReport) -> None:
        """Until the simulated sessions are over, or cancelled."""
        try:
            async with asyncio.TaskGroup() as group:
                for number, (session, inbox) in enumerate(
                    zip(self._sessions, self.inboxes, strict=True), start=1
                ):
                    told = partial(report, number)
                    lane = SimulatedLane(session, told, inbox, said_beforehand=True)
                    self._lanes.append(lane)
                    group.create_task(lane.play())
        finally:
            for inbox in self.inboxes:
                inbox.close()

    def event(self, lane: int, kind: str, value: str, time_s: float | None) -> None:
        """Beside what the simulated coach says."""
        if len(self._lanes) >= lane:
            self._lanes[lane - 1].lane.event(kind, value, time_s)
