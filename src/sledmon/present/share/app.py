"""The pages as an application: a token is the whole address, and nothing else exists."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Final

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response, StreamingResponse
from starlette.routing import Route

from sledmon.errors import LibraryError
from sledmon.library import Grant, Library
from sledmon.present.share import pages
from sledmon.present.share.answers import Answer, Gone
from sledmon.present.share.changes import Changes
from sledmon.present.share.grants import Grants
from sledmon.present.share.read import read_board, read_own

HEARTBEAT_S: Final = 15.0
_RANKING: Final = "ranking"


@dataclass(frozen=True, kw_only=True, slots=True)
class Sources:
    """Where pages come from."""

    library: Library
    """Its connections write nothing."""
    grants: Grants
    changes: Changes
    now: Callable[[], datetime]
    refresh: Callable[[], None]
    """Read the grants again."""
    is_check: Callable[[str, str], bool]
    """Whether a token is the check page's; given who asks."""
    ranking: bool = False


def application(sources: Sources) -> Starlette:
    """The application, without its guard."""

    def granted(request: Request) -> Grant:
        found = sources.grants.find(request.path_params["token"], sources.now())
        if found is None:
            raise HTTPException(404)
        return found

    def units(request: Request) -> pages.Chosen:
        asked = request.query_params
        return pages.chosen(asked.get("speed", ""), asked.get("load", ""))

    async def shown(request: Request, make: Callable[[Grant], str]) -> str:
        text = await asyncio.to_thread(make, granted(request))
        if not text:  # a running session may just have become its finished self
            await asyncio.to_thread(sources.refresh)
            text = await asyncio.to_thread(make, granted(request))
        if not text:
            raise HTTPException(404)
        return text

    async def page(request: Request) -> Response:
        token = request.path_params["token"]
        if sources.is_check(token, request.client.host if request.client else ""):
            return HTMLResponse(pages.check_page())
        ranked = request.query_params.get("order") == _RANKING
        make = partial(_page, sources, units(request), ranked=ranked, token=token)
        return HTMLResponse(await shown(request, make))

    async def picture(request: Request) -> Response:
        svg = await shown(request, partial(_picture, sources, units(request)))
        return Response(svg, media_type="image/svg+xml")

    async def events(request: Request) -> Response:
        granted(request)
        headers = {"content-type": "text/event-stream; charset=utf-8"}
        if request.method == "HEAD":
            return Response(headers=headers)
        stream = _events(sources, request.path_params["token"])
        return StreamingResponse(stream, headers=headers)

    app = Starlette(
        routes=[
            Route("/{token}", page),
            Route("/{token}/events", events),
            Route("/{token}/picture.svg", picture),
        ],
        exception_handlers={404: _missing, LibraryError: _busy},
    )
    app.router.redirect_slashes = False
    return app


def _page(sources: Sources, units: pages.Chosen, grant: Grant, *, ranked: bool, token: str) -> str:
    if grant.athlete is None:
        board = read_board(sources.library, grant.session)
        if board is None:
            return ""
        return pages.board_page(
            board, units, ranking=sources.ranking, ranked=ranked, ends=grant.expires
        )
    own = read_own(sources.library, grant.athlete, grant.session)
    return "" if own is None else pages.athlete_page(own, units, grant.expires, token)


def _picture(sources: Sources, units: pages.Chosen, grant: Grant) -> str:
    if grant.athlete is None:
        return ""
    own = read_own(sources.library, grant.athlete, grant.session)
    return "" if own is None else pages.athlete_picture(own, units)


def _version(sources: Sources, grant: Grant) -> str:
    if grant.athlete is None:
        board = read_board(sources.library, grant.session)
        return "" if board is None else board.version
    own = read_own(sources.library, grant.athlete, grant.session)
    return "" if own is None else own.version


async def _events(sources: Sources, token: str) -> AsyncIterator[str]:
    """A line whenever the reader's own page would look different; the page is fetched then."""
    told = ""
    yield "retry: 2000\n\n"
    while not sources.changes.over:
        seen = sources.changes.number
        grant = sources.grants.find(token, sources.now())
        if grant is None:
            return
        try:
            version = await asyncio.to_thread(_version, sources, grant)
        except LibraryError:  # busy for a moment; the next change asks again
            version = told
        if version and version != told:
            yield f"event: rep\ndata: {version}\n\n"
            told = version
        if not await sources.changes.beyond(seen, HEARTBEAT_S):
            yield ": still here\n\n"


async def _missing(_request: Request, _error: Exception) -> Gone:
    return Gone()


async def _busy(_request: Request, _error: Exception) -> Answer:
    return Answer(503, "Not now: try again.\n")
