"""Where a library is: a file on this computer, or a PostgreSQL address."""

import importlib.util
import os
from pathlib import Path
from typing import Final

import platformdirs
from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from sledmon.errors import LibraryError

VARIABLE: Final = "SLEDMON_LIBRARY"
_FILE: Final = "library.sqlite"


def library_url(asked: str = "") -> URL:
    """Of what was asked for, else of ``SLEDMON_LIBRARY``, else of the user's own place.

    >>> library_url("postgresql://club@server/sledmon").drivername
    'postgresql+psycopg'
    >>> library_url("season.sqlite").database
    'season.sqlite'
    """
    text = asked or os.environ.get(VARIABLE, "") or str(default_path())
    if "://" not in text:
        return URL.create("sqlite", database=text)
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        raise _no_address(text) from None
    kind = url.drivername.partition("+")[0]
    if kind == "sqlite" and url.database:
        return URL.create("sqlite", database=url.database)
    if kind not in ("postgresql", "postgres"):
        raise _no_address(text)
    if importlib.util.find_spec("psycopg") is None:
        raise LibraryError(
            "a library on PostgreSQL needs psycopg; install it: pip install sledmon[postgresql]"
        )
    return url.set(drivername="postgresql+psycopg")


def default_path() -> Path:
    """The user's own library, where this system keeps such things."""
    return platformdirs.user_data_path("sledmon", appauthor=False) / _FILE


def shown(url: URL) -> str:
    """The place for people: a path as it is, an address without its password."""
    if url.drivername == "sqlite":
        return str(url.database)
    return url.set(drivername="postgresql").render_as_string(hide_password=True)


def _no_address(text: str) -> LibraryError:
    kind = text.partition("://")[0]
    return LibraryError(
        f"{kind}://... is no address of a library; give a file name or postgresql://USER@HOST/NAME"
    )
