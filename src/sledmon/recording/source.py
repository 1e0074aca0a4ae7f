"""Bytes of a file by offset. Plain reads, not mmap: a pulled memory stick must not kill us."""

import os
import stat
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Final, Self

from sledmon.errors import RecordingError, unreadable

_WINDOW_BYTES: Final = 1 << 20


class FileBytes:
    """A read-only view of a regular file; every failure is a ``RecordingError``."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._window = b""
        self._window_start = 0
        try:
            if not stat.S_ISREG(path.stat().st_mode):  # opening a pipe would wait for ever
                raise RecordingError(f"{path} is not a file; name a recording (.mcap)")
            self._stream: BinaryIO = path.open("rb", buffering=0)
            self.size = os.fstat(self._stream.fileno()).st_size
        except FileNotFoundError:
            raise RecordingError(f"{path} does not exist; check the name") from None
        except (OSError, ValueError) as error:
            raise RecordingError(unreadable(path, error)) from None

    def at(self, offset: int, length: int) -> bytes:
        """Up to ``length`` bytes from ``offset``; fewer at the end of the file."""
        length = max(0, min(length, self.size - offset))
        begin = offset - self._window_start
        if not 0 <= begin <= len(self._window) - length:
            self._window = self._read(offset, max(length, _WINDOW_BYTES))
            self._window_start, begin = offset, 0
        return self._window[begin : begin + length]

    def _read(self, offset: int, length: int) -> bytes:
        parts: list[bytes] = []
        try:
            self._stream.seek(offset)
            while length > 0 and (part := self._stream.read(length)):
                parts.append(part)
                length -= len(part)
        except (OSError, ValueError) as error:
            raise RecordingError(unreadable(self.path, error)) from None
        return b"".join(parts)

    def find(self, wanted: bytes, start: int) -> int:
        """Offset of the first ``wanted`` at or after ``start``, or -1."""
        while start < self.size:
            window = self.at(start, _WINDOW_BYTES)
            found = window.find(wanted)
            if found >= 0:
                return start + found
            if len(window) < _WINDOW_BYTES:
                return -1
            start += len(window) - len(wanted) + 1
        return -1

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stream.close()
