"""``sledmon share``: the athletes' pages on the local network, or their results in a code."""

import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final
from uuid import UUID

import typer

from sledmon.cli.library.asked import Place, opened
from sledmon.errors import LibraryError, ShareError, counted

if TYPE_CHECKING:
    from segno import QRCode

    from sledmon.library import Library
    from sledmon.present.share import ShareServer

EXAMPLE = "Example: sledmon share --wifi 'Club field'. Without a network: sledmon share --text"
_LOOK_S: Final = 0.5
"""How often new athletes are looked for."""
_REACH: Final = (
    "no phone came through. Is it in this Wi-Fi, its mobile data off? Does this computer's firewall"
    " let Python in (Windows asks once; Cancel blocks for good)? Many clubs' Wi-Fi keeps devices"
    " apart: a phone's hotspot does not. Without any network: sledmon share --text"
)


def run(
    session: Annotated[
        str,
        typer.Argument(
            metavar="[SESSION|RECORDING]",
            help="Which session; without it, the newest, and each that is begun meanwhile.",
            show_default=False,
        ),
    ] = "",
    athlete: Annotated[
        list[str] | None,
        typer.Option("--athlete", metavar="NAME", help="Only this athlete; repeatable."),
    ] = None,
    bind: Annotated[
        str,
        typer.Option(
            "--bind",
            metavar="ADDRESS|INTERFACE",
            help="Where to share; without it, this computer's address in its network."
            " 0.0.0.0: everywhere.",
        ),
    ] = "",
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="0: any free one.")] = 0,
    wifi: Annotated[
        str,
        typer.Option(
            "--wifi", metavar="NAME", help="First a code to join this Wi-Fi; asks for its password."
        ),
    ] = "",
    board: Annotated[bool, typer.Option("--board", help="The coach's board as well.")] = False,
    ranking: Annotated[
        bool, typer.Option("--ranking", help="The board may rank; who is under 16 never.")
    ] = False,
    codes: Annotated[
        Path | None,
        typer.Option("--codes", metavar="DIR", help="Keep every code as SVG and PNG."),
    ] = None,
    text: Annotated[
        bool, typer.Option("--text", help="No network: the results themselves in the codes.")
    ] = False,
    check: Annotated[
        bool, typer.Option("--check", help="Can a phone reach this computer? Wait for one.")
    ] = False,
    revoke: Annotated[
        bool, typer.Option("--revoke", help="End the pages of this session, or its athletes.")
    ] = False,
    place: Place = "",
) -> None:
    """Show each athlete a QR code to a page of their own reps, until Ctrl-C.

    Pages are read-only, update by themselves, and end 24 hours after the session. Nothing is shared
    of athletes under 16 without consent to it.
    """
    with opened(place) as library:
        if revoke:
            _revoke(library, session, athlete or [])
            return
        if wifi:
            _show_wifi(wifi)
        if text:
            _show_texts(library, session, athlete or [], codes)
            return
        _serve(
            library,
            _Wanted(library, session, athlete or []),
            bind=bind,
            port=port,
            board=board or ranking,
            ranking=ranking,
            codes=codes,
            check=check,
        )


class _Wanted:
    """Whose pages are asked for: as named, or as sessions and athletes come."""

    def __init__(self, library: "Library", session: str, athletes: list[str]) -> None:
        from sledmon import library as of

        self._library = library
        with library.reading() as connection:
            self._session = of.find_session(connection, session) if session else None
            self.only = {of.find_athlete(connection, name).id for name in athletes}

    def now(self) -> tuple[UUID | None, dict[UUID, str], list[str]]:
        """The session, its athletes who may share, and the names of those who may not."""
        from sledmon import library as of

        with self._library.reading() as connection:
            session = self._session or of.newest_session(connection)
            if session is None:
                return None, {}, []
            may = of.may_share(connection, session)
            if self.only:
                may = {one: name for one, name in may.items() if one in self.only}
            return session, may, of.may_not_share(connection, session)


def _serve(
    library: "Library",
    wanted: _Wanted,
    *,
    bind: str,
    port: int,
    board: bool,
    ranking: bool,
    codes: Path | None,
    check: bool,
) -> None:
    from sledmon.present.share import ShareServer

    with ShareServer(library, bind=bind, port=port, ranking=ranking, tell=_tell) as server:
        typer.echo(f"Sharing on {server.address}, port {server.port}. Ctrl-C ends it.")
        try:
            if check:
                _wait_for_phone(server)
            else:
                _follow(wanted, server, board=board, codes=codes)
        except KeyboardInterrupt:
            typer.echo("No longer shared.")


def _follow(wanted: _Wanted, server: "ShareServer", *, board: bool, codes: Path | None) -> None:
    shown: set[str] = set()
    coded: set[tuple[UUID, UUID | None]] = set()
    """Who has had a code: one that was revoked elsewhere is not followed by another."""
    waits = threading.Event()

    def show(who: str, url: str) -> None:
        if url not in shown:
            shown.add(url)
            _show(who, url, _code(url), codes)

    def say(sentence: str) -> None:
        if sentence not in shown:
            shown.add(sentence)
            typer.echo(sentence)

    while True:
        session, athletes, without_consent = wanted.now()
        if session is not None:
            if board and athletes and (session, None) not in coded:
                show("Coach's board", server.board_url(session))
                coded.add((session, None))
            for one, name in athletes.items():
                if (session, one) in coded:
                    continue
                try:
                    show(name, server.url_for(one, session))
                    coded.add((session, one))
                except LibraryError:  # erased, finished or without consent since: look again
                    continue
        if not athletes:
            say("No rep yet: codes come with each athlete's first.")
        for name in without_consent:
            say(f"{name} is under 16, and nobody consented to sharing: no code.")
        waits.wait(_LOOK_S)


def _wait_for_phone(server: "ShareServer") -> None:
    _show("Open this with a phone", server.check_url(), _code(server.check_url()), None)
    for _ in range(120):
        if server.reached.wait(1.0):
            typer.echo(f"A phone reaches this computer: {server.reached_from} did.")
            return
    raise ShareError(_REACH)


def _revoke(library: "Library", session: str, athletes: list[str]) -> None:
    from sledmon import library as of

    with library.editing() as edit:
        one = of.find_session(edit.connection, session) if session else None
        those = [of.find_athlete(edit.connection, name).id for name in athletes]
        whose: list[UUID | None] = [*those] or [None]
        ended = sum(of.revoke_tokens(edit.connection, athlete=who, session=one) for who in whose)
    typer.echo(f"{counted(ended, 'codes')} opened a page; none does any more.")


def _show_texts(library: "Library", session: str, athletes: list[str], codes: Path | None) -> None:
    from sledmon.present.share.pages import Chosen
    from sledmon.present.share.qr import MOST_BYTES, code_of
    from sledmon.present.share.read import read_own
    from sledmon.present.share.results_text import results_text

    one, may, without_consent = _Wanted(library, session, athletes).now()
    for name in without_consent:
        _tell(f"{name} is under 16, and nobody consented to sharing: no code.")
    if one is None or not may:
        raise ShareError("there is no rep to share yet; see: sledmon library list sessions")
    for athlete, name in may.items():
        own = read_own(library, athlete, one)
        if own is not None:
            told = results_text(own, Chosen(), MOST_BYTES)
            _show(name, told, code_of(told), codes)


def _show_wifi(name: str) -> None:
    from sledmon.present.share.qr import wifi_code

    if sys.stdin.isatty():
        asked = f"Password of {name} (Enter: none)"
        password = typer.prompt(asked, default="", hide_input=True, show_default=False)
    else:
        password = sys.stdin.readline().rstrip("\r\n")
    _show(f"Join {name} first", "", wifi_code(name, password), None)  # a password stays off disks


def _code(url: str) -> "QRCode":
    from sledmon.present.share.qr import code_of

    return code_of(url)


def _show(who: str, what: str, code: "QRCode", codes: Path | None) -> None:
    from sledmon.present.share.qr import on_terminal, save_code

    typer.echo(f"\n{who}\n{on_terminal(code)}")
    if what:
        typer.echo(what)
    if codes is not None:
        svg, _ = save_code(code, codes, who)
        typer.echo(f"Kept: {svg} and .png")


def _tell(sentence: str) -> None:
    typer.echo(f"sledmon: {sentence}", err=True)
