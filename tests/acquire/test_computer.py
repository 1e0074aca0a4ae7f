"""What ``sledmon doctor`` sees in a computer, on made-up ones."""

import asyncio
import os
import shutil
import sys
from collections import namedtuple
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

import sledmon.acquire.computer as computer
from sledmon.acquire.computer import Diagnosis, State
from sledmon.acquire.radio import Link, LinkError, RadioError, Sighting
from sledmon.wire import uuids


def _tree(root: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text + "\n")
    return root


def _states(diagnoses: list[Diagnosis]) -> list[tuple[str, State]]:
    return [(diagnosis.what, diagnosis.state) for diagnosis in diagnoses]


def test_a_bluetooth_switch_that_is_off_is_told_apart_from_one_for_wifi(tmp_path: Path) -> None:
    rfkill = "sys/class/rfkill"
    root = _tree(
        tmp_path,
        {
            f"{rfkill}/rfkill0/type": "wlan", f"{rfkill}/rfkill0/soft": "1",
            f"{rfkill}/rfkill1/type": "bluetooth", f"{rfkill}/rfkill1/name": "hci0",
            f"{rfkill}/rfkill1/soft": "1", f"{rfkill}/rfkill1/hard": "0",
            f"{rfkill}/rfkill2/type": "bluetooth", f"{rfkill}/rfkill2/name": "thinkpad",
            f"{rfkill}/rfkill2/soft": "0", f"{rfkill}/rfkill2/hard": "1",
            f"{rfkill}/rfkill3/type": "bluetooth", f"{rfkill}/rfkill3/soft": "0",
            f"{rfkill}/rfkill3/hard": "0",
        },
    )  # fmt: skip
    seen = list(computer.check_switches(root))
    assert _states(seen) == [
        ("switch of hci0", State.BAD),
        ("switch of thinkpad", State.BAD),
        ("switch of rfkill3", State.GOOD),
    ]
    assert "rfkill unblock" in seen[0].mend
    assert "case" in seen[1].mend


@pytest.mark.parametrize(("saving", "state"), [("auto", State.DOUBTFUL), ("on", State.GOOD)])
def test_a_usb_adapter_that_may_sleep_is_told_with_the_command_against_it(
    tmp_path: Path, saving: str, state: State
) -> None:
    root = _tree(
        tmp_path,
        {
            "sys/class/bluetooth/hci0/device/power/control": saving,
            "sys/class/bluetooth/hci0:11/device/power/control": "auto",
        },
    )
    (seen,) = computer.check_power_saving(root)
    assert seen.state is state
    assert ("sudo tee" in seen.mend) == (saving == "auto")


def test_only_the_computers_own_battery_counts(tmp_path: Path) -> None:
    supply = "sys/class/power_supply"
    root = _tree(
        tmp_path,
        {
            f"{supply}/AC/type": "Mains",
            f"{supply}/BAT0/type": "Battery", f"{supply}/BAT0/capacity": "22",
            f"{supply}/BAT0/status": "Discharging",
            f"{supply}/mouse/type": "Battery", f"{supply}/mouse/capacity": "5",
            f"{supply}/mouse/scope": "Device", f"{supply}/mouse/status": "Discharging",
        },
    )  # fmt: skip
    (seen,) = computer.check_battery(root)
    assert (seen.state, seen.seen) == (State.DOUBTFUL, "22 %, discharging")


def test_a_computer_without_any_of_these_files_is_nothing_to_complain_of(tmp_path: Path) -> None:
    assert not list(computer.check_switches(tmp_path))
    assert not list(computer.check_power_saving(tmp_path))
    assert not list(computer.check_battery(tmp_path))


def test_a_nearly_full_disk_is_told_and_a_folder_that_does_not_exist_yet_is_fine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert computer.check_disk(tmp_path / "not" / "yet").state is State.GOOD
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(10**10, 10**10, 10**8))
    assert computer.check_disk(tmp_path).state is State.DOUBTFUL


@pytest.mark.skipif(sys.platform != "linux", reason="BlueZ is Linux's")
@pytest.mark.parametrize(
    ("told", "state"),
    [
        ("bluetoothctl: 5.86", State.GOOD),
        ("bluetoothctl: 5.55", State.GOOD),
        ("bluetoothctl: 5.9", State.BAD),
        ("no number", State.DOUBTFUL),
    ],
)
def test_an_old_bluez_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, told: str, state: State
) -> None:
    tool = tmp_path / "bluetoothctl"
    tool.write_text(f"#!/bin/sh\necho '{told}'\n")
    tool.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    (seen,) = computer.check_bluez()
    assert seen.state is state


class _Radio:
    def __init__(self, *sightings: Sighting, error: str = "") -> None:
        self._sightings = sightings
        self._error = error

    async def sightings(self) -> AsyncGenerator[Sighting, None]:
        if self._error:
            raise RadioError(self._error)
        for sighting in self._sightings:
            yield sighting
        await asyncio.sleep(3600)

    async def connect(self, address: str) -> Link:
        raise LinkError("not this one")


def test_bluetooth_is_good_when_it_listens_and_bad_with_the_way_to_mend_it() -> None:
    belt = Sighting("AA", "sledmon belt 1A2B", frozenset((uuids.BELT_IMU_SERVICE,)))
    lamp = Sighting("BB", "lamp", frozenset())
    heard = asyncio.run(computer.check_radio(_Radio(belt, lamp), 0.05))
    assert (heard.state, heard.seen) == (State.GOOD, "works; heard sledmon belt 1A2B")
    silent = asyncio.run(computer.check_radio(_Radio(lamp), 0.05))
    assert silent.state is State.GOOD
    assert "no sensor" in silent.seen
    off = asyncio.run(computer.check_radio(_Radio(error="Bluetooth is off; turn it on"), 0.05))
    assert off == Diagnosis("Bluetooth", State.BAD, "Bluetooth is off", "turn it on")
