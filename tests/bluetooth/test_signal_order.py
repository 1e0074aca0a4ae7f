"""The fake is held to what the real bluetoothd signals, and in which order.

``signals_of_bluetoothd.json`` was recorded by these same scripts under ``make test-bluetooth``,
which runs them too and leaves what it heard beside its results.
"""

import json
import os
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from sledmon.twin.firmware_params import belt
from tests.bluetooth.host import Host, find, until
from tests.bluetooth.signals import ALL_WATCHED, signals_of
from tests.bluetooth.world import World, WorldSensor

BELT = belt("SM-B-2600017")
RECORDED = Path(__file__).with_name("signals_of_bluetoothd.json")

Script = Callable[[World, WorldSensor, list[str]], Awaitable[None]]


async def a_link_breaks_and_comes_back(world: World, sensor: WorldSensor, heard: list[str]) -> None:
    host = await _streaming(sensor)
    sensor.drop()
    await host.lose_link()
    await until(lambda: "Connected False" in heard)
    await host.come_back()
    await host.receive(1)
    await host.client.disconnect()
    await until(lambda: heard[-1] == "Notifying False")


async def the_sensor_hangs_up(world: World, sensor: WorldSensor, heard: list[str]) -> None:
    host = await _streaming(sensor)
    sensor.hang_up()
    await host.lose_link()
    await until(lambda: heard[-1] == "Notifying False")


async def the_host_disconnects(world: World, sensor: WorldSensor, heard: list[str]) -> None:
    host = await _streaming(sensor)
    await host.client.disconnect()
    await until(lambda: heard[-1] == "Notifying False")


async def the_adapter_is_switched_off_and_on(
    world: World, sensor: WorldSensor, heard: list[str]
) -> None:
    host = await _streaming(sensor)
    world.switch("hci0", on=False)
    await host.lose_link()
    await until(lambda: "Powered False" in heard and "Notifying False" in heard)
    world.switch("hci0", on=True)
    await until(lambda: "Powered True" in heard)


async def the_adapter_is_pulled_out(world: World, sensor: WorldSensor, heard: list[str]) -> None:
    host = await _streaming(sensor)
    world.pull_out("hci0")
    await host.lose_link()
    await until(lambda: "removed Adapter1" in heard)


async def the_device_is_removed(world: World, sensor: WorldSensor, heard: list[str]) -> None:
    host = await _streaming(sensor)
    world.forget(sensor)
    await host.lose_link()
    await until(lambda: "removed Device1" in heard)


SCRIPTS: list[Script] = [
    a_link_breaks_and_comes_back,
    the_sensor_hangs_up,
    the_host_disconnects,
    the_adapter_is_switched_off_and_on,
    the_adapter_is_pulled_out,
    the_device_is_removed,
]


@pytest.mark.parametrize("script", SCRIPTS, ids=[script.__name__ for script in SCRIPTS])
async def test_signals_come_as_from_the_real_bluetoothd(world: World, script: Script) -> None:
    sensor = world.power_on(BELT)
    async with signals_of(sensor.address, ALL_WATCHED) as heard:
        await script(world, sensor, heard)
    if "SLEDMON_GUEST_OUT" in os.environ:
        kept = Path(os.environ["SLEDMON_GUEST_OUT"]) / RECORDED.name
        all_heard = json.loads(kept.read_text("utf-8")) if kept.exists() else {}
        all_heard[script.__name__] = heard
        kept.write_text(json.dumps(all_heard, indent=1) + "\n", encoding="utf-8")
    recorded = json.loads(RECORDED.read_text("utf-8"))[script.__name__]
    # When the battery is read is not promised, so it is compared apart.
    for of_battery in (False, True):
        assert _some(heard, of_battery) == _some(recorded, of_battery)


def _some(words: list[str], of_battery: bool) -> list[str]:
    """Those of the battery, or the others; repeats as one."""
    some = [word for word in words if ("Battery1" in word) is of_battery]
    return [word for word, before in zip(some, ["", *some], strict=False) if word != before]


async def _streaming(sensor: WorldSensor) -> Host:
    host = Host(await find(sensor))
    await host.connect()
    await host.start()
    await host.receive(2)
    return host
