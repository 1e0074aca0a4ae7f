"""Everything raised on purpose. Each message is one sentence: what, where, what to do."""

import errno
from pathlib import Path
from typing import Final


class SledmonError(Exception):
    """The input or the device is unusable; the command line prints the message and exits with 1."""


class WireError(SledmonError):
    """Bytes that are not what firmware_notes tables."""


class RecordingError(SledmonError):
    """A file that cannot be read or written as a recording."""


class ImportTableError(SledmonError):
    """A foreign table with a row that cannot be read; nothing was written."""


class RigError(SledmonError):
    """A rig file with an unknown key or an impossible value."""


class SettingsError(SledmonError):
    """A user's settings cannot be read or kept."""


class QueueError(SledmonError):
    """A roster that cannot be read, a queue that cannot be kept, a name that cannot be taken."""


class PrintError(SledmonError):
    """A file that cannot be printed to."""


class PlanError(SledmonError):
    """A training plan with an unknown key, an impossible value or an unknown name."""


class EventError(SledmonError):
    """A coach's event that is not one of contract.md's, or whose value makes no sense."""


class SimulationError(SledmonError):
    """A session that the twin cannot simulate."""


class SprintError(SledmonError):
    """Samples or gate times that no sprint model can be fitted to."""


class LibraryError(SledmonError):
    """A library that cannot be opened, read or written, or was asked for what it does not hold."""


class ShareError(SledmonError):
    """Pages that cannot be shared: no network to share on, or nothing to show."""


class SchedulerError(SledmonError):
    """A cluster that cannot be reached, or has nobody to do the work."""


class ComparisonError(SledmonError):
    """Reference values that cannot be read, or belong to no recording."""


class StreamingError(SledmonError):
    """Samples that cannot be offered to other programs."""


_FOLDER: Final = "it is a folder; name a file in it"
_THROUGH_A_FILE: Final = "part of its path is a file and no folder; check the path"
_CIRCLE: Final = "its links lead in a circle; name the file itself"
_FULL: Final = "the disk is full; free some space or choose another disk"
_FORBIDDEN: Final = "you have no right to write there; choose another folder"
_READING: Final = {
    errno.ENOENT: "it does not exist; check the name",
    errno.EACCES: "you have no right to read it; ask for it or copy it to a folder of yours",
    errno.EISDIR: _FOLDER,
    errno.ENOTDIR: _THROUGH_A_FILE,
    errno.ELOOP: _CIRCLE,
    errno.EIO: "its disk fails; copy what you can to another one",
}
_WRITING: Final = {
    errno.ENOENT: "its folder does not exist; make it first or choose another",
    errno.EACCES: _FORBIDDEN,
    errno.EPERM: _FORBIDDEN,
    errno.EROFS: "its disk is read-only; choose another place",
    errno.ENOSPC: _FULL,
    errno.EDQUOT: _FULL,
    errno.EFBIG: "it would be too large for its disk; choose another disk",
    errno.EISDIR: _FOLDER,
    errno.ENOTDIR: _THROUGH_A_FILE,
    errno.ENAMETOOLONG: "its name is too long; choose a shorter one",
    errno.ELOOP: _CIRCLE,
    errno.EIO: "its disk fails; choose another one",
}


def counted(number: int, things: str) -> str:
    """How many of something, in words.

    >>> counted(2, "events"), counted(1, "events")
    ('2 events', '1 event')
    """
    return f"{number} {things.removesuffix('s') if number == 1 else things}"


def unreadable(path: Path, error: Exception) -> str:
    """Why a file cannot be read and what to do about it, as a sentence.

    >>> unreadable(Path("run.csv"), FileNotFoundError(errno.ENOENT, "No such file or directory"))
    'cannot read run.csv: it does not exist; check the name'
    """
    return f"cannot read {path}: {_reason(error, _READING, 'check the file')}"


def unwritable(path: Path | str, error: Exception) -> str:
    """Why a file cannot be written and what to do about it, as a sentence."""
    return f"cannot write {path}: {_reason(error, _WRITING, 'choose another place')}"


def _reason(error: Exception, known: dict[int, str], advice: str) -> str:
    if isinstance(error, OSError):
        if error.errno in known:
            return known[error.errno]
        return f"{error.strerror or error}; {advice}"
    return f"{error}; {advice}"
