"""Conversations of ``sledmon.wire.greeting`` held over a link."""

import asyncio
import contextlib
from typing import Final, Protocol

from sledmon.acquire.radio import Link, LinkError
from sledmon.wire.greeting import (
    Ask,
    Begin,
    Conversation,
    Pause,
    Read,
    Step,
    Subscribe,
    Write,
)

ANSWER_S: Final = 2.0
"""How long a sensor may take to answer a command (firmware_notes/profile.md)."""


class Listener(Protocol):
    """Whoever uses the stream that a conversation begins."""

    async def subscribe(self) -> None:
        """The stream is to be subscribed to."""

    def begin(self, descriptor: bytes) -> None:
        """The stream is to be used from now on."""


class Talk:
    """Carries out a conversation's steps, one at a time."""

    def __init__(self, link: Link, listener: Listener | None = None) -> None:
        self._link = link
        self._listener = listener
        self._answers: dict[str, asyncio.Queue[bytes]] = {}
        self._turn = asyncio.Lock()

    async def hold(self, conversation: Conversation) -> None:
        """Hold a conversation to its end."""
        async with self._turn:
            with contextlib.suppress(StopIteration):
                step = next(conversation)
                while True:
                    try:
                        reply = await self._carry_out(step)
                    except LinkError as error:
                        step = conversation.throw(error)
                    else:
                        step = conversation.send(reply)

    async def _carry_out(self, step: Step) -> bytes:
        match step:
            case Read(characteristic):
                return await self._link.read(characteristic)
            case Write(characteristic, payload, response):
                await self._link.write(characteristic, payload, response=response)
            case Ask():
                return await self._ask(step)
            case Pause(seconds):
                await asyncio.sleep(seconds)
            case Subscribe():
                if self._listener is not None:
                    await self._listener.subscribe()
            case Begin(descriptor):
                if self._listener is not None:
                    self._listener.begin(descriptor)
        return b""

    async def _ask(self, step: Ask) -> bytes:
        answers_on = step.answers_on or step.characteristic
        answers = self._answers.get(answers_on)
        if answers is None:
            answers = asyncio.Queue()
            await self._link.subscribe(answers_on, answers.put_nowait)
            self._answers[answers_on] = answers
        while not answers.empty():  # an answer that came too late answers nothing now
            answers.get_nowait()
        try:
            async with asyncio.timeout(ANSWER_S):
                await self._link.write(step.characteristic, step.payload, response=step.response)
                return await answers.get()
        except TimeoutError:
            raise LinkError(f"no answer to a command within {ANSWER_S:g} s") from None
