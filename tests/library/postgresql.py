"""A real PostgreSQL of Debian's packages, for as long as the tests run: a socket, no TCP."""

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg

WAIT_S = 60
ENOUGH_BYTES = 3_000_000_000


def programs() -> Path | None:
    """The folder with the newest initdb and postgres; None where there is none."""
    found = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/initdb"),
        key=lambda path: int(path.parts[-3]) if path.parts[-3].isdigit() else 0,
    )
    if found:
        return found[-1].parent
    on_path = shutil.which("initdb")
    return Path(on_path).resolve().parent if on_path else None


class Server:
    """A running server; each test takes a database of its own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._made = 0

    def url(self, database: str) -> str:
        return f"postgresql://sledmon@/{database}?host={self._folder}"

    def new_database(self) -> str:
        """The address of an empty database."""
        self._made += 1
        name = f"library_{os.getpid()}_{self._made}"
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}".encode())
        return self.url(name)


@contextmanager
def running_server(binaries: Path) -> Iterator[Server]:
    """A server in a folder of its own, under an unprivileged user: it refuses to be root."""
    user = _unprivileged()
    # In memory where that is offered: a database a test is some thousand files in the end.
    memory = "/dev/shm"
    in_memory = os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > ENOUGH_BYTES
    folder = Path(tempfile.mkdtemp(prefix="sledmon-pg-", dir=memory if in_memory else None))
    try:
        if user is not None:
            shutil.chown(folder, user)
        made = subprocess.run(
            [
                *(str(binaries / "initdb"), "-D", str(folder / "data"), "-U", "sledmon"),
                *("-A", "trust"),
                *("-E", "UTF8", "--locale=C", "--no-sync"),
            ],
            user=user,
            cwd=folder,
            capture_output=True,
            text=True,
            check=False,
        )
        if made.returncode:
            raise RuntimeError(f"initdb failed: {made.stderr}")
        with (folder / "log").open("wb") as log:
            process = subprocess.Popen(
                [
                    *(str(binaries / "postgres"), "-D", str(folder / "data"), "-k", str(folder)),
                    *("-c", "listen_addresses=", "-c", "fsync=off", "-c", "max_connections=60"),
                ],
                user=user,
                cwd=folder,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        try:
            _wait_until_ready(binaries, folder, process)
            yield Server(folder)
        finally:
            process.send_signal(signal.SIGQUIT)  # at once; nothing of it is kept
            process.wait(WAIT_S)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _wait_until_ready(binaries: Path, folder: Path, process: "subprocess.Popen[bytes]") -> None:
    asked = [
        str(part)
        for part in (binaries / "pg_isready", "-h", folder, "-d", "postgres", "-t", "1", "-q")
    ]
    for _ in range(10 * WAIT_S):
        if process.poll() is not None:
            raise RuntimeError(f"postgres ended: {(folder / 'log').read_text()}")
        if subprocess.run(asked, check=False).returncode == 0:
            return
        with suppress(subprocess.TimeoutExpired):
            process.wait(0.1)
    raise RuntimeError("postgres did not become ready")


def _unprivileged() -> str | None:
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        return None
    import pwd

    for name in ("postgres", "nobody"):
        with suppress(KeyError):
            return pwd.getpwnam(name).pw_name
    raise RuntimeError("no unprivileged user to run postgres as")
