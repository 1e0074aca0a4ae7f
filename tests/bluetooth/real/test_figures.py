"""Figures of the real stack: bluetoothd and the kernel's Bluetooth, by bleak and by sledmon's own.

Each becomes a property of the results, which ``guest`` prints. Nothing may be lost; the bounds on
times are far above what is usual, so that they say "broken" and not "a busy computer".
"""

import asyncio
import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from sledmon.acquire.ble import BleRadio
from sledmon.acquire.sensor import Phase
from sledmon.twin.firmware_params import FirmwareParams, belt
from sledmon.wire import uuids
from sledmon.wire.control import Opcode
from sledmon.wire.stream import unpack_header
from tests.bluetooth.fake_bluez.timing import Timing
from tests.bluetooth.host import Host, find, streaming
from tests.bluetooth.lane_of_one import LaneOfOne, lane_of_one
from tests.bluetooth.real.world import RealWorld

Figure = Callable[[str, object], None]

BELT = belt("SM-B-2600017")
SUPERVISION_S = Timing().supervision_s
STREAM_S = 5
CYCLES = 5


def _filling(notifications_per_s: int) -> FirmwareParams:
    """So many notifications a second, each as long as an MTU of 247 allows."""
    return replace(BELT, rate_hz=19 * notifications_per_s, notification_s=1.0 / notifications_per_s)


def _ms(seconds: list[float]) -> str:
    return f"{1e3 * float(np.median(seconds)):.0f} ms median, {1e3 * max(seconds):.0f} ms most"


@pytest.mark.parametrize("rate", [60, 200])
async def test_full_notifications_stream_without_loss(
    world: RealWorld, record_property: Figure, rate: int
) -> None:
    sensor = world.power_on(_filling(rate))
    arrived: dict[int, int] = {}
    host = Host(await find(sensor))
    await host.connect()
    await host.hear_answers()

    def stamp(_: object, payload: bytearray) -> None:
        arrived[unpack_header(bytes(payload)).sequence] = time.perf_counter_ns()

    await host.client.start_notify(uuids.STREAM, stamp)
    await host.command(Opcode.START)
    await asyncio.sleep(STREAM_S)
    await host.command(Opcode.STOP)
    await host.client.disconnect()
    sent = sensor.deliveries()
    assert {len(one.payload) for one in sent[:-1]} == {236}
    assert len(sent) > 0.9 * rate * STREAM_S
    assert list(arrived) == list(range(len(sent)))
    assert sensor.lost() == []
    late_ms = [1e-6 * (arrived[unpack_header(one.payload).sequence] - one.sent_ns) for one in sent]
    p50, p99 = np.percentile(late_ms, [50, 99])
    record_property(
        f"{rate}/s of 236 bytes for {STREAM_S} s",
        f"{len(sent)} sent, 0 lost, controller to callback p50 {p50:.1f}, p99 {p99:.1f},"
        f" most {max(late_ms):.1f} ms",
    )
    assert p50 < 50.0


async def test_scan_connect_loss_and_reconnect_times(
    world: RealWorld, record_property: Figure
) -> None:
    loop = asyncio.get_running_loop()
    sensor = world.power_on(BELT)
    scans, connects, losses, returns, closes = [], [], [], [], []
    for _ in range(CYCLES):
        began_s = loop.time()
        device = await find(sensor)
        scans.append(loop.time() - began_s)
        host = Host(device)
        began_s = loop.time()
        await host.connect()
        connects.append(loop.time() - began_s)
        await host.start()
        await host.receive(10)
        sensor.drop()
        began_s = loop.time()
        await host.lose_link()
        losses.append(loop.time() - began_s - SUPERVISION_S)
        began_s = loop.time()
        await host.come_back()
        await host.receive(1)
        returns.append(loop.time() - began_s)
        began_s = loop.time()
        await host.client.disconnect()
        closes.append(loop.time() - began_s)
    record_property("scan to the sensor heard", _ms(scans))
    record_property("connect, services resolved", _ms(connects))
    record_property("end of supervision timeout to callback", _ms(losses))
    record_property("lost to connected, subscribed, first packet", _ms(returns))
    record_property("disconnect", _ms(closes))
    assert max(losses) < 0.5
    assert max(returns) < 3.0


async def test_sledmons_own_sensor_comes_back_by_itself_and_loses_nothing(
    world: RealWorld, record_property: Figure
) -> None:
    sensor = world.power_on(BELT)
    found, lost, back = [], [], []
    began_s = asyncio.get_running_loop().time()
    async with lane_of_one(BleRadio(), BELT, sensor.address) as lane:
        await _streams_again(lane, 0)
        found.append(asyncio.get_running_loop().time() - began_s)
        for _ in range(CYCLES):
            await lane.receive(10)
            packets = len(lane.packets)
            sensor.drop()
            began_s = asyncio.get_running_loop().time()
            await lane.until(lambda: lane.phase is Phase.LOOKING)
            lost.append(asyncio.get_running_loop().time() - began_s - SUPERVISION_S)
            await _streams_again(lane, packets)
            back.append(asyncio.get_running_loop().time() - began_s - SUPERVISION_S)
        await lane.receive(5)
        await lane.until(lambda: not lane.missing)
    assert [packet.payload for packet in lane.packets] == sensor.delivered()
    record_property("sledmon: start to first packet", _ms(found))
    record_property("sledmon: end of supervision timeout to told", _ms(lost))
    record_property("sledmon: the same to streaming again", _ms(back))
    assert max(back) < 3.0


async def test_sledmons_own_sensor_survives_an_adapter_pulled_out_and_put_back(
    world: RealWorld, record_property: Figure
) -> None:
    loop = asyncio.get_running_loop()
    sensor = world.power_on(BELT)
    async with lane_of_one(BleRadio(), BELT, sensor.address) as lane:
        await lane.receive(10)
        began_s = loop.time()
        await asyncio.to_thread(world.pull_out, "hci0")
        await lane.until(lambda: lane.phase is Phase.LOOKING and lane.troubles)
        told_s = loop.time() - began_s
        await lane.until(lambda: "plug" in lane.troubles[-1])
        await asyncio.to_thread(world.plug_in, "hci0")
        began_s, packets = loop.time(), len(lane.packets)
        await _streams_again(lane, packets)
        back_s = loop.time() - began_s
        await lane.receive(5)
        await lane.until(lambda: not lane.missing)
    record_property("sledmon: adapter pulled out to told", f"{1e3 * told_s:.0f} ms")
    record_property("sledmon: adapter back to streaming again", f"{1e3 * back_s:.0f} ms")
    record_property("sledmon says of an adapter pulled out", " / ".join(lane.troubles))
    assert [packet.payload for packet in lane.packets] == sensor.delivered()


async def test_an_adapter_pulled_out_in_mid_stream_is_told_by_bleaks_callback(
    world: RealWorld, record_property: Figure
) -> None:
    sensor = world.power_on(BELT)
    times = []
    for _ in range(3):
        async with streaming(sensor) as host:
            await host.receive(5)
            began_s = asyncio.get_running_loop().time()
            pulling = asyncio.create_task(asyncio.to_thread(world.pull_out, "hci0"))
            await host.lose_link()
            times.append(asyncio.get_running_loop().time() - began_s)
            await pulling
        await asyncio.to_thread(world.plug_in, "hci0")
    record_property("adapter pulled out to bleak's callback", _ms(times))


async def _streams_again(lane: LaneOfOne, packets: int) -> None:
    await lane.until(lambda: lane.phase is Phase.STREAMING and len(lane.packets) > packets)
