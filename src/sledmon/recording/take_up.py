"""Going on with a recording that was never closed: the computer died, the session did not.

The old file is set aside, written anew record by record under its own name, and deleted once the
new one is on the disk. Whoever is killed on the way finds the longer of the two next time.
"""

import contextlib
import os
from pathlib import Path
from typing import NamedTuple

from sledmon.errors import RecordingError, unwritable
from sledmon.recording.reader import open_recording
from sledmon.recording.writer import RecordingWriter
from sledmon.samples import Connected, Device, Lost, Record

REASON = "sledmon was stopped"
_BEFORE = ".before"


class Resumed(NamedTuple):
    """A recording that is open again."""

    writer: RecordingWriter
    """Goes on behind the last record."""
    records: list[Record]
    """All so far."""
    written_utc_s: float
    """When the last of them was written, in seconds since 1970."""


def take_up(path: Path) -> Resumed:
    """Open a recording again behind its last record.

    Sensors that were connected are told lost: nothing is known of the time between.
    """
    aside = _aside(path)
    try:
        _put_back(path)
        records = _records(path)
        if not records:
            raise RecordingError(f"{path} holds nothing to go on with; begin a new session")
        written_utc_s = path.stat().st_mtime
        path.replace(aside)
    except OSError as error:
        raise RecordingError(unwritable(path, error)) from None
    records += _lost(records)
    writer = RecordingWriter(path)
    try:
        for record in records:
            writer.write(record)
        writer.settle()
    except RecordingError:
        writer.close()
        raise
    with contextlib.suppress(OSError):
        os.unlink(aside)  # noqa: PTH108 - it has served
    return Resumed(writer, records, written_utc_s)


def put_back(folder: Path) -> None:
    """Give every recording its name again whose taking up was itself cut off."""
    for aside in folder.glob(f".*{_BEFORE}"):
        with contextlib.suppress(OSError, RecordingError):
            _put_back(folder / aside.name[1 : -len(_BEFORE)])


def _put_back(path: Path) -> None:
    """Keep the longer of what was set aside and what was written anew."""
    aside = _aside(path)
    if not aside.exists():
        return
    anew: list[Record] = []
    with contextlib.suppress(RecordingError):  # cut off at its first bytes
        anew = _records(path)
    if len(anew) > len(_records(aside)):
        aside.unlink()
    else:
        aside.replace(path)


def _aside(path: Path) -> Path:
    return path.with_name(f".{path.name}{_BEFORE}")


def _records(path: Path) -> list[Record]:
    if not path.exists():
        return []
    return [record for batch in open_recording(path).batches() for record in batch]


def _lost(records: list[Record]) -> list[Record]:
    connected: dict[Device, bool] = {}
    for record in records:
        if isinstance(record, Connected | Lost):
            connected[record.device] = isinstance(record, Connected)
    last_ns = records[-1].received_ns
    return [Lost(last_ns, device, REASON) for device, is_so in connected.items() if is_so]
