"""What stands on the pages, and what never does."""

import re
import socket
from datetime import timedelta
from uuid import UUID

import pytest

from sledmon.errors import LibraryError, ShareError
from sledmon.library import Library
from sledmon.present.share import ShareServer
from tests.share.conftest import Shared
from tests.share.season import NOW, SHARE, a_day, enter, id_of, run, session_of


def test_an_athlete_sees_their_own_reps_and_nothing_of_others(shared: Shared) -> None:
    answer = shared.connection().get(shared.path("Ann"))
    page = answer.body.decode()
    assert answer.status == 200
    assert len(re.findall("<h3>Rep", page)) == 6
    assert "Take off 10 lb." in page
    assert re.search(r">0\.09 m/s</span>.* faster than last time, 13 November, at this load", page)
    for other in ("Bo", "Kim", "Annika", "Berg", "4.20", "4.90"):
        assert not re.search(rf"\b{re.escape(other)}\b", page), other


@pytest.mark.parametrize(
    ("last_mps", "says"),
    [
        (4.05, "0.15 m/s ±0.02 slower than your best at this load, rep 1."),
        (4.195, "Within error of your best at this load, rep 1."),
        (4.30, "Your last rep is your best at this load so far."),
    ],
)
def test_a_first_session_is_told_against_its_own_best(
    shared: Shared, last_mps: float, says: str
) -> None:
    reps = [run(1, "Dee", 4.20), run(2, "Dee", last_mps)]
    session = session_of(shared.library, reps, packets=f"first {last_mps}")
    url = shared.server.url_for(id_of(shared.library, "Dee"), session)
    page = shared.connection().get("/" + url.rpartition("/")[2]).body.decode()
    said = re.search(r'<p class="say.*?</p>', page)
    assert said
    others = re.sub(r'<span class="u (?!mps).*?</span>', "", said[0])
    assert re.sub(r"<.*?>|[▲●] ", "", others) == says


def test_a_page_is_light_and_whole_in_one_answer(shared: Shared) -> None:
    reps = [run(n, "Cy", 4.0 + n / 100, load_kg=4.536, flag="watch") for n in range(1, 41)]
    session = session_of(shared.library, reps, packets="forty")
    url = shared.server.url_for(id_of(shared.library, "Cy"), session)
    answer = shared.connection().get("/" + url.rpartition("/")[2])
    assert len(answer.body) < 100_000
    assert not re.search(rb"""(?:src|href)=["'](?!\?|data:|/[\w-]{22}/picture)""", answer.body)


def test_names_are_text_whatever_they_hold(shared: Shared) -> None:
    name = """<script>alert("x")</script>&'{{ 7*7 }}"""
    session = session_of(shared.library, [run(1, name, 4.0)], packets="bad name")
    url = shared.server.url_for(id_of(shared.library, name), session)
    for tail in ("", "/picture.svg"):
        page = shared.connection().get("/" + url.rpartition("/")[2] + tail).body.decode()
        assert "<script>alert" not in page
        assert "&lt;script" in page
        if not tail:
            assert "{{ 7*7 }}</h1>" in page


def test_units_are_chosen_by_a_link_and_nonsense_is_the_first_unit(shared: Shared) -> None:
    for asked, wanted in (("speed=mph&load=kg", ("mph", "kg")), ("speed=x&load=", ("mps", "lb"))):
        page = shared.connection().get(f"{shared.path('Ann')}?{asked}").body.decode()
        assert f'<main data-speed="{wanted[0]}" data-load="{wanted[1]}"' in page


def test_the_picture_is_a_drawing_in_one_unit(shared: Shared) -> None:
    answer = shared.connection().get(f"{shared.path('Ann')}/picture.svg?speed=mph")
    text = answer.body.decode()
    assert answer.header("content-type").startswith("image/svg+xml")
    assert "8.30" in text
    assert "m/s" not in text
    assert "style=" not in text


def test_a_session_without_a_rep_that_counts_is_a_page_too(shared: Shared) -> None:
    session = session_of(shared.library, [run(1, "Di", 4.0, complete=False)], packets="short")
    url = shared.server.url_for(id_of(shared.library, "Di"), session)
    page = shared.connection().get("/" + url.rpartition("/")[2]).body.decode()
    assert "Stopped before 10 yd: not judged." in page
    assert "nan" not in page


def test_the_board_is_own_best_and_ranks_nobody_unless_opted_for(shared: Shared) -> None:
    url = shared.server.board_url(shared.session)
    for query in ("", "?order=ranking"):
        page = shared.connection().get("/" + url.rpartition("/")[2] + query).body.decode()
        assert "of own best" in page
        assert "ranking" not in page
        assert re.findall(r'<th scope="row">(\w+)', page) == ["Ann", "Bo", "Kim"]


def test_an_opted_ranking_leaves_minors_unranked(season: tuple[Library, UUID]) -> None:
    library, session = season
    with ShareServer(library, bind="127.0.0.1", ranking=True, now=lambda: NOW) as server:
        shared = Shared(server, library, session, [])
        path = "/" + server.board_url(session).rpartition("/")[2]
        page = shared.connection().get(f"{path}?order=ranking").body.decode()
    rows = re.findall(r'<td><b>(.)</b></td>\s*<th scope="row">(\w+)', page)
    assert rows == [("1", "Ann"), ("2", "Bo"), ("–", "Kim")]


def test_the_address_stays_the_same_and_each_athlete_has_another(shared: Shared) -> None:
    assert shared.url("Ann") == shared.url("Ann") != shared.url("Bo")
    assert re.fullmatch(rf"http://127\.0\.0\.1:{shared.server.port}/[\w-]{{22}}", shared.url("Ann"))


def test_tokens_are_nowhere_in_the_library(shared: Shared) -> None:
    token = shared.path("Ann")[1:].encode()
    shared.library.database.forget_freed()
    files = shared.library.database.path.parent.iterdir()
    assert not any(token in file.read_bytes() for file in files)


def test_minors_are_not_shared_without_consent(shared: Shared) -> None:
    with pytest.raises(LibraryError, match="Kim is under 16"):
        shared.url("Kim")
    enter(shared.library, "Kim", consents=[SHARE])
    path = shared.path("Kim")
    assert shared.connection().get(path).status == 200


def test_nothing_is_bound_before_it_is_started_or_after_it_is_stopped(
    season: tuple[Library, UUID],
) -> None:
    server = ShareServer(season[0], bind="127.0.0.1")
    assert server.port == 0
    server.stop()
    with server:
        shared = Shared(server, *season, [])
        path = shared.path("Ann")
        assert shared.connection().get("/x").status == 404
    with pytest.raises(ConnectionRefusedError):
        shared.connection().get(path)


def test_shared_once_more_the_same_codes_open_the_same_pages(shared: Shared) -> None:
    path, port = shared.path("Ann"), shared.server.port
    shared.server.stop()
    shared.server.start()
    assert (shared.path("Ann"), shared.server.port) == (path, port)
    assert shared.connection().get(path).status == 200


def test_the_check_page_tells_which_phone_came_and_is_not_fooled_by_the_laptop(
    shared: Shared,
) -> None:
    path = "/" + shared.server.check_url().rpartition("/")[2]
    assert b"reaches the laptop" in shared.connection().get(path).body
    assert not shared.server.reached.is_set()
    request = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{shared.server.port}\r\n\r\n"
    address = ("127.0.0.1", shared.server.port)
    with socket.create_connection(address, timeout=5, source_address=("127.0.0.2", 0)) as phone:
        phone.sendall(request.encode())
        assert shared.server.reached.wait(5)
    assert shared.server.reached_from == "127.0.0.2"


def test_a_taken_port_and_a_foreign_address_are_one_sentence(shared: Shared) -> None:
    taken = ShareServer(shared.library, bind="127.0.0.1", port=shared.server.port)
    with pytest.raises(ShareError, match=r"cannot share on 127\.0\.0\.1 port \d+: .*--port"):
        taken.start()
    elsewhere = ShareServer(shared.library, bind="203.0.113.1")
    with pytest.raises(ShareError, match=r"^cannot share on 203\.0\.113\.1: [^()]+; choose"):
        elsewhere.start()
    with pytest.raises(ShareError, match="--bind wlan99 is no address and no interface"):
        ShareServer(shared.library, bind="wlan99")


def test_a_page_ends_by_the_clock(season: tuple[Library, UUID]) -> None:
    library, session = season
    now = [NOW]
    with ShareServer(library, bind="127.0.0.1", now=lambda: now[0]) as server:
        shared = Shared(server, library, session, [])
        path = shared.path("Ann")
        for hours, status in ((0, 200), (23, 200), (23.2, 404)):
            now[0] = NOW + timedelta(hours=hours)
            assert shared.connection().get(path).status == status


def test_an_unexpected_failure_is_told_to_the_coach_and_to_nobody_else(
    season: tuple[Library, UUID],
) -> None:
    library, session = season
    told: list[str] = []

    def broken() -> None:
        raise RuntimeError("no clock")

    with ShareServer(library, bind="127.0.0.1", now=broken, tell=told.append) as server:  # type: ignore[arg-type]
        shared = Shared(server, library, session, told)
        answer = shared.connection().get("/whatever")
    assert answer.status == 500
    assert b"clock" not in answer.body
    assert answer.header("cache-control") == "no-store"
    assert told == ["a page could not be shown (RuntimeError: no clock)"]


def test_sessions_of_a_day_know_each_other(shared: Shared) -> None:
    session = session_of(
        shared.library, a_day("Ann", 0.5), "2026-11-20T19:00:00Z", packets="evening"
    )
    url = shared.server.url_for(id_of(shared.library, "Ann"), session)
    page = shared.connection().get("/" + url.rpartition("/")[2]).body.decode()
    assert page.count('<th scope="row">') == 4
