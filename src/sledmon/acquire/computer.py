"""What this computer lacks for a session on the field, and how to mend it.

Each check looks and tells; none changes anything. ``root`` stands for ``/``.
"""

import asyncio
import ctypes
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import Final, NamedTuple

from sledmon.acquire.choose import listen
from sledmon.acquire.radio import Radio, RadioError

LEAST_BLUEZ: Final = (5, 55)
LEAST_FREE_BYTES: Final = 1 << 30
"""A day of four lanes takes some 200 MB."""
LEAST_WINDOWS_BUILD: Final = 22000
LEAST_BATTERY_PERCENT: Final = 30
LISTEN_S: Final = 3.0
QT_LIBRARIES: Final = {
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
}
"""What Qt's window needs of a Linux system, and the Debian package that has it."""


class State(StrEnum):
    """How a check went."""

    GOOD = "ok"
    DOUBTFUL = "look"
    BAD = "mend"


class Diagnosis(NamedTuple):
    """One check: what was looked at, what was seen, and how to mend it."""

    what: str
    state: State
    seen: str
    mend: str = ""


def check_system() -> Diagnosis:
    """Operating system and Python."""
    seen = f"{platform.system()} {platform.release()}, Python {platform.python_version()}"
    if sys.platform == "win32":
        build = sys.getwindowsversion().build
        if build < LEAST_WINDOWS_BUILD:
            return Diagnosis("system", State.BAD, seen, "Bluetooth here needs Windows 11: update")
    return Diagnosis("system", State.GOOD, seen)


def check_disk(folder: Path) -> Diagnosis:
    """Room where recordings go."""
    existing = next(path for path in (folder, *folder.parents) if path.exists())
    try:
        with tempfile.TemporaryFile(dir=existing):
            free = shutil.disk_usage(existing).free
    except OSError as error:
        seen = f"{existing}: {error.strerror or error}"
        mend = "recordings cannot be kept there; choose another place with --record"
        return Diagnosis("disk", State.BAD, seen, mend)
    seen = f"{free / (1 << 30):.1f} GB free for recordings in {folder}"
    if free < LEAST_FREE_BYTES:
        return Diagnosis("disk", State.DOUBTFUL, seen, "delete what you do not need")
    return Diagnosis("disk", State.GOOD, seen)


def check_bluez() -> Iterator[Diagnosis]:
    """The version of Linux's Bluetooth service; nothing on other systems."""
    if sys.platform != "linux":
        return
    tool = shutil.which("bluetoothctl")
    if tool is None:
        mend = "sudo apt install bluez, or your distribution's package of that name"
        yield Diagnosis("BlueZ", State.DOUBTFUL, "its tool bluetoothctl is not here", mend)
        return
    try:
        told = subprocess.run(  # noqa: S603 - a fixed question to a system tool
            [tool, "--version"], capture_output=True, text=True, timeout=10, check=False
        ).stdout
    except (OSError, subprocess.TimeoutExpired):
        told = ""
    version = told.strip().rpartition(" ")[2]
    numbers = tuple(int(part) for part in version.split(".") if part.isdigit())
    if not numbers:
        yield Diagnosis("BlueZ", State.DOUBTFUL, "its version cannot be told")
    elif numbers < LEAST_BLUEZ:
        wanted = ".".join(map(str, LEAST_BLUEZ))
        mend = f"version {wanted} or later is needed: update the system"
        yield Diagnosis("BlueZ", State.BAD, told.strip(), mend)
    else:
        yield Diagnosis("BlueZ", State.GOOD, ".".join(map(str, numbers)))


def check_switches(root: Path = Path("/")) -> Iterator[Diagnosis]:
    """Radio switches that are off: Linux's rfkill."""
    for switch in sorted((root / "sys/class/rfkill").glob("rfkill*")):
        if _read(switch / "type") != "bluetooth":
            continue
        name = _read(switch / "name") or switch.name
        if _read(switch / "hard") == "1":
            mend = "turn on the switch or key for radios on the computer's case"
            yield Diagnosis(f"switch of {name}", State.BAD, "off by hardware", mend)
        elif _read(switch / "soft") == "1":
            yield Diagnosis(f"switch of {name}", State.BAD, "off", "sudo rfkill unblock bluetooth")
        else:
            yield Diagnosis(f"switch of {name}", State.GOOD, "on")


def check_power_saving(root: Path = Path("/")) -> Iterator[Diagnosis]:
    """Whether Linux may put a USB adapter to sleep between packets."""
    for adapter in sorted((root / "sys/class/bluetooth").glob("hci*")):
        if ":" in adapter.name:
            continue  # a connection, not an adapter
        for folder in (adapter / "device" / "..", adapter / "device"):
            control = folder / "power" / "control"
            saving = _read(control)
            if saving == "auto":
                mend = f"echo on | sudo tee {control.resolve()}"
                seen = "may sleep between packets"
                yield Diagnosis(f"power saving of {adapter.name}", State.DOUBTFUL, seen, mend)
                break
            if saving == "on":
                yield Diagnosis(f"power saving of {adapter.name}", State.GOOD, "off")
                break


def check_battery(root: Path = Path("/")) -> Iterator[Diagnosis]:
    """The laptop's own battery, where Linux tells it."""
    for supply in sorted((root / "sys/class/power_supply").glob("*")):
        percent = _read(supply / "capacity")
        if _read(supply / "type") != "Battery" or not percent.isdigit():
            continue
        if _read(supply / "scope") == "Device":
            continue  # a mouse's
        charging = _read(supply / "status")
        low = int(percent) < LEAST_BATTERY_PERCENT and charging == "Discharging"
        state = State.DOUBTFUL if low else State.GOOD
        seen = f"{percent} %, {charging.lower()}"
        yield Diagnosis("this computer's battery", state, seen, "charge it" if low else "")


def check_window() -> Iterator[Diagnosis]:
    """The libraries of Linux that a window needs."""
    if sys.platform != "linux":
        return
    missing = [package for library, package in QT_LIBRARIES.items() if not _loads(library)]
    if missing:
        mend = f"sudo apt install {' '.join(missing)}"
        yield Diagnosis("window", State.DOUBTFUL, f"{len(missing)} libraries are missing", mend)
    else:
        yield Diagnosis("window", State.GOOD, "its libraries are here")


async def check_radio(radio: Radio, seconds: float = LISTEN_S) -> Diagnosis:
    """Whether Bluetooth hears anything, and which of our sensors."""
    try:
        sensors = await listen(radio, seconds)
    except RadioError as error:
        seen, _, mend = str(error).removesuffix(": sledmon doctor").partition("; ")
        return Diagnosis("Bluetooth", State.BAD, seen, mend)
    if not sensors:
        mend = "switch a sensor on and look again; one that is connected elsewhere is not heard"
        return Diagnosis("Bluetooth", State.GOOD, "works; no sensor was heard", mend)
    names = ", ".join(heard.choice.name for heard in sensors)
    return Diagnosis("Bluetooth", State.GOOD, f"works; heard {names}")


def _read(path: Path) -> str:
    try:
        return path.read_text("utf-8", "replace").strip()
    except OSError:
        return ""


def _loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


async def examined(radio: Radio, recordings: Path) -> list[Diagnosis]:
    """Every check, in the order in which to mend."""
    bluetooth = await check_radio(radio)
    local = await asyncio.to_thread(
        lambda: [
            check_system(),
            check_disk(recordings),
            *check_battery(),
            *check_bluez(),
            *check_switches(),
            *check_power_saving(),
            *check_window(),
        ]
    )
    return [*local, bluetooth]
