"""The athletes' pages in a thread of their own: started, asked for addresses, stopped."""

import asyncio
import hmac
import socket
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from types import TracebackType
from typing import TYPE_CHECKING, Final, Self
from uuid import UUID

from sledmon import library as of
from sledmon.errors import LibraryError, ShareError
from sledmon.library import Library
from sledmon.present.share.changes import Changes
from sledmon.present.share.grants import Grants, hashed, new_token
from sledmon.present.share.interfaces import chosen_address, hosts, in_url
from sledmon.present.share.limits import LimitParams, Limits

if TYPE_CHECKING:
    from starlette.types import ASGIApp
    from uvicorn import Server

GLANCE_S: Final = 0.25
"""How often the library is asked whether another process changed it."""
BACKLOG: Final = 64


def _now() -> datetime:
    return datetime.now(tz=UTC)  # noqa: TID251 - tokens end by the wall clock; no result does


class ShareServer:
    """Pages of one library on one interface; off until ``start``.

    Tokens exist here and in the QR codes; the library keeps their hashes. Pages are read through
    connections that cannot write. A running session's id is its ``SessionStore.id``; its codes stay
    good when it is finished.
    """

    def __init__(
        self,
        library: Library,
        *,
        bind: str = "",
        port: int = 0,
        ranking: bool = False,
        limits: LimitParams | None = None,
        now: Callable[[], datetime] = _now,
        tell: Callable[[str], object] = lambda _: None,
    ) -> None:
        """``bind``: an address or an interface, else the network's; ``port`` 0: any free one."""
        self.address = chosen_address(bind)
        self.port = port
        self.reached = threading.Event()
        """Set once another device has opened the check page."""
        self.reached_from = ""
        self._library = library
        self._ranking = ranking
        self._limits = Limits(limits or LimitParams())
        self._now = now
        self._tell = tell
        self._grants = Grants()
        self._tokens: list[str] = []
        self._check = new_token()
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._glance: asyncio.Event | None = None
        self._server: Server | None = None
        self._ready = threading.Event()
        self._thread: threading.Thread | None = None
        self._failure: BaseException | None = None

    def start(self) -> None:
        """Bind and serve; returns once pages can be asked for. After ``stop``, codes stay good."""
        listening = self._bound()
        self._failure = None
        self._ready.clear()
        self.port = listening.getsockname()[1]
        self._read_grants(self._library)
        self._thread = threading.Thread(
            target=self._run, args=(listening,), name="share", daemon=True
        )
        self._thread.start()
        self._ready.wait()
        if self._failure is not None:
            raise self._failure

    def stop(self) -> None:
        """Close every connection and wait; harmless when not started."""
        if self._thread is None:
            return
        if self._server is not None:
            self._server.should_exit = True
        self._thread.join()
        self._thread = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def url_for(self, athlete: UUID, session: UUID) -> str:
        """The address of an athlete's page, the same each time; LibraryError without consent."""
        return self._url(self._token_for(athlete, session))

    def board_url(self, session: UUID) -> str:
        """The address of the coach's board."""
        return self._url(self._token_for(None, session))

    def check_url(self) -> str:
        """The address of a page that says nothing but that it was reached."""
        return self._url(self._check)

    def revoke(self, *, athlete: UUID | None = None, session: UUID | None = None) -> int:
        """End pages at once; how many."""
        with self._library.editing() as edit:
            ended = of.revoke_tokens(edit.connection, athlete=athlete, session=session)
        self._read_grants(self._library)
        self.notify()
        return ended

    def notify(self) -> None:
        """Look at the library now: a rep was stored. From any thread; returns at once."""
        loop, glance = self._loop, self._glance
        if loop is not None and glance is not None:
            try:
                loop.call_soon_threadsafe(glance.set)
            except RuntimeError:  # it has just ended
                return

    def _token_for(self, athlete: UUID | None, session: UUID) -> str:
        with self._lock:
            now = self._now()
            for token in self._tokens:
                grant = self._grants.find(token, now)
                if grant and (grant.athlete, grant.session) == (athlete, session):
                    return token
            token = new_token()
            with self._library.editing() as edit:
                of.issue_token(edit.connection, hashed(token), athlete, session, now)
            self._tokens.append(token)
            self._read_grants(self._library)
            return token

    def _url(self, token: str) -> str:
        return f"http://{in_url(self.address)}:{self.port}/{token}"

    def _read_grants(self, library: Library) -> None:
        with library.reading() as connection:
            self._grants.replace(of.grants(connection))

    def _bound(self) -> socket.socket:
        family = socket.AF_INET6 if ":" in self.address else socket.AF_INET
        try:
            return socket.create_server((self.address, self.port), family=family, backlog=BACKLOG)
        except OSError as error:
            port = f" port {self.port}" if self.port else ""
            why = str(error.strerror).partition(" (while")[0]  # Python repeats the address there
            raise ShareError(
                f"cannot share on {self.address}{port}: {why}; choose another with --bind or --port"
            ) from None

    def _is_check(self, token: str, client: str) -> bool:
        if not hmac.compare_digest(hashed(token), hashed(self._check)):
            return False
        if client != in_url(self.address):
            self.reached_from = client
            self.reached.set()
        return True

    def _run(self, listening: socket.socket) -> None:
        try:
            with asyncio.Runner() as runner:
                runner.run(self._serve(listening))
        except BaseException as failure:
            self._failure = failure
            self._tell(f"pages are no longer shared ({type(failure).__name__}: {failure})")
        finally:
            self._loop = None
            listening.close()
            self._ready.set()

    async def _serve(self, listening: socket.socket) -> None:
        from sledmon.present.share.connections import Doors, PacedServer

        glance, changes = asyncio.Event(), Changes()
        self._loop, self._glance = asyncio.get_running_loop(), glance
        with self._library.read_only() as library:
            self._server = PacedServer(self._app(library, changes), Doors(self._limits))
            async with asyncio.TaskGroup() as group:
                group.create_task(self._server.serve(sockets=[listening]))
                group.create_task(self._watch(library, glance, changes, self._server))
                self._ready.set()

    async def _watch(
        self, library: Library, glance: asyncio.Event, changes: Changes, server: "Server"
    ) -> None:
        """Follow the library, and let streams end when the server does."""
        seen, trouble = -1, ""
        while not server.should_exit:
            try:
                async with asyncio.timeout(GLANCE_S):
                    await glance.wait()
            except TimeoutError:
                pass
            glance.clear()
            try:
                clock = await asyncio.to_thread(library.clock)
                if clock != seen:
                    await asyncio.to_thread(self._read_grants, library)
                    changes.tell()
                    seen = clock
                trouble = ""
            except LibraryError as error:
                if not trouble:
                    self._tell(f"{error}; pages show what was read before")
                trouble = str(error)
        changes.end()

    def _app(self, library: Library, changes: Changes) -> "ASGIApp":
        from sledmon.present.share.app import Sources, application
        from sledmon.present.share.guard import Guard

        sources = Sources(
            library=library,
            grants=self._grants,
            changes=changes,
            now=self._now,
            refresh=partial(self._read_grants, library),
            is_check=self._is_check,
            ranking=self._ranking,
        )
        return Guard(
            application(sources),
            hosts=hosts(self.address, self.port),
            limits=self._limits,
            tell=self._tell,
        )
