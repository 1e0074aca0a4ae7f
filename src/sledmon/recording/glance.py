"""What a recording is, from its first and last bytes: a list of many needs no more."""

import os
from pathlib import Path
from typing import NamedTuple

from sledmon.errors import RecordingError
from sledmon.recording import layout
from sledmon.recording.chunks import chunk_at, header_end, is_closed, messages
from sledmon.recording.source import FileBytes
from sledmon.recording.states import unpack_state
from sledmon.samples import Opened


class Glance(NamedTuple):
    """The opening record and whether the file was closed."""

    opened: Opened
    closed: bool


def glance(path: str | os.PathLike[str]) -> Glance:
    """Look at a file's beginning and end; RecordingError where that does not say what it is."""
    path = Path(path)
    with FileBytes(path) as source:
        start = header_end(source)
        chunk = chunk_at(source, start) if start is not None else None
        opened = _opened(chunk[0]) if chunk is not None else None
        if opened is None:
            raise RecordingError(f"{path} does not begin as a recording; see: sledmon check")
        return Glance(opened, is_closed(source))


def _opened(content: bytes) -> Opened | None:
    try:
        for channel, _, _, start, end in messages(content):
            if channel == layout.STATE:
                record = unpack_state(content[start:end]).record
                return record if isinstance(record, Opened) else None
    except ValueError:
        return None
    return None
