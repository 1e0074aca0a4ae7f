"""Is a file whole, what was lost, and a new whole file of what can be recovered."""

import os
import zlib
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sledmon.errors import counted
from sledmon.recording.chunks import data_end_at, summary_is_whole
from sledmon.recording.place import written_beside
from sledmon.recording.reader import Damage, Recording, open_recording
from sledmon.recording.source import FileBytes
from sledmon.recording.writer import RecordingWriter
from sledmon.samples import Connected, Event, Lost, Opened, Packet, Record, Tick

_BLOCK_BYTES: Final = 1 << 20
_KINDS: Final[dict[type[Record], str]] = {
    Opened: "opened",
    Connected: "connected",
    Lost: "lost",
    Event: "events",
    Tick: "ticks",
}
REPAIR_NOTE: Final = "repair.txt"
"""Attached to a repaired file, so that what was lost stays known."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Report:
    """What ``sledmon check`` says of one file."""

    path: Path
    whole: bool
    """Closed, undamaged, and every byte agrees with the checksums."""
    closed: bool
    records: dict[str, int]
    """How many by kind; packets by device."""
    duration_s: float
    damage: tuple[Damage, ...]
    restored: int
    """State records put back from their copies."""
    attachments: tuple[str, ...]
    lines: tuple[str, ...]
    """The same in sentences."""


def check(path: str | os.PathLike[str]) -> Report:
    """Read the whole file and say what is wrong with it; RecordingError if nothing is readable."""
    recording = open_recording(path)
    counts: Counter[str] = Counter()
    for batch in recording.batches():
        counts.update(
            f"{record.device} packets" if isinstance(record, Packet) else _KINDS[type(record)]
            for record in batch
        )
    intact = _checksums_agree(recording)
    attachments = tuple(attachment.name for attachment in recording.attachments())
    return Report(
        path=recording.path,
        whole=recording.closed and intact and not recording.damage,
        closed=recording.closed,
        records=dict(counts),
        duration_s=recording.duration_s,
        damage=recording.damage,
        restored=recording.restored,
        attachments=attachments,
        lines=_lines(recording, counts, attachments, intact),
    )


def repair(path: str | os.PathLike[str], out: str | os.PathLike[str]) -> Report:
    """Write everything that can be recovered to a new file; the report is on the old one."""
    report = check(path)
    recording = open_recording(path)
    with written_beside(Path(out)) as temporary, RecordingWriter(temporary) as writer:
        for batch in recording.batches():
            for record in batch:
                writer.write(record)
        for attachment in recording.attachments():
            writer.attach(attachment.name, attachment.content, attachment.media_type)
        if not report.whole:
            writer.attach(REPAIR_NOTE, format_report(report).encode(), "text/plain")
    return report


def format_report(report: Report) -> str:
    """The report as plain text, a sentence a line."""
    return "\n".join((report.path.name, *report.lines)) + "\n"


def _checksums_agree(recording: Recording) -> bool:
    """Whether the checksums over the data section and over the index are right."""
    end = recording.data_end
    if end is None:
        return False
    crc = 0
    with FileBytes(recording.path) as source:
        for start in range(0, end, _BLOCK_BYTES):
            crc = zlib.crc32(source.at(start, min(_BLOCK_BYTES, end - start)), crc)
        return data_end_at(source, end) == crc and summary_is_whole(source, end)


def _lines(
    recording: Recording, counts: Counter[str], attachments: tuple[str, ...], intact: bool
) -> tuple[str, ...]:
    lines = []
    if recording.closed and intact and not recording.damage:
        lines.append("The file is whole: every byte agrees with its checksums.")
    elif recording.damage:
        lines.append("The file is damaged; what can be read is exact.")
    elif not recording.closed:
        lines.append(
            "The file was never closed: the program or the computer stopped. At most the last"
            " second is missing; all that is there is exact."
        )
    else:
        lines.append("The file's index is damaged; nothing that was recorded is lost.")
    listed = ", ".join(counted(number, kind) for kind, number in sorted(counts.items()))
    lines.append(f"It holds {recording.duration_s:.1f} s: {listed}.")
    lines += [f"{_span(damage)}: {damage.what}." for damage in recording.damage]
    if recording.restored:
        lines.append(
            "1 damaged input or description was restored from its copy."
            if recording.restored == 1
            else f"{recording.restored} damaged inputs or descriptions were restored from their"
            " copies."
        )
    if attachments:
        lines.append(f"Files kept inside: {', '.join(attachments)}.")
    return tuple(lines)


def _span(damage: Damage) -> str:
    start = "the beginning" if damage.start_s is None else f"{damage.start_s:.2f} s"
    end = "the end" if damage.end_s is None else f"{damage.end_s:.2f} s"
    return f"From {start} to {end} (bytes {damage.start_byte} to {damage.end_byte})"
