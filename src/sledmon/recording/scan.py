"""One pass over a whole file: which chunks are good, what is damaged, which state records exist.

Records that are not chunks are skipped only where they prove themselves (lengths that agree, or a
checksum); anything else is damage, after which the next whole chunk is looked for byte by byte.
Ordinals show what is missing: every message carries its record's place in the recording.
"""

from dataclasses import dataclass, field
from typing import NamedTuple

from sledmon.recording import layout
from sledmon.recording.chunks import (
    attachment_at,
    chunk_at,
    data_end_at,
    header_end,
    is_closed,
    message_indexes_end,
    messages,
    next_chunk,
)
from sledmon.recording.source import FileBytes
from sledmon.recording.states import State, unpack_state


class Gap(NamedTuple):
    """Records ``first`` to ``end`` (exclusive; None: unknown) are not where they should be."""

    start_byte: int
    end_byte: int
    first: int
    end: int | None
    before_ns: int | None  # log time of the last good record before it
    after_ns: int | None


_Missing = tuple[int, int | None, int | None, int | None]


@dataclass
class Scan:
    """What one pass found."""

    chunks: list[int] = field(default_factory=list)
    """Offsets of the good chunks."""
    states: dict[int, State] = field(default_factory=dict)
    """Every state record by ordinal, those found only as copies included."""
    copied: set[int] = field(default_factory=set)
    """Ordinals of the state records found only as copies."""
    gaps: list[Gap] = field(default_factory=list)
    attachments: list[int] = field(default_factory=list)
    """Offsets of the good attachments."""
    data_end: int | None = None
    """Where the data section ends in a file that was closed."""
    closed: bool = False
    records: int = 0
    """Records in the good chunks."""
    last_ns: int | None = None
    """Log time of the last of them."""


def scan(source: FileBytes) -> Scan:
    """Walk the file from its header to its end; never raises but for unreadable files."""
    walk = _Walk(source)
    walk.run()
    return walk.found


class _Walk:
    def __init__(self, source: FileBytes) -> None:
        self.found = Scan(closed=is_closed(source))
        self._source = source
        self._expected = 0
        self._originals: set[int] = set()
        self._bad: list[tuple[int, int]] = []  # damaged bytes since the last good record

    def run(self) -> None:
        source = self._source
        offset = header_end(source)
        if offset is None:
            offset = self._skip_bad(0, claim_at=len(layout.MAGIC))
        while offset < source.size:
            end = self._good_record(offset)
            if end is None and data_end_at(source, offset) is not None:
                self.found.data_end = offset
                break
            offset = self._skip_bad(offset, claim_at=offset) if end is None else end
        if self._bad:
            self._close_gap((self._expected, None, self.found.last_ns, None))
        self.found.states = dict(sorted(self.found.states.items()))
        self.found.copied = set(self.found.states) - self._originals

    def _good_record(self, offset: int) -> int | None:
        """The end of a chunk, attachment or message index that proves itself; what it holds."""
        chunk = chunk_at(self._source, offset)
        if chunk is not None:
            return chunk[1] if self._take(offset, chunk[0]) else None
        indexes = message_indexes_end(self._source, offset)
        if indexes is not None:
            return indexes
        attachment = attachment_at(self._source, offset)
        if attachment is None:
            return None
        self.found.attachments.append(offset)
        return attachment[1]

    def _skip_bad(self, offset: int, *, claim_at: int) -> int:
        """Where to go on: where the bad record claims to end if that looks right, else a chunk."""
        following = self._claimed_end(claim_at)
        if following is None:
            following = next_chunk(self._source, offset + 1)
        self._bad.append((offset, following))
        return following

    def _claimed_end(self, offset: int) -> int | None:
        head = self._source.at(offset, layout.RECORD_HEAD.size)
        if len(head) < layout.RECORD_HEAD.size:
            return None
        end = offset + len(head) + int(layout.RECORD_HEAD.unpack(head)[1])
        if end >= self._source.size:
            return None
        proven = (
            chunk_at(self._source, end)
            or attachment_at(self._source, end)
            or message_indexes_end(self._source, end)
        )
        return end if proven or data_end_at(self._source, end) is not None else None

    def _take(self, offset: int, content: bytes) -> bool:
        """Account for a chunk whose checksum is right; False if it does not read as ours."""
        expected, last_ns, records = self._expected, self.found.last_ns, 0
        gaps: list[_Missing] = []
        states: dict[int, State] = {}
        copies: list[tuple[int, int, int]] = []
        leading = False
        try:
            for channel, sequence, log_ns, start, end in messages(content):
                if channel > layout.STATE:
                    if channel == layout.STATE_COPY:
                        copies.append((sequence, start, end))
                    continue
                if sequence != expected:
                    if sequence < expected:
                        return False  # records seen already, or another recording
                    leading = leading or not records
                    gaps.append((expected, sequence, last_ns, log_ns))
                if log_ns >= layout.MAX_TIME_NS:
                    return False
                if channel == layout.STATE:
                    states[sequence] = _state(content[start:end], sequence)
                expected, last_ns, records = sequence + 1, log_ns, records + 1
            known = self.found.states
            restored = {
                sequence: _state(content[start:end], sequence)
                for sequence, start, end in copies
                if sequence not in known and sequence not in states
            }
        except ValueError:
            return False
        self._originals |= states.keys()
        self.found.states |= restored | states
        self.found.chunks.append(offset)
        if not records:
            return True
        if self._bad and not leading:
            first_ns = next(m[2] for m in messages(content) if m[0] <= layout.STATE)
            self._close_gap((self._expected, self._expected, self.found.last_ns, first_ns))
        elif leading:
            self._bad = self._bad or [(offset, offset)]
            self._close_gap(gaps[0])
            gaps = gaps[1:]
        self.found.gaps += [Gap(offset, offset, *missing) for missing in gaps]
        self.found.records += records
        self._expected, self.found.last_ns = expected, last_ns
        return True

    def _close_gap(self, missing: _Missing) -> None:
        """Turn the damaged bytes since the last good record into one gap."""
        start, end = self._bad[0][0], self._bad[-1][1]
        self.found.gaps.append(Gap(start, end, *missing))
        self._bad = []


def _state(payload: bytes, number: int) -> State:
    state = unpack_state(payload)
    if state.number != number:
        raise ValueError("a state record's number is not its sequence")
    return state
