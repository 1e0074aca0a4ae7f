"""What the Bluetooth stack does to an unmodified bleak, in the field's good and bad moments.

Bodies know only ``World``, so that they run against the real bluetoothd too.
"""

import asyncio
from collections.abc import Callable

import pytest
from bleak.exc import BleakDBusError, BleakError

from sledmon.twin.firmware_params import belt, tether
from sledmon.wire import uuids
from sledmon.wire.control import Opcode, Status, pack_ping, unpack_pong
from sledmon.wire.descriptor import Kind, unpack_descriptor
from sledmon.wire.stream import unpack_header
from tests.bluetooth.host import (
    PATIENCE_S,
    Host,
    connect_soon,
    find,
    find_soon,
    scan_all,
    streaming,
    until,
)
from tests.bluetooth.signals import signals_of
from tests.bluetooth.world import World

BELT = belt("SM-B-2600017")
TETHER = tether("SM-T-2600017")


def _needs(world: World, *abilities: str) -> None:
    for ability in abilities:
        if ability not in world.abilities:
            pytest.skip(f"this world has no {ability}")


# --- what works ---------------------------------------------------------------------------------


async def test_a_scan_finds_both_sensors_by_their_services_with_name_signal_and_battery(
    world: World,
) -> None:
    sensors = [world.power_on(params) for params in (BELT, TETHER)]
    seen = await scan_all(sensors)
    for sensor in sensors:
        _, advertisement = seen[sensor.address]
        assert advertisement.local_name == sensor.params.name
        assert sensor.params.service in advertisement.service_uuids
        assert -90 < advertisement.rssi < -30
        assert advertisement.service_data[uuids.BATTERY_SERVICE] == b"\x64"


async def test_a_sensor_tells_its_descriptor_battery_and_strings(world: World) -> None:
    host = Host(await find(world.power_on(BELT)))
    await host.connect()
    read = host.client.read_gatt_char
    descriptor = unpack_descriptor(bytes(await read(uuids.DESCRIPTOR)))
    assert (descriptor.kind, descriptor.serial) == (Kind.IMU, BELT.serial)
    assert descriptor.samples_per_notification == 10
    assert await read(uuids.BATTERY_LEVEL) == b"\x64"
    assert await read(uuids.FIRMWARE_REVISION) == b"1.0.0"
    stream = host.client.services.get_characteristic(uuids.STREAM)
    assert stream is not None
    assert stream.max_write_without_response_size == 244
    await host.client.disconnect()


async def test_everything_that_is_sent_arrives_once_and_in_order(world: World) -> None:
    belt_sensor, tether_sensor = world.power_on(BELT), world.power_on(TETHER)
    async with streaming(belt_sensor) as belt_host, streaming(tether_sensor) as tether_host:
        await asyncio.gather(belt_host.receive(25), tether_host.receive(25))
        assert belt_sensor.lost() == tether_sensor.lost() == []
    for sensor, host in ((belt_sensor, belt_host), (tether_sensor, tether_host)):
        assert host.stream == sensor.delivered()
        assert host.numbers == list(range(len(host.numbers)))


async def test_start_waits_for_the_subscription_and_a_command_for_indications(
    world: World,
) -> None:
    host = Host(await find(world.power_on(BELT)))
    await host.connect()
    with pytest.raises(BleakError, match=r"0xfd|CCCD"):
        await host.client.write_gatt_char(uuids.CONTROL, b"\x01", response=True)
    await host.hear_answers()
    assert (await host.command(Opcode.START)).status is Status.NOT_NOW
    await host.client.disconnect()


async def test_a_ping_is_answered_with_the_sensors_ticks(world: World) -> None:
    pongs: asyncio.Queue[bytearray] = asyncio.Queue()
    async with streaming(world.power_on(BELT)) as host:
        await host.client.start_notify(uuids.CLOCK, lambda _, d: pongs.put_nowait(d))
        await host.client.write_gatt_char(uuids.CLOCK, pack_ping(77), response=False)
        async with asyncio.timeout(PATIENCE_S):
            pong = unpack_pong(bytes(await pongs.get()))
        assert pong.token == 77
        assert 0 <= pong.sent_tick - pong.received_tick < 100_000


async def test_what_is_read_arrives_as_a_notification_too(world: World) -> None:
    host = Host(await find(world.power_on(BELT)))
    await host.connect()
    echoed: asyncio.Queue[bytearray] = asyncio.Queue()
    await host.client.start_notify(uuids.BATTERY_LEVEL, lambda _, d: echoed.put_nowait(d))
    await host.client.read_gatt_char(uuids.BATTERY_LEVEL)
    async with asyncio.timeout(PATIENCE_S):
        assert await echoed.get() == b"\x64"
    await host.client.disconnect()


async def test_a_battery_that_drains_is_told(world: World) -> None:
    sensor = world.power_on(BELT)
    host = Host(await find(sensor))
    await host.connect()
    told: asyncio.Queue[bytearray] = asyncio.Queue()
    await host.client.start_notify(uuids.BATTERY_LEVEL, lambda _, d: told.put_nowait(d))
    sensor.battery(41)
    async with asyncio.timeout(PATIENCE_S):
        assert await told.get() == b"\x29"
    await host.client.disconnect()


# --- links that end -----------------------------------------------------------------------------


async def test_a_broken_link_is_told_by_the_callback_and_writes_fail(world: World) -> None:
    sensor = world.power_on(BELT)
    host = Host(await find(sensor))
    await host.connect()
    await host.start()
    await host.receive(5)
    sensor.drop()
    async with asyncio.timeout(PATIENCE_S):
        await host.gone.wait()
    assert not host.client.is_connected
    with pytest.raises(BleakError):
        await host.client.write_gatt_char(uuids.CONTROL, b"\x02", response=True)
    await host.client.disconnect()


async def test_after_a_broken_link_everything_missed_can_be_fetched(world: World) -> None:
    sensor = world.power_on(BELT)
    async with streaming(sensor) as host:
        await host.receive(10)
        for _ in range(2):
            sensor.drop()
            await host.lose_link()
            last = max(host.numbers)
            await host.come_back()
            await host.receive(3)
            missed = set(range(last + 1, host.numbers[-3])) - set(host.numbers)
            assert missed, "numbering went on while the link was down"
            assert await host.fetch(min(missed), len(missed)) == len(missed)
        assert sorted(host.numbers) == list(range(max(host.numbers) + 1))
    numbers = {unpack_header(payload).sequence for payload in sensor.lost()}
    assert numbers <= set(host.numbers), "what was lost in the air came later"


async def test_a_sensor_that_hangs_up_is_told_by_the_callback(world: World) -> None:
    sensor = world.power_on(BELT)
    host = Host(await find(sensor))
    await host.connect()
    sensor.hang_up()
    await host.lose_link()


async def test_an_empty_battery_ends_the_link(world: World) -> None:
    sensor = world.power_on(BELT)
    host = Host(await find(sensor))
    await host.connect()
    await host.start()
    await host.receive(5)
    sensor.battery(3)
    await host.lose_link()
    assert host.stream == sensor.delivered()


async def test_the_hosts_disconnect_frees_the_sensor(world: World) -> None:
    sensor = world.power_on(BELT)
    device = await find(sensor)
    for _ in range(2):
        host = Host(device)
        await connect_soon(host)
        await host.client.disconnect()
        assert host.gone.is_set()


async def test_out_of_range_a_connect_waits_and_bleak_gives_up(world: World) -> None:
    sensor = world.power_on(BELT)
    device = await find(sensor)
    sensor.out_of_range()
    with pytest.raises(TimeoutError):
        await Host(device, timeout_s=0.5).connect()
    sensor.back_in_range()
    host = Host(device)
    await host.connect()
    await host.client.disconnect()


async def test_a_restarted_sensor_has_another_boot_id_and_ticks_from_zero(world: World) -> None:
    sensor = world.power_on(BELT)
    host = Host(await find(sensor))
    boots = []
    for _ in range(2):
        await host.connect()
        boots.append(unpack_descriptor(bytes(await host.client.read_gatt_char(uuids.DESCRIPTOR))))
        await host.start()
        await host.receive(2)
        sensor.restart()
        await host.lose_link()
    assert boots[0].boot_id != boots[1].boot_id
    assert unpack_header(host.stream[-1]).tick < 30_000_000


async def test_signals_come_in_the_order_of_the_real_daemon(world: World) -> None:
    sensor = world.power_on(BELT)
    async with signals_of(sensor.address) as heard:

        def comes(word: str, times: int) -> Callable[[], bool]:
            return lambda: heard.count(word) == times

        host = Host(await find(sensor))
        for links in (1, 2):
            await host.connect()
            await until(comes("ServicesResolved True", links))
            await host.start()
            await host.receive(1)
            sensor.drop()
            await host.lose_link()
            await until(comes("removed Battery1", links))
    known = heard.index("Connected True")
    resolved = heard.index("ServicesResolved True")
    assert heard[: known + 1] == ["added Device1", "Connected True"]
    assert heard.count("added Battery1") == heard.count("removed Battery1") == 2
    heard = [word for word in heard if "Battery1" not in word]  # its moment is not promised
    resolved = heard.index("ServicesResolved True")
    for interface in ("GattService1", "GattCharacteristic1", "GattDescriptor1"):
        assert f"added {interface}" in heard[known:resolved]
    assert heard[resolved:] == [  # and services stay known while the link is gone
        "ServicesResolved True",
        "ServicesResolved False",
        "Connected False",
        "Connected True",
        "ServicesResolved True",
        "ServicesResolved False",
        "Connected False",
    ]


# --- adapters and the stack ----------------------------------------------------------------------


async def test_an_adapter_switched_off_ends_links_and_scans(world: World) -> None:
    _needs(world, "power")
    sensor = world.power_on(BELT)
    device = await find(sensor)
    host = Host(device)
    await host.connect()
    world.switch("hci0", on=False)
    await host.lose_link()
    with pytest.raises(BleakDBusError, match="NotReady"):
        await find(sensor)
    with pytest.raises(BleakDBusError, match="Input/output error"):
        await Host(device).connect()
    world.switch("hci0", on=True)
    host = Host(await find(sensor))
    await host.connect()
    await host.client.disconnect()


async def test_an_adapter_pulled_out_ends_links_and_works_again_once_back(world: World) -> None:
    _needs(world, "adapters")
    sensor = world.power_on(BELT)
    host = Host(await find(sensor))
    await host.connect()
    await host.start()
    await host.receive(3)
    world.pull_out("hci0")
    await host.lose_link()
    with pytest.raises(BleakError, match=r"adapter 'hci0' not found|UnknownObject"):
        await find(sensor)
    world.plug_in("hci0")
    host = Host(await find_soon(sensor))
    await host.connect()
    await host.start()
    await host.receive(3)
    await host.client.disconnect()


async def test_a_second_adapter_connects_what_the_first_then_no_longer_hears(
    world: World,
) -> None:
    _needs(world, "adapters")
    world.plug_in("hci1")
    belt_sensor, tether_sensor = world.power_on(BELT), world.power_on(TETHER)
    async with streaming(belt_sensor, "hci1") as belt_host:
        async with streaming(tether_sensor, "hci0") as tether_host:
            await asyncio.gather(belt_host.receive(5), tether_host.receive(5))
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.5):
                await find(belt_sensor, "hci0")


async def test_a_device_that_the_stack_removes_is_gone_for_the_client(world: World) -> None:
    _needs(world, "forget")
    sensor = world.power_on(BELT)
    device = await find(sensor)
    host = Host(device)
    await host.connect()
    world.forget(sensor)
    await host.lose_link()
    with pytest.raises(BleakError, match="not found"):
        await Host(device).connect()
    host = Host(await find(sensor))
    await host.connect()
    await host.client.disconnect()
