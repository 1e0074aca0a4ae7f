"""Builds Linux as an ordinary program (User Mode Linux) with Bluetooth, from Debian's sources.

It takes ten minutes on two cores and 1.5 GB of disk meanwhile; what stays is a file of 6 MB, named
after the version of the sources and the configuration.
"""

import hashlib
import platform
import shutil
import subprocess
import tempfile
from pathlib import Path

from tests.bluetooth.real.debian import CannotBuildError, field_of, need_commands, unpack

ON = (
    # Bluetooth with a virtual adapter, and what it and bluetoothd encrypt with.
    *("BT", "BT_BREDR", "BT_LE", "BT_HCIVHCI", "RFKILL"),
    *("CRYPTO_USER_API_HASH", "CRYPTO_USER_API_SKCIPHER", "CRYPTO_HMAC", "CRYPTO_SHA256"),
    *("CRYPTO_CMAC", "CRYPTO_AES", "CRYPTO_ECDH", "CRYPTO_DRBG_MENU", "CRYPTO_JITTERENTROPY"),
    # The host's files as the root, and what Python, dbus-daemon and glib expect of a kernel.
    *("HOSTFS", "TMPFS", "DEVTMPFS", "UNIX", "PACKET", "HIGH_RES_TIMERS"),
    *("DEBUG_INFO_NONE", "INOTIFY_USER", "EPOLL", "SIGNALFD", "TIMERFD", "EVENTFD"),
)
OFF = (
    # Nothing of these is there in the guest; each takes time to compile.
    *("DEBUG_KERNEL", "FTRACE", "KALLSYMS", "MODULES", "SUSPEND", "SWAP", "IO_URING", "QUOTA"),
    *("SOUND", "WIRELESS", "WLAN", "USB", "INPUT", "HID", "SERIO", "PPP", "SLIP", "ETHERNET"),
    *("UML_NET", "BLK_DEV_NBD", "BLK_DEV_LOOP", "BLK_CGROUP", "IOSCHED_BFQ", "MQ_IOSCHED_KYBER"),
    *("EFI_PARTITION", "IPV6", "EXT4_FS", "REISERFS_FS", "ISO9660_FS", "AUTOFS_FS", "MD", "SCSI"),
)
TOOLS = {
    "gcc": "gcc",
    "make": "make",
    "flex": "flex",
    "bison": "bison",
    "bc": "bc",
    "xz": "xz-utils",
    "bzip2": "bzip2",
}
MACHINES = ("x86_64", "i686")


def built(cache: Path, jobs: int) -> Path:
    """The kernel, built now if it has never been built here."""
    if platform.system() != "Linux" or platform.machine() not in MACHINES:
        machine = f"{platform.system()} on {platform.machine()}"
        raise CannotBuildError(f"User Mode Linux runs on Linux on x86 only, this is {machine}")
    package = field_of("linux-source", "Depends").split(",")[0].split()[0]
    version = field_of(package, "Version")
    key = hashlib.sha256(" ".join([*ON, "-", *OFF]).encode()).hexdigest()[:8]
    kernel = cache / f"linux-{version}-{key}"
    if kernel.exists():
        return kernel
    need_commands(TOOLS)
    print(f"building a kernel from {package} {version}: about ten minutes, once", flush=True)
    cache.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="build-", dir=cache) as folder:
        _build(package, Path(folder), jobs, kernel)
    return kernel


def _build(package: str, folder: Path, jobs: int, kernel: Path) -> None:
    unpack(package, folder)
    (archive,) = (folder / "usr" / "src").rglob(f"{package}.tar.*")
    subprocess.run(["tar", "--extract", "--file", archive, "--directory", folder], check=True)
    source = folder / package
    log = kernel.with_name(kernel.name + ".log")
    config = [f"--enable={name}" for name in ON] + [f"--disable={name}" for name in OFF]
    make = ["nice", "-n", "19", "make", "ARCH=um", f"-j{jobs}"]
    with log.open("w") as told:
        for step in (
            [*make, "defconfig"],
            ["scripts/config", *[part for one in config for part in one.split("=")]],
            [*make, "olddefconfig"],
            [*make, "linux"],
        ):
            done = subprocess.run(step, cwd=source, stdout=told, stderr=subprocess.STDOUT)
            if done.returncode:
                raise CannotBuildError(f"the kernel does not build here; see {log}")
    _demand(source / ".config")
    new = folder / "linux"
    subprocess.run(["strip", "-o", new, source / "linux"], check=True)
    shutil.copymode(source / "linux", new)
    new.replace(kernel)


def _demand(config: Path) -> None:
    """Options that a newer kernel renamed or dropped would be lacking in silence."""
    lines = set(config.read_text("utf-8").splitlines())
    lacking = [
        name for name in ("BT_HCIVHCI", "BT_LE", "HOSTFS") if f"CONFIG_{name}=y" not in lines
    ]
    if lacking:
        raise CannotBuildError(f"these sources have no {', '.join(lacking)} for User Mode Linux")
