"""TOML as users write it: read from a file, or refused in one sentence of the reader's own kind."""

import difflib
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from sledmon.errors import SledmonError, unreadable


def text_of(path: Path, refused: type[SledmonError]) -> str:
    """The text of a file in UTF-8, with a mark or without."""
    try:
        return path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise refused(unreadable(path, error)) from None
    except UnicodeDecodeError:
        raise refused(f"{path} is not UTF-8; save it as UTF-8") from None


def document_of(text: str, where: str, refused: type[SledmonError]) -> dict[str, Any]:
    """What the text says, section by section."""
    try:
        return tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise refused(f"{where}: not valid TOML: {error}") from None
    except ValueError:  # a date that no calendar has, an integer of thousands of digits
        raise refused(f"{where}: not valid TOML: a value that cannot be read") from None


def nearest(name: str, known: Iterable[str]) -> str:
    """Advice behind an unknown name: the known one that is most like it, else all of them.

    >>> nearest("hight_m", ["height_m", "lateral_m"])
    "; did you mean 'height_m'?"
    >>> nearest("x", ["height_m", "lateral_m"])
    '; known: height_m, lateral_m'
    """
    known = list(known)
    close = difflib.get_close_matches(name, known, n=1)
    return f"; did you mean '{close[0]}'?" if close else f"; known: {', '.join(known)}"
