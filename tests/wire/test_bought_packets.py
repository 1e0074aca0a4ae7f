"""The pages of the sensors one can buy and the code hold each other."""

import re
from itertools import accumulate
from typing import Any

import pytest

from sledmon.errors import WireError
from sledmon.wire.polar import Measurement, Opcode, Setting
from sledmon.wire.witmotion import RATES_HZ
from tests.wire.bought_examples import (
    DOCUMENTS,
    PACKETS,
    PAGES,
    READ,
    REFUSED,
    WRITE,
    expected_fields,
)
from tests.wire.examples import NOTES, bytes_of, name_of

Example = dict[str, Any]
each_packet = pytest.mark.parametrize("example", PACKETS, ids=name_of)
SETTING_BYTES = {"CHANNELS": 1, "FACTOR": 4, "RANGE_MILLI_UNIT": 4}
RAW_BYTES = {0: 3, 1: 6, 2: 9}


@each_packet
def test_decoding_gives_the_tabled_fields(example: Example) -> None:
    assert READ[example["type"]](bytes_of(example)) == expected_fields(example)


@each_packet
def test_encoding_gives_the_tabled_bytes_or_what_reads_the_same(example: Example) -> None:
    written = WRITE[example["type"]](example["fields"])
    if example.get("read_only", False):
        assert written != bytes_of(example)
        assert READ[example["type"]](written) == expected_fields(example)
    else:
        assert written.hex(" ") == bytes_of(example).hex(" ")


@pytest.mark.parametrize("example", REFUSED, ids=name_of)
def test_a_refused_example_is_refused_for_the_tabled_reason(example: Example) -> None:
    with pytest.raises(WireError) as refusal:
        READ[example["type"]](bytes_of(example))
    assert str(refusal.value) == example["reason"]


def _shorter_lengths_that_are_whole(example: Example) -> set[int]:
    """Where a cut leaves a valid, shorter message."""
    fields, full = example["fields"], len(bytes_of(example))
    match example["type"]:
        case "polar-request" | "polar-answer":
            head = 2 if example["type"] == "polar-request" else 5
            sizes = [
                2 + SETTING_BYTES.get(name, 2) * len(values)
                for name, values in fields["settings"].items()
            ]
            ends = set(accumulate([head, *sizes]))
            if example["type"] == "polar-answer":
                ends.add(4)
            elif fields["opcode"] == Opcode.START:
                ends.add(2)
        case "polar-frame":
            if fields["form"] < 0x80:
                return set(range(10 + RAW_BYTES[fields["form"]], full, RAW_BYTES[fields["form"]]))
            floats = (fields["measurement"], fields["form"]) == (Measurement.GYRO, 0x81)
            sizes = [2 + (3 * bits * samples + 7) // 8 for bits, samples in fields["blocks"]]
            ends = set(accumulate([22 if floats else 16, *sizes]))
        case _:
            return set()
    return ends - {full}


@each_packet
def test_a_truncation_is_refused_or_a_shorter_whole_message(example: Example) -> None:
    payload = bytes_of(example)
    whole = _shorter_lengths_that_are_whole(example)
    read = READ[example["type"]]
    for length in range(len(payload)):
        if length not in whole:
            with pytest.raises(WireError) as refusal:
                read(payload[:length])
            assert str(refusal.value)
            continue
        shorter, full = read(payload[:length]), expected_fields(example)
        for field, value in shorter.items():
            if isinstance(value, list):
                assert value == full[field][: len(value)], "the samples that are left are true"
            elif isinstance(value, dict):
                assert value.items() <= full[field].items()
            elif field != "more":
                assert value == full[field]


@each_packet
def test_a_flipped_bit_raises_nothing_but_wire_error(example: Example) -> None:
    payload = bytes_of(example)
    read = READ[example["type"]]
    for bit in range(8 * len(payload)):
        flipped = bytearray(payload)
        flipped[bit // 8] ^= 1 << bit % 8
        try:
            read(bytes(flipped))
        except WireError as refusal:
            assert str(refusal)


@each_packet
def test_every_other_reader_takes_or_refuses_it(example: Example) -> None:
    for read in READ.values():
        try:
            read(bytes_of(example))
        except WireError as refusal:
            assert str(refusal)


@pytest.mark.parametrize("page", PAGES)
def test_a_page_and_its_toml_show_the_same_bytes_in_the_same_order(page: str) -> None:
    text = (NOTES / f"{page}.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| ([a-z0-9-]+) \| `([0-9a-f ]*)` \| (.*) \|$", text, re.MULTILINE)
    document = DOCUMENTS[page]
    tabled = [(e["name"], e["hex"], e["meaning"]) for e in document["packet"]]
    tabled += [(e["name"], e["hex"], e["reason"]) for e in document["refused"]]
    assert rows == tabled


@pytest.mark.parametrize("page", PAGES)
def test_every_source_that_a_page_names_is_listed(page: str) -> None:
    text = (NOTES / f"{page}.md").read_text(encoding="utf-8")
    named = set(re.findall(r"\b([SW]\d)\b(?! \|)", text))
    listed = set(re.findall(r"^\| ([SW]\d) \|", text, re.MULTILINE))
    assert named
    assert named <= listed


def test_names_are_unique() -> None:
    for document in DOCUMENTS.values():
        names = [name_of(example) for example in document["packet"] + document["refused"]]
        assert len(names) == len(set(names))


def test_the_rates_and_codes_are_the_tabled_ones() -> None:
    text = (NOTES / "witmotion.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| 0x([0-9A-F]{2}) \| ([\d.]+) \|$", text, re.MULTILINE)
    assert {int(code, 16): float(hz) for code, hz in rows} == RATES_HZ
    text = (NOTES / "polar.md").read_text(encoding="utf-8")
    kinds = {(e.value, e.name) for enumeration in (Opcode, Setting) for e in enumeration}
    found = re.findall(r"^\| (\d+) \| ([A-Z_]+) \|", text, re.MULTILINE)
    assert {(int(code), name) for code, name in found} >= kinds
