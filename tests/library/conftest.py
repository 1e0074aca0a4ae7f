"""Every library test runs twice: on a SQLite file and on a real PostgreSQL."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sledmon.library import Library, open_library
from tests.library.postgresql import Server, programs, running_server

NewPlace = Callable[[], str]


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """A PostgreSQL server of this test run."""
    binaries = programs()
    if binaries is None:
        pytest.skip("PostgreSQL is not installed (Debian: apt-get install postgresql)")
    with running_server(binaries) as running:
        yield running


@pytest.fixture
def new_file(tmp_path: Path) -> NewPlace:
    """Names of library files that do not exist yet."""
    numbers = iter(range(1000))
    return lambda: str(tmp_path / f"library-{next(numbers)}.sqlite")


@pytest.fixture(params=["sqlite", "postgresql"])
def new_place(request: pytest.FixtureRequest, new_file: NewPlace) -> NewPlace:
    """Places of libraries that do not exist yet, on each kind of database."""
    if request.param == "sqlite":
        return new_file
    server: Server = request.getfixturevalue("server")
    return server.new_database


@pytest.fixture
def library(new_place: NewPlace) -> Iterator[Library]:
    """An empty library."""
    with open_library(new_place()) as opened:
        yield opened
