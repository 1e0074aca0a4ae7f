"""The queue: whose turn it is after anything a coach may do, and what a roster brings."""

import codecs
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sledmon.errors import QueueError
from sledmon.present.athletes.queue import (
    MOST_ATHLETES,
    Queue,
    parse_queue,
    queue_json,
    queue_rows,
    read_queue,
    write_queue,
)
from sledmon.present.athletes.roster import parse_roster, read_roster


def of(*names: str) -> Queue:
    queue = Queue()
    for name in names:
        queue = queue.with_added(name)
    return queue.without(1)


def names(queue: Queue) -> list[str]:
    return [athlete.name for athlete in queue.athletes]


def test_a_new_queue_has_an_athlete_so_that_nothing_need_be_typed() -> None:
    assert Queue().now.name == "Athlete 1"
    assert Queue().following is None
    assert Queue().with_added().with_added().athletes[2].name == "Athlete 3"


def test_turns_go_round_and_back() -> None:
    queue = of("Ana", "Bea", "Cas")
    assert queue.now.name == "Ana"
    assert queue.following is queue.athletes[1]
    assert queue.advanced().advanced().advanced() == queue
    assert queue.back().now.name == "Cas"
    assert queue.back().advanced() == queue


def test_who_sits_out_is_passed_over_until_picked_by_number() -> None:
    queue = of("Ana", "Bea", "Cas").sitting_out(2)
    assert queue.advanced().now.name == "Cas"
    assert queue.advanced().back().now.name == "Ana"
    picked = queue.at(2)
    assert picked.now.name == "Bea"
    assert not picked.now.sits_out
    alone = of("Ana", "Bea").sitting_out(2)
    assert alone.following is None
    assert alone.advanced() == alone


def test_a_number_without_an_athlete_changes_nothing() -> None:
    queue = of("Ana", "Bea")
    for slot in (0, 3, 9, -1):
        assert queue.at(slot) == queue
        assert queue.without(slot) == queue
        assert queue.moved(slot, 1) == queue
        assert queue.sitting_out(slot) == queue
        assert queue.of_age(slot) == queue


def test_moving_and_removing_keep_whose_turn_it_is() -> None:
    queue = of("Ana", "Bea", "Cas").at(2)
    moved = queue.moved(2, 1)
    assert (names(moved), moved.now.name) == (["Bea", "Ana", "Cas"], "Bea")
    assert queue.moved(3, 1).now.name == "Bea"
    assert queue.without(1).now.name == "Bea"
    assert queue.without(3).now.name == "Bea"
    assert queue.without(2).now.name == "Cas"
    assert queue.at(3).without(3).now.name == "Bea"


def test_removing_the_last_one_leaves_an_unnamed_athlete() -> None:
    assert of("Ana").without(1) == Queue()


def test_a_name_that_is_taken_or_empty_is_refused_in_a_sentence() -> None:
    queue = of("Ana", "Bea")
    with pytest.raises(QueueError, match="ana is in the queue already; add a letter"):
        queue.with_added("ana")
    with pytest.raises(QueueError, match="Bea is in the queue already"):
        queue.renamed(1, "Bea")
    with pytest.raises(QueueError, match="needs a name"):
        queue.renamed(1, "\x00 \n")
    assert queue.renamed(1, "ANA").athletes[0].name == "ANA"


def test_names_lie_on_one_line_of_a_length_that_can_be_shown() -> None:
    assert of("  Ana\tMaria\n ").now.name == "Ana Maria"
    assert len(of("x" * 500).now.name) == 40


def test_a_full_queue_says_so() -> None:
    queue = Queue()
    for _ in range(MOST_ATHLETES - 1):
        queue = queue.with_added()
    with pytest.raises(QueueError, match="as many as it takes"):
        queue.with_added()


steps = st.lists(
    st.tuples(
        st.sampled_from(["advanced", "back", "at", "moved", "without", "sitting_out", "added"]),
        st.integers(-1, 8),
        st.integers(-1, 8),
    ),
    max_size=40,
)


@given(steps)
def test_whatever_is_done_somebody_runs_now_names_differ_and_it_is_kept(
    done: list[tuple[str, int, int]],
) -> None:
    queue = Queue()
    for what, one, two in done:
        if what in ("advanced", "back"):
            queue = getattr(queue, what)()
        elif what == "moved":
            before = sorted(names(queue))
            queue = queue.moved(one, two)
            assert sorted(names(queue)) == before
        elif what == "added":
            queue = queue.with_added()
        else:
            queue = getattr(queue, what)(one)
        assert queue.has(queue.slot)
        assert len(set(names(queue))) == len(queue.athletes)
    assert parse_queue(queue_json(queue)) == queue
    assert sum("now" in row.cells for row in queue_rows(queue)) == 1


def test_a_queue_is_kept_for_the_next_start(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "queue.json"
    assert read_queue(path) == Queue()
    queue = of("Ana", "Zoë 7").of_age(2).sitting_out(1).advanced()
    write_queue(queue, path)
    assert read_queue(path) == queue
    assert queue.minors() == {"Zoë 7"}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"slot": 2, "athletes": [{"name": "Ana"}]}',
        '{"slot": 1, "athletes": []}',
        '{"slot": 1, "athletes": [{"name": "Ana"}, {"name": "ANA"}]}',
        '{"slot": "x", "athletes": [{"name": "Ana"}]}',
        '{"slot": 1, "athletes": [{"name": ""}]}',
        '{"slot": 1, "athletes": ["Ana"]}',
    ],
)
def test_a_damaged_queue_is_one_sentence(text: str) -> None:
    with pytest.raises(QueueError, match=r"queue\.json is not a queue .* name the athletes again"):
        parse_queue(text)


def test_a_queue_that_cannot_be_read_or_kept_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(QueueError, match="cannot read"):
        read_queue(tmp_path / "file")
    with pytest.raises(QueueError, match="cannot write"):
        write_queue(Queue(), tmp_path / "file" / "queue.json")


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_a_roster_is_read_as_spreadsheets_write_it(
    tmp_path: Path, delimiter: str, encoding: str, newline: str
) -> None:
    rows = [
        ["Real name", "Nickname", "U16"],
        ["Anastasia Long", "Ána", "yes"],
        ["B", '"B;e,a"', ""],
    ]
    text = newline.join(delimiter.join(row) for row in rows) + newline
    path = tmp_path / "squad.csv"
    path.write_bytes(text.encode(encoding))
    roster = read_roster(path)
    assert [athlete.name for athlete in roster.athletes] == ["Ána", "B;e,a"]
    assert [athlete.under_16 for athlete in roster.athletes] == [True, False]
    assert roster.told == "Took 2 athletes from squad.csv."


def test_without_headings_the_first_column_names_the_athletes() -> None:
    roster = parse_roster("7,Ana\n12,Bea\n\n,\n")
    assert [athlete.name for athlete in roster.athletes] == ["7", "12"]


def test_names_that_stand_twice_and_long_files_are_told_in_one_sentence() -> None:
    rows = "".join(f"Athlete {number}\n" for number in [*range(1, 501), 1, 2])
    roster = parse_roster(rows)
    assert len(roster.athletes) == MOST_ATHLETES
    assert roster.told == (
        "Took the first 120 of 500 athletes from roster.csv; 2 names stood there twice."
    )


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "names nobody; write one athlete a row"),
        (codecs.BOM_UTF8 + b"\n\n", "names nobody"),
        (b"nickname\n", "names nobody"),
        (b"PK\x03\x04\x00\x00xl/", "is not a table of text; save the roster as CSV"),
        (b"x\n" * 600_000, "is too large"),
        (b'"' + b"x" * 200_000, "cannot be read as a table"),
    ],
)
def test_what_is_no_roster_is_one_sentence(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "r.csv"
    path.write_bytes(content)
    with pytest.raises(QueueError, match=said) as caught:
        read_roster(path)
    assert "\n" not in str(caught.value)


def test_a_roster_that_is_not_there_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(QueueError, match="does not exist"):
        read_roster(tmp_path / "none.csv")


def test_a_roster_takes_the_place_of_an_unnamed_athlete_and_joins_named_ones() -> None:
    roster = parse_roster("Ana\nBea").athletes
    assert names(Queue().with_roster(roster)) == ["Ana", "Bea"]
    assert names(of("Cas", "ana").with_roster(roster)) == ["Cas", "ana", "Bea"]
