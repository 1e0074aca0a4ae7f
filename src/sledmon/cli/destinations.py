"""Where files are to go, tried before any work is done; a refusal leaves nothing behind."""

from pathlib import Path

from sledmon.errors import RecordingError, unwritable
from sledmon.recording.layout import MAGIC

SUFFIX = ".mcap"


def require_new_recording(path: Path | None) -> None:
    """A recording is a new file whose name says so."""
    if path is None:
        return
    if path.suffix.lower() != SUFFIX:
        raise RecordingError(
            f"{path} does not end in {SUFFIX} as a recording does; write {path.name}{SUFFIX}"
        )
    if path.exists() or path.is_symlink():
        raise RecordingError(f"{path} exists already and is never overwritten; choose another name")
    _try(path)


def require_results_place(path: Path | None, *recordings: Path | None) -> None:
    """Results may replace older results, but no recording: neither one there nor one to come."""
    if path is None:
        return
    if is_recording(path):
        raise RecordingError(f"{path} is a recording and stays as it is; name another file")
    if any(other is not None and path.resolve() == other.resolve() for other in recordings):
        raise RecordingError(f"{path} is to be the recording itself; name another file")
    _try(path)


def is_recording(path: Path) -> bool:
    """Whether a file begins as recordings do."""
    try:
        if not path.is_file():
            return False
        with path.open("rb") as file:
            return file.read(len(MAGIC)) == MAGIC
    except OSError:  # trying to write will say why
        return False


def _try(path: Path) -> None:
    try:
        if path.is_dir():
            raise RecordingError(f"cannot write {path}: it is a folder; name a file in it")
        if path.is_file():
            with path.open("ab"):
                return
        if path.exists():  # a terminal, a pipe: opening it would already be writing
            return
        with path.open("xb"):
            pass
        path.unlink()
    except (OSError, ValueError) as error:
        raise RecordingError(unwritable(path, error)) from None
