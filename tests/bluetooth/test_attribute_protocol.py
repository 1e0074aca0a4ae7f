"""The firmware over a real attribute protocol and a paced link, on any system: bumble, no bleak.

What the fake ``org.bluez`` takes for granted is done here: the MTU is agreed on, the descriptor is
longer than a response and is read in parts, notifications leave at connection events.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import NamedTuple

import numpy as np
import pytest

from sledmon.decode import Decoder
from sledmon.decode.device_clock import DeviceClockParams
from sledmon.samples import Connected
from sledmon.twin.firmware_params import FirmwareParams, belt, tether
from sledmon.wire.descriptor import SIZE, unpack_descriptor
from sledmon.wire.stream import TICKS_PER_SECOND, unpack_header
from tests.bluetooth.bumble_air import AirLink
from tests.bluetooth.bumble_radio import BumbleRadio
from tests.bluetooth.bumble_sensor import BumbleSensor
from tests.bluetooth.fake_bluez.sensor import Motion
from tests.bluetooth.fake_bluez.sensor import Sensor as AirSensor
from tests.bluetooth.fake_bluez.timing import Timing
from tests.bluetooth.lane_of_one import LaneOfOne, lane_of_one

ADDRESS = "C0:FF:EE:00:00:01"
INTERVAL_S = 0.015
WAKING_S = 0.01
"""What a busy computer may add to every packet of a second and a half."""
BELT = belt("SM-B-2600017")
FULL = replace(BELT, rate_hz=400, notification_s=0.1)
"""More samples than the largest notification holds."""


class Streaming(NamedTuple):
    """A sensor and what came of it."""

    sensor: AirSensor
    lane: LaneOfOne
    born_s: float
    """When the sensor was switched on, in session time."""


@asynccontextmanager
async def streaming(params: FirmwareParams, att_mtu: int) -> AsyncIterator[Streaming]:
    """sledmon's own ``Sensor`` streams from the firmware until the context is left."""
    loop = asyncio.get_running_loop()
    air = AirLink()
    radio = BumbleRadio(air, att_mtu)
    await radio.device.power_on()
    born_s = loop.time()
    sensor = AirSensor(params, ADDRESS, Motion())
    bumble = BumbleSensor(sensor, air, Timing(connection_interval_s=INTERVAL_S))
    await bumble.start()
    born_s -= loop.time()
    async with lane_of_one(radio, params, ADDRESS) as lane:
        yield Streaming(sensor, lane, born_s)
    await bumble.stop()


@pytest.mark.parametrize(("asked", "agreed"), [(23, 23), (100, 100), (247, 247), (517, 247)])
async def test_host_and_sensor_agree_on_an_mtu_and_notifications_fill_it(
    asked: int, agreed: int
) -> None:
    params = FULL if agreed > 23 else BELT
    async with streaming(params, asked) as run:
        await run.lane.receive(10)
        assert run.sensor.firmware.att_mtu == agreed
    sample_bytes = 12
    lengths = {len(packet.payload) for packet in run.lane.packets}
    assert max(lengths) <= agreed - 3 < max(lengths) + sample_bytes
    assert run.lane.numbers == list(range(len(run.lane.numbers)))
    assert [packet.payload for packet in run.lane.packets] == [
        one.payload for one in run.sensor.delivered[: len(run.lane.packets)]
    ]


async def test_more_notifications_than_a_link_carries_are_refused_with_the_smallest_mtu() -> None:
    async with streaming(FULL, 23) as run:
        await run.lane.until(lambda: run.lane.troubles)
    assert "START with NOT_NOW" in run.lane.troubles[0]


@pytest.mark.parametrize("att_mtu", [23, 247])
@pytest.mark.parametrize("params", [BELT, tether("SM-T-2600017")], ids=["belt", "tether"])
async def test_a_descriptor_longer_than_a_response_is_read_whole(
    params: FirmwareParams, att_mtu: int
) -> None:
    async with streaming(params, att_mtu) as run:
        await run.lane.receive(2)
    (connected,) = (record for record in run.lane.records if isinstance(record, Connected))
    assert len(connected.descriptor) == SIZE > 23 - 1
    descriptor = unpack_descriptor(connected.descriptor)
    assert (descriptor.kind, descriptor.serial) == (params.kind, params.serial)


async def test_the_times_of_samples_are_true_to_a_connection_interval() -> None:
    async with streaming(BELT, 247) as run:
        await run.lane.receive(30)
    time_s = np.concatenate([block.time_s for block in Decoder().push(run.lane.records, 0).imu])
    first = unpack_header(run.lane.packets[0].payload).tick
    began_s = run.born_s + (first - run.sensor.motion.start_tick) / TICKS_PER_SECOND
    true_s = began_s + np.arange(len(time_s)) / BELT.rate_hz
    late_s = time_s - true_s
    assert np.all(np.diff(time_s) > 0.0)
    # The decoder takes off a link's usual smallest delay, which this one may undercut.
    assert late_s.min() > -DeviceClockParams().least_delay_s
    assert late_s[-1] < INTERVAL_S + WAKING_S


async def test_after_a_silence_beyond_the_timeout_what_was_missed_is_sent_again() -> None:
    async with streaming(BELT, 247) as run:
        await run.lane.receive(10)
        run.sensor.in_range = False
        assert run.sensor.link is not None
        run.sensor.link.end("timeout")
        run.sensor.in_range = True
        await run.lane.receive(30)
    assert sum(isinstance(record, Connected) for record in run.lane.records) == 2
    assert sorted(run.lane.numbers) == list(range(len(run.lane.numbers)))
