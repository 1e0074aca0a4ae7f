"""``sledmon share``: codes on the terminal, pages until Ctrl-C, results without any network."""

import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, NamedTuple

import pytest

from sledmon.library import Library, open_library
from tests.cli.command import assert_one_sentence, sledmon
from tests.share.http import Connection
from tests.share.season import BOARD, a_day, enter, run, session_of


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with open_library(str(tmp_path / "library.sqlite")) as opened:
        yield opened


class Sharing(NamedTuple):
    """The command as it runs."""

    process: "subprocess.Popen[str]"
    out: IO[str]

    def rest(self) -> str:
        """What it still says when it is interrupted."""
        self.process.send_signal(signal.SIGINT)
        return self.out.read()


@contextmanager
def started(library: Library, *arguments: str) -> Iterator[Sharing]:
    command = [sys.executable, "-u", "-m", "sledmon", "share", "--library", library.place]
    with subprocess.Popen(
        [*command, "--bind", "127.0.0.1", *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        assert process.stdout is not None
        try:
            yield Sharing(process, process.stdout)
        finally:
            process.kill()


def next_url(out: IO[str]) -> tuple[str, str]:
    """The name above the next code, and the address under it."""
    lines: list[str] = []
    for line in out:
        lines.append(line.rstrip("\n"))
        if lines[-1].startswith("http://"):
            name = next(text for text in reversed(lines[:-1]) if text and text[0] not in "\x1b▀▄█ ")
            return name, lines[-1]
    raise AssertionError(lines)


def status_of(url: str) -> int:
    host, _, path = url.removeprefix("http://").partition("/")
    address, _, port = host.partition(":")
    return Connection(address, int(port)).get("/" + path).status


def status_after_the_end(url: str) -> int:
    """The page's stream ends when its token does; what the page says then."""
    host, _, path = url.removeprefix("http://").partition("/")
    address, _, port = host.partition(":")
    with socket.create_connection((address, int(port)), timeout=10) as stream:
        stream.sendall(f"GET /{path}/events HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
        while not (piece := stream.recv(4096)).endswith(b"0\r\n\r\n"):
            if b" 404 " in piece or not piece:
                break
    return status_of(url)


def test_codes_come_as_athletes_do_and_pages_end_with_the_command(
    library: Library, tmp_path: Path
) -> None:
    with started(library, "--board", "--codes", str(tmp_path / "codes")) as sharing:
        assert "Sharing on 127.0.0.1, port" in sharing.out.readline()
        assert "No rep yet" in sharing.out.readline()
        session_of(library, [*a_day("Ann"), run(7, "Kim", 4.0)])
        urls = dict(next_url(sharing.out) for _ in range(3))
        assert list(urls) == ["Coach's board", "Ann", "Kim"]
        assert [status_of(url) for url in urls.values()] == [200, 200, 200]
        assert sharing.rest().endswith("No longer shared.\n")
        assert sharing.process.wait() == 0
    assert (tmp_path / "codes" / "Coach-s-board.svg").exists()
    with pytest.raises(ConnectionRefusedError):
        status_of(urls["Coach's board"])


def test_a_running_session_keeps_its_codes_when_it_is_finished(library: Library) -> None:
    from sledmon.library import SessionStore
    from tests.library.sessions import results

    told = results(a_day("Ann"))
    store = SessionStore(library, told.opened, tell=pytest.fail)
    store.store_reps(told.document["reps"])
    with started(library) as sharing:
        _, url = next_url(sharing.out)
        store.replace_session(dict(told.document))
        assert status_of(url) == 200
        session_of(library, [run(1, "Bo", 4.0)], "2026-11-21T17:00:00Z")
        name, other = next_url(sharing.out)
        assert (name, other != url) == ("Bo", True)
        assert "Ann" not in sharing.rest()


def test_without_a_network_the_code_holds_the_results(library: Library) -> None:
    session_of(library, [*a_day("Ann"), run(7, "Kim", 4.0)])
    enter(library, "Kim", under_16=True, consents=[BOARD])
    ran = sledmon("share", "--text", "--library", library.place)
    assert ran.code == 0
    assert "last 3.71 m/s ±0.01, 33 + 20 lb" in ran.out
    assert "Kim" not in ran.out
    assert "Kim is under 16, and nobody consented to sharing" in ran.err


def test_revoking_ends_pages_that_another_process_shares(library: Library) -> None:
    session_of(library, a_day("Ann"))
    with started(library, "--athlete", "Ann") as sharing:
        _, url = next_url(sharing.out)
        assert status_of(url) == 200
        ran = sledmon("share", "--revoke", "--athlete", "Ann", "--library", library.place)
        assert ran.out == "1 code opened a page; none does any more.\n"
        assert status_after_the_end(url) == 404


def test_wrong_uses_are_one_sentence(library: Library, tmp_path: Path) -> None:
    place = ("--library", library.place)
    assert_one_sentence(sledmon("share", "--text", *place))
    assert_one_sentence(sledmon("share", "nothing-like-this", *place))
    assert_one_sentence(sledmon("share", "--athlete", "Nobody", *place))
    ran = sledmon("share", "--bind", "wlan99", *place)
    assert_one_sentence(ran)
    assert re.search(r"--bind wlan99 .* choose of ", ran.err)


def test_the_password_of_a_network_comes_from_standard_input_and_stays_off_the_terminal(
    library: Library,
) -> None:
    session_of(library, a_day("Ann"))
    command = [sys.executable, "-m", "sledmon", "share", "--library", library.place]
    ran = subprocess.run(
        [*command, "--text", "--wifi", "Club"],
        input="very secret\n",
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert ran.returncode == 0
    assert "Join Club first" in ran.stdout
    assert "secret" not in ran.stdout + ran.stderr
