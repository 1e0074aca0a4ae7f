"""Keys become lines; the terminal is left as it was found."""

import os
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sledmon.cli.typed import TypedLine


@pytest.mark.parametrize(
    ("keys", "lines", "text"),
    [
        (b"undo\n", ["undo"], ""),
        (b"athlete An", [], "athlete An"),
        (b"lode\x7f\x7fad_lb 10\r\n", ["load_lb 10", ""], ""),
        (b"rubbish\x15undo\n", ["undo"], ""),
        (b"\x1b[A\x1b[3~\x1bOPundo\x04\x1b", [], "undo"),
        ("athlete Zoë\x7fë\n".encode(), ["athlete Zoë"], ""),
        (b"\xff\n", ["\ufffd"], ""),
    ],
)
def test_keys_are_edited_into_lines(keys: bytes, lines: list[str], text: str) -> None:
    line = TypedLine()
    assert (line.feed(keys), line.text) == (lines, text)


@given(st.text(st.characters(exclude_categories=("C", "Zl", "Zp")), max_size=40), st.data())
def test_a_line_is_the_same_however_its_bytes_come(text: str, data: st.DataObject) -> None:
    keys = (text + "\n").encode()
    cut = data.draw(st.integers(0, len(keys)))
    line = TypedLine()
    assert line.feed(keys[:cut]) + line.feed(keys[cut:]) == ["".join(filter(str.isprintable, text))]


def test_the_terminal_does_not_echo_meanwhile_and_does_again_afterwards() -> None:
    termios, pty = pytest.importorskip("termios"), pytest.importorskip("pty")
    mine, theirs = pty.openpty()

    def echoes() -> bool:
        return bool(termios.tcgetattr(theirs)[3] & termios.ECHO)

    asked = (
        "from sledmon.cli.typed import unechoed\n"
        "with unechoed() as done: print(done, flush=True); input()"
    )
    try:
        assert echoes()
        with subprocess.Popen(
            [sys.executable, "-c", asked], stdin=theirs, stdout=subprocess.PIPE
        ) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == b"True\n"
            assert not echoes()
            os.write(mine, b"\n")
            assert process.wait(30) == 0
        assert echoes()
    finally:
        os.close(mine)
        os.close(theirs)


def test_where_there_is_no_terminal_nothing_is_changed() -> None:
    asked = "from sledmon.cli.typed import unechoed\nwith unechoed() as done: print(done)"
    ran = subprocess.run(
        [sys.executable, "-c", asked], stdin=subprocess.DEVNULL, capture_output=True, check=True
    )
    assert ran.stdout == b"False\n"
