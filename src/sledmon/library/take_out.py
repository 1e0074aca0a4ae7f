"""A recording without one athlete: a new file in the old one's place, in one step."""

import contextlib
import hashlib
import os
from collections.abc import Iterator, Sequence
from enum import StrEnum
from itertools import chain
from pathlib import Path
from typing import Final, NamedTuple

from sledmon.errors import RecordingError
from sledmon.library.from_document import Document
from sledmon.library.ids import name_key
from sledmon.library.spans import Theirs, kept, names_in, theirs, times_of_packets
from sledmon.recording import Recording, RecordingWriter, open_recording
from sledmon.samples import Event, Opened, Record

_NOTE: Final = (
    "On request an athlete's packets and inputs were taken out of this recording. What is left is"
    " as it was.\n"
)
_UNKNOWN_END_S: Final = 15.0
"""A rep that stopped short has no end; nobody needs longer for what is measured."""


class Action(StrEnum):
    """What became of a recording."""

    CLEAN = "held nothing of theirs"
    REWRITTEN = "rewritten without them"
    REMOVED = "removed: nobody else was in it"


class Outcome(NamedTuple):
    """What became of a recording, and where it is now."""

    action: Action
    path: Path


def take_out(path: Path, nickname: str, reps: Sequence[Document]) -> Outcome:
    """Take an athlete out of a recording, whose reps are given; repeat it after a cut.

    The new file is whole and on the disk before it takes the old one's name. Attachments, the
    originals of an import, are left out: they hold everybody.
    """
    recording = open_recording(path)
    events = events_of(recording)
    gone = theirs(nickname, events, [_times(rep) for rep in reps])
    times = times_of_packets(recording.batches())
    stay = kept(events, gone)
    packets = {ordinal for ordinal, (first, last) in times.items() if gone.holds(first, last)}
    if not packets and stay == events:
        return Outcome(Action.CLEAN, path)
    others = [*names_in(events), *(str(rep["athlete"]) for rep in reps)]
    if all(name_key(name) == gone.key for name in others):
        path.unlink()
        _sync_folder(path.parent)
        return Outcome(Action.REMOVED, path)
    return Outcome(Action.REWRITTEN, _write_without(recording, gone, packets, stay))


def events_of(recording: Recording) -> list[Event]:
    """A recording's events, in order of arrival."""
    return [record for record in _records(recording) if isinstance(record, Event)]


def _write_without(
    recording: Recording, gone: Theirs, packets: set[int], stay: Sequence[Event | None]
) -> Path:
    path = recording.path
    temporary = path.with_name(f".{path.name}.erasing.part")
    events = iter(stay)
    try:
        temporary.unlink(missing_ok=True)  # of an attempt that was cut off
        with RecordingWriter(temporary) as writer:
            for ordinal, record in enumerate(_records(recording)):
                stays: Record | None = None if ordinal in packets else record
                if isinstance(record, Event):
                    stays = next(events)
                elif isinstance(record, Opened) and gone.key in name_key(record.title):
                    stays = record._replace(title="")
                if stays is not None:
                    writer.write(stays)
            writer.attach("erased.txt", _NOTE.encode(), "text/plain")
        place = path
        if gone.key in name_key(path.name):  # a file's name tells, too
            digest = hashlib.sha256(temporary.read_bytes()).hexdigest()
            place = path.with_name(f"session-{digest[:12]}.mcap")
        temporary.replace(place)
        _sync_folder(path.parent)
        if place != path:
            path.unlink()
            _sync_folder(path.parent)
    except OSError as error:
        raise RecordingError(f"cannot rewrite {path}: {error.strerror}") from None
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
    return place


def _records(recording: Recording) -> Iterator[Record]:
    return chain.from_iterable(recording.batches())


def _times(rep: Document) -> tuple[str, float, float]:
    start_s, end_s = rep["start_s"], rep["end_s"]
    return str(rep["athlete"]), start_s, start_s + _UNKNOWN_END_S if end_s is None else end_s


def _sync_folder(folder: Path) -> None:
    # A name is on the disk only once its folder is; Windows has no such call.
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
