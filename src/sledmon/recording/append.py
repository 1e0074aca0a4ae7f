"""Events added to a closed recording: what a coach corrects later is said in it, as live.

The file is written anew beside itself, the same records first, and takes the old one's place in one
step: whoever is killed on the way leaves the old one whole.
"""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from sledmon.errors import RecordingError, unreadable
from sledmon.events import canonical_value
from sledmon.recording import layout
from sledmon.recording.place import written_beside
from sledmon.recording.reader import Recording, open_recording
from sledmon.recording.writer import RecordingWriter
from sledmon.samples import Event


class Said(NamedTuple):
    """A coach's input before it has arrived anywhere."""

    kind: str
    value: str = ""
    time_s: float | None = None
    """Session time it speaks of; None: the recording's last moment."""


def append_events(path: str | os.PathLike[str], said: Sequence[Said]) -> tuple[Event, ...]:
    """Add events behind a recording's last record, with its arrival time, and return them.

    EventError or RecordingError in one sentence; the recording is then as it was.
    """
    path = Path(path)
    try:
        before = path.stat()
    except OSError as error:
        raise RecordingError(unreadable(path, error)) from None
    recording = open_recording(path)
    _refuse_what_cannot_be_kept(recording)
    said = [each._replace(value=canonical_value(each.kind, each.value)) for each in said]
    received_ns = recording.opened.received_ns
    with written_beside(path, replacing=before) as temporary, RecordingWriter(temporary) as writer:
        for batch in recording.batches():
            for record in batch:
                writer.write(record)
            received_ns = batch[-1].received_ns
        for attachment in recording.attachments():
            writer.attach(attachment.name, attachment.content, attachment.media_type)
        events = tuple(_arrived(each, received_ns) for each in said)
        for event in events:
            writer.write(event)
    return events


def _arrived(said: Said, received_ns: int) -> Event:
    time_s = received_ns / 1e9 if said.time_s is None else said.time_s
    return Event(received_ns, time_s, said.kind, said.value)


def _refuse_what_cannot_be_kept(recording: Recording) -> None:
    path = recording.path
    if not recording.closed:
        raise RecordingError(
            f"{path} was never closed, or is being recorded just now; close it, or write a whole"
            f" copy with: sledmon check {path.name} --repair OUT"
        )
    if recording.damage:
        raise RecordingError(
            f"{path} is damaged; write what can be read to a new file first, with:"
            f" sledmon check {path.name} --repair OUT"
        )
    if recording.format != f"{layout.FORMAT_MAJOR}.{layout.FORMAT_MINOR}":
        raise RecordingError(
            f"{path} was written by a newer sledmon (format {recording.format}); update sledmon to"
            " correct it"
        )
