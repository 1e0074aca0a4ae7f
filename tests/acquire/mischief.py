"""A radio that does to a virtual sensor's links what a field, a cheap chip and a driver do."""

import asyncio
import random
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import replace

from sledmon.acquire.radio import Link, LinkError, Radio, RadioError, Received, Sighting
from sledmon.wire import uuids
from sledmon.wire.descriptor import pack_descriptor, unpack_descriptor


class MischievousRadio:
    """``much`` is the chance of each mischief at each occasion."""

    def __init__(self, radio: Radio, rng: random.Random, much: float) -> None:
        self._radio = radio
        self._rng = rng
        self._much = much
        self.connections = 0

    def happens(self, share: float = 1.0) -> bool:
        return self._rng.random() < self._much * share

    async def sightings(self) -> AsyncGenerator[Sighting, None]:
        async with aclosing(self._radio.sightings()) as sightings:
            async for sighting in sightings:
                yield sighting

    async def connect(self, address: str) -> Link:
        if self.happens():
            await asyncio.sleep(self._rng.uniform(0.0, 8.0))
            raise LinkError("cannot connect: le-connection-abort-by-local")
        if self.happens(0.3):
            raise RadioError("Bluetooth is off; turn it on")
        link = await self._radio.connect(address)
        if self.happens():
            await link.close()
            raise LinkError("failed to discover services, device disconnected")
        self.connections += 1
        return _MischievousLink(link, self, self._rng)


class _MischievousLink:
    def __init__(self, link: Link, radio: MischievousRadio, rng: random.Random) -> None:
        self._link = link
        self._radio = radio
        self._rng = rng
        self._silent = False
        self._dropping: asyncio.Task[None] | None = None
        if radio.happens(3.0):
            self._dropping = asyncio.create_task(self._drop(rng.uniform(0.0, 10.0)))

    @property
    def signal_dbm(self) -> int | None:
        return self._link.signal_dbm

    @property
    def payload_bytes(self) -> int:
        return self._link.payload_bytes

    def has(self, characteristic: str) -> bool:
        return self._link.has(characteristic)

    async def read(self, characteristic: str) -> bytes:
        await self._hinder()
        payload = await self._link.read(characteristic)
        if characteristic == uuids.DESCRIPTOR:
            if self._radio.happens(0.5):
                return bytes([payload[0] + 1]) + payload[1:]
            if self._radio.happens(0.5):
                return payload[: self._rng.randrange(len(payload))]
            if self._radio.happens():
                # A firmware that forgets to change its boot id, or changes it for nothing.
                boot_id = self._rng.getrandbits(32)
                return pack_descriptor(replace(unpack_descriptor(payload), boot_id=boot_id))
        return payload

    async def write(self, characteristic: str, payload: bytes, *, response: bool) -> None:
        await self._hinder()
        await self._link.write(characteristic, payload, response=response)

    async def subscribe(self, characteristic: str, received: Received) -> None:
        await self._hinder()
        await self._link.subscribe(characteristic, lambda payload: self._take(received, payload))

    async def gone(self) -> str:
        return await self._link.gone()

    async def close(self) -> None:
        if self._dropping is not None:
            self._dropping.cancel()
        await self._link.close()

    async def _drop(self, after_s: float) -> None:
        await asyncio.sleep(after_s)
        if self._radio.happens(5.0):
            self._silent = True  # connected still, but nothing comes any more
        else:
            await self._link.close()

    async def _hinder(self) -> None:
        if self._radio.happens(0.5):
            raise LinkError("cannot read from it: Not connected")
        if self._radio.happens(0.3):
            await asyncio.sleep(3600.0)

    def _take(self, received: Received, payload: bytes) -> None:
        if self._silent:
            return
        few = 0.05
        if self._radio.happens(few):
            payload = self._rng.randbytes(self._rng.randrange(260))
        elif self._radio.happens(few):
            place = self._rng.randrange(len(payload))
            flipped = payload[place] ^ (1 << self._rng.randrange(8))
            payload = payload[:place] + bytes([flipped]) + payload[place + 1 :]
        elif self._radio.happens(few):
            payload = payload[: self._rng.randrange(len(payload))]
        elif self._radio.happens(few):
            payload = bytes([payload[0] + 1]) + payload[1:]
        elif self._radio.happens(few):
            received(payload)
        elif self._radio.happens(few):
            late_s = self._rng.uniform(0.0, 2.0)
            asyncio.get_running_loop().call_later(late_s, received, payload)
            return
        received(payload)
