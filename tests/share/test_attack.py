"""Guesses, other hosts, other methods, floods and slowness: nothing leaks, nothing hangs.

``python -m benchmarks.attack`` does the same with a hundred thousand guesses beside a live session.
"""

import random
import re
import secrets
import socket
import statistics
import string
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from functools import partial
from uuid import UUID

import pytest

from sledmon.library import Library
from sledmon.present.share import ShareServer
from sledmon.present.share.grants import Grants, new_token
from sledmon.present.share.limits import LimitParams
from tests.share.conftest import GENEROUS, Shared
from tests.share.http import Answer, read_answer
from tests.share.season import NOW, a_day, id_of, run, session_of

SECRETS = re.compile(rb"Ann|Bo\b|Kim|Annika|4\.51|33 \+|sledmon|uvicorn|python|Traceback", re.I)


def refused(answer: Answer) -> Answer:
    """What does not depend on who asked for what."""
    assert not SECRETS.search(answer.headers + answer.body)
    return answer


def test_wrong_expired_revoked_and_unknown_are_one_answer_to_the_byte(
    season: tuple[Library, UUID],
) -> None:
    library, session = season
    now = [NOW]
    with ShareServer(
        library, bind="127.0.0.1", limits=GENEROUS, now=lambda: now[0], tell=pytest.fail
    ) as server:
        shared = Shared(server, library, session, [])
        expired, revoked, board = (
            shared.path("Ann"),
            shared.path("Bo"),
            "/" + server.board_url(session).rpartition("/")[2],
        )
        server.revoke(athlete=id_of(library, "Bo"))
        now[0] = NOW + timedelta(days=2)
        paths = [
            expired,
            revoked,
            board,
            f"/{new_token()}",
            "/",
            "",
            "/favicon.ico",
            "//",
            "/a/b/c",
        ]
        tails = ["", "/events", "/picture.svg", "/", "?speed=mph", "/../", "/x", "%2e%2e/"]
        answers = {
            refused(shared.connection().get(path + tail, method))
            for path in paths
            for tail in tails
            for method in ("GET",)
            if path + tail
        }
        heads = {
            refused(shared.connection().get(path or "/", "HEAD"))._replace(body=b"")
            for path in paths
        }
    assert len(answers) == 1
    (answer,) = answers
    assert answer.status == 404
    assert heads == {answer._replace(body=b"")}


def test_ten_thousand_guesses_find_nothing_and_near_ones_no_more_than_far_ones(
    season: tuple[Library, UUID],
) -> None:
    library, session = season
    with ShareServer(library, bind="127.0.0.1", now=lambda: NOW) as server:
        real = Shared(server, library, session, []).path("Ann")[1:]
        grants: Grants = server._grants
        assert grants.find(real, NOW) is not None
        letters = string.ascii_letters + string.digits + "-_"
        draw = random.Random(1)
        for _ in range(5_000):
            place = draw.randrange(len(real))
            near = real[:place] + draw.choice(letters.replace(real[place], "")) + real[place + 1 :]
            assert grants.find(near, NOW) is None
            assert grants.find(secrets.token_urlsafe(16), NOW) is None
        for odd in ("", real[:-1], real + "A", real.swapcase(), real + "\0", " " + real, "\udcff"):
            assert grants.find(odd, NOW) is None


def test_another_athletes_token_opens_only_their_own_page(shared: Shared) -> None:
    ann, bo = shared.path("Ann"), shared.path("Bo")
    page = shared.connection().get(bo).body.decode()
    assert "<h1>Bo</h1>" in page
    assert "Ann" not in page
    for mixed in (f"{bo}/..{ann}", f"{bo}{ann}", f"{bo}?athlete={id_of(shared.library, 'Ann')}"):
        assert b"Ann" not in shared.connection().get(mixed).body


@pytest.mark.parametrize(
    "path",
    [
        "/../../etc/passwd",
        "/%2e%2e/%2e%2e/etc/passwd",
        "/..%2f..%2fetc%2fpasswd",
        "/....//....//etc/passwd",
        "/templates/page.css",
        "/%00",
        "/library.sqlite",
        "/static/../page.js",
        "http://evil.example/",
        "*",
        "/" + "A" * 600,
        "/?" + "q" * 600,
    ],
)
def test_paths_lead_nowhere(shared: Shared, path: str) -> None:
    answer = refused(shared.connection().get(path))
    assert answer == refused(shared.connection().get("/nothing"))


@pytest.mark.parametrize(
    "host",
    ["evil.example", "127.0.0.1", "127.0.0.1:1", "127.0.0.1.evil.example:{port}", "[::1]:{port}"],
)
def test_another_host_is_answered_like_a_wrong_token(shared: Shared, host: str) -> None:
    named = host.format(port=shared.server.port)
    answer = refused(shared.connection().get(shared.path("Ann"), host=named))
    assert answer == refused(shared.connection().get("/nothing"))


def test_a_request_without_a_host_or_with_two_gets_no_page(shared: Shared) -> None:
    path, port = shared.path("Ann"), shared.server.port
    two = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nHost: evil.example\r\n\r\n"
    none = f"GET {path} HTTP/1.0\r\n\r\n"
    for request in (two, none):
        assert refused(shared.connection().raw(request.encode())).status in (0, 404)


@pytest.mark.parametrize(
    "method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT", "PROPFIND", "get"]
)
def test_only_get_and_head_are_methods(shared: Shared, method: str) -> None:
    for path in (shared.path("Ann"), "/nothing"):
        answer = refused(shared.connection().get(path, method))
        assert answer.status in (405, 0)
        assert answer.header("allow") in ("GET, HEAD", "")


def test_head_is_get_without_its_body(shared: Shared) -> None:
    for tail in ("", "/picture.svg"):
        path = shared.path("Ann") + tail
        got, head = shared.connection().get(path), shared.connection().get(path, "HEAD")
        assert head == got._replace(body=b"")
    events = shared.connection().get(shared.path("Ann") + "/events", "HEAD")
    assert events.header("content-type").startswith("text/event-stream")


@pytest.mark.parametrize(
    "more",
    [
        "Content-Length: 5\r\n",
        "Transfer-Encoding: chunked\r\n",
        "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
        "Content-Length: -1\r\n",
        "X: a\r\nno colon here\r\n",
        "X: " + "a" * 9000 + "\r\n",
        "X : a\r\n",
    ],
)
def test_bodies_and_broken_heads_get_no_page(shared: Shared, more: str) -> None:
    answer = refused(shared.connection().get(shared.path("Ann"), more=more))
    assert answer.status in (0, 404)


def test_nothing_that_is_asked_comes_back_in_a_header(shared: Shared) -> None:
    path = f"{shared.path('Ann')}?speed=mph%0d%0aSet-Cookie:%20a=b&load=%0aX:y"
    headers = shared.connection().get(path, more="X: a\nX: y\r\n").headers.lower()
    assert b"set-cookie" not in headers
    assert b"x:y" not in headers


def test_every_answer_bears_the_headers_of_safety_and_no_cookie(shared: Shared) -> None:
    ann = shared.path("Ann")
    asked = [
        (ann, "GET"),
        (ann + "/picture.svg", "GET"),
        ("/x", "GET"),
        (ann, "POST"),
        (ann, "HEAD"),
    ]
    for path, method in asked:
        answer = shared.connection().get(path, method)
        policy = answer.header("content-security-policy")
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "*" not in policy
        assert answer.header("cache-control") == "no-store"
        assert answer.header("referrer-policy") == "no-referrer"
        assert answer.header("x-content-type-options") == "nosniff"
        assert answer.header("access-control-allow-origin") == ""
        for absent in ("set-cookie", "server", "date", "etag"):
            assert answer.header(absent) == ""


def test_who_asks_too_much_waits_and_others_do_not(season: tuple[Library, UUID]) -> None:
    library, session = season
    limits = LimitParams(at_once=30.0, per_second=0.5, refused_cost=10.0)
    with ShareServer(library, bind="127.0.0.1", limits=limits, now=lambda: NOW) as server:
        shared = Shared(server, library, session, [])
        path = shared.path("Ann")
        statuses = [shared.connection().get("/guess").status for _ in range(40)]
        assert statuses[:2] == [404, 404]
        assert set(statuses[4:]) <= {0, 429}
        assert shared.connection().get(path).status == 0
        with socket.create_connection(
            ("127.0.0.1", server.port), timeout=5, source_address=("127.0.0.2", 0)
        ) as other:
            request = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\n\r\n"
            other.sendall(request.encode())
            assert read_answer(other).status == 200


@contextmanager
def opened(shared: Shared, number: int, say: bytes) -> Iterator[list[socket.socket]]:
    with ExitStack() as stack:
        sockets = []
        for _ in range(number):
            address = ("127.0.0.1", shared.server.port)
            sockets.append(stack.enter_context(socket.create_connection(address, timeout=10)))
            sockets[-1].sendall(say)
        yield sockets


def events_of(shared: Shared, athlete: str) -> bytes:
    host = f"Host: 127.0.0.1:{shared.server.port}"
    return f"GET {shared.path(athlete)}/events HTTP/1.1\r\n{host}\r\n\r\n".encode()


def read_until(stream: socket.socket, mark: bytes) -> bytes:
    got = b""
    while mark not in got:
        piece = stream.recv(4096)
        assert piece, got
        got += piece
    return got


def ended(one: socket.socket) -> bool:
    try:
        return one.recv(1) == b""
    except ConnectionResetError:
        return True


def test_slow_requests_are_ended_and_keep_nobody_else_out(season: tuple[Library, UUID]) -> None:
    library, session = season
    hasty = LimitParams(at_once=1e6, head_s=0.5)
    with ShareServer(library, bind="127.0.0.1", limits=hasty, now=lambda: NOW) as server:
        shared = Shared(server, library, session, [])
        path = shared.path("Ann")
        unfinished = b"GET / HTTP/1.1\r\nHost: "
        with opened(shared, 8, unfinished) as slow, opened(shared, 4, b"") as silent:
            assert shared.connection().get(path).status == 200
            assert all(ended(one) for one in (*slow, *silent))


def test_one_client_keeps_so_many_connections_and_no_more(shared: Shared) -> None:
    most = GENEROUS.connections
    with opened(shared, most, events_of(shared, "Ann")) as streams:
        assert all(read_answer(one).status == 200 for one in streams)
        assert shared.connection().get(shared.path("Ann")).status == 0
    answers = (shared.connection().get(shared.path("Ann")).status for _ in range(1000))
    assert 200 in answers  # as soon as the server has seen them go


def test_a_stream_ends_when_its_page_is_revoked(shared: Shared) -> None:
    with opened(shared, 1, events_of(shared, "Ann")) as (stream,):
        read_until(stream, b"event: rep")
        shared.server.revoke(session=shared.session)
        assert b"event: rep" not in read_until(stream, b"0\r\n\r\n")


def test_a_stream_says_nothing_when_another_athlete_runs(shared: Shared) -> None:
    with (
        opened(shared, 1, events_of(shared, "Ann")) as (ann,),
        opened(shared, 1, events_of(shared, "Bo")) as (bo,),
    ):
        for stream in (ann, bo):
            read_until(stream, b"event: rep")
        today = [*a_day("Ann"), run(7, "Bo", 4.2, unresisted=True)]
        more = [run(8, "Kim", 4.9, unresisted=True), run(9, "Bo", 3.6, load_kg=4.536)]
        session_of(shared.library, [*today, *more, run(10, "Bo", 3.7)])
        shared.server.notify()
        read_until(bo, b"event: rep")
        ann.settimeout(0.5)
        with pytest.raises(TimeoutError):
            read_until(ann, b"event: rep")


def test_a_wrong_token_takes_as_long_as_an_expired_one(season: tuple[Library, UUID]) -> None:
    library, session = season
    now = [NOW]
    with ShareServer(
        library, bind="127.0.0.1", limits=GENEROUS, now=lambda: now[0], tell=pytest.fail
    ) as server:
        shared = Shared(server, library, session, [])
        path = shared.path("Ann")
        now[0] = NOW + timedelta(days=2)
        timed: dict[str, list[float]] = {path: [], f"/{new_token()}": []}
        draw = random.Random(1)
        for _ in range(400):
            asked = draw.choice(list(timed))
            timed[asked].append(seconds_of(partial(shared.connection().get, asked)))
        # The lower quarter: those that met no pause between connections, and a quiet computer.
        expired, wrong = (statistics.quantiles(times)[0] for times in timed.values())
    assert abs(expired - wrong) < 0.3 * max(expired, wrong)


def seconds_of(work: Callable[[], object]) -> float:
    begun = time.perf_counter()  # noqa: TID251
    work()
    return time.perf_counter() - begun  # noqa: TID251
