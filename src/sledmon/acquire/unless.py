"""Waiting for something that another thing may make pointless."""

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

from sledmon.acquire.radio import LinkError

_T = TypeVar("_T")


async def unless(ended: "asyncio.Task[str]", work: Awaitable[_T]) -> _T:
    """Do the work, unless ``ended`` comes first: its error is raised, or its reason as one."""
    task = asyncio.ensure_future(work)
    try:
        await asyncio.wait({task, ended}, return_when=asyncio.FIRST_COMPLETED)
        if task.done():
            return task.result()
        raise LinkError(ended.result())
    finally:
        task.cancel()
        await asyncio.wait({task})
