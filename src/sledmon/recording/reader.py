"""Reading a recording back: exactly the records that were written, or fewer and told so."""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from sledmon.errors import RecordingError, counted
from sledmon.recording import layout
from sledmon.recording.chunks import (
    Attachment,
    attachment_at,
    chunk_at,
    header_end,
    header_texts,
    messages,
    next_chunk,
)
from sledmon.recording.scan import Gap, Scan, scan
from sledmon.recording.source import FileBytes
from sledmon.recording.states import State, unpack_state
from sledmon.samples import Opened, Packet, Record, Tick

_BATCH_RECORDS: Final = 1024


@dataclass(frozen=True, kw_only=True, slots=True)
class Damage:
    """A part of the file that could not be read."""

    start_byte: int
    end_byte: int
    start_s: float | None
    """Session time of the last good record before it; None at the beginning."""
    end_s: float | None
    """Session time of the first good record after it; None at the end."""
    lost_records: int | None
    """None where the end of the file is damaged and nobody can know."""
    what: str
    """One clause for people."""


@dataclass(frozen=True, kw_only=True)
class Recording:
    """A recording that was walked through once; ``batches`` reads it."""

    path: Path
    opened: Opened
    format: str
    closed: bool
    """Whether it was closed properly; a killed process leaves one that was not."""
    damage: tuple[Damage, ...]
    restored: int
    """State records that were damaged and put back from their copies."""
    duration_s: float
    _scan: Scan = field(repr=False)
    _epoch_ns: int = field(repr=False)

    @property
    def data_end(self) -> int | None:
        """Where the data section ends and the index begins; None where it never ended."""
        return self._scan.data_end

    @property
    def trouble(self) -> str:
        """What is to be said of a file that is not whole, behind its name; empty: it is."""
        if self.damage:
            return "is damaged"
        return "" if self.closed else "was never closed, its end may be missing"

    def batches(self) -> Iterator[list[Record]]:
        """All records in order, in lists of about a thousand."""
        changed = RecordingError(f"{self.path} was changed while it was read; read it again")
        missing = sorted(self._scan.copied, reverse=True)
        states = self._scan.states
        batch: list[Record] = []
        with FileBytes(self.path) as source:
            for offset in self._scan.chunks:
                chunk = chunk_at(source, offset)
                if chunk is None:
                    raise changed
                try:
                    records = _records(chunk[0], states, self._epoch_ns)
                except (ValueError, KeyError):
                    raise changed from None
                if missing:
                    records = _with_missing(records, _numbers(chunk[0]), missing, states)
                batch += [record for record in records if record is not None]
                if len(batch) >= _BATCH_RECORDS:
                    yield batch
                    batch = []
        rest = [states[number].record for number in reversed(missing)]
        batch += [record for record in rest if record is not None]
        if batch:
            yield batch

    def attachments(self) -> tuple[Attachment, ...]:
        """The files kept inside whose checksum is right."""
        with FileBytes(self.path) as source:
            found = [attachment_at(source, offset) for offset in self._scan.attachments]
        return tuple(attachment for attachment, _ in filter(None, found))


def read_batches(path: str | os.PathLike[str]) -> Iterator[list[Record]]:
    """All records of a recording in order; what is damaged is left out (see ``Recording``)."""
    return open_recording(path).batches()


def open_recording(path: str | os.PathLike[str]) -> Recording:
    """Walk through a file, checking every chunk; RecordingError if nothing of it can be used."""
    path = Path(path)
    with FileBytes(path) as source:
        _refuse_foreign(source)
        found = scan(source)
        first = found.states.get(0)
        _refuse_other_version(source, first)
        if first is None or not isinstance(first.record, Opened):
            raise RecordingError(
                f"{path} holds no readable record: its beginning was damaged or never written"
            )
    epoch_ns = first.epoch_ns
    end_ns = first.record.received_ns if found.last_ns is None else found.last_ns - epoch_ns
    return Recording(
        path=path,
        opened=first.record,
        format=f"{first.format_major}.{first.format_minor}",
        closed=found.closed,
        damage=_damage(found, epoch_ns),
        restored=len(found.copied),
        duration_s=max(0, end_ns - first.record.received_ns) / 1e9,
        _scan=found,
        _epoch_ns=epoch_ns,
    )


def _records(content: bytes, states: dict[int, State], epoch_ns: int) -> list[Record | None]:
    devices, tick = layout.PACKET_DEVICES, layout.TICK
    make = tuple.__new__  # half the cost of Packet(...), and an hour holds 144,000
    records: list[Record | None] = []  # None: a kind that only a newer version knows
    for channel, sequence, log_ns, start, end in messages(content):
        if channel in devices:
            fields = (log_ns - epoch_ns, devices[channel], content[start:end])
            records.append(make(Packet, fields))
        elif channel == tick:
            records.append(make(Tick, (log_ns - epoch_ns,)))
        elif channel == layout.STATE:
            records.append(states[sequence].record)
    return records


def _numbers(content: bytes) -> list[int]:
    return [sequence for channel, sequence, *_ in messages(content) if channel <= layout.STATE]


def _with_missing(
    records: list[Record | None],
    numbers: list[int],
    missing: list[int],
    states: dict[int, State],
) -> list[Record | None]:
    """Put restored states before the records that followed them; takes them off ``missing``."""
    numbered = dict(zip(numbers, records, strict=True))
    while missing and numbers and missing[-1] < numbers[-1]:
        number = missing.pop()
        numbered[number] = states[number].record
    return [numbered[number] for number in sorted(numbered)]


def _refuse_foreign(source: FileBytes) -> None:
    if not source.size:
        raise RecordingError(f"{source.path} is empty: nothing was recorded in it")
    profile = layout.PROFILE.encode()
    # With its length, so that a file which only says that sledmon wrote it is not taken for ours.
    if len(profile).to_bytes(4, "little") + profile in source.at(0, 64):
        return
    if header_end(source) is None and source.at(0, len(layout.MAGIC)) != layout.MAGIC:
        raise RecordingError(f"{source.path} is not a recording; sledmon reads its own .mcap files")
    # An MCAP file whose profile is not ours, or was: the first whole chunk decides.
    chunk = chunk_at(source, next_chunk(source, 0))
    if chunk is None or not _speaks_of_state(chunk[0]):
        raise RecordingError(
            f"{source.path} is an MCAP file but not of sledmon; sledmon reads its own recordings"
        )


def _speaks_of_state(content: bytes) -> bool:
    try:
        for channel, _, _, start, end in messages(content):
            if channel in (layout.STATE, layout.STATE_COPY):
                unpack_state(content[start:end])
                return True
    except ValueError:
        return False
    return False


def _refuse_other_version(source: FileBytes, first: State | None) -> None:
    if first is None:
        # The header carries no checksum: it is asked only where nothing better is left.
        written = re.search(rb"format (\d{1,4})\.(\d{1,4})", header_texts(source)[1])
        major, minor = (int(part) for part in written.groups()) if written else (1, 0)
    else:
        major, minor = first.format_major, first.format_minor
    if major != layout.FORMAT_MAJOR:
        advice = "update sledmon" if major > layout.FORMAT_MAJOR else "it cannot be read"
        raise RecordingError(
            f"{source.path} has format {major}.{minor} where this software reads"
            f" {layout.FORMAT_MAJOR}.x; {advice}"
        )


def _damage(found: Scan, epoch_ns: int) -> tuple[Damage, ...]:
    damage = [_damaged(gap, found.copied, epoch_ns) for gap in found.gaps]
    serials = {state.serial: state for state in found.states.values()}
    missing = sorted(set(range(max(serials) + 1)) - serials.keys())
    if missing:
        before, after = serials.get(missing[0] - 1), serials[max(serials)]
        damage.append(
            Damage(
                start_byte=min((gap.start_byte for gap in found.gaps), default=0),
                end_byte=max((gap.end_byte for gap in found.gaps), default=0),
                start_s=_state_s(before),
                end_s=_state_s(after),
                lost_records=0,  # counted above among all lost records
                what=f"{len(missing)} of them coach's inputs or sensor descriptions without a copy",
            )
        )
    return tuple(damage)


def _damaged(gap: Gap, copied: set[int], epoch_ns: int) -> Damage:
    lost = None
    if gap.end is not None:
        lost = gap.end - gap.first - sum(gap.first <= number < gap.end for number in copied)
    if lost is None:
        what = "unreadable to the end; what stood there is unknown"
    elif gap.start_byte == gap.end_byte:
        what = f"{counted(lost, 'records')} missing"
    else:
        what = (
            f"unreadable; {counted(lost, 'records')} lost" if lost else "unreadable; no record lost"
        )
    return Damage(
        start_byte=gap.start_byte,
        end_byte=gap.end_byte,
        start_s=None if gap.before_ns is None else (gap.before_ns - epoch_ns) / 1e9,
        end_s=None if gap.after_ns is None else (gap.after_ns - epoch_ns) / 1e9,
        lost_records=lost,
        what=what,
    )


def _state_s(state: State | None) -> float | None:
    return None if state is None or state.record is None else state.record.received_ns / 1e9
