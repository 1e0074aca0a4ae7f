"""Connections with an end: few of one client, whole requests in good time, nothing oversized."""

import asyncio
import socket
from collections import Counter
from typing import Any, Final

from uvicorn import Config, Server
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

from sledmon.present.share.limits import Limits

AT_ONCE: Final = 2
PAUSE_S: Final = 0.01
"""So many connections are taken, then others have a turn: a flood must not delay the session."""


class PacedServer(Server):
    """uvicorn's server, taking connections one by one at a door of its own."""

    def __init__(self, app: Any, doors: "Doors") -> None:
        super().__init__(_config(app, doors))
        self._doors = doors
        self._accepting: asyncio.Task[None] | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to accept."""
        self.servers = []
        self.started = True
        for listening in sockets or []:
            listening.setblocking(False)
            self._accepting = asyncio.create_task(self._accept(listening))

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Accept no more, then end what is open."""
        if self._accepting is not None:
            self._accepting.cancel()
            await asyncio.wait({self._accepting})
        await super().shutdown(sockets)

    async def _accept(self, listening: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        while True:
            for _ in range(AT_ONCE):
                try:
                    one, address = await loop.sock_accept(listening)
                except OSError:  # it was gone before it was taken, or there is no room for it
                    break
                if self._doors.admits(address[0], loop.time()):
                    await loop.connect_accepted_socket(self._protocol, one)
                else:
                    one.close()
            await asyncio.sleep(PAUSE_S)

    def _protocol(self) -> "GuardedProtocol":
        return GuardedProtocol(self.config, self.server_state, self._doors)


def _config(app: Any, doors: "Doors") -> Config:
    return Config(
        app,
        http=GuardedProtocol,
        ws="none",
        loop="asyncio",
        lifespan="off",
        log_config=None,
        log_level="critical",
        access_log=False,
        server_header=False,
        date_header=False,
        proxy_headers=False,
        h11_max_incomplete_event_size=doors.limits.params.head_bytes,
        timeout_keep_alive=5,
        timeout_graceful_shutdown=1,
    )


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
    """uvicorn's own protocol, counted and under a deadline."""

    def __init__(self, config: Config, server_state: ServerState, doors: Doors) -> None:
        super().__init__(config, server_state, {})
        self._doors = doors
        self._deadline: asyncio.TimerHandle | None = None
        self._counted = ""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Count it, and wait for its request."""
        super().connection_made(transport)
        self._counted = self.client[0] if self.client else "?"
        self._doors.open[self._counted] += 1
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
            self._doors.open[self._counted] -= 1
            if not self._doors.open[self._counted]:
                del self._doors.open[self._counted]
        super().connection_lost(exc)

    def send_400_response(self, msg: str) -> None:
        """What is no request, or too large for one, gets no answer."""
        self.transport.abort()

    def _expect_head(self) -> None:
        self._stop_waiting()
        self._deadline = self.loop.call_later(
            self._doors.limits.params.head_s, self.transport.abort
        )

    def _stop_waiting(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None
