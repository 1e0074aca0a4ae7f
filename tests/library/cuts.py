"""Connections that break at the n-th statement, wherever that is."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from sqlalchemy import event

from sledmon.library import Library


class CutError(Exception):
    """The cable was pulled."""


class _Countdown:
    def __init__(self, left: int) -> None:
        self.left = left

    def statement(self, *_: Any) -> None:
        self.left -= 1
        if self.left == 0:
            raise CutError


@contextmanager
def _listening(countdown: _Countdown, *libraries: Library) -> Iterator[None]:
    with ExitStack() as stack:
        for library in libraries:
            engine = library.database.engine
            for name in ("before_cursor_execute", "commit"):
                event.listen(engine, name, countdown.statement)
                stack.callback(event.remove, engine, name, countdown.statement)
        yield


@contextmanager
def cut_at(number: int, *libraries: Library) -> Iterator[None]:
    """Break whatever is going on at a statement or commit, counted over all libraries."""
    with _listening(_Countdown(number), *libraries):
        yield


@contextmanager
def counting(*libraries: Library) -> Iterator[Callable[[], int]]:
    """How many statements and commits there were so far."""
    countdown = _Countdown(0)
    with _listening(countdown, *libraries):
        yield lambda: -countdown.left
