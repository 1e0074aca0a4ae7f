"""The fake bluetoothd as a program of its own: ``python -m tests.bluetooth.fake_bluez.process``.

It owns the private D-Bus daemon. Requests come by standard input as pickles ``(method, arguments,
keywords)``, answers go out by standard output as ``(worked, value)``; the end of the input ends
both. The first thing it says is the bus's address.
"""

import asyncio
import inspect
import pickle
import sys
import threading
from typing import BinaryIO

from tests.bluetooth.fake_bluez.air import Air
from tests.bluetooth.fake_bluez.private_bus import PrivateBus


async def serve(air: object, requests: BinaryIO, answers: BinaryIO) -> None:
    """Answer until the input ends."""
    loop = asyncio.get_running_loop()
    waiting: asyncio.Queue[tuple[str, list[object], dict[str, object]] | None] = asyncio.Queue()

    def read() -> None:
        while True:
            try:
                request = pickle.load(requests)
            except EOFError:
                request = None
            loop.call_soon_threadsafe(waiting.put_nowait, request)
            if request is None:
                return

    threading.Thread(target=read, daemon=True).start()
    while (request := await waiting.get()) is not None:
        method, arguments, keywords = request
        try:
            value = getattr(air, method)(*arguments, **keywords)
            if inspect.isawaitable(value):
                value = await value
            answer = (True, value)
        except Exception as error:
            answer = (False, error)
        pickle.dump(answer, answers)
        answers.flush()


def main() -> None:
    with PrivateBus() as bus:
        answers = sys.stdout.buffer
        pickle.dump(bus.address, answers)
        answers.flush()

        async def run() -> None:
            await serve(Air(bus.address), sys.stdin.buffer, answers)

        asyncio.run(run())


if __name__ == "__main__":
    main()
