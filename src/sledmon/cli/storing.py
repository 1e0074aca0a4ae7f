"""Reps stored in a library as they end, on their way to being shown."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from sledmon.present.export.results_json import rep_document
from sledmon.results import Rep

if TYPE_CHECKING:
    from sledmon.library import SessionStore

Show = Callable[[tuple[Rep, ...]], None]


def storing(store: "SessionStore", show: Show | None = None) -> Show:
    """What ``pipeline.run`` may call as ``show``: each rep is on the disk before it is seen.

    A library that fails is told by the store and never stops the session.
    """

    def stored_and_shown(reps: tuple[Rep, ...]) -> None:
        store.store_reps([rep_document(rep) for rep in reps])
        if show is not None:
            show(reps)

    return stored_and_shown
