"""``make test-bluetooth``: boots the guest, has pytest run in it, and tells what came of it.

    python -m tests.bluetooth.real.guest [pytest's arguments]

Where the guest cannot be built it says why and ends with 0, as a skipped test does. Everything that
came back stays in the cache, in ``uml/last``, until the next run.
"""

import os
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

from platformdirs import user_cache_path

from scripts.environment import install_debian
from tests.bluetooth.real import debian, kernel, report

LIMIT_S = 1500
LOG = "SLEDMON_BUMBLE_LOG"
"""The level, such as DEBUG, of the virtual radio's log."""
MEMORY_MB = 700
SHM = Path("/dev/shm")
REPOSITORY = Path(__file__).resolve().parents[3]
LIBRARIES = ("libasound2", "libdbus-1-3", "libdw1", "libglib2.0-0")
BLUETOOTHD = "usr/libexec/bluetooth/bluetoothd"
BODIES = (
    "tests/bluetooth/real/test_figures.py",
    "tests/bluetooth/test_signal_order.py",
    "tests/bluetooth/test_fake_bluez.py",
    "tests/bluetooth/test_fake_faults.py",
    "tests/bluetooth/test_lanes.py",
)
INIT = """\
#!/bin/sh
# The guest's root is the host's, read-only; only $out is written to.
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export LC_ALL=C.UTF-8 PYTHONDONTWRITEBYTECODE=1 HOME=/run/home TMPDIR=/run/tmp
out={out}
mount -t proc proc /proc
mount -t sysfs sys /sys
[ -c /dev/vhci ] || mount -t devtmpfs dev /dev
mount -t tmpfs tmpfs /run
mount -t tmpfs tmpfs /var/lib
mkdir -p /run/home /run/tmp /run/out /var/lib/bluetooth
mount -t hostfs -o "$out" none /run/out
ip link set lo up 2>/dev/null || ifconfig lo up 2>/dev/null
export SLEDMON_BLUETOOTH=real SLEDMON_GUEST_OUT=/run/out
export SLEDMON_BLUETOOTHD={bluez}/{bluetoothd}
export PATH={bluez}/usr/bin:$PATH PYTHONPATH=src:.
cd {repository}
{python} -m pytest -p no:cacheprovider -p no:xdist --color=no \\
  -o junit_family=xunit1 --junitxml=/run/out/junit.xml {arguments}
dmesg > /run/out/dmesg.txt
sync
{python} -c 'import ctypes; ctypes.CDLL(None).reboot(0x4321FEDC)'
"""


def main() -> int:
    arguments = sys.argv[1:] or list(BODIES)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that the guest ends with us
    cache = user_cache_path("sledmon") / "uml"
    try:
        debian.need_commands({"dbus-daemon": "dbus", "mount": "mount"})
        linux = kernel.built(cache, jobs=os.cpu_count() or 1)
        bluez = _bluez(cache)
    except debian.CannotBuildError as why:
        print(f"test-bluetooth: skipped: {why}")
        return 0
    with tempfile.TemporaryDirectory(prefix="sledmon-guest-") as folder:
        return _run(linux, bluez, Path(folder), cache / "last", arguments)


def _bluez(cache: Path) -> Path:
    """Debian's bluez, unpacked."""
    folder = cache / f"bluez-{debian.field_of('bluez', 'Version')}"
    if not folder.exists():
        with tempfile.TemporaryDirectory(prefix="bluez-", dir=cache) as made:
            debian.unpack("bluez", Path(made) / "bluez")
            shutil.move(Path(made) / "bluez", folder)
    if _lacks_libraries(folder):
        install_debian(list(LIBRARIES), needed=False)
    if _lacks_libraries(folder):
        raise debian.CannotBuildError(
            f"bluetoothd lacks libraries; sudo apt-get install {' '.join(LIBRARIES)}"
        )
    return folder


def _lacks_libraries(bluez: Path) -> bool:
    listed = subprocess.run(["ldd", bluez / BLUETOOTHD], capture_output=True, text=True).stdout
    return "not found" in listed


def _run(linux: Path, bluez: Path, folder: Path, out: Path, arguments: list[str]) -> int:
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir()
    init = folder / "init"
    init.write_text(
        INIT.format(
            out=shlex.quote(str(out)),
            bluetoothd=BLUETOOTHD,
            bluez=shlex.quote(str(bluez)),
            repository=shlex.quote(str(REPOSITORY)),
            python=shlex.quote(sys.executable),
            arguments=shlex.join(arguments),
        ),
        encoding="utf-8",
    )
    init.chmod(0o755)
    command = [
        str(linux),
        f"mem={MEMORY_MB}M",
        "rootfstype=hostfs",
        "rootflags=/",
        "ro",
        f"init={init}",
    ]
    command += [f"uml_dir={folder}/", "con=null", "con0=fd:0,fd:1", "quiet", "panic=-1"]
    if LOG in os.environ:
        command.append(f"{LOG}={os.environ[LOG]}")  # the kernel hands it on to init
    memory = {"TMPDIR": str(SHM)} if _has_room(SHM) else {}
    guest = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        env={**os.environ, **memory},
        start_new_session=True,
    )
    try:
        guest.wait(LIMIT_S)
    except subprocess.TimeoutExpired:
        print(f"test-bluetooth: the guest did not end within {LIMIT_S} s")
    finally:
        if guest.poll() is None:
            os.killpg(guest.pid, signal.SIGKILL)
            guest.wait()
    return report.tell(out)


def _has_room(folder: Path) -> bool:
    """Whether the guest's memory, a file, may lie there: on a disk it is slow."""
    return os.access(folder, os.W_OK) and shutil.disk_usage(folder).free > MEMORY_MB * 1_000_000


if __name__ == "__main__":
    sys.exit(main())
