"""One sensor of a lane: found, connected, greeted, watched, and connected again, for ever."""

import asyncio
import contextlib
from collections import deque
from collections.abc import Callable, Generator
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from sledmon.acquire.lane import Lane
from sledmon.acquire.models import SensorModel
from sledmon.acquire.radio import Link, LinkError, Radio, RadioError
from sledmon.acquire.resend import Missing
from sledmon.acquire.talk import Talk
from sledmon.acquire.unless import unless
from sledmon.errors import WireError
from sledmon.samples import CLOSED, Device
from sledmon.units import NANOSECONDS_PER_SECOND
from sledmon.wire import uuids
from sledmon.wire.control import Command
from sledmon.wire.descriptor import unpack_descriptor
from sledmon.wire.greeting import Conversation, Step, command_sledmon

SILENCE_S: Final = 1.0
"""A connected sensor that has not notified for so long is as good as lost."""
GREETING_S: Final = 10.0
"""A sensor of other makers may be asked half a dozen things."""
BATTERY_S: Final = 1.0
LOW_BATTERY_PERCENT: Final = 15
"""From here on it should be charged."""
WATCH_PERIOD_S: Final = 0.25
COUNTED_S: Final = 10.0
"""Losses are told of so long; a phone or a body in the way shows in it."""
PARTING_S: Final = 0.5
BACK_OFF_S: Final = (0.1, 0.2, 0.4, 0.8, 1.5, 3.0)
"""Pauses after failed attempts; the last one goes on. A successful one begins anew."""


class Phase(StrEnum):
    """Where a sensor stands."""

    LOOKING = "looking"  # not heard, or heard and not connected yet
    GREETING = "greeting"
    STREAMING = "streaming"
    STOPPED = "stopped"


@dataclass(frozen=True, kw_only=True, slots=True)
class SensorStatus:
    """What a person should know about a sensor now."""

    device: Device
    name: str
    address: str
    phase: Phase
    trouble: str = ""
    """Why it is not streaming, or not understood, in words; empty when nothing is wrong."""
    battery_percent: int | None = None
    signal_dbm: int | None = None
    """As heard right before it was connected."""
    payload_bytes: int = 0
    """The longest notification of this link; 0: not known."""
    missed_percent: int | None = None
    """Notifications of the last ten seconds that did not come at first; None: not numbered."""


Report = Callable[[SensorStatus], None]


@dataclass(frozen=True, kw_only=True, slots=True)
class SensorChoice:
    """Which sensor a lane uses."""

    model: SensorModel
    address: str
    name: str


class Sensor:
    """Keeps one sensor streaming into a lane until cancelled."""

    def __init__(
        self, radio: Radio, choice: SensorChoice, lane: Lane, report: Report | None = None
    ) -> None:
        self._radio = radio
        self._choice = choice
        self._model = choice.model
        self._lane = lane
        self._report = report
        self._missing = Missing()
        self._heard_ns = 0
        self._news: list[bytes] = []
        self._unread = ""
        self.status = SensorStatus(
            device=choice.model.device,
            name=choice.name,
            address=choice.address,
            phase=Phase.LOOKING,
        )

    async def run(self) -> None:
        """Find, connect, stream; after a loss again, for ever. Cancelling parts in good order."""
        failures = 0
        try:
            while True:
                self._tell(phase=Phase.LOOKING)
                try:
                    trouble = await self._one_link()
                    failures = 0
                except (LinkError, RadioError, WireError) as error:
                    trouble = str(error)
                    failures += 1
                self._tell(phase=Phase.LOOKING, trouble=trouble)
                if failures:
                    await asyncio.sleep(BACK_OFF_S[min(failures, len(BACK_OFF_S)) - 1])
        finally:
            self._tell(phase=Phase.STOPPED)

    async def _one_link(self) -> str:
        """From connecting to the loss of the link; why it was lost."""
        link = await self._radio.connect(self._choice.address)
        stream = _Stream(link, self._model.stream, self._begin, self._received)
        talk = Talk(link, stream)
        gone = asyncio.create_task(link.gone())
        reason = CLOSED
        try:
            self._tell(phase=Phase.GREETING)
            try:
                async with asyncio.timeout(GREETING_S):
                    await unless(gone, talk.hold(self._model.greet()))
            except TimeoutError:
                raise LinkError("connected, but it does not answer; switch it off and on") from None
            self._tell(
                phase=Phase.STREAMING,
                trouble=self._unread,
                signal_dbm=link.signal_dbm,
                payload_bytes=link.payload_bytes,
                missed_percent=None,
            )
            reason = await self._watch(link, talk, gone)
        except (LinkError, WireError) as error:
            reason = str(error)
            raise
        finally:
            try:
                if stream.begun and not gone.done():
                    with contextlib.suppress(TimeoutError, LinkError, WireError):
                        async with asyncio.timeout(PARTING_S):
                            await talk.hold(self._model.part())
                gone.cancel()
                await link.close()
            finally:
                if stream.begun:
                    self._lane.lost(self._model.device, reason)
        return reason

    def _begin(self, descriptor: bytes) -> None:
        choice = self._choice
        self._lane.connected(self._model.device, self._model.layout, descriptor, choice.name)
        self._heard_ns = self._lane.now_ns()
        self._look_through_news()  # of the link before: what follows is missing from there on
        self._unread = ""
        if self._model.numbered:
            try:
                self._missing.begin(unpack_descriptor(descriptor))
            except WireError as error:
                self._unread = f"recorded, but not understood: {error}"

    def _received(self, payload: bytes) -> None:
        """Stamp and queue; the radio waits for nothing else."""
        self._heard_ns = self._lane.packet(self._model.device, payload)
        self._news.append(payload)

    async def _watch(self, link: Link, talk: Talk, gone: "asyncio.Task[str]") -> str:
        with contextlib.suppress(TimeoutError, LinkError):
            async with asyncio.timeout(BATTERY_S):
                await unless(gone, self._ask_battery(link))
        counts = deque([(0, 0)], maxlen=round(COUNTED_S / WATCH_PERIOD_S))
        while True:
            await asyncio.wait({gone}, timeout=WATCH_PERIOD_S)
            if gone.done():
                return gone.result()
            self._count(counts)
            silent_ns = self._lane.now_ns() - self._heard_ns
            if silent_ns > SILENCE_S * NANOSECONDS_PER_SECOND:
                return f"connected, but silent for {SILENCE_S:g} s"
            if self._lane.inbox.full:
                return "this computer is too slow: too much has not been worked up"
            await self._ask_again(talk, gone)

    def _count(self, counts: deque[tuple[int, int]]) -> None:
        """Tell how much the air takes, by what was counted until now and some seconds ago."""
        counts.append((self._missing.came, self._missing.missed))
        came, missed = (now - then for now, then in zip(counts[-1], counts[0], strict=True))
        if self._model.numbered and came and len(counts) == counts.maxlen:
            self._tell(missed_percent=round(100 * missed / (came + missed)))

    async def _ask_again(self, talk: Talk, gone: "asyncio.Task[str]") -> None:
        """Ask for notifications that did not come, where the firmware keeps them."""
        self._look_through_news()
        command = self._missing.ask()
        if command is not None:
            # A refusal costs nothing but what is lost already.
            with contextlib.suppress(LinkError, WireError):
                await unless(gone, talk.hold(_just(command)))

    def _look_through_news(self) -> None:
        news, self._news = self._news, []
        if self._model.numbered:
            for payload in news:
                self._missing.saw(payload)

    async def _ask_battery(self, link: Link) -> None:
        def charged(payload: bytes) -> None:
            if payload and payload[0] <= 100:
                self._tell(battery_percent=payload[0])

        if link.has(uuids.BATTERY_LEVEL):
            charged(await link.read(uuids.BATTERY_LEVEL))
            await link.subscribe(uuids.BATTERY_LEVEL, charged)

    def _tell(self, **changes: object) -> None:
        status = replace(self.status, **changes)  # type: ignore[arg-type]
        if status != self.status:
            self.status = status
            if self._report is not None:
                self._report(status)


class _Stream:
    """One link's stream: nothing of it is used before the sensor is known."""

    def __init__(
        self,
        link: Link,
        characteristic: str,
        begin: Callable[[bytes], None],
        received: Callable[[bytes], None],
    ) -> None:
        self.begun = False
        self._link = link
        self._characteristic = characteristic
        self._begin = begin
        self._received = received

    async def subscribe(self) -> None:
        await self._link.subscribe(self._characteristic, self._take)

    def begin(self, descriptor: bytes) -> None:
        self._begin(descriptor)
        self.begun = True

    def _take(self, payload: bytes) -> None:
        if self.begun:
            self._received(payload)


def _just(command: Command) -> Conversation:
    def talk() -> Generator[Step, bytes, None]:
        yield from command_sledmon(command)

    return talk()
