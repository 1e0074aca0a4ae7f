"""A new file appears whole under its name or not at all."""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

from sledmon.errors import RecordingError, unwritable


@contextlib.contextmanager
def written_beside(out: Path, *, replacing: os.stat_result | None = None) -> Iterator[Path]:
    """A temporary name beside ``out``; renamed to it at the end, deleted on any failure.

    ``replacing``: the file that stands there, as it was read; no other is replaced.
    """
    temporary = out.with_name(f".{out.name}.{os.getpid()}.part")
    if replacing is None and out.exists():
        raise _in_the_way(out)
    try:
        yield temporary
        if replacing is not None:
            _replace(temporary, out, replacing)
            return
        try:
            # Unlike a rename, a hard link never replaces what appeared there meanwhile.
            os.link(temporary, out)
        except FileExistsError:
            raise _in_the_way(out) from None
        except OSError:  # a file system without hard links
            temporary.rename(out)
    except RecordingError as error:  # the temporary name means nothing to people
        raise RecordingError(str(error).replace(str(temporary), str(out))) from None
    except OSError as error:
        raise RecordingError(unwritable(out, error)) from None
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)


def write_at_once(path: Path, text: str) -> None:
    """A small file of the user's own: it holds all of the text, or what it held before."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(".new")
    fresh.write_text(text, "utf-8")
    fresh.replace(path)


def _replace(temporary: Path, out: Path, before: os.stat_result) -> None:
    now = out.stat()
    if (now.st_size, now.st_mtime_ns) != (before.st_size, before.st_mtime_ns):
        raise RecordingError(f"{out} was changed by someone else meanwhile; open it again")
    temporary.chmod(before.st_mode & 0o777)
    temporary.replace(out)


def _in_the_way(out: Path) -> RecordingError:
    return RecordingError(f"{out} exists already and is never overwritten; choose another name")
