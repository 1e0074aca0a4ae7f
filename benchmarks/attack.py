"""The athletes' pages under attack beside a live session: what leaks, and what packets wait.

``python -m benchmarks.attack [--guesses 100000]``, ten minutes: the session, its pipeline, its
library and its pages are one process, as in the dashboard; two simulated sensors stream in the
radio's thread, and phones are connected. The attackers are processes of their own with an address
each turn: guesses, slow and oversized requests, wrong hosts and methods, without a pause.
"""

import argparse
import asyncio
import gc
import os
import secrets
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from array import array
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

import numpy as np

from sledmon.acquire.choose import choose
from sledmon.acquire.inbox import Inbox
from sledmon.acquire.live import LaneRequest, LiveLanes
from sledmon.acquire.radio_thread import RadioThread
from sledmon.acquire.virtual import VirtualRadio
from sledmon.library import Library, may_share, newest_session, open_library
from sledmon.pipeline import Pipeline, run
from sledmon.present.running.storing import Storing
from sledmon.present.share import ShareServer
from sledmon.recording import RecordingWriter
from sledmon.twin import SessionParams, simulate

QUIET_S = 4.0
ATTACK_S = 16.0
"""In turn, so that whatever else the computer does falls into both alike."""
PROCESSES = 2
ADDRESSES = 40
"""Loopback addresses that the attackers pretend to be."""
PHONES = 6
LIMIT_MS = 5.0
MARKS = (b"<h1>", b"Demo", b"m/s", b"33 +")
"""What stands on pages and in no refusal; ``Nothing here`` has its heading taken out first."""


def tried(port: int, request: bytes, source: str) -> tuple[int, bytes]:
    """One request from an address: status and all that came; 0 where nothing did."""
    with socket.socket() as one:
        one.settimeout(5.0)
        try:
            one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")  # no TIME_WAIT
            one.bind((source, 0))
            one.connect(("127.0.0.1", port))
            one.sendall(request)
            got = b""
            while piece := one.recv(65536):
                got += piece
        except OSError:
            return 0, b""
    return (int(got.split(b" ", 2)[1]) if got.startswith(b"HTTP/") else 0), got


def requests_of(port: int, number: int) -> bytes:
    """Nine guesses in ten; the tenth is something else."""
    host, path = f"127.0.0.1:{port}", f"/{secrets.token_urlsafe(16)}"
    large = f"X: {'a' * 20_000}"
    odd = (
        f"GET /../../etc/passwd HTTP/1.1\r\nHost: {host}\r\n\r\n",
        f"POST {path} HTTP/1.1\r\nHost: {host}\r\nContent-Length: 3\r\n\r\nabc",
        f"GET {path} HTTP/1.1\r\nHost: evil.example\r\n\r\n",
        f"GET {path}?a=%0d%0aSet-Cookie:%20a=b HTTP/1.1\r\nHost: {host}\r\n{large}\r\n\r\n",
        f"GET {path} HTTP/1.1\r\nHost: {host}\r\nX: a\r\n b\r\n\r\n",
    )
    if number % 10 == 9:
        return odd[number // 10 % len(odd)].encode()
    tail = ("", "/events", "/picture.svg")[number % 3]
    return f"GET {path}{tail} HTTP/1.1\r\nHost: {host}\r\n\r\n".encode()


def attack(port: int, guesses: int, first: int = 0) -> Counter[str]:
    """As many requests, one after the other, and how each was answered."""
    answers: Counter[str] = Counter()
    for number in range(guesses):
        source = f"127.0.{1 + first}.{1 + number % ADDRESSES}"
        status, got = tried(port, requests_of(port, number), source)
        answers[str(status) if status else "turned away"] += 1
        plain = got.replace(b"<h1>Nothing here</h1>", b"")
        answers["leaked"] += any(mark in plain for mark in MARKS) or status == 200
    return answers


def be_slow(port: int, first: int, over: threading.Event) -> None:
    """Connections that never finish their request, opened again whenever they are ended."""
    while not over.is_set():
        sockets = []
        for number in range(20):
            one = socket.socket()
            sockets.append(one)
            try:
                one.settimeout(1.0)
                one.bind((f"127.0.{9 + first}.{1 + number % 4}", 0))
                one.connect(("127.0.0.1", port))
            except OSError:
                continue
        for _ in range(20):
            for one in sockets:
                try:
                    one.send(b"G")
                except OSError:
                    continue
            if over.wait(0.2):
                break
        for one in sockets:
            one.close()


class Lateness:
    """How long after its moment in the air each packet was stamped."""

    def __init__(self) -> None:
        self.now_ms = array("d")

    def watch(self) -> None:
        """In the radio's loop: time what the simulated air delivers there."""
        loop: Any = asyncio.get_running_loop()
        later: Callable[..., Any] = loop.call_later

        def call_later(delay_s: float, work: Callable[..., object], *what: Any) -> Any:
            if getattr(work, "__name__", "") != "_arrive":
                return later(delay_s, work, *what)
            due_s = loop.time() + delay_s

            def arrive(*payload: Any) -> None:
                work(*payload)
                self.now_ms.append(1000.0 * (loop.time() - due_s))

            return later(delay_s, arrive, *what)

        loop.call_later = call_later

    def taken(self) -> list[float]:
        """What came since the last time."""
        taken, self.now_ms = list(self.now_ms), array("d")
        return taken


async def live(library: Library, folder: Path, work: Callable[[Lateness], None]) -> int:
    """A session as ``sledmon live`` runs it, while ``work`` goes on in another thread; its reps."""
    inbox, lateness = Inbox(), Lateness()

    async def acquire() -> None:
        lateness.watch()
        radio = VirtualRadio(simulate(SessionParams(seed=1, reps=60, unresisted=6, faults="none")))
        sensors = await choose(radio, {}, (), [])
        await LiveLanes(radio, [LaneRequest(sensors=sensors, inbox=inbox)], lambda *_: None).run()

    with RecordingWriter(folder / "live.mcap") as writer:
        recorder = Storing(library, writer, folder / "live.mcap", print)
        with RadioThread(acquire) as radio:

            def attacked() -> None:
                try:
                    work(lateness)
                finally:
                    radio.stop()
                    inbox.close()

            thread = threading.Thread(target=attacked)
            thread.start()
            session = await run(
                inbox.batches(), Pipeline(), recorder=recorder, show=recorder.showing(None)
            )
            thread.join()
        recorder.finish(session)
    return len(session.reps)


def running(library: Library) -> tuple[UUID, UUID] | None:
    """The session and its athlete, once the first rep is stored."""
    with library.reading() as connection:
        session = newest_session(connection)
        athletes = may_share(connection, session) if session else {}
    return (session, next(iter(athletes))) if session and athletes else None


def phones(server: ShareServer, library: Library) -> list[socket.socket]:
    """Athletes' phones that read on."""
    while (found := running(library)) is None:
        time.sleep(0.2)
    session, athlete = found
    path = "/" + server.url_for(athlete, session).rpartition("/")[2]
    sockets = []
    for _ in range(PHONES):
        one = socket.create_connection(("127.0.0.1", server.port), timeout=5.0)
        one.sendall(f"GET {path}/events HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\n\r\n".encode())
        assert one.recv(100).startswith(b"HTTP/1.1 200")
        sockets.append(one)
    return sockets


def measured(server: ShareServer, library: Library, guesses: int, lateness: Lateness) -> None:
    """Quiet and attacked in turn, until every guess is made."""
    connected = phones(server, library)
    command = [sys.executable, "-m", "benchmarks.attack", "--port", str(server.port)]
    attackers = [
        subprocess.Popen(
            [*command, "--guesses", str(guesses // PROCESSES), "--first", str(n)],
            stdout=subprocess.PIPE,
            text=True,
        )
        for n in range(PROCESSES)
    ]
    late_ms: dict[str, list[float]] = {"quiet": [], "attacked": []}
    attacked_s = used_s = 0.0
    while any(attacker.poll() is None for attacker in attackers):
        for attacker in attackers:
            attacker.send_signal(signal.SIGSTOP)
        time.sleep(0.2)
        lateness.taken()
        time.sleep(QUIET_S)
        late_ms["quiet"] += lateness.taken()
        cpu_s, began_s = time.process_time(), time.perf_counter()  # noqa: TID251
        for attacker in attackers:
            attacker.send_signal(signal.SIGCONT)
        while any(a.poll() is None for a in attackers):
            if time.perf_counter() - began_s > ATTACK_S:  # noqa: TID251
                break
            time.sleep(0.1)
        late_ms["attacked"] += lateness.taken()
        attacked_s += time.perf_counter() - began_s  # noqa: TID251
        used_s += time.process_time() - cpu_s
    answers: Counter[str] = Counter()
    for attacker in attackers:
        out, _ = attacker.communicate()
        answers.update({k: int(v) for k, _, v in (line.partition("=") for line in out.split())})
    for when, values in late_ms.items():
        told(when, values)
    leaked = answers.pop("leaked", 0)
    total = answers.total()
    print(
        f"{total} requests in {attacked_s:.0f} s of attack ({total / attacked_s:.0f} a second):"
        f" {dict(answers)}; leaked: {leaked}; session, pipeline and pages used"
        f" {100 * used_s / attacked_s:.0f} % of a core, load average {os.getloadavg()[1]:.1f}"
    )
    for one in connected:
        one.close()


def told(when: str, late_ms: Sequence[float]) -> None:
    """How late packets were stamped; ``quiet`` is what the computer does by itself."""
    p50, p99, most = np.percentile(late_ms, [50, 99, 100])
    print(f"{when}: {len(late_ms)} packets stamped {p50:.2f} ms after their moment (p50),"
          f" p99 {p99:.2f} (wanted < {LIMIT_MS:g}), max {most:.1f}")  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--guesses", type=int, default=100_000)
    parser.add_argument("--port", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--first", type=int, default=0, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.port:
        os.nice(10)  # attackers have computers of their own
        over = threading.Event()
        slow = threading.Thread(target=be_slow, args=(asked.port, asked.first, over))
        slow.start()
        answers = attack(asked.port, asked.guesses, asked.first)
        over.set()
        slow.join()
        print(" ".join(f"{k.replace(' ', '-')}={v}" for k, v in answers.items()))
        return
    gc.set_threshold(100_000, 50, 50)  # as the command does
    with (
        tempfile.TemporaryDirectory() as folder,
        open_library(str(Path(folder) / "library.sqlite")) as library,
        ShareServer(library, bind="127.0.0.1", tell=print) as server,
    ):
        reps = asyncio.run(
            live(
                library,
                Path(folder),
                lambda lateness: measured(server, library, asked.guesses, lateness),
            )
        )
    print(f"the session went on: {reps} reps")


if __name__ == "__main__":
    main()
