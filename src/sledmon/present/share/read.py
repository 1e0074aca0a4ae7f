"""What pages show, read from the library; each athlete in one unchanging view."""

from dataclasses import dataclass, replace
from uuid import UUID

from sledmon import library as of
from sledmon.library import Library, OnBoard, SharedSession
from sledmon.present.export.results_from_json import rep_from
from sledmon.present.share.own import Own, best_behind


@dataclass(frozen=True, kw_only=True, slots=True)
class Board:
    """What the coach's board shows."""

    session: SharedSession
    athletes: tuple[tuple[OnBoard, Own], ...]

    @property
    def version(self) -> str:
        """Another one whenever the board would show anything else."""
        return "-".join(own.version for _, own in self.athletes) or "empty"


def read_own(library: Library, athlete: UUID, session: UUID) -> Own | None:
    """One athlete's part of a session; None where either is gone."""
    with library.reading() as connection:
        shared = of.shared_session(connection, session)
        nickname = of.nickname_of(connection, athlete)
        if shared is None or not nickname:
            return None
        documents = of.own_documents(connection, athlete, session)
        own = Own(
            nickname=nickname,
            session=shared,
            reps=tuple(rep_from(document) for document in documents),
            bests=tuple(of.session_bests(connection, athlete)),
        )
        earlier, behind = best_behind(own)
        if earlier is not None:
            document = of.rep_document(connection, earlier.session_id, earlier.number)
            behind = rep_from(document) if document else None
    return replace(own, behind=behind)


def read_board(library: Library, session: UUID) -> Board | None:
    """Every athlete of a session who may stand on the board."""
    with library.reading() as connection:
        shared = of.shared_session(connection, session)
        if shared is None:
            return None
        rows = of.board(connection, session)
    found = [(row, read_own(library, row.id, session)) for row in rows]
    return Board(session=shared, athletes=tuple((row, own) for row, own in found if own))
