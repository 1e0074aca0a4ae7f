"""An athlete is gone from rows and recordings, the others' numbers stand, a cut is made good."""

import zlib
from pathlib import Path

import pytest
from sqlalchemy import select

from sledmon.errors import LibraryError
from sledmon.library import (
    AthleteChange,
    Library,
    athletes,
    change_athlete,
    erase,
    find_athlete,
    history,
    open_library,
    plan_erasure,
    session_document,
    session_list,
    store_results,
)
from sledmon.library.schema import erasures, sessions
from sledmon.library.spans import theirs, times_of_packets
from sledmon.library.take_out import Action, events_of, take_out
from sledmon.recording import check, import_tables, open_recording
from sledmon.samples import Event, Packet
from sledmon.wire.stream import Flags
from tests.library.conftest import NewPlace
from tests.library.cuts import CutError, cut_at
from tests.library.recordings import analyse, named, records_in, turns, write
from tests.library.sessions import everything, rep, results

CLEAN = "simulated-clean-10yd"  # four reps, at 5, 24, 43 and 61 s
TURNS = named((1.7, "Ann"), (20.0, "Bo"), (38.0, "Ann"), (55.0, "Bo"))
DAY = "2026-11-25"


def recorded(path: Path) -> Path:
    notes = [(39.0, 39.0, "note", "Ann is tired"), (56.0, 56.0, "note", "windy")]
    return write(path, turns(CLEAN, *TURNS, *notes))


def bytes_in(path: Path) -> bytes:
    """The file, and everything that its chunks hold."""
    import zstandard

    content = path.read_bytes()
    inside, place = [content], 0
    while (place := content.find(b"\x28\xb5\x2f\xfd", place)) >= 0:
        inside.append(zstandard.ZstdDecompressor().decompressobj().decompress(content[place:]))
        place += 4
    return b"".join(inside)


def erased(library: Library, nickname: str = "Ann") -> dict[str, object]:
    return erase(library, plan_erasure(library, nickname), analyse, erased_on=DAY).to_json()


def test_nothing_of_the_athlete_is_left_in_the_recording_and_all_else_is(tmp_path: Path) -> None:
    path = recorded(tmp_path / "a.mcap")
    before, reps = records_in(path), analyse(path).document["reps"]
    assert b"Ann" in bytes_in(path)
    gone = theirs("Ann", events_of(open_recording(path)), [_times(r) for r in reps])
    times = times_of_packets([before])
    assert take_out(path, "ann", reps) == (Action.REWRITTEN, path)
    after = records_in(path)
    assert b"Ann" not in bytes_in(path)
    assert check(path).whole
    assert check(path).attachments == ("erased.txt",)
    left = [r for r in after if isinstance(r, Packet)]
    assert left == [
        r for o, r in enumerate(before) if isinstance(r, Packet) and not gone.holds(*times[o])
    ]
    assert 0.3 < len(left) / sum(isinstance(r, Packet) for r in before) < 0.7
    first_s, last_s = zip(*times_of_packets([after]).values(), strict=True)
    assert not any(gone.holds(a, b) for a, b in zip(first_s, last_s, strict=True))
    dropped = [e for e in before if isinstance(e, Event) and e not in after]
    assert {e.value for e in dropped} == {"Ann", "Ann is tired"}
    assert take_out(path, "ann", analyse(path).document["reps"]).action is Action.CLEAN


def _times(rep: dict[str, float]) -> tuple[str, float, float]:
    return str(rep["athlete"]), rep["start_s"], rep["end_s"]


def test_the_others_reps_are_found_again_and_agree_within_their_errors(tmp_path: Path) -> None:
    path = recorded(tmp_path / "a.mcap")
    before = [r for r in analyse(path).document["reps"] if r["athlete"] == "Bo"]
    take_out(path, "Ann", analyse(path).document["reps"])
    after = analyse(path).document["reps"]
    assert [r["athlete"] for r in after] == ["Bo", "Bo"]
    for one, other in zip(before, after, strict=True):
        # Clocks were learnt from fewer reps; nothing else differs.
        assert other["start_s"] == pytest.approx(one["start_s"], abs=0.010)
        for name in ("window_velocity_mps", "mean_velocity_mps", "peak_velocity_mps"):
            assert other[name]["value"] == pytest.approx(
                one[name]["value"], abs=3 * one[name]["sigma"] + 1e-9
            )
        assert other["load_kg"] == one["load_kg"]
        assert other["complete"]


def test_a_rep_that_ended_after_the_next_was_named_goes_to_its_end(tmp_path: Path) -> None:
    harsh = "simulated-harsh-radio"
    path = write(tmp_path / "a.mcap", turns(harsh, *named((1.7, "Ann"), (7.2, "Bo"))))
    reps = analyse(path).document["reps"]
    assert (reps[0]["athlete"], reps[0]["end_s"] > 7.2) == ("Ann", True)
    take_out(path, "Ann", reps)
    times = times_of_packets([records_in(path)])
    assert not any(first < reps[0]["end_s"] + 0.9 and last > 1.7 for first, last in times.values())
    assert [r["athlete"] for r in analyse(path).document["reps"]] == ["Bo", "Bo"]


def test_packets_that_the_sensor_sent_again_later_go_too(tmp_path: Path) -> None:
    records = turns(CLEAN, *TURNS)
    late = [
        r for r in records if isinstance(r, Packet) and 5e9 < r.received_ns < 6e9
    ]  # of Ann's first rep; they come again while it is Bo's turn
    resent = [
        r._replace(
            received_ns=30_000_000_000 + n,
            payload=r.payload[:7] + bytes([r.payload[7] | Flags.RESENT]) + r.payload[8:],
        )
        for n, r in enumerate(late)
    ]
    merged = sorted([*(r for r in records if r not in late), *resent], key=lambda r: r.received_ns)
    path = write(tmp_path / "a.mcap", merged)
    times = times_of_packets([merged])
    assert sum(merged[o].received_ns >= 30e9 and last < 6.0 for o, (_, last) in times.items()) > 20
    take_out(path, "Ann", analyse(path).document["reps"])
    left = times_of_packets([records_in(path)])
    assert not any(first >= 1.7 and last < 19.9 for first, last in left.values())
    assert not set(resent) & set(records_in(path))


def test_a_recording_of_nobody_else_is_removed(tmp_path: Path) -> None:
    path = write(tmp_path / "a.mcap", turns(CLEAN, *named((1.7, "Ann"))))
    assert take_out(path, "Ann", analyse(path).document["reps"]).action is Action.REMOVED
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_called_after_the_athlete_gets_another_name(tmp_path: Path) -> None:
    path = recorded(tmp_path / "Ann and Bo.mcap")
    outcome = take_out(path, "Ann", analyse(path).document["reps"])
    assert outcome.action is Action.REWRITTEN
    assert [p.name for p in tmp_path.iterdir()] == [outcome.path.name]
    assert "Ann" not in outcome.path.name


def test_the_originals_inside_an_import_go_since_they_hold_everybody(tmp_path: Path) -> None:
    rows = "".join(f"{n / 100:.2f},{max(0.0, n / 100 - 3) * 0.9:.4f}\n" for n in range(1200))
    (tmp_path / "tether.csv").write_text("time_s,distance_m\n" + rows)
    (tmp_path / "events.csv").write_text("time_s,event,value\n0,athlete,Ann\n8,athlete,Bo\n")
    import_tables(
        tmp_path / "i.mcap", encoder=tmp_path / "tether.csv", events=tmp_path / "events.csv"
    )
    take_out(tmp_path / "i.mcap", "Ann", [])
    assert check(tmp_path / "i.mcap").attachments == ("erased.txt",)
    assert b"Ann" not in bytes_in(tmp_path / "i.mcap")
    times = times_of_packets([records_in(tmp_path / "i.mcap")])
    assert min(first for first, _ in times.values()) >= 8.0


def test_the_library_follows_the_recording_and_gives_a_receipt(
    library: Library, tmp_path: Path
) -> None:
    path = recorded(tmp_path / "a.mcap")
    alone = write(tmp_path / "alone.mcap", turns("simulated-5yd-loads", *named((0.1, "ann"))))
    for one in (path, alone):
        store_results(library, analyse(one), one)
    store_results(library, results([rep(1, "Ann"), rep(2, "Cy")]))  # no recording here
    with library.editing() as edit:
        change_athlete(edit, "Ann", AthleteChange(real_name="Annika Berg", group="u18"))
    old = {p.name: analyse(p).document["recording"]["sha256"] for p in (path, alone)}
    receipt = erased(library)
    assert (receipt["sessions"], receipt["reps"], receipt["left"]) == (3, 7, [])
    new = analyse(path)
    entries = {Path(str(e["file"])).name: e for e in receipt["recordings"]}  # type: ignore[attr-defined]
    assert entries["a.mcap"]["old_sha256"] == old["a.mcap"]
    assert entries["a.mcap"]["new_sha256"] == new.document["recording"]["sha256"] != old["a.mcap"]
    assert entries["alone.mcap"]["new_sha256"] == ""
    assert not alone.exists()
    with library.reading() as connection:
        assert [a.nickname for a in athletes(connection).values()] == ["Bo", "Cy"]
        lines = session_list(connection)
        assert sorted(line.reps for line in lines) == [1, 2]
        (here,) = [line for line in lines if line.reps == 2]
        assert session_document(connection, here.id, str(path)) == new.document
        noted = connection.execute(select(erasures.c.receipt)).scalars().all()
    assert len(noted) == 3
    assert "Ann" not in str(noted)
    assert "Ann" not in str(everything(library, real_names=True))


def test_not_a_byte_of_the_name_is_left_in_the_file_of_the_library(
    new_file: NewPlace, tmp_path: Path
) -> None:
    place, name = Path(new_file()), "Annegret-Xylophia"
    path = write(tmp_path / "a.mcap", turns(CLEAN, *named((1.7, name), (20.0, "Bo"))))
    with open_library(str(place)) as library:
        store_results(library, analyse(path), path)
        assert name.encode() in b"".join(p.read_bytes() for p in place.parent.glob("library*"))
        erased(library, name)
        assert name.encode() not in b"".join(p.read_bytes() for p in place.parent.glob("library*"))


def test_an_erased_recording_is_not_stored_again_from_a_copy(
    library: Library, tmp_path: Path
) -> None:
    path = recorded(tmp_path / "a.mcap")
    copy = tmp_path / "stick.mcap"
    copy.write_bytes(path.read_bytes())
    store_results(library, analyse(path), path)
    erased(library)
    with pytest.raises(LibraryError, match=r"erased on request.*delete the file"):
        store_results(library, analyse(copy), copy)


def test_every_known_copy_is_rewritten_and_unknown_ones_are_not_promised(
    library: Library, tmp_path: Path
) -> None:
    paths = [recorded(tmp_path / f"{n}.mcap") for n in range(2)]
    gone = recorded(tmp_path / "gone.mcap")
    for path in (*paths, gone):
        store_results(library, analyse(path), path)
    gone.unlink()
    receipt = erased(library)
    assert "gone.mcap is not there" in str(receipt["left"])
    for path in paths:
        assert b"Ann" not in bytes_in(path)
    with library.reading() as connection:
        (line,) = session_list(connection)
    assert (line.reps, line.athletes) == (2, ("Bo",))


def test_a_backup_made_before_a_migration_goes_as_well(new_place: NewPlace, tmp_path: Path) -> None:
    from sledmon.library.database import Database
    from sledmon.library.migrate import backups, prepare
    from sledmon.library.place import library_url
    from tests.library.test_migrations import with_next

    place = new_place()
    with open_library(place) as library:
        store_results(library, results([rep(1, "Ann")]))
    database = Database(library_url(place))
    prepare(database, head="next", versions=with_next(tmp_path / "more"))
    library = Library(database)
    receipt = erased(library)
    assert len(receipt["backups_removed"]) == 1  # type: ignore[arg-type]
    assert backups(database) == ()
    library.close()


@pytest.mark.parametrize("number", [1, 7, 19, 28, 37, 46, 55, 64, 73, 82])
def test_erasing_that_is_cut_anywhere_is_finished_by_erasing_again(
    new_file: NewPlace, tmp_path: Path, number: int
) -> None:
    path = recorded(tmp_path / "a.mcap")
    alone = write(tmp_path / "alone.mcap", turns("simulated-5yd-loads", *named((0.1, "Ann"))))
    with open_library(new_file()) as library:
        for one in (path, alone):
            store_results(library, analyse(one), one)
        store_results(library, results([rep(1, "Ann"), rep(2, "Cy")]))
        cut = False
        try:
            with cut_at(number, library):
                erased(library)
        except CutError:
            cut = True
            assert not path.exists() or check(path).whole
        if cut and _still_known(library):
            erased(library)
        assert b"Ann" not in bytes_in(path)
        assert not alone.exists()
        with library.reading() as connection:
            assert [a.nickname for a in athletes(connection).values()] == ["Bo", "Cy"]
            assert sorted(line.reps for line in session_list(connection)) == [1, 2]
            assert len(history(connection, find_athlete(connection, "Bo").id)) == 2
            documents = connection.execute(
                select(sessions.c.document).where(~sessions.c.erased)
            ).scalars()
            assert analyse(path).document["recording"]["sha256"] in str(list(documents))
        assert [p for p in tmp_path.iterdir() if p.name.endswith(".part")] == []


def _still_known(library: Library) -> bool:
    with library.reading() as connection:
        return any(a.nickname == "Ann" for a in athletes(connection).values())


def test_what_an_interrupted_rewriting_left_is_in_nobodys_way(tmp_path: Path) -> None:
    path = recorded(tmp_path / "a.mcap")
    (tmp_path / ".a.mcap.erasing.part").write_bytes(b"half a file")
    take_out(path, "Ann", analyse(path).document["reps"])
    assert [p.name for p in tmp_path.iterdir()] == ["a.mcap"]
    assert zlib.crc32(path.read_bytes())


def test_an_athlete_whom_nobody_knows_cannot_be_erased(library: Library) -> None:
    store_results(library, results([rep(1, "Ann")]))
    with pytest.raises(LibraryError, match=r"no athlete is called 'Anm'; did you mean 'Ann'\?"):
        plan_erasure(library, "Anm")
