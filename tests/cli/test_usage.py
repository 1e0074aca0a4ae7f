"""Help, usage errors, bad input: an example, exit 2, or one sentence and exit 1."""

import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.command import assert_one_sentence, sledmon, sledmon_process
from tests.pipeline.sessions import path_of

COMMANDS = ("demo", "replay", "analyze", "compare", "simulate", "import", "check", "share")
SMALL = "simulated-both-sensors-die"
PNG = bytes.fromhex("89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489")


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_with_an_example_of_itself(command: str) -> None:
    ran = sledmon(command, "--help")
    assert (ran.code, ran.err) == (0, "")
    assert f"Example: sledmon {command} " in " ".join(ran.out.split())


def test_the_face_lists_every_command() -> None:
    ran = sledmon("--help")
    assert ran.code == 0
    listed = {line.split()[0] for line in ran.out.splitlines() if line.startswith("  ")}
    assert set(COMMANDS) <= listed


def test_the_version_is_the_packages() -> None:
    from sledmon.version import VERSION

    assert sledmon("--version") == (0, f"sledmon {VERSION}\n", "")


@pytest.mark.parametrize(
    "arguments",
    [
        ("analyse",),
        ("analyze",),
        ("analyze", "a.mcap", "--format", "yaml"),
        ("analyze", "a.mcap", "--start-threshold", "fast"),
        ("analyze", "a.mcap", "--start-threshold", "9"),
        ("analyze", "a.mcap", "--no-such-option"),
        ("replay",),
        ("replay", "a.mcap", "b.mcap"),
        ("replay", "a.mcap", "--speed", "0"),
        ("replay", "a.mcap", "--speed", "-2"),
        ("replay", "a.mcap", "--speed", "nan"),
        ("replay", "a.mcap", "--speed", "inf"),
        ("replay", "a.mcap", "--speed", "quick"),
        ("demo", "--reps", "0"),
        ("demo", "--reps", "many"),
        ("demo", "--seed", "-1"),
        ("demo", "--load-lb", "5;10"),
        ("demo", "--load-lb", ""),
        ("demo", "--load-lb", "nan"),
        ("demo", "--load-lb", "-5"),
        ("simulate", "a.mcap", "--load-lb", "500"),
        ("simulate", "a.mcap", "--reps", "201"),
        ("demo", "--faults", "awful"),
        ("simulate",),
        ("simulate", "a.mcap", "--distance-yd", "1000"),
        ("import", "a.mcap"),
        ("check",),
    ],
    ids=" ".join,
)
def test_wrong_usage_exits_with_2_and_writes_nothing(
    arguments: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    ran = sledmon(*arguments)
    assert ran.code == 2
    assert ran.err
    assert "Traceback" not in ran.err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("--speed", "0"),
        ("--speed", "quick"),
        ("--load-lb", "abc"),
        ("--load-lb", "500"),
        ("--reps", "0"),
        ("--seed", "x"),
        ("--faults", "awful"),
    ],
)
def test_a_wrong_value_is_told_with_its_option(option: str, value: str) -> None:
    ran = sledmon("demo", option, value)
    assert ran.code == 2
    assert f"Invalid value for '{option}': " in ran.err


def bad_inputs(folder: Path) -> dict[str, Path]:
    generator = random.Random(1)
    files = {
        "missing": folder / "missing.mcap",
        "directory": folder / "directory",
        "empty": folder / "empty.mcap",
        "random bytes": folder / "random.mcap",
        "zeros": folder / "zeros.mcap",
        "picture": folder / "picture.png",
        "text": folder / "text.mcap",
        "no rights": folder / "locked.mcap",
        "foreign mcap": folder / "foreign.mcap",
        "magic only": folder / "magic.mcap",
        "loop": folder / "loop.mcap",
        "inside a file": folder / "empty.mcap" / "a.mcap",
    }
    files["directory"].mkdir()
    files["empty"].write_bytes(b"")
    files["random bytes"].write_bytes(generator.randbytes(50_000))
    files["zeros"].write_bytes(bytes(50_000))
    files["picture"].write_bytes(PNG)
    files["text"].write_text("time_s,distance_m\n0,1\n" * 100)
    files["no rights"].write_bytes(b"x")
    files["no rights"].chmod(0)
    files["magic only"].write_bytes(b"\x89MCAP0\r\n")
    files["loop"].symlink_to(files["loop"])
    foreign_mcap(files["foreign mcap"])
    return files


def foreign_mcap(path: Path) -> None:
    from mcap.writer import Writer

    with path.open("wb") as stream:
        writer = Writer(stream)
        writer.start(profile="ros2", library="other")
        channel = writer.register_channel("chatter", "json", writer.register_schema("x", "", b""))
        writer.add_message(channel, 0, b"{}", 0)
        writer.finish()  # type: ignore[no-untyped-call]


@pytest.mark.parametrize("command", ["analyze", "replay", "check"])
def test_bad_recordings_are_one_sentence_that_names_the_file(command: str, tmp_path: Path) -> None:
    for kind, path in bad_inputs(tmp_path).items():
        if kind == "no rights" and os.access(path, os.R_OK):
            continue  # the superuser may read everything
        ran = sledmon(command, path)
        assert_one_sentence(ran)
        assert str(path) in ran.err, kind
        assert ran.out == "", kind


def test_bad_tables_are_one_sentence_and_leave_no_recording(tmp_path: Path) -> None:
    for kind, path in bad_inputs(tmp_path).items():
        if kind == "no rights" and os.access(path, os.R_OK):
            continue
        if kind == "text":
            continue  # a table, of one moment a hundred times; below
        out = tmp_path / "out.mcap"
        ran = sledmon("import", out, "--encoder", path)
        assert_one_sentence(ran)
        assert str(path.name) in ran.err, kind
        assert not out.exists()


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ("0,1\n0.1,x\n", ("line 3", "distance_m")),
        ("0,1\n0.1\n", ("line 3",)),
        ("0,1\n0.1,2,3\n", ("line 3",)),
        ("0,1\n0.1,nan\n", ("line 3", "distance_m")),
        ("0,1\n0.1,inf\n", ("line 3", "distance_m")),
        ("0.1,1\n0.0,2\n", ("line 3", "time_s")),
        ("0,1\n0,2\n", ("line 3", "time_s")),
    ],
)
def test_a_bad_row_is_named_by_file_line_and_column(
    rows: str, said: tuple[str, ...], tmp_path: Path
) -> None:
    table = tmp_path / "tether.csv"
    table.write_text("time_s,distance_m\n" + rows)
    ran = sledmon("import", tmp_path / "out.mcap", "--encoder", table)
    assert_one_sentence(ran)
    for part in ("tether.csv", *said):
        assert part in ran.err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["tether.csv"]


def test_an_import_counts_its_events_in_english(tmp_path: Path) -> None:
    table, events = tmp_path / "tether.csv", tmp_path / "events.csv"
    table.write_text("time_s,distance_m\n0,0\n0.1,0\n")
    for number, said in ((0, "0 events"), (1, "1 event,"), (2, "2 events")):
        rows = "".join(f"0.0{i},set,{i + 1}\n" for i in range(number))
        events.write_text("time_s,event,value\n" + rows)
        out = tmp_path / f"{number}.mcap"
        ran = sledmon("import", out, "--encoder", table, "--events", events)
        assert f"2 encoder rows, {said}" in ran.out
        listed = sledmon("check", out).out
        assert "1 opened" in listed
        assert ("1 event," in listed) == (number == 1)
        assert "1 events" not in listed
        assert "1 encoder packets" not in listed


def test_a_bad_rig_is_one_sentence_naming_the_key(tmp_path: Path) -> None:
    table = tmp_path / "tether.csv"
    table.write_text("time_s,distance_m\n0,0\n0.1,0\n")
    for text, said in (
        ("[encoder]\ncounts_per_metre = 5\n", "counts_per_metre"),
        ("[encoder]\nstandoff_m = -3\n", "standoff_m"),
        ("[encoder\n", "rig.toml"),
        ("\x00", "rig.toml"),
    ):
        (tmp_path / "rig.toml").write_text(text)
        ran = sledmon("import", tmp_path / "o.mcap", "--encoder", table,
                      "--rig", tmp_path / "rig.toml")  # fmt: skip
        assert_one_sentence(ran)
        assert said in ran.err
        assert not (tmp_path / "o.mcap").exists()


def test_a_name_with_markup_spaces_and_strange_letters_is_printed_as_it_is(
    tmp_path: Path,
) -> None:
    path = tmp_path / "Größe [bold] :smile: 'x' \N{CJK UNIFIED IDEOGRAPH-4E2D}.mcap"
    path.write_bytes(path_of(SMALL).read_bytes())
    for arguments in (("analyze",), ("replay", "--speed", "max")):
        ran = sledmon(*arguments, path)
        assert (ran.code, ran.err) == (0, "")
        assert "Größe [bold] :smile: 'x' \N{CJK UNIFIED IDEOGRAPH-4E2D}.mcap" in ran.out


@pytest.mark.skipif(
    sys.platform != "linux", reason="file names that are not text are a Linux matter"
)
def test_a_file_name_that_is_not_text_is_no_reason_to_fail(tmp_path: Path) -> None:
    path = os.fsencode(tmp_path) + b"/caf\xe9.mcap"
    Path(os.fsdecode(path)).write_bytes(path_of(SMALL).read_bytes())
    for options in ([], ["--format", "json"], ["--format", "csv"]):
        ran = subprocess.run(
            [
                sys.executable.encode(),
                b"-m",
                b"sledmon",
                b"analyze",
                path,
                *map(str.encode, options),
            ],
            capture_output=True,
            check=False,
        )
        assert (ran.returncode, ran.stderr) == (0, b"")
        assert b"caf" in ran.stdout


def test_a_terminal_that_cannot_spell_our_signs_still_gets_the_table() -> None:
    environment = {**os.environ, "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0", "LC_ALL": "C"}
    ran = subprocess.run(
        [sys.executable, "-m", "sledmon", "analyze", path_of("simulated-clean-10yd")],
        capture_output=True,
        check=False,
        env=environment,
    )
    assert (ran.returncode, ran.stderr) == (0, b"")
    assert b"Demo" in ran.stdout


@pytest.mark.parametrize("lines", [0, 1])
@pytest.mark.parametrize("output_format", ["table", "json", "csv"])
def test_a_pipe_that_closes_early_is_quiet(output_format: str, lines: int) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "sledmon", "analyze", "--format", output_format]
        + [str(path_of("simulated-clean-10yd"))] * 8,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        for _ in range(lines):
            assert process.stdout.readline()
        process.stdout.close()
        told = process.stderr.read()
        process.wait(60)
    assert told == b""


# A shell that starts us in the background makes us and our children deaf to Ctrl-C.
HEARING = (
    "import signal; signal.signal(signal.SIGINT, signal.default_int_handler);"
    "from sledmon.cli import main; main()"
)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows sends Ctrl-C to whole consoles only")
def test_ctrl_c_during_a_demo_is_quiet_and_leaves_a_recording_that_opens(tmp_path: Path) -> None:
    import signal
    import time

    path = tmp_path / "demo.mcap"
    with subprocess.Popen(
        [sys.executable, "-c", HEARING, "demo", "--speed", "1", "--record", str(path)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        deadline = time.monotonic() + 30  # noqa: TID251 - a process outside is waited for
        while not (path.exists() and path.stat().st_size > 8000):
            assert time.monotonic() < deadline  # noqa: TID251
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        _, told = process.communicate(timeout=30)
    assert b"Traceback" not in told
    assert process.returncode != 0
    checked = sledmon_process("check", path)
    assert checked.code == 0
    assert "The file is whole" in checked.out
