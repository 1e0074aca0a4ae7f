"""Work for processes to do, importable by them."""

import os
import threading
from pathlib import Path


def double(number: int) -> int:
    return 2 * number


def double_or_die(number: int) -> int:
    if number == 3:
        os._exit(7)  # as the kernel ends what takes too much memory
    return 2 * number


def hold_open(pipe: Path) -> None:
    """Say through a pipe that there is somebody, and stay; the pipe ends when its holder does."""
    with pipe.open("w") as held:
        held.write("here\n")
        held.flush()
        threading.Event().wait()
