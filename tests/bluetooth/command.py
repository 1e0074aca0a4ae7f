"""The ``sledmon`` command as a process of its own, spoken to while it runs."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import NamedTuple

REPOSITORY = Path(__file__).resolve().parents[2]
PATIENCE_S = 30.0


class Said(NamedTuple):
    code: int
    out: str
    err: str


class Command:
    """One running command; its home is a folder of the test's."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._heard = ""

    async def says(self, *words: str) -> None:
        """Wait until all of these stand in its standard output."""
        assert self._process.stdout is not None
        async with asyncio.timeout(PATIENCE_S):
            while not all(word in self._heard for word in words):
                read = await self._process.stdout.read(4096)
                assert read, f"it ended, having said: {self._heard}"
                self._heard += read.decode()

    def enter(self, *lines: str) -> None:
        """A coach types."""
        assert self._process.stdin is not None
        self._process.stdin.write("".join(f"{line}\n" for line in lines).encode())

    def interrupt(self) -> None:
        """Ctrl-C."""
        self._process.send_signal(signal.SIGINT)

    async def end(self) -> Said:
        """Wait until it has ended."""
        async with asyncio.timeout(PATIENCE_S):
            out, err = await self._process.communicate()
        assert self._process.returncode is not None
        return Said(self._process.returncode, self._heard + out.decode(), err.decode())

    async def kill(self) -> None:
        """Should a test have failed."""
        if self._process.returncode is None:
            self._process.kill()
            await self._process.communicate()


@asynccontextmanager
async def command(
    home: Path, *arguments: object, disk_bytes: int | None = None
) -> AsyncIterator[Command]:
    """Start it; the bus's address is in the test's environment already.

    With ``disk_bytes`` no file of its can grow larger: the disk is full.
    """

    def limit() -> None:
        import resource

        resource.setrlimit(resource.RLIMIT_FSIZE, (disk_bytes or 0, disk_bytes or 0))

    paths = (str(REPOSITORY / "src"), os.environ.get("PYTHONPATH", ""))
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "sledmon",
        *map(str, arguments),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        preexec_fn=limit if disk_bytes else None,
        env={
            **os.environ,
            "PYTHONPATH": os.pathsep.join(filter(None, paths)),
            "XDG_CONFIG_HOME": str(home / "config"),
            "XDG_DATA_HOME": str(home / "share"),
        },
    )
    started = Command(process)
    try:
        yield started
    finally:
        await started.kill()


async def ran(home: Path, *arguments: object) -> Said:
    """Run it to its end."""
    async with command(home, *arguments) as started:
        return await started.end()
