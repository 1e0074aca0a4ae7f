"""Work for processes to do, importable by them."""

import os


def double(number: int) -> int:
    return 2 * number


def double_or_die(number: int) -> int:
    if number == 3:
        os._exit(7)  # as the kernel ends what takes too much memory
    return 2 * number
