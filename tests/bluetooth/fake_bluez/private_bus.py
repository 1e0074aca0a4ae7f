"""A real ``dbus-daemon`` with a configuration and an address of its own."""

import subprocess
import tempfile
from pathlib import Path
from types import TracebackType

CONFIGURATION = """\
<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <listen>unix:path={socket}</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
"""


class PrivateBus:
    """Stands in for the system bus: bleak looks at DBUS_SYSTEM_BUS_ADDRESS."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="sledmon-bus-")
        folder = Path(self._folder.name)
        self.address = f"unix:path={folder}/bus"
        configuration = folder / "bus.conf"
        configuration.write_text(CONFIGURATION.format(socket=folder / "bus"), encoding="utf-8")
        self._process = subprocess.Popen(
            [
                "dbus-daemon",
                f"--config-file={configuration}",
                "--nofork",
                "--nopidfile",
                "--nosyslog",
                "--print-address=1",
            ],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # without privileges it complains of a limit it cannot raise
        )
        assert self._process.stdout is not None
        if not self._process.stdout.readline():  # it prints the address once it listens
            raise RuntimeError("dbus-daemon did not start")

    def __enter__(self) -> "PrivateBus":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._process.terminate()
        self._process.wait(5)
        assert self._process.stdout is not None
        self._process.stdout.close()
        self._folder.cleanup()
