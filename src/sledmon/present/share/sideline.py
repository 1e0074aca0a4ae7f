"""Sharing one session from the window: whose codes there are, with a network and without. No Qt."""

from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Self

from sledmon.errors import LibraryError, ShareError
from sledmon.present.running.storing import NO_LIBRARY

if TYPE_CHECKING:
    from segno import QRCode


class SharedPage(NamedTuple):
    """One athlete's page."""

    athlete: str
    url: str


class SessionShare:
    """Pages of one session's athletes, from ``begin`` to ``stop``."""

    def __init__(self, library: str, recording: Path) -> None:
        """``recording`` is how the library knows the session."""
        self.without_consent: tuple[str, ...] = ()
        """Athletes under 16 for whom nobody consented."""
        self._place = library
        self._recording = recording
        self._stack = ExitStack()

    def begin(self) -> Self:
        """Serve; a sentence in an error where that cannot be."""
        from sledmon.library import open_library
        from sledmon.present.share.server import ShareServer

        if self._place == NO_LIBRARY:
            raise ShareError("a demo is nobody's own: there is no page to share of it")
        try:
            self._library = self._stack.enter_context(open_library(self._place))
            self._server = self._stack.enter_context(ShareServer(self._library))
        except BaseException:
            self._stack.close()
            raise
        return self

    def stop(self) -> None:
        """Close every page; codes that were shown open nothing any more until it begins again."""
        self._stack.close()

    @property
    def reached(self) -> bool:
        """Whether a phone has come through."""
        return self._server.reached.is_set()

    @property
    def kept(self) -> bool:
        """Whether the library has the session."""
        from sledmon import library as of

        try:
            with self._library.reading() as connection:
                of.find_session(connection, str(self._recording))
        except LibraryError:
            return False
        return True

    def check_url(self) -> str:
        """A page by which a phone shows that it reaches this computer."""
        return self._server.check_url()

    def pages(self) -> tuple[SharedPage, ...]:
        """One for each athlete who may be shared, as of now; none before the first rep."""
        from sledmon import library as of

        try:
            with self._library.reading() as connection:
                session = of.find_session(connection, str(self._recording))
                may = of.may_share(connection, session)
                self.without_consent = tuple(of.may_not_share(connection, session))
            return tuple(
                SharedPage(name, self._server.url_for(athlete, session))
                for athlete, name in may.items()
            )
        except LibraryError:
            return ()

    def text_of(self, athlete: str) -> str:
        """An athlete's results as text, for a code without any network."""
        from sledmon import library as of
        from sledmon.present.share.pages import Chosen
        from sledmon.present.share.qr import MOST_BYTES
        from sledmon.present.share.read import read_own
        from sledmon.present.share.results_text import results_text

        with self._library.reading() as connection:
            session = of.find_session(connection, str(self._recording))
            may = {name: one for one, name in of.may_share(connection, session).items()}
        own = read_own(self._library, may[athlete], session) if athlete in may else None
        return "" if own is None else results_text(own, Chosen(), MOST_BYTES)


def code_for(text: str) -> "QRCode":
    """The code of an address or of results."""
    from sledmon.present.share.qr import code_of

    return code_of(text)
