"""Faults that only the fake can do on order, and that it does exactly what was ordered."""

import asyncio

import pytest
from bleak import BleakAdapter
from bleak.exc import BleakDBusError, BleakError

from sledmon.twin.firmware_params import belt, tether
from sledmon.wire import uuids
from sledmon.wire.stream import Flags, unpack_header
from tests.bluetooth.fake_world import FakeWorld
from tests.bluetooth.host import Host, find, scan_all, streaming, until

BELT = belt("SM-B-2600017")


# --- packets ------------------------------------------------------------------------------------


async def test_packets_come_twice_late_garbled_or_not_at_all_as_ordered(world: FakeWorld) -> None:
    sensor = world.power_on(BELT)
    sensor.duplicate()
    sensor.lose(2)
    sensor.garble(b"", b"\x01\x02", b"\xff" * 244)
    sensor.delay(0.12)
    async with streaming(sensor) as host:
        await host.receive(10)
    assert host.stream == sensor.delivered()
    assert host.stream[0] == host.stream[1]
    assert host.stream[2:5] == [b"", b"\x01\x02", b"\xff" * 244]
    whole = [*host.stream[:2], *host.stream[5:]]
    numbers = [unpack_header(payload).sequence for payload in whole]
    assert numbers[:3] == [0, 0, 7]
    assert numbers.count(6) == 1
    in_time = [number for number in numbers[2:] if number != 6]
    assert in_time == list(range(7, 7 + len(in_time)))
    assert [unpack_header(payload).sequence for payload in sensor.lost()] == [1, 2, 3, 4, 5]


async def test_bytes_that_the_firmware_never_made_arrive_between_its_own(world: FakeWorld) -> None:
    sensor = world.power_on(BELT)
    async with streaming(sensor) as host:
        await host.receive(2)
        sensor.notify(b"not one of ours")
        await host.receive(2)
    assert b"not one of ours" in host.stream
    assert host.stream == sensor.delivered()


async def test_another_version_stands_in_descriptor_and_packets(world: FakeWorld) -> None:
    sensor = world.power_on(BELT)
    sensor.claim_version(2)
    async with streaming(sensor) as host:
        await host.receive(2)
        assert (await host.client.read_gatt_char(uuids.DESCRIPTOR))[0] == 2
    assert {payload[0] for payload in host.stream} == {2}


async def test_samples_that_the_sensor_missed_are_flagged(world: FakeWorld) -> None:
    sensor = world.power_on(BELT)
    async with streaming(sensor) as host:
        await host.receive(2)
        sensor.miss_samples()
        await host.receive(5)
    flags = [unpack_header(payload).flags for payload in host.stream]
    assert flags.count(Flags.OVERFLOW) == 1


async def test_a_link_may_stand_and_carry_nothing(world: FakeWorld) -> None:
    sensor = world.power_on(BELT)
    async with streaming(sensor) as host:
        await host.receive(2)
        sensor.stall()
        before = len(host.stream)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.5):
                await host.gone.wait()
        assert len(host.stream) <= before + 1
        sensor.stall(on=False)
        await host.receive(10)
    assert host.numbers == list(range(len(host.numbers))), "the firmware's queue kept them"


async def test_who_is_back_in_range_before_the_supervision_timeout_loses_nothing(
    world: FakeWorld,
) -> None:
    sensor = world.power_on(BELT)
    async with streaming(sensor) as host:
        await host.receive(2)
        sensor.out_of_range()
        await asyncio.sleep(0.2)
        sensor.back_in_range()
        await host.receive(10)
        assert not host.gone.is_set()
    assert host.numbers == list(range(len(host.numbers)))
    assert sensor.lost() == []


# --- connects -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("why", "told"),
    [
        ("timeout", "Failed.*le-connection-timeout"),
        ("refused", "Failed.*le-connection-refused"),
        ("busy", "Failed.*le-connection-busy"),
        ("abort-by-remote", "Failed.*le-connection-abort-by-remote"),
        ("io", "Failed.*Input/output error"),
        ("software abort", "Failed.*Software caused connection abort"),
        ("in progress", "InProgress.*In Progress"),
        ("not available", "NotAvailable"),
    ],
)
async def test_a_refused_connect_is_an_error_and_the_next_may_succeed(
    world: FakeWorld, why: str, told: str
) -> None:
    sensor = world.power_on(BELT)
    sensor.refuse_connects(2, why)
    host = Host(await find(sensor))
    for _ in range(2):
        with pytest.raises(BleakDBusError, match=told):
            await host.connect()
    await host.connect()
    await host.client.disconnect()


async def test_bleak_itself_tries_again_after_an_abort_by_the_local_side(world: FakeWorld) -> None:
    sensor = world.power_on(BELT)
    sensor.refuse_connects(2, "abort-by-local")
    host = Host(await find(sensor))
    await host.connect()
    await host.client.disconnect()
    assert world.calls("Connect") == 3


async def test_where_services_are_never_resolved_bleak_gives_up_and_disconnects(
    world: FakeWorld,
) -> None:
    sensor = world.power_on(BELT)
    sensor.never_resolve()
    device = await find(sensor)
    with pytest.raises(TimeoutError):
        await Host(device, timeout_s=0.5).connect()
    assert not sensor.state()["connected"]
    sensor.never_resolve(False)
    host = Host(device)
    await host.connect()
    await host.client.disconnect()


async def test_a_link_lost_before_services_are_resolved_is_an_error_at_once(
    world: FakeWorld,
) -> None:
    sensor = world.power_on(BELT)
    world.timing(resolve_s=5.0, supervision_s=0.1)
    connecting = asyncio.ensure_future(Host(await find(sensor)).connect())
    await until(lambda: sensor.state()["connected"])
    sensor.drop()
    with pytest.raises(BleakError, match="failed to discover services, device disconnected"):
        await connecting


async def test_two_connects_to_one_device_at_once_are_one_too_many(world: FakeWorld) -> None:
    sensor = world.power_on(BELT)
    device = await find(sensor)
    assert world.calls("Connect") == 0
    sensor.out_of_range()
    first = asyncio.ensure_future(Host(device).connect())
    await until(lambda: world.calls("Connect"))
    with pytest.raises(BleakDBusError, match="InProgress"):
        await Host(device).connect()
    first.cancel()
    with pytest.raises(asyncio.CancelledError):
        await first


async def test_a_device_that_was_only_seen_is_forgotten_after_the_scan(world: FakeWorld) -> None:
    world.timing(temporary_s=0.1)
    device = await find(world.power_on(BELT))
    await asyncio.sleep(0.3)
    with pytest.raises(BleakError, match="not found"):
        await Host(device).connect()


# --- bluetoothd's own ways ----------------------------------------------------------------------


async def test_a_disconnect_takes_two_seconds_and_notifications_go_on_meanwhile(
    world: FakeWorld,
) -> None:
    sensor = world.power_on(BELT)
    world.timing(disconnect_s=2.0)
    host = Host(await find(sensor))
    await host.connect()
    await host.start()
    await host.receive(1)
    loop = asyncio.get_running_loop()
    before, began_s = len(host.stream), loop.time()
    await host.client.disconnect()
    took_s = loop.time() - began_s
    assert 1.7 < took_s < 3.0
    assert 30 <= len(host.stream) - before <= 20 * took_s + 5


async def test_a_client_that_keeps_its_old_connection_hears_everything_twice(
    world: FakeWorld,
) -> None:
    sensor = world.power_on(BELT)
    old = Host(await find(sensor))
    await old.connect()
    await old.start()
    await old.receive(1)
    sensor.drop()
    async with asyncio.timeout(2.0):
        await old.gone.wait()  # and no disconnect(): its D-Bus connection stays
    new = Host(await find(sensor))
    await new.connect()
    await new.start()
    await new.receive(10)
    assert new.stream[-1] == new.stream[-2] or new.stream[-2] == new.stream[-3]
    await new.client.disconnect()
    await old.client.disconnect()


async def test_a_link_outlives_the_client_that_left_without_a_word(world: FakeWorld) -> None:
    sensor = world.power_on(BELT)
    left = Host(await find(sensor))
    await left.connect()
    await left.start()
    left.client._backend._bus.disconnect()  # type: ignore[attr-defined]  # as a crash does
    await until(lambda: uuids.STREAM not in sensor.state()["subscribed"])
    assert sensor.state()["connected"]
    adapter = await BleakAdapter.get(bluez={"adapter": "hci0"})
    (found,) = await adapter.get_connected_devices()
    host = Host(found)
    await host.connect()  # bleak finds it connected and takes the link over
    await host.start()
    await host.receive(2)
    await host.client.disconnect()
    assert world.calls("Connect") == 1  # last: the real bluetoothd cannot say


async def test_a_crashed_bluetoothd_is_unknown_and_works_again_once_it_is_back(
    world: FakeWorld,
) -> None:
    sensor = world.power_on(BELT)
    await find(sensor)
    world.crash()
    with pytest.raises(BleakDBusError, match="ServiceUnknown"):
        await find(sensor)
    world.revive()
    async with streaming(sensor) as host:
        await host.receive(2)


# --- load ---------------------------------------------------------------------------------------


async def test_eight_sensors_at_once_lose_nothing(world: FakeWorld) -> None:
    sensors = [
        world.power_on(params)
        for lane in range(4)
        for params in (belt(f"SM-B-260{lane:04}"), tether(f"SM-T-260{lane:04}"))
    ]
    seen = await scan_all(sensors)
    hosts = [Host(seen[sensor.address][0]) for sensor in sensors]
    for host in hosts:
        await host.connect()
    await asyncio.gather(*(host.start() for host in hosts))
    await asyncio.gather(*(host.receive(25) for host in hosts))
    await asyncio.gather(*(host.client.disconnect() for host in hosts))
    for sensor, host in zip(sensors, hosts, strict=True):
        assert host.stream == sensor.delivered()
        assert host.numbers == list(range(len(host.numbers)))
