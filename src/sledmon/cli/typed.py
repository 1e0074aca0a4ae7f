"""Lines of standard input; beside a live table they are read key by key, and it shows them."""

import codecs
import contextlib
import os
import re
import sys
from collections.abc import Callable, Iterator
from typing import Final

_KEYS: Final = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|O.)?|.", re.DOTALL)
"""Arrows and the like are several letters."""
_ERASE: Final = "\x7f\b"
_ERASE_ALL: Final = "\x15"


class TypedLine:
    r"""A line as it grows: fed with keys, gives the lines that were ended.

    >>> line = TypedLine()
    >>> line.feed(b"unod\x7f\x7fdo\nath"), line.text
    (['undo'], 'ath')
    """

    def __init__(self) -> None:
        self.text = ""
        """What is typed and not ended yet."""
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")

    def feed(self, keys: bytes) -> list[str]:
        """Take keys as the terminal sends them; the lines that they ended."""
        ended = []
        for key in _KEYS.findall(self._decoder.decode(keys)):
            if key in "\r\n":
                ended.append(self.text)
                self.text = ""
            elif key in _ERASE:
                self.text = self.text[:-1]
            elif key == _ERASE_ALL:
                self.text = ""
            elif key.isprintable():
                self.text += key
        return ended


@contextlib.contextmanager
def unechoed() -> Iterator[bool]:
    """Have the terminal send each key at once, unechoed; False where there is no way to."""
    try:
        import termios
        import tty

        descriptor = sys.stdin.fileno()
        before = termios.tcgetattr(descriptor)
        tty.setcbreak(descriptor)
    except (ImportError, OSError, ValueError, AttributeError, termios.error):
        yield False
        return
    try:
        yield True
    finally:
        termios.tcsetattr(descriptor, termios.TCSADRAIN, before)


def lines_of_stdin(typing: Callable[[str], object] = lambda _: None) -> Iterator[str]:
    """Lines that are not blank; read without a lock that would outlive the program.

    ``typing`` is given what is typed and not ended yet.
    """
    line = TypedLine()
    try:
        descriptor = sys.stdin.fileno()
        while read := os.read(descriptor, 4096):
            ended = line.feed(read)
            typing(line.text)
            yield from filter(None, map(str.strip, ended))
    except (OSError, ValueError, AttributeError):
        return  # no standard input, as under a launcher
