"""Results kept from one run to the next, each under what it was made from.

The key holds the recording's bytes, the parameters and the software. Nothing is ever looked up by
a name or a date, so a hit cannot be stale. A recording of ten minutes is hashed in 2 ms, less than
a hundredth of what its analysis costs.
"""

import contextlib
import hashlib
import json
import os
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Final

from platformdirs import user_cache_path

from sledmon.batch.one import Outcome
from sledmon.batch.sources import sources_digest
from sledmon.batch.stored import from_bytes, to_bytes
from sledmon.pipeline import PipelineParams

FOLDER_VARIABLE: Final = "SLEDMON_CACHE"
"""A folder for the cache, or ``none``."""
_SUFFIX: Final = ".result"


def default_cache() -> "ResultCache | None":
    """The user's own, unless the environment says otherwise."""
    said = os.environ.get(FOLDER_VARIABLE, "")
    if said == "none":
        return None
    return ResultCache(
        Path(said) if said else user_cache_path("sledmon", appauthor=False) / "results"
    )


class ResultCache:
    """One file a result. Whatever fails here costs time, never a result."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def keyed(self, params: PipelineParams) -> Callable[[Path], str]:
        """What gives a recording's key; it is empty where the file cannot be read."""
        said = json.dumps(asdict(params), sort_keys=True, default=dict)
        software = hashlib.sha256(f"{sources_digest()} {said}".encode()).digest()

        def key_of(path: Path) -> str:
            try:
                if not path.is_file():  # reading a pipe would take what the analysis needs
                    return ""
                with path.open("rb") as file:
                    content = hashlib.file_digest(file, "sha256").digest()
            except (OSError, ValueError):
                return ""
            return hashlib.sha256(content + software).hexdigest()

        return key_of

    def get(self, key: str) -> Outcome | None:
        """What was kept; None if nothing, or nothing that can be read, was."""
        try:
            return from_bytes(self._file(key).read_bytes())
        except (OSError, ValueError):
            return None

    def put(self, key: str, outcome: Outcome) -> None:
        """Keep a result; it appears whole or not at all."""
        place = self._file(key)
        temporary = place.with_name(f".{key}.{os.getpid()}.part")
        with contextlib.suppress(OSError, TypeError):
            place.parent.mkdir(parents=True, exist_ok=True)
            temporary.write_bytes(to_bytes(outcome))
            temporary.replace(place)

    def clear(self) -> None:
        """Forget everything: results hold names. Other files in the folder are not ours."""
        for pattern in (f"*{_SUFFIX}", ".*.part"):
            for file in self._folder.glob(f"[0-9a-f][0-9a-f]/{pattern}"):
                file.unlink(missing_ok=True)

    def _file(self, key: str) -> Path:
        return self._folder / key[:2] / f"{key}{_SUFFIX}"
