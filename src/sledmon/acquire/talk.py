"""Conversations of ``sledmon.wire.greeting`` held over a link."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

from sledmon.acquire.radio import Link, LinkError
from sledmon.wire.greeting import Ask, Begin, Conversation, Read, Step, Write

ANSWER_S: Final = 2.0
"""How long a sensor may take to answer a command (firmware_notes/profile.md)."""

Beginning = Callable[[bytes], Awaitable[None]]


class Talk:
    """Carries out a conversation's steps, one at a time."""

    def __init__(self, link: Link) -> None:
        self._link = link
        self._answers: dict[str, asyncio.Queue[bytes]] = {}
        self._turn = asyncio.Lock()

    async def hold(self, conversation: Conversation, begin: Beginning | None = None) -> None:
        """Hold a conversation to its end; ``begin`` is called where the stream may begin."""
        async with self._turn:
            reply: bytes | None = None
            while True:
                try:
                    step = next(conversation) if reply is None else conversation.send(reply)
                except StopIteration:
                    return
                reply = await self._carry_out(step, begin)

    async def _carry_out(self, step: Step, begin: Beginning | None) -> bytes:
        match step:
            case Read(characteristic):
                return await self._link.read(characteristic)
            case Write(characteristic, payload, response):
                await self._link.write(characteristic, payload, response=response)
            case Ask(characteristic, payload):
                return await self._ask(characteristic, payload)
            case Begin(descriptor) if begin is not None:
                await begin(descriptor)
            case Begin():
                pass
        return b""

    async def _ask(self, characteristic: str, payload: bytes) -> bytes:
        answers = self._answers.get(characteristic)
        if answers is None:
            answers = asyncio.Queue()
            await self._link.subscribe(characteristic, answers.put_nowait)
            self._answers[characteristic] = answers
        while not answers.empty():  # an answer that came too late answers nothing now
            answers.get_nowait()
        await self._link.write(characteristic, payload, response=True)
        try:
            async with asyncio.timeout(ANSWER_S):
                return await answers.get()
        except TimeoutError:
            raise LinkError(f"no answer to a command within {ANSWER_S:g} s") from None
