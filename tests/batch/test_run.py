"""Batches: in order, resumable, taken from the cache when and only when nothing has changed."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from sledmon.batch import Outcome, ResultCache, analyze_all, recordings_in
from sledmon.batch.one import Task, analyze_one
from sledmon.batch.sources import sources_digest
from sledmon.batch.stored import from_bytes, to_bytes
from sledmon.errors import RecordingError
from sledmon.pipeline import PipelineParams
from sledmon.plan import read_plan
from sledmon.present.export.results_csv import reps_csv
from tests.pipeline.sessions import RECORDINGS, path_of, text_of

PARAMS = PipelineParams()
SMALL = path_of("simulated-both-sensors-die")
OTHER = path_of("simulated-false-starts")
MARK = Outcome(error="", started_utc="from the cache")


@pytest.fixture
def cache(tmp_path: Path) -> ResultCache:
    return ResultCache(tmp_path / "kept")


def key_of(cache: ResultCache, path: Path, params: PipelineParams = PARAMS) -> str:
    key = cache.keyed(params)(path)
    assert key
    return key


@pytest.mark.parametrize("path", sorted(RECORDINGS.rglob("*.mcap")), ids=lambda path: path.stem)
def test_a_session_comes_back_from_bytes_to_the_last_bit(path: Path) -> None:
    outcome = analyze_one(Task(path, PARAMS, sources_digest()))
    assert outcome.session is not None
    back = from_bytes(to_bytes(outcome))
    assert back.session is not None
    assert repr(back) == repr(outcome)
    assert reps_csv([("", back.session)]) == reps_csv([("", outcome.session)])
    assert text_of(back.session) == text_of(outcome.session)


def test_a_bad_file_stops_nothing_and_results_keep_their_order(tmp_path: Path) -> None:
    bad, absent = tmp_path / "bad.mcap", tmp_path / "absent.mcap"
    bad.write_bytes(b"no recording")
    paths = [OTHER, bad, SMALL, absent]
    inside, outside = analyze_all(paths, PARAMS), analyze_all(paths, PARAMS, jobs=2)
    assert list(map(repr, inside)) == list(map(repr, outside))
    assert [outcome.session is None for outcome in inside] == [False, True, False, True]
    assert "bad.mcap is not a recording" in inside[1].error
    assert "absent.mcap" in inside[3].error


def test_what_is_kept_is_not_analysed_again(cache: ResultCache) -> None:
    cache.put(key_of(cache, SMALL), MARK)
    assert analyze_all([SMALL], PARAMS, cache=cache) == [MARK]


def test_a_renamed_recording_is_known_and_a_changed_one_is_not(
    cache: ResultCache, tmp_path: Path
) -> None:
    copy = tmp_path / "renamed.mcap"
    shutil.copy(SMALL, copy)
    assert key_of(cache, copy) == key_of(cache, SMALL)
    content = bytearray(copy.read_bytes())
    content[len(content) // 2] ^= 1
    copy.write_bytes(content)
    assert key_of(cache, copy) != key_of(cache, SMALL)


def test_other_parameters_are_other_results(cache: ResultCache) -> None:
    rep = replace(PARAMS.finder.rep, start_threshold_mps=0.3)
    changed = replace(PARAMS, finder=replace(PARAMS.finder, rep=rep))
    planned = replace(PARAMS, plan=read_plan("[athletes.Ana]\nspeed = 0.05\n"))
    keys = {key_of(cache, SMALL, params) for params in (PARAMS, changed, planned)}
    assert len(keys) == 3


@pytest.mark.parametrize("spoil", [lambda _: b"", lambda kept: kept[:-1], lambda kept: kept[1:]])
def test_a_spoilt_entry_is_made_again(
    cache: ResultCache, tmp_path: Path, spoil: Callable[[bytes], bytes]
) -> None:
    (fresh,) = analyze_all([SMALL], PARAMS, cache=cache)
    (entry,) = (tmp_path / "kept").rglob("*.result")
    kept = entry.read_bytes()
    entry.write_bytes(spoil(kept))
    (again,) = analyze_all([SMALL], PARAMS, cache=cache)
    assert repr(again) == repr(fresh)
    assert repr(from_bytes(entry.read_bytes())) == repr(fresh)


def test_no_bit_of_an_entry_can_change_unseen(cache: ResultCache, tmp_path: Path) -> None:
    key = key_of(cache, SMALL)
    cache.put(key, analyze_one(Task(SMALL, PARAMS, sources_digest())))
    (entry,) = (tmp_path / "kept").rglob("*.result")
    kept = entry.read_bytes()
    for place in range(0, len(kept), len(kept) // 97):
        entry.write_bytes(kept[:place] + bytes([kept[place] ^ 1]) + kept[place + 1 :])
        assert cache.get(key) is None


def test_a_cache_that_cannot_be_written_costs_no_result(tmp_path: Path) -> None:
    (tmp_path / "kept").write_text("a file where the folder should be")
    (outcome,) = analyze_all([SMALL], PARAMS, cache=ResultCache(tmp_path / "kept"))
    assert outcome.session is not None


def test_a_run_that_was_stopped_goes_on_where_it_was(cache: ResultCache) -> None:
    done: list[int] = []

    def stop_after_the_first() -> None:
        done.append(1)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        analyze_all([SMALL, OTHER], PARAMS, cache=cache, step=stop_after_the_first)
    assert cache.get(key_of(cache, SMALL)) is not None
    assert cache.get(key_of(cache, OTHER)) is None
    assert len(analyze_all([SMALL, OTHER], PARAMS, cache=cache)) == 2
    assert cache.get(key_of(cache, OTHER)) is not None


def test_bad_recordings_are_not_kept(cache: ResultCache, tmp_path: Path) -> None:
    bad = tmp_path / "bad.mcap"
    bad.write_bytes(b"no recording")
    analyze_all([bad], PARAMS, cache=cache)
    assert cache.get(key_of(cache, bad)) is None


def test_a_worker_with_other_software_does_not_answer() -> None:
    outcome = analyze_one(Task(SMALL, PARAMS, "of another version"))
    assert outcome.session is None
    assert "another sledmon" in outcome.error


def test_clearing_forgets_results_and_leaves_other_files(
    cache: ResultCache, tmp_path: Path
) -> None:
    cache.put(key_of(cache, SMALL), MARK)
    other = tmp_path / "kept" / "notes.txt"
    other.write_text("mine")
    cache.clear()
    assert cache.get(key_of(cache, SMALL)) is None
    assert other.exists()


def test_a_folder_stands_for_its_recordings(tmp_path: Path) -> None:
    assert len(recordings_in([RECORDINGS])) == len(list(RECORDINGS.rglob("*.mcap")))
    with pytest.raises(RecordingError, match="without any recording"):
        recordings_in([tmp_path])


def test_a_recording_named_twice_counts_once(tmp_path: Path) -> None:
    first, second = tmp_path / "a.mcap", tmp_path / "b.mcap"
    for path in (first, second):
        path.touch()
    again = tmp_path / "." / "x" / ".." / "a.mcap"
    (tmp_path / "x").mkdir()
    assert recordings_in([second, tmp_path, again]) == [second, first]
