"""Connections with an end: few of one client, whole requests in good time, nothing oversized."""

import asyncio
from collections import Counter
from typing import Any

from uvicorn.protocols.http.h11_impl import H11Protocol

from sledmon.present.share.limits import Limits


class Doors:
    """Who is connected; shared by every connection of one server."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.open: Counter[str] = Counter()

    def admits(self, client: str, now_s: float) -> bool:
        """Whether one more connection is taken; a client that asked too much waits outside."""
        params = self.limits.params
        if self.limits.left(client, now_s) <= 0:
            return False
        return self.open[client] < params.connections and (
            self.open.total() < params.connections_in_all
        )


class GuardedProtocol(H11Protocol):
    """uvicorn's own protocol at a door, under a deadline."""

    doors: Doors

    def __init__(self, *arguments: Any, **more: Any) -> None:
        super().__init__(*arguments, **more)
        self._deadline: asyncio.TimerHandle | None = None
        self._counted = ""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Let in, or turn away without a word."""
        super().connection_made(transport)
        client = self.client[0] if self.client else "?"
        if not self.doors.admits(client, self.loop.time()):
            transport.abort()
            return
        self._counted = client
        self.doors.open[client] += 1
        self._expect_head()

    def handle_events(self) -> None:
        """A whole head ends its deadline."""
        before = self.cycle
        super().handle_events()
        if self.cycle is not before:
            self._stop_waiting()

    def on_response_complete(self) -> None:
        """The next head has its own deadline."""
        super().on_response_complete()
        if not self.transport.is_closing():
            self._expect_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Make room."""
        self._stop_waiting()
        if self._counted:
            self.doors.open[self._counted] -= 1
            if not self.doors.open[self._counted]:
                del self.doors.open[self._counted]
        super().connection_lost(exc)

    def send_400_response(self, msg: str) -> None:
        """What is no request, or too large for one, gets no answer."""
        self.transport.abort()

    def _expect_head(self) -> None:
        self._stop_waiting()
        self._deadline = self.loop.call_later(self.doors.limits.params.head_s, self.transport.abort)

    def _stop_waiting(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None


def protocol_at(doors: Doors) -> type[GuardedProtocol]:
    """The protocol of one server's connections."""
    return type("Protocol", (GuardedProtocol,), {"doors": doors})
