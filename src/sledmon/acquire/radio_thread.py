"""The radio's event loop in a thread of its own: packets are stamped while all else is busy."""

import asyncio
import sys
import threading
from collections.abc import Callable, Coroutine
from functools import partial
from types import TracebackType
from typing import Any, Final, Self

SWITCH_S: Final = 0.0002
"""How long Python lets another thread go on before the radio's gets its turn: a packet's way to
the queue takes several turns, 4 ms (p99) at 1 ms each and 1.6 ms at this, beside a busy thread."""


class RadioThread:
    """Runs one coroutine until it ends or is stopped; leaving the context stops and waits."""

    def __init__(
        self,
        main: Callable[[], Coroutine[Any, Any, None]],
        new_loop: Callable[[], asyncio.AbstractEventLoop] | None = None,
    ) -> None:
        """``new_loop`` makes the event loop, where any will not do."""
        self._main = main
        self._new_loop = new_loop
        self._loop: asyncio.AbstractEventLoop | None = None
        self._task: asyncio.Task[None] | None = None
        self._running = threading.Event()
        self._stopped = False
        self._early: list[Callable[[], object]] = []
        self._beginning = threading.Lock()
        self._thread = threading.Thread(target=self._run, name="radio")
        self._error: BaseException | None = None

    def stop(self) -> None:
        """Have the coroutine cancelled; returns at once, from any thread, at any time."""
        self._stopped = True
        if self._task is not None:
            self.call(self._task.cancel)

    def call(self, function: Callable[..., object], *arguments: object) -> None:
        """Have a function called in the radio's loop, at once or when it begins, in order.

        Nothing happens once it has ended.
        """
        with self._beginning:
            if self._loop is None:
                self._early.append(partial(function, *arguments))
                return
        try:
            self._loop.call_soon_threadsafe(function, *arguments)
        except RuntimeError:
            return

    def __enter__(self) -> Self:
        sys.setswitchinterval(SWITCH_S)
        self._thread.start()
        self._running.wait()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()
        self._thread.join()
        if self._error is not None and error is None:
            raise self._error

    def _run(self) -> None:
        try:
            # Not asyncio.run: this is not the main thread, and signals are not its business.
            with asyncio.Runner(loop_factory=self._new_loop) as runner:
                runner.run(self._supervised())
        except asyncio.CancelledError:
            pass
        except BaseException as failure:
            self._error = failure
        finally:
            self._running.set()

    async def _supervised(self) -> None:
        loop = asyncio.get_running_loop()
        self._task = asyncio.create_task(self._main())
        with self._beginning:
            self._loop = loop
            for function in self._early:  # behind the coroutine's first step
                loop.call_soon(function)
        self._running.set()
        if self._stopped:  # before it began: it begins, and ends in good order
            loop.call_soon(self._task.cancel)
        await self._task
