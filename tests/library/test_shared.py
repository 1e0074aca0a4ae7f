"""Tokens of shared pages: kept as hashes, following their session, ended in good time."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from sledmon.errors import LibraryError
from sledmon.library import (
    Analyse,
    AthleteChange,
    Consent,
    Library,
    SessionStore,
    board,
    change_athlete,
    erase,
    find_athlete,
    grants,
    issue_token,
    may_not_share,
    may_share,
    newest_session,
    open_library,
    own_documents,
    plan_erasure,
    revoke_tokens,
    session_bests,
    store_results,
    synchronise,
)
from sledmon.library.schema import share_tokens
from sledmon.present.export.results_json import rep_document
from tests.library.conftest import NewPlace
from tests.library.sessions import rep, results

NOW = datetime(2026, 11, 20, 18, 0, tzinfo=UTC)
SHARE = Consent(scope="share", given_on="2026-11-01", given_by="her mother")
BOARD = Consent(scope="board", given_on="2026-11-01", given_by="her mother")
HASH = bytes(range(32))
never: Analyse = lambda path: pytest.fail(f"{path} was analysed")  # noqa: E731


def enter(library: Library, nickname: str, **change: object) -> None:
    with library.editing() as edit:
        change_athlete(edit, nickname, AthleteChange(**change))  # type: ignore[arg-type]


def issued(library: Library, athlete: str | None, session: object, sha256: bytes = HASH) -> None:
    with library.editing() as edit:
        who = find_athlete(edit.connection, athlete).id if athlete else None
        issue_token(edit.connection, sha256, who, session, NOW)  # type: ignore[arg-type]


def standing(library: Library) -> list[bytes]:
    with library.reading() as connection:
        return [grant.sha256 for grant in grants(connection)]


def test_a_token_follows_a_running_session_to_its_finished_self(library: Library) -> None:
    told = results([rep(1)])
    store = SessionStore(library, told.opened, tell=pytest.fail)
    store.store_reps([rep_document(rep(1))])
    issued(library, "Ann", store.id)
    finished = store.replace_session(dict(told.document))
    with library.reading() as connection:
        (grant,) = grants(connection)
        assert grant.session == finished == newest_session(connection)


def test_a_token_follows_a_session_that_was_cut_off_and_goes_on(
    library: Library, tmp_path: Path
) -> None:
    opened, path = results([]).opened, tmp_path / "session.mcap"
    cut_off = SessionStore(library, opened, recording=path, tell=pytest.fail)
    issued(library, None, cut_off.id)
    goes_on = SessionStore(library, opened, recording=path, tell=pytest.fail)
    with library.reading() as connection:
        (grant,) = grants(connection)
    assert grant.session == goes_on.id != cut_off.id


def test_a_token_of_a_session_without_packets_goes_with_it(library: Library) -> None:
    told = results([])
    document = {**told.document, "quality": {"imu": None, "encoder": None}}
    store = SessionStore(library, told.opened, tell=pytest.fail)
    issued(library, None, store.id)
    assert standing(library) == [HASH]
    store.replace_session(document)
    with library.reading() as connection:
        assert connection.execute(select(share_tokens)).all() == []


def test_a_token_ends_a_day_after_its_session_and_the_next_one_sweeps_it_out(
    library: Library,
) -> None:
    session, _ = store_results(library, results([rep(1)]))
    issued(library, "Ann", session)
    with library.reading() as connection:
        (grant,) = grants(connection)
    assert grant.expires == datetime(2026, 11, 21, 17, 10, tzinfo=UTC)
    with library.editing() as edit:
        later = grant.expires + timedelta(seconds=1)
        issue_token(edit.connection, b"\1" * 32, grant.athlete, session, later)
    assert standing(library) == [b"\1" * 32]


def test_nothing_is_shared_of_a_session_that_is_not_there(library: Library) -> None:
    store_results(library, results([rep(1)]))
    with pytest.raises(LibraryError, match="not in the library any more"):
        issued(library, "Ann", uuid4())
    assert standing(library) == []


def test_who_is_under_16_is_shared_only_with_consent_and_no_longer_than_it_stands(
    library: Library,
) -> None:
    session, _ = store_results(library, results([rep(1, "Kim"), rep(2, "Bo")]))
    enter(library, "Kim", under_16=True, consents=[BOARD])
    with pytest.raises(LibraryError, match=r"Kim is under 16.*--consent share"):
        issued(library, "Kim", session)
    with library.reading() as connection:
        assert list(may_share(connection, session).values()) == ["Bo"]
        assert may_not_share(connection, session) == ["Kim"]
    enter(library, "Kim", consents=[SHARE])
    issued(library, "Kim", session)
    assert standing(library) == [HASH]
    enter(library, "Kim", withdrawn=["share"])
    assert standing(library) == []


def test_on_the_board_minors_need_consent_and_are_never_ranked(library: Library) -> None:
    session, _ = store_results(library, results([rep(1, "Kim"), rep(2, "Bo"), rep(3, "Lou")]))
    enter(library, "Kim", under_16=True, consents=[BOARD])
    enter(library, "Lou", under_16=True, consents=[SHARE])
    with library.reading() as connection:
        assert [line[1:] for line in board(connection, session)] == [("Bo", True), ("Kim", False)]


def test_revoked_is_one_athlete_one_session_or_everything(library: Library) -> None:
    first, _ = store_results(library, results([rep(1, "Ann"), rep(2, "Bo")]))
    second, _ = store_results(library, results([rep(1, "Ann")], packets="more"))
    many = [("Ann", first), ("Bo", first), ("Ann", second), (None, second)]
    for number, (who, session) in enumerate(many):
        issued(library, who, session, bytes([number]) * 32)
    with library.editing() as edit:
        ann = find_athlete(edit.connection, "Ann").id
        assert revoke_tokens(edit.connection, athlete=ann, session=first) == 1
        assert revoke_tokens(edit.connection, session=second) == 2
    assert standing(library) == [b"\1" * 32]
    with library.editing() as edit:
        assert revoke_tokens(edit.connection) == 1


def test_erasing_an_athlete_ends_their_pages_and_those_of_their_sessions(library: Library) -> None:
    session, _ = store_results(library, results([rep(1, "Ann"), rep(2, "Bo")]))
    issued(library, "Ann", session)
    issued(library, "Bo", session, b"\1" * 32)
    erase(library, plan_erasure(library, "Ann"), never, erased_on="2026-11-21")
    with library.reading() as connection:
        assert connection.execute(select(share_tokens)).all() == []


def test_tokens_stay_in_their_library(library: Library, new_place: NewPlace) -> None:
    session, _ = store_results(library, results([rep(1)]))
    issued(library, "Ann", session)
    with open_library(new_place()) as other:
        synchronise(library, other)
        assert standing(other) == []


def test_an_athletes_documents_are_their_own(library: Library) -> None:
    session, _ = store_results(library, results([rep(1, "Ann"), rep(2, "Bo"), rep(3, "Ann")]))
    with library.reading() as connection:
        ann = find_athlete(connection, "Ann").id
        told = own_documents(connection, ann, session)
    assert [(one["number"], one["athlete"]) for one in told] == [(1, "Ann"), (3, "Ann")]


def test_bests_are_one_a_session_and_load_of_reps_that_count(library: Library) -> None:
    day = [
        rep(1, velocity_mps=4.4, unresisted=True),
        rep(2, velocity_mps=4.6, unresisted=True),
        rep(3, velocity_mps=4.9, unresisted=True, excluded=True),
        rep(4, velocity_mps=4.9, unresisted=True, trust="poor"),
        rep(5, velocity_mps=4.0, load_kg=5.0),
        rep(6, velocity_mps=3.9, load_kg=5.0),
        rep(7, velocity_mps=3.5, load_kg=10.0),
        rep(8, complete=False),
    ]
    store_results(library, results(day))
    store_results(library, results([rep(1)], packets="x", started_utc="2026-11-01T17:00:00Z"))
    with library.reading() as connection:
        bests = session_bests(connection, find_athlete(connection, "Ann").id)
    assert [(best.number, best.resistance_kg, best.velocity_mps) for best in bests] == [
        (2, 0.0, 4.6),
        (5, 20.0, 4.0),
        (7, 25.0, 3.5),
        (1, 15.0, 4.5),
    ]


def test_a_read_only_library_reads_what_comes_later_and_writes_nothing(library: Library) -> None:
    with library.read_only() as reader:
        before = reader.clock()
        store_results(library, results([rep(1)]))
        assert reader.clock() == library.clock() > before
        with reader.reading() as connection:
            assert newest_session(connection) is not None
        with pytest.raises((LibraryError, DBAPIError), match=r"read-only|cannot be written"):
            reader.editing().__enter__()


def test_a_missing_library_is_not_made_by_reading(tmp_path: Path) -> None:
    from sledmon.library.database import Database
    from sledmon.library.place import library_url

    place = tmp_path / "none.sqlite"
    database = Database(library_url(str(place)), read_only=True)
    with pytest.raises(LibraryError, match="cannot be opened"), database.reading():
        pass
    assert not place.exists()
