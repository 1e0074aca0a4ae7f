"""Fixtures of the Bluetooth tests: the world around the client, and coroutines as tests."""

import asyncio
import inspect
import os
import shutil
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.bluetooth.fake_radio import FakeRadio
    from tests.bluetooth.fake_world import FakeWorld
    from tests.bluetooth.real.world import RealWorld

LIMIT_S = 60.0

# dbus-fast, which comes with bleak, is there on Linux alone; doctest would import the modules.
collect_ignore = [] if sys.platform == "linux" else ["fake_bluez"]

IS_REAL = os.environ.get("SLEDMON_BLUETOOTH") == "real"
"""Whether these tests run in the guest of ``make test-bluetooth``, against the real bluetoothd."""
if not IS_REAL:
    collect_ignore.append("real")


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Run a coroutine test in an event loop of its own; it may not hang."""
    if not inspect.iscoroutinefunction(pyfuncitem.obj):
        return None
    wanted = inspect.signature(pyfuncitem.obj).parameters
    arguments = {name: pyfuncitem.funcargs[name] for name in wanted}

    async def run() -> None:
        async with asyncio.timeout(LIMIT_S):
            await pyfuncitem.obj(**arguments)

    asyncio.run(run())
    return True


@pytest.fixture(scope="session")
def radio() -> Iterator["FakeRadio"]:
    """The process of bluetoothd and its D-Bus daemon."""
    if sys.platform != "linux":
        pytest.skip("the fake bluetoothd stands in for BlueZ, which is Linux only")
    if shutil.which("dbus-daemon") is None:
        pytest.skip("dbus-daemon is missing (Debian: apt-get install dbus)")
    from tests.bluetooth.fake_radio import FakeRadio

    process = "tests.bluetooth.real.process" if IS_REAL else "tests.bluetooth.fake_bluez.process"
    radio = FakeRadio(process)
    yield radio
    radio.close()


@pytest.fixture
def world(radio: "FakeRadio", monkeypatch: pytest.MonkeyPatch) -> Iterator["FakeWorld | RealWorld"]:
    """A host with one adapter, hci0, and nothing in the air; bleak takes it for the real one."""
    from tests.bluetooth.fake_world import FakeWorld
    from tests.bluetooth.real.world import RealWorld

    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", radio.bus_address)
    world = RealWorld(radio) if IS_REAL else FakeWorld(radio)
    yield world
    world.end()
