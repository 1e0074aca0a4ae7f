"""A lane's place for one kind of sensor, which may be given another sensor while it runs."""

import asyncio

from sledmon.acquire.lane import Lane
from sledmon.acquire.radio import Radio
from sledmon.acquire.sensor import Report, Sensor, SensorChoice


class Seat:
    """Keeps whichever sensor it was given streaming into its lane, until cancelled."""

    def __init__(
        self, radio: Radio, lane: Lane, choice: SensorChoice | None, report: Report | None = None
    ) -> None:
        self._radio = radio
        self._lane = lane
        self._report = report
        self._choice = choice
        self._changed = asyncio.Event()
        self._empty = asyncio.Event()

    def give(self, choice: SensorChoice | None) -> None:
        """Have another sensor from now on; None: none."""
        self._choice = choice
        self._changed.set()

    async def leave(self) -> None:
        """Part with the sensor; its link has ended, and in this lane's recording, on return."""
        self._empty.clear()
        self.give(None)
        await self._empty.wait()

    async def run(self) -> None:
        """Stream, whoever sits here."""
        while True:
            self._changed.clear()
            changed = asyncio.create_task(self._changed.wait())
            if self._choice is None:
                self._empty.set()
                await changed
                continue
            sensor = Sensor(self._radio, self._choice, self._lane, self._report)
            streaming = asyncio.create_task(sensor.run())
            try:
                await asyncio.wait({changed, streaming}, return_when=asyncio.FIRST_COMPLETED)
                if streaming.done():
                    streaming.result()  # it ends by itself only by an error
            finally:
                changed.cancel()
                await _parted(streaming)


async def _parted(streaming: "asyncio.Task[None]") -> None:
    """Cancel, and wait for the parting, which is bounded; being cancelled meanwhile too."""
    streaming.cancel()
    parting = asyncio.create_task(asyncio.wait({streaming}))
    try:
        await asyncio.shield(parting)
    except asyncio.CancelledError:
        await parting
        raise
