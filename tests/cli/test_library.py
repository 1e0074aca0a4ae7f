"""``sledmon library`` as a user meets it, from the pipeline's results to the receipt."""

import asyncio
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from sledmon.acquire.streaming import simulated
from sledmon.acquire.warp import WarpedLoop
from sledmon.events import EVENT_KINDS
from sledmon.library import open_library, session_document, session_list
from sledmon.pipeline import Pipeline, run
from sledmon.present.running.storing import Storing, library_or_told
from sledmon.recording import RecordingWriter
from sledmon.twin import SessionParams, simulate
from tests.cli.command import assert_one_sentence, sledmon
from tests.library.recordings import named, turns, write
from tests.pipeline.sessions import path_of, records_of, with_events

CLEAN, HARSH = path_of("simulated-clean-10yd"), path_of("simulated-harsh-radio")


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A library of this test's own."""
    monkeypatch.setenv("SLEDMON_LIBRARY", str(tmp_path / "library.sqlite"))
    yield tmp_path / "library.sqlite"


def test_added_sessions_are_listed_and_shown_as_analyze_shows_them(place: Path) -> None:
    ran = sledmon("library", "add", CLEAN, HARSH)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.count("stored") == 2
    assert sledmon("library", "add", CLEAN).out.count("unchanged") == 1
    listed = json.loads(sledmon("library", "list", "--format", "json").out)
    assert sorted(line["reps"] for line in listed) == [3, 4]
    shown = sledmon("library", "show", CLEAN, "--format", "json")
    analysed = sledmon("analyze", CLEAN, "--format", "json")
    assert shown.out == analysed.out
    table = sledmon("library", "show", listed[0]["id"][:8])
    assert table.code == 0
    assert "15 kg+" in table.out
    assert sledmon("library", "list").out.count("\n") == 3


def test_a_rebuild_gives_the_very_results_of_the_day(place: Path, tmp_path: Path) -> None:
    recording = tmp_path / "a.mcap"
    recording.write_bytes(CLEAN.read_bytes())
    sledmon("library", "add", recording)
    before = sledmon("library", "show", recording, "--format", "json").out
    assert sledmon("replay", recording, "--speed", "max", "--format", "json").out == before
    with open_library(str(place)) as library, library.editing() as edit:
        from sqlalchemy import delete, update

        from sledmon.library.schema import rep_documents, reps, verdicts

        edit.connection.execute(update(verdicts).values(flag="strength-load"))
        for table in (reps, rep_documents):
            edit.connection.execute(delete(table).where(table.c.number == 2))
    assert sledmon("library", "show", recording, "--format", "json").out != before
    ran = sledmon("library", "rebuild")
    assert (ran.code, ran.out.count("changed")) == (0, 1)
    assert sledmon("library", "show", recording, "--format", "json").out == before
    assert "unchanged" in sledmon("library", "rebuild", recording).out
    moved = tmp_path / "moved.mcap"
    moved.write_bytes(CLEAN.read_bytes())
    sledmon("library", "add", moved)
    moved.unlink()
    ran = sledmon("library", "rebuild")
    assert (ran.code, ran.out.count("unchanged"), ran.err) == (0, 1, "")
    recording.unlink()
    ran = sledmon("library", "rebuild")
    assert ran.code == 1
    assert ran.err.count("put the recording back") == ran.err.count("\n") == 2
    recording.write_bytes(HARSH.read_bytes())
    assert_one_sentence(ran := sledmon("library", "rebuild"))
    assert "other packets" in ran.err


def test_a_correction_that_reaches_back_beyond_the_kept_minutes_is_rebuilt_as_analysed(
    place: Path, tmp_path: Path
) -> None:
    params = SessionParams(seed=4, reps=2, unresisted=2, long_rests=((2, 640.0),))
    records = simulate(params).records
    end_s = records[-1].received_ns / 1e9
    late = with_events(
        records, (end_s, 3.0, "distance_yd", "5"), (end_s, 600.0, "distance_yd", "10")
    )
    recording = write(tmp_path / "long.mcap", late)
    analysed = sledmon("analyze", recording, "--format", "json").out
    assert [round(rep["distance_m"], 3) for rep in json.loads(analysed)["reps"]] == [4.572, 9.144]
    sledmon("library", "add", recording)
    assert sledmon("library", "show", recording, "--format", "json").out == analysed
    assert "unchanged" in sledmon("library", "rebuild").out


EVERY_EVENT = (
    ("athlete", "Zoë"),
    ("plan", "pure-speed"),
    ("load_kg", "9"),
    ("sled_kg", "12"),
    ("surface", "grass"),
    ("set", "2"),
    ("unresisted", "0"),
    ("distance_yd", "8"),
    ("baseline", "4.9 0.05"),
    ("zero", ""),
    ("exclude_rep", ""),
    ("include_rep", ""),
    ("rep_edges", "24.1 26.8"),
    ("recover_rep", "40"),
    ("note", "windy"),
)


@pytest.mark.parametrize("undone", [0, 3, len(EVERY_EVENT)])
def test_analysis_replay_and_rebuild_agree_whatever_was_said_and_undone(
    undone: int, place: Path, tmp_path: Path
) -> None:
    assert {kind for kind, _ in EVERY_EVENT} == {*EVENT_KINDS} - {"undo"}
    told = [(62 + i / 100, 24.0 + i / 100, *said) for i, said in enumerate(EVERY_EVENT)]
    told += [(63 + i / 100, 63.0, "undo", "") for i in range(undone)]
    recording = write(tmp_path / "a.mcap", with_events(records_of("simulated-clean-10yd"), *told))
    analysed = sledmon("analyze", recording, "--format", "json").out
    assert sledmon("replay", recording, "--speed", "max", "--format", "json").out == analysed
    sledmon("library", "add", recording)
    assert sledmon("library", "show", recording, "--format", "json").out == analysed
    assert "unchanged" in sledmon("library", "rebuild").out
    plain = json.loads(sledmon("analyze", CLEAN, "--format", "json").out)["reps"]
    assert (json.loads(analysed)["reps"] == plain) == (undone == len(EVERY_EVENT))


def test_an_athlete_spelled_in_two_ways_is_one_in_verdicts_and_in_the_library(
    place: Path, tmp_path: Path
) -> None:
    events = named((20.0, "demo"), (40.0, "DEMO "))
    recording = write(tmp_path / "a.mcap", with_events(records_of("simulated-clean-10yd"), *events))
    ran = sledmon("library", "add", recording)
    assert (ran.code, ran.err) == (0, "")
    (athlete,) = json.loads(sledmon("library", "list", "athletes", "--format", "json").out)
    assert athlete["nickname"] == "Demo"
    reps = json.loads(sledmon("library", "show", recording, "--format", "json").out)["reps"]
    assert {rep["athlete"] for rep in reps} == {"Demo"}
    assert reps[3]["verdict"]["flag"] == "watch"


def test_reps_are_in_the_library_before_they_are_shown_and_the_end_is_what_analyze_says(
    place: Path, tmp_path: Path
) -> None:
    simulation = simulate(SessionParams(seed=4, reps=4, unresisted=3, load_lb=(20.0,)))
    recording, seen = tmp_path / "live.mcap", []
    with open_library(str(place)) as library:

        def show(reps: tuple[object, ...]) -> None:
            with library.reading() as connection:
                (line,) = session_list(connection)
            seen.append((line.reps, len(reps)))

        with RecordingWriter(recording) as writer:
            storing = Storing(library, writer, recording, pytest.fail)
            played = run(
                simulated(simulation), Pipeline(), recorder=storing, show=storing.showing(show)
            )
            with asyncio.Runner(loop_factory=lambda: WarpedLoop(None)) as runner:
                session = runner.run(played)
        storing.finish(session)
        assert {stored == shown for stored, shown in seen} == {True}
        assert max(seen) == (4, 4)
        with library.reading() as connection:
            (line,) = session_list(connection)
            assert (line.finished, line.flags) == (True, 1)
            stored = session_document(connection, line.id, str(recording))
    analysed = sledmon("analyze", recording, "--format", "json").out
    assert json.dumps(stored, indent=1, ensure_ascii=False) + "\n" == analysed
    assert "unchanged" in sledmon("library", "rebuild").out


def test_a_library_that_cannot_be_opened_does_not_stop_a_session(tmp_path: Path) -> None:
    (tmp_path / "text").write_text("no database " * 99)
    told: list[str] = []
    assert library_or_told(str(tmp_path / "text"), told.append) is None
    (sentence,) = told
    assert "the session is recorded" in sentence


def test_athletes_are_entered_with_consent_and_shown(place: Path) -> None:
    entered = sledmon(
        "library", "add", "--athlete", "Bea", "--under-16", "--consent", "board",
        "--consent", "record", "--given-by", "her mother", "--real-name", "Beatrix",
        "--group", "u18",
    )  # fmt: skip
    assert (entered.code, entered.err) == (0, "")
    (bea,) = json.loads(sledmon("library", "list", "athletes", "--format", "json").out)
    assert (bea["nickname"], bea["under_16"], bea["groups"]) == ("Bea", True, ["u18"])
    assert {c["scope"] for c in bea["consents"]} == {"board", "record"}
    assert all(len(c["given_on"]) == 10 for c in bea["consents"])
    assert "Beatrix" not in sledmon("library", "show", "Bea", "--format", "json").out
    assert "no reps yet" in sledmon("library", "show", "bea").out
    assert sledmon("library", "list", "groups").out == "u18\n"
    assert sledmon("library", "add", "--under-16").code == 2
    assert sledmon("library", "add").code == 2
    assert_one_sentence(sledmon("library", "add", "--athlete", "Bea", "--consent", "fame"))


def test_what_was_entered_is_told_and_so_is_a_new_name_much_like_another(
    place: Path, tmp_path: Path
) -> None:
    asked = ("--athlete", "Demon", "--not-under-16", "--consent", "share", "--group", "u18")
    entered = sledmon("library", "add", *asked).out
    assert entered.startswith("Demon  u18  agreed to share (20")
    added = sledmon("library", "add", CLEAN)
    assert (added.code, added.err) == (0, "")
    assert added.out.endswith(f"{CLEAN}: Demo is new, and much like Demon\n")
    assert "much like" not in sledmon("library", "add", HARSH).out
    assert sledmon("library", "add", "--athlete", "Dem").out.startswith("Dem is new, and much like")


def test_tables_fit_a_terminal_of_80_columns(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sledmon("library", "add", CLEAN)
    monkeypatch.setattr("sledmon.present.terminal._PIPE_WIDTH", 80)
    session = sledmon("library", "show", CLEAN).out
    assert (
        "\nrep 4: Take off all 20 lb and use a lighter sled: even the empty one is past" in session
    )
    for shown in (session, sledmon("library", "show", "Demo").out, sledmon("library", "list").out):
        assert "…" not in shown
        assert "Demo" in shown


def test_rigs_and_plans_are_kept_under_their_files_names(place: Path, tmp_path: Path) -> None:
    (tmp_path / "lane 1.toml").write_text("[sled]\nmass_kg = 12.0\n")
    (tmp_path / "speed.toml").write_text("target = 'speed'\n")
    ran = sledmon(
        "library", "add", "--rig", tmp_path / "lane 1.toml", "--plan", tmp_path / "speed.toml"
    )
    assert (ran.code, ran.err) == (0, "")
    assert ran.out == "rig lane 1: stored\nplan speed: stored\n"
    assert sledmon("library", "show", "Lane 1").out == "[sled]\nmass_kg = 12.0\n"
    assert sledmon("library", "show", "speed").out == "target = 'speed'\n"
    assert sledmon("library", "list", "rigs").out == "lane 1\n"
    assert sledmon("library", "list", "plans", "--format", "json").out == '[\n "speed"\n]\n'
    (tmp_path / "bad.toml").write_text("[sled")
    for option in ("--rig", "--plan"):
        assert_one_sentence(sledmon("library", "add", option, tmp_path / "bad.toml"))


def test_the_board_and_an_export_are_for_people(place: Path, tmp_path: Path) -> None:
    sledmon("library", "add", CLEAN)
    board = sledmon("library", "list", "board")
    assert "Demo" in board.out
    assert "nobody" not in board.out
    assert "anybody" in sledmon("library", "list", "board", "--distance-yd", "5").out
    assert sledmon("library", "export", "demo", "--output", tmp_path / "demo.zip").code == 0
    assert_one_sentence(sledmon("library", "export", "demo", "--output", tmp_path / "demo.zip"))
    reps = json.loads(sledmon("library", "show", "Demo", "--format", "json").out)["reps"]
    shown = sledmon("library", "show", "Demo").out
    assert "10 yd, turf: free backpedal 5.10±.07 m/s\n" in shown
    assert all(f"{rep['window_velocity_mps']:.2f}" in shown for rep in reps)
    assert len(reps) == 4


def test_erasing_asks_first_and_leaves_a_receipt(place: Path, tmp_path: Path) -> None:
    path = write(
        tmp_path / "a.mcap",
        turns("simulated-clean-10yd", *named((1.7, "Ann"), (20.0, "Bo"))),
    )
    sledmon("library", "add", path)
    before = path.read_bytes()
    asked = subprocess.run(
        [sys.executable, "-m", "sledmon", "library", "erase", "Ann"],
        input=b"n\n",
        capture_output=True,
        check=False,
    )
    assert asked.returncode == 1
    assert b"Ann: 1 reps in 1 sessions." in asked.stderr
    assert str(path).encode() in asked.stderr
    assert path.read_bytes() == before
    ran = sledmon("library", "erase", "Ann", "--yes", "--receipt", tmp_path / "receipt.json")
    assert (ran.code, ran.err) == (0, "")
    receipt = json.loads((tmp_path / "receipt.json").read_text())
    (entry,) = receipt["recordings"]
    assert entry["old_sha256"] != entry["new_sha256"]
    assert (
        json.loads(sledmon("analyze", path, "--format", "json").out)["recording"]["sha256"]
        == entry["new_sha256"]
    )
    assert_one_sentence(sledmon("library", "show", "Ann"))
    assert_one_sentence(sledmon("library", "erase", "Ann", "--yes"))
    assert "3" in sledmon("library", "list").out


def test_two_libraries_are_synchronised_by_name(place: Path, tmp_path: Path) -> None:
    sledmon("library", "add", CLEAN)
    other = tmp_path / "club.sqlite"
    ran = sledmon("library", "sync", other)
    assert (ran.code, ran.err) == (0, "")
    assert "pushed: 1 athletes, 1 sessions" in ran.out
    assert sledmon("library", "sync", other).out == "pulled: nothing new\npushed: nothing new\n"
    synced = json.loads(sledmon("library", "sync", other, "--format", "json").out)
    assert (synced["conflicts"], synced["running"]) == ([], 0)
    assert "Demo" in sledmon("library", "list", "--library", other).out
    assert_one_sentence(sledmon("library", "sync", place))
    assert_one_sentence(sledmon("library", "sync", "mysql://club"))


def test_bad_input_is_one_sentence(place: Path, tmp_path: Path) -> None:
    (tmp_path / "not.mcap").write_bytes(b"nothing of ours")
    for arguments in (
        ("add", tmp_path / "not.mcap"),
        ("add", tmp_path / "missing.mcap"),
        ("show", "nobody"),
        ("export", "nobody", "--output", tmp_path / "x"),
        ("rebuild", "nothing"),
        ("list", "--athlete", "nobody"),
    ):
        assert_one_sentence(sledmon("library", *arguments))
    (tmp_path / "text").write_text("no database " * 99)
    assert_one_sentence(sledmon("library", "list", "--library", tmp_path / "text"))


@pytest.mark.parametrize("name", ["list", "add", "show", "export", "erase", "rebuild", "sync"])
def test_every_subcommand_has_an_example_in_its_help(name: str) -> None:
    ran = sledmon("library", name, "--help")
    assert ran.code == 0
    assert "Example: sledmon library" in " ".join(ran.out.split())


def test_the_rest_of_sledmon_does_without_a_database() -> None:
    asked = (
        "import sys, sledmon.cli;"
        "print([m for m in ('sqlalchemy', 'alembic', 'sqlite3') if m in sys.modules])"
    )
    ran = subprocess.run([sys.executable, "-c", asked], capture_output=True, check=True)
    assert ran.stdout.strip() == b"[]"
