"""What every request passes before a page is looked for, and what every answer bears."""

import asyncio
from collections.abc import Callable, Container
from typing import TYPE_CHECKING, Final

from sledmon.present.share.answers import Answer, Gone
from sledmon.present.share.limits import Limits
from sledmon.present.share.pages import content_security_policy

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

_METHODS: Final = ("GET", "HEAD")
LONGEST_TARGET: Final = 512
_REFUSED, _FAILED = 400, 500


class Guard:
    """Around an application: hosts, methods, sizes, rates; and the headers of safety."""

    def __init__(
        self,
        app: "ASGIApp",
        *,
        hosts: Container[str],
        limits: Limits,
        tell: Callable[[str], object],
    ) -> None:
        """``hosts``: names by which this server may be asked for; others are another's."""
        self._app = app
        self._hosts = hosts
        self._limits = limits
        self._tell = tell
        self._safe = [
            (b"content-security-policy", content_security_policy().encode()),
            (b"cache-control", b"no-store"),
            (b"referrer-policy", b"no-referrer"),
            (b"x-content-type-options", b"nosniff"),
            (b"x-frame-options", b"DENY"),
            (b"cross-origin-opener-policy", b"same-origin"),
            (b"cross-origin-resource-policy", b"same-origin"),
            (b"permissions-policy", b"camera=(), microphone=(), geolocation=()"),
        ]

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        """One request."""
        if scope["type"] != "http":
            return
        client = scope["client"][0] if scope["client"] else "?"
        now_s = asyncio.get_running_loop().time()
        begun = 0

        async def send_safely(message: "Message") -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun = message["status"]
                message = {**message, "headers": [*message["headers"], *self._safe]}
            await send(message)

        if self._limits.left(client, now_s) <= 0:
            self._limits.charge(client, 1.0, now_s)
            wait = Answer(429, "Too many requests: wait a little.\n", {"retry-after": "10"})
            await wait(scope, receive, send_safely)
            return
        self._limits.charge(client, 1.0, now_s)
        if scope["method"] not in _METHODS:
            refusal = Answer(405, "Only GET and HEAD.\n", {"allow": "GET, HEAD"})
            await refusal(scope, receive, send_safely)
        elif not self._is_for_us(scope):
            await Gone()(scope, receive, send_safely)
        else:
            try:
                await self._app(scope, receive, send_safely)
            except Exception as error:
                self._tell(f"a page could not be shown ({type(error).__name__}: {error})")
                if not begun:
                    await Answer(500, "Not now: try again.\n")(scope, receive, send_safely)
        if _REFUSED <= begun < _FAILED:
            self._limits.charge(client, self._limits.params.refused_cost, now_s)

    def _is_for_us(self, scope: "Scope") -> bool:
        """Whether host, length and body are those of a page's reader."""
        named = [value for name, value in scope["headers"] if name == b"host"]
        others = {name for name, _ in scope["headers"]}
        length = len(scope["raw_path"]) + len(scope["query_string"])
        head = sum(len(name) + len(value) for name, value in scope["headers"])
        return (
            len(named) == 1
            and named[0].decode("latin-1").lower() in self._hosts
            and length <= LONGEST_TARGET
            and head <= self._limits.params.head_bytes
            and not others & {b"transfer-encoding", b"content-length"}
        )
