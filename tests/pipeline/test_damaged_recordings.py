"""Damage of every kind to a recording, through ``analyze``: the truth, less of it, or a sentence.

A rep that is reported has the undamaged values or says by a note, null or its trust that it lost
something; and ``check`` never calls a damaged file whole.
"""

import json
import math
import random
from collections import Counter
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

import pytest

from sledmon.acquire import with_ticks
from sledmon.pipeline import Pipeline
from sledmon.recording import RecordingWriter, check, open_recording
from sledmon.samples import Packet
from sledmon.twin import SessionParams, simulate
from tests.cli.command import Ran, assert_one_sentence, sledmon

FLIPS = 300
CUTS = 40
BURSTS = 40
SAME_TIME_S = 0.005
SAME_VELOCITY_MPS = 0.015


@dataclass(frozen=True)
class Whole:
    content: bytes
    session: dict[str, Any]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Whole:
    """Two reps, without a sled and with 10 lb: about 40 s."""
    path = tmp_path_factory.mktemp("whole") / "simulated.mcap"
    session = simulate(
        SessionParams(
            seed=9, reps=2, unresisted=1, load_lb=(10.0,), rest_s=0.0, rocking_probability=0.0,
            false_start_probability=0.0,
        )
    )  # fmt: skip
    with RecordingWriter(path) as writer:
        for record in with_ticks(session.records):
            writer.write(record)
    ran = sledmon("analyze", path, "--format", "json")
    assert (ran.code, ran.err) == (0, "")
    document = json.loads(ran.out)
    assert [rep["complete"] for rep in document["reps"]] == [True, True]
    return Whole(path.read_bytes(), document)


def outcome(path: Path, damaged: bytes, whole: Whole) -> str:
    """Analyze damaged bytes; what came of them, once it is sure that no wrong number did."""
    path.write_bytes(damaged)
    ran = sledmon("analyze", path, "--format", "json")
    if ran.code:
        assert_one_sentence(ran)
        return "refused"
    document = json.loads(ran.out)
    assert_no_wrong_number(document["reps"], whole.session["reps"])
    if same_but_path(document, whole.session):
        return "same"
    assert_loss_is_told(path, ran)
    return "less"


def same_but_path(one: dict[str, Any], other: dict[str, Any]) -> bool:
    path = {"path": ""}
    return {**one, "recording": one["recording"] | path} == {
        **other,
        "recording": other["recording"] | path,
    }


def assert_loss_is_told(path: Path, ran: Ran) -> None:
    assert not check(path).whole
    assert "see: sledmon check" in ran.err
    assert ran.err.count("\n") == 1


def assert_no_wrong_number(got: list[dict[str, Any]], true: list[dict[str, Any]]) -> None:
    seen = []
    for rep in got:
        # A start that nobody saw is told in the middle of the silence about it.
        unseen = any("the start was not seen" in note for note in rep["notes"])
        early_s = 3.0 if unseen else 0.6
        same = [o for o in true if o["start_s"] - early_s < rep["start_s"] < o["end_s"] + 0.3]
        assert len(same) == 1, f"a rep at {rep['start_s']} s that was never run"
        # Known, test_silence.py: a run whose tether was away for a second may be told twice.
        assert same[0] not in seen or rep["trust"] == "poor"
        seen += same
        assert_same_or_less(rep, same[0])


def assert_same_or_less(rep: dict[str, Any], true: dict[str, Any]) -> None:
    """Each value is the true one within its own standard error, or null and said so."""
    told = bool(set(rep["notes"]) - set(true["notes"])) or rep["trust"] == "poor"
    for name in ("athlete", "set", "load_kg", "sled_kg", "unresisted", "distance_m"):
        assert rep[name] == true[name], f"{name}: conditions are restored from their copies"
    pairs = [
        (rep["peak_velocity_mps"], true["peak_velocity_mps"], SAME_VELOCITY_MPS),
        (rep["mean_velocity_mps"], true["mean_velocity_mps"], SAME_VELOCITY_MPS),
        (rep["window_velocity_mps"], true["window_velocity_mps"], SAME_VELOCITY_MPS),
        *(
            (one["time_s"], other["time_s"], SAME_TIME_S)
            for one, other in zip(rep["splits"], true["splits"], strict=True)
        ),
    ]
    for one, other, limit in pairs:
        if one["value"] is None:
            assert told
            continue
        both = math.hypot(one["sigma"], other["sigma"])
        assert abs(one["value"] - other["value"]) <= max(limit, 3 * both)
    assert rep["complete"] is true["complete"] or (rep["end_s"] is None and told)
    flag = rep["verdict"]["flag"]
    assert flag is None or flag == true["verdict"]["flag"]


def flipped(whole: Whole, positions: list[int], seed: int, path: Path) -> Counter[str]:
    generator = random.Random(seed)
    outcomes: Counter[str] = Counter()
    for position in positions:
        damaged = bytearray(whole.content)
        damaged[position] ^= generator.choice((0x01, 0x80, 0xFF))
        outcomes[outcome(path, bytes(damaged), whole)] += 1
    return outcomes


@pytest.mark.parametrize("part", range(3))
def test_a_flipped_byte_anywhere_gives_the_same_or_less_and_says_so(
    part: int, whole: Whole, tmp_path: Path
) -> None:
    positions = random.Random(part).sample(range(60, len(whole.content) - 60), FLIPS // 3)
    outcomes = flipped(whole, positions, part, tmp_path / "flipped.mcap")
    assert outcomes["refused"] == 0, "one flip never costs the whole file"
    assert outcomes["less"] >= FLIPS // 6, "most bytes are packets, and a lost packet is told"


def test_a_flipped_byte_in_the_header_or_the_footer_costs_nothing(
    whole: Whole, tmp_path: Path
) -> None:
    size = len(whole.content)
    positions = [*range(0, 60, 2), *range(size - 60, size, 2)]
    outcomes = flipped(whole, positions, 5, tmp_path / "flipped.mcap")
    assert outcomes["same"] >= len(positions) - 5


def test_a_recording_cut_anywhere_gives_the_reps_before_the_cut(
    whole: Whole, tmp_path: Path
) -> None:
    generator = random.Random(2)
    size = len(whole.content)
    lengths = [0, 1, 7, 8, 50, *sorted(generator.sample(range(100, size), CUTS)), size - 1]
    reps = []
    for length in lengths:
        path = tmp_path / "cut.mcap"
        got = outcome(path, whole.content[:length], whole)
        if got == "refused":
            assert length < 3000
            continue
        ran = sledmon("analyze", path, "--format", "json")
        reps.append(len(json.loads(ran.out)["reps"]))
    assert reps == sorted(reps), "a longer beginning never holds fewer reps"
    assert reps[-1] == 2
    assert 0 in reps
    assert 1 in reps


def test_a_stretch_overwritten_or_cut_out_anywhere_gives_the_same_or_less_and_says_so(
    whole: Whole, tmp_path: Path
) -> None:
    generator = random.Random(3)
    size = len(whole.content)
    for _ in range(BURSTS):
        begin = generator.randrange(size)
        end = min(size, begin + generator.choice((10, 1000, 10_000)))
        filling = generator.choice((b"", bytes(end - begin), generator.randbytes(end - begin)))
        damaged = whole.content[:begin] + filling + whole.content[end:]
        outcome(tmp_path / "burst.mcap", damaged, whole)


def test_a_packet_with_any_byte_flipped_is_a_fault_or_a_packet_and_never_a_crash(
    whole: Whole, tmp_path: Path
) -> None:
    """Bytes broken before the recording, under a right checksum: the decoder must stand them."""
    path = tmp_path / "simulated.mcap"
    path.write_bytes(whole.content)
    records = list(chain.from_iterable(open_recording(path).batches()))
    packets = [i for i, record in enumerate(records) if isinstance(record, Packet)]
    generator = random.Random(4)
    for _ in range(40):
        broken = list(records)
        for i in generator.sample(packets, 3):
            record = records[i]
            assert isinstance(record, Packet)
            payload = bytearray(record.payload)
            payload[generator.randrange(len(payload))] ^= 1 << generator.randrange(8)
            cut = generator.randrange(len(payload)) if generator.random() < 0.3 else len(payload)
            broken[i] = record._replace(payload=bytes(payload[:cut]))
        pipeline = Pipeline()
        pipeline.push(broken)
        session = pipeline.finish()
        assert len(session.reps) <= 3
