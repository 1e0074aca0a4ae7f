"""A library with three sessions, and its pages on the loopback interface."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from uuid import UUID

import pytest

from sledmon.library import Library, open_library
from sledmon.present.share import ShareServer
from sledmon.present.share.limits import LimitParams
from tests.share.http import Connection
from tests.share.season import BOARD, NOW, a_day, enter, id_of, run, session_of

GENEROUS = LimitParams(at_once=1e6)


class Shared(NamedTuple):
    """A server that runs, and what it shares."""

    server: ShareServer
    library: Library
    session: UUID
    told: list[str]
    """What it told the coach."""

    def url(self, athlete: str) -> str:
        return self.server.url_for(id_of(self.library, athlete), self.session)

    def path(self, athlete: str) -> str:
        return "/" + self.url(athlete).rpartition("/")[2]

    def connection(self) -> Connection:
        return Connection(self.server.address, self.server.port)


@pytest.fixture
def season(tmp_path: Path) -> Iterator[tuple[Library, UUID]]:
    """Two sessions of last weeks, and today's of Ann, Bo and Kim, who is under 16."""
    with open_library(str(tmp_path / "library.sqlite")) as library:
        session_of(library, a_day("Ann", -0.12), "2026-11-06T17:00:00Z")
        session_of(library, a_day("Ann", -0.09), "2026-11-13T17:00:00Z")
        today = [
            *a_day("Ann"),
            run(7, "Bo", 4.2, unresisted=True),
            run(8, "Kim", 4.9, unresisted=True),
            run(9, "Bo", 3.6, load_kg=4.536),
        ]
        session = session_of(library, today)
        enter(library, "Kim", under_16=True, consents=[BOARD])
        enter(library, "Ann", real_name="Annika Berg")
        yield library, session


@pytest.fixture
def shared(season: tuple[Library, UUID]) -> Iterator[Shared]:
    """Pages of the season; nobody is slowed down."""
    library, session = season
    told: list[str] = []
    with ShareServer(
        library, bind="127.0.0.1", limits=GENEROUS, now=lambda: NOW, tell=told.append
    ) as server:
        yield Shared(server, library, session, told)
    assert told == []
