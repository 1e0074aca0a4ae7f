"""A live session kept in a library: each rep is on the disk before it is seen."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sledmon.errors import LibraryError, RecordingError
from sledmon.pipeline import PipelineParams, Recorder
from sledmon.present.export.results_json import rep_document, session_document
from sledmon.recording import open_recording
from sledmon.results import Rep, Session
from sledmon.samples import Opened, Record

if TYPE_CHECKING:
    from sledmon.library import Library, SessionStore
    from sledmon.present.lsl import LslOutlets

NO_LIBRARY: Final = "none"
"""In place of a library's: reps are recorded, and kept nowhere else."""
Show = Callable[[tuple[Rep, ...]], None]
Tell = Callable[[str], object]


class Storing:
    """What ``pipeline.run`` may take as ``recorder``, with the ``show`` that belongs to it.

    A library that fails is told once and never stops the session: its recording has everything.
    """

    def __init__(
        self,
        library: "Library | None",
        recorder: Recorder,
        path: Path,
        tell: Tell,
        offered: "LslOutlets | None" = None,
    ) -> None:
        """``path`` is where ``recorder`` writes; without a library it only records.

        ``offered`` is given every record behind the recorder, and the reps.
        """
        self.begun = False
        """Whether the opening record has come."""
        self.failure = ""
        """Why nothing more is recorded."""
        self._offered = offered
        self._library = library
        self._recorder = recorder
        self._path = path
        self._tell = tell
        self._store: SessionStore | None = None

    def write(self, record: Record) -> None:
        """Record first; the opening record begins the session in the library too.

        A disk that fills up in the middle is told once: the session goes on without it.
        """
        try:
            self._recorder.write(record)
        except RecordingError as error:
            if isinstance(record, Opened):
                raise
            self.failure = str(error)
            self._tell(self.failure)
        self.begun = True
        if isinstance(record, Opened) and self._library is not None:
            from sledmon.library import SessionStore

            self._store = SessionStore(
                self._library,
                record,
                recording=self._path,
                parameters=asdict(PipelineParams()),
                tell=self._tell,
            )
        if self._offered is not None:
            self._offered.write(record)

    def reread(self) -> Iterator[Sequence[Record]]:
        """What is recorded so far, from the beginning."""
        return open_recording(self._path).batches()

    def showing(self, show: Show | None) -> Show:
        """Store the reps as they stand, then show them."""

        def stored_and_shown(reps: tuple[Rep, ...]) -> None:
            if self._store is not None:
                self._store.store_reps([rep_document(rep) for rep in reps])
            if self._offered is not None:
                self._offered.show(reps)
            if show is not None:
                show(reps)

        return stored_and_shown

    def finish(self, session: Session) -> None:
        """Put the finished session in the running one's place; one without packets leaves none."""
        if self._store is not None:
            self._store.replace_session(session_document(session, str(self._path)))


def library_or_told(place: str, tell: Tell) -> "Library | None":
    """The library for a session about to begin; None, and a sentence, where it cannot be opened."""
    from sledmon.library import open_library

    try:
        return open_library(place, tell)
    except LibraryError as error:
        tell(f"{error}; the session is recorded, but not kept in a library")
        return None
