"""Append-only writing of a recording: whatever happens, at most the last second is lost.

Chunks are closed and handed to the operating system every 0.5 s of arrival time and at every state
record, so that a killed process loses no more than that; ``fsync`` against power loss happens on a
thread of its own. No clock is read: arrival times are the only time here. The index that closes the
file is kept meanwhile: 5 MB an hour.
"""

import contextlib
import errno
import os
import threading
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Final, NamedTuple, Self

from mcap.writer import CompressionType, Writer

from sledmon.errors import RecordingError, unwritable
from sledmon.recording import layout
from sledmon.recording.states import State, StateRecord, pack_state
from sledmon.samples import Connected, Event, Lost, Opened, Packet, Record

FLUSH_PERIOD_NS: Final = 500_000_000
COPY_PERIOD_NS: Final = 60_000_000_000
SYNC_PERIOD_S: Final = 1.0

_FULL: Final = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
# Some file systems cannot sync at all; the recording is still written.
_NO_SYNC: Final = (errno.EINVAL, errno.ENOSYS, errno.ENOTSUP)


class _Kept(NamedTuple):
    number: int
    log_ns: int
    payload: bytes


class _Sync:
    """Brings written bytes to the disk, at most about once a second, off the caller's thread."""

    def __init__(self, descriptor: int, folder: Path) -> None:
        self.error: OSError | None = None
        self._descriptor = descriptor
        self._folder = folder
        self._asked = threading.Event()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="recording-sync", daemon=True)
        self._thread.start()

    def ask(self) -> None:
        """Return at once; what is written by now will be synced soon."""
        self._asked.set()

    def stop(self) -> None:
        """Sync a last time and end the thread."""
        self._stopping.set()
        self._asked.set()
        self._thread.join()

    def _run(self) -> None:
        self._sync_folder()
        while True:
            self._asked.wait()
            self._asked.clear()
            last = self._stopping.is_set()  # read before syncing: the last sync sees everything
            try:
                os.fsync(self._descriptor)
            except OSError as error:
                if error.errno not in _NO_SYNC:
                    self.error = error
                return
            if last:
                return
            self._stopping.wait(SYNC_PERIOD_S)

    def _sync_folder(self) -> None:
        # The file's name is on the disk only once its folder is; Windows has no such call.
        with contextlib.suppress(OSError):
            descriptor = os.open(self._folder, os.O_RDONLY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)


class RecordingWriter:
    """Writes records in the order given; the first must be ``Opened``.

    A write error raises ``RecordingError`` once; after it the file is left as it stands and further
    records are counted but not kept, so that the pipeline can go on in memory. ``failure`` tells.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(path)
        self.failure = ""
        self._records = 0
        self._copies_due: list[_Kept] = []
        self._kept: list[_Kept] = []
        self._flushed_ns = 0
        self._copied_ns = 0
        self._epoch_ns = 0
        self._last_log_ns = 0
        self._closed = False
        try:
            self._stream: BinaryIO = self.path.open("xb")
        except FileExistsError:
            raise RecordingError(
                f"{self.path} exists already and is never overwritten; choose another name"
            ) from None
        except OSError as error:
            raise RecordingError(unwritable(self.path, error)) from None
        self._mcap = Writer(self._stream, compression=CompressionType.ZSTD, enable_data_crcs=True)
        self._sync = _Sync(self._stream.fileno(), self.path.parent)
        # Nothing reaches the disk before Opened does: an empty file would explain nothing.
        self._mcap.start(profile=layout.PROFILE, library=layout.LIBRARY)
        for channel_id, channel in enumerate(layout.CHANNELS, start=1):
            schema_id = self._mcap.register_schema(
                channel.schema_name, channel.schema_encoding, channel.schema
            )
            registered = self._mcap.register_channel(channel.topic, channel.encoding, schema_id)
            if (schema_id, registered) != (channel_id, channel_id):
                raise AssertionError("mcap numbers channels differently from FORMAT.md")

    @property
    def records(self) -> int:
        """How many records were written."""
        return self._records

    def write(self, record: Record) -> None:
        """Append one record."""
        if self._closed:
            raise RecordingError(f"{self.path} is closed and takes no more records")
        if self._records == 0:
            self._begin(record)
        elif isinstance(record, Opened):
            raise RecordingError(f"{self.path} is open already: a recording has one Opened record")
        if self.failure:
            self._records += 1
            return
        log_ns = int(record.received_ns) + self._epoch_ns
        if not 0 <= log_ns < layout.MAX_TIME_NS:
            raise RecordingError(
                f"a record at {record.received_ns / 1e9:g} s lies outside what {self.path}"
                " can hold: it began later than that, or the time is not in nanoseconds"
            )
        if self._records >= layout.MAX_RECORDS:
            raise RecordingError(f"{self.path} holds {self._records} records; begin a new one")
        with self._failing_once():
            self._append(record, log_ns)

    def attach(self, name: str, content: bytes, media_type: str = "text/csv") -> None:
        """Keep an original file inside, under its name without any folder."""
        if self._closed or not self._records:
            raise RecordingError(f"{self.path} takes attachments between Opened and closing only")
        if self.failure:
            return
        with self._failing_once():
            self._mcap.flush()  # type: ignore[no-untyped-call]
            self._mcap.add_attachment(0, self._last_log_ns, Path(name).name, media_type, content)
            self._mcap.flush()  # type: ignore[no-untyped-call]

    def settle(self) -> None:
        """Bring all that was written so far to the disk before returning."""
        if not self.failure:
            with self._failing_once():
                self._mcap.flush()  # type: ignore[no-untyped-call]
                self._stream.flush()
                try:
                    os.fsync(self._stream.fileno())
                except OSError as error:
                    if error.errno not in _NO_SYNC:
                        raise

    def close(self) -> None:
        """Write what is pending and the index, bring all to the disk; harmless when repeated."""
        if self._closed:
            return
        try:
            if self._records and not self.failure:
                with self._failing_once():
                    self._copy(self._kept)
                    self._mcap.finish()  # type: ignore[no-untyped-call]
                    self._stream.flush()
        finally:
            self._closed = True
            self._sync.stop()
            with contextlib.suppress(OSError):  # told already, or about to be told by the sync
                self._stream.close()
            if not self._records:
                self.path.unlink(missing_ok=True)
        if not self.failure:
            self._refuse_failed_sync()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _begin(self, record: Record) -> None:
        if not isinstance(record, Opened):
            raise RecordingError(
                f"the first record of {self.path} must be Opened, not {type(record).__name__}"
            )
        self._epoch_ns = max(0, -int(record.received_ns))
        self._flushed_ns = self._copied_ns = int(record.received_ns)

    def _append(self, record: Record, log_ns: int) -> None:
        # Copies stand in a later chunk than their originals: a state record ends its chunk.
        self._last_log_ns = max(self._last_log_ns, log_ns)
        if self._copies_due:
            self._copy(self._copies_due)
            self._copies_due = []
        received_ns = record.received_ns
        if received_ns - self._copied_ns >= COPY_PERIOD_NS:
            self._copied_ns = received_ns
            self._copy(self._kept)
        due = received_ns - self._flushed_ns >= FLUSH_PERIOD_NS
        if isinstance(record, Packet):
            channel = layout.PACKET_CHANNELS[record.device]
            self._message(channel, log_ns, record.payload)
        elif isinstance(record, Opened | Connected | Lost | Event):
            self._state(record, log_ns)
            due = True
        else:
            self._message(layout.TICK, log_ns, b"")
        self._records += 1
        if due:
            self._flushed_ns = received_ns
            self._mcap.flush()  # type: ignore[no-untyped-call]
            self._sync.ask()
            self._refuse_failed_sync()

    def _state(self, record: StateRecord, log_ns: int) -> None:
        payload = pack_state(State(self._records, len(self._kept), record, epoch_ns=self._epoch_ns))
        self._message(layout.STATE, log_ns, payload)
        kept = _Kept(self._records, log_ns, payload)
        self._kept.append(kept)
        self._copies_due.append(kept)

    def _message(self, channel: int, log_ns: int, payload: bytes) -> None:
        if len(payload) > layout.MAX_MESSAGE_BYTES:
            raise RecordingError(
                f"a record of {len(payload)} bytes is larger than the {layout.MAX_MESSAGE_BYTES}"
                f" that {self.path} can hold"
            )
        self._mcap.add_message(channel, log_ns, payload, log_ns, self._records)

    def _copy(self, states: list[_Kept]) -> None:
        for number, log_ns, payload in states:
            self._mcap.add_message(layout.STATE_COPY, self._last_log_ns, payload, log_ns, number)

    def _refuse_failed_sync(self) -> None:
        if self._sync.error is not None:
            self._fail(self._sync.error)

    @contextlib.contextmanager
    def _failing_once(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            self._fail(error)

    def _fail(self, error: OSError) -> None:
        full = error.errno in _FULL
        reason = "the disk is full" if full else error.strerror or "the disk failed"
        advice = "free some space" if full else "name another disk"
        self.failure = (
            f"cannot go on writing {self.path}: {reason}; what was written so far is kept,"
            f" what follows is not recorded; {advice} and begin a new recording"
        )
        raise RecordingError(self.failure) from None
