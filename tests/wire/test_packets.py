"""firmware_notes/packets.toml and the code hold each other; packets.md shows the same bytes."""

import re
from typing import Any

import pytest

from sledmon.errors import WireError
from sledmon.wire import descriptor
from sledmon.wire.control import Opcode, Status
from sledmon.wire.stream import Flags
from tests.wire.examples import (
    NOTES,
    PACKETS,
    READ,
    REFUSED,
    WRITE,
    bytes_of,
    expected_fields,
    name_of,
)

Example = dict[str, Any]
each_packet = pytest.mark.parametrize("example", PACKETS, ids=name_of)


@each_packet
def test_decoding_gives_the_tabled_fields(example: Example) -> None:
    assert READ[example["type"]](bytes_of(example)) == expected_fields(example)


@each_packet
def test_encoding_gives_the_tabled_bytes(example: Example) -> None:
    written = WRITE[example["type"]](example["fields"])
    if example["name"] == "descriptor-newer-minor":  # we do not write what we do not know
        assert written == bytes_of(example)[: descriptor.SIZE]
    else:
        assert written.hex(" ") == bytes_of(example).hex(" ")


@pytest.mark.parametrize("example", REFUSED, ids=name_of)
def test_a_refused_example_is_refused_for_the_tabled_reason(example: Example) -> None:
    with pytest.raises(WireError) as refusal:
        READ[example["type"]](bytes_of(example))
    assert str(refusal.value) == example["reason"]


def _shorter_lengths_that_are_whole(example: Example) -> set[int]:
    """Where a cut leaves a valid, shorter packet: only between two samples of a notification."""
    full = len(bytes_of(example))
    match example["type"]:
        case "imu":
            return set(range(20, full, 12))
        case "encoder":
            size = 4 if example["fields"]["flags"] & Flags.EDGE_TIMED else 2
            return set(range(12, full, size))
        case "descriptor":
            return set(range(52, full))
        case _:
            return set()


@each_packet
def test_a_truncation_is_refused_or_a_shorter_whole_packet(example: Example) -> None:
    payload = bytes_of(example)
    whole = _shorter_lengths_that_are_whole(example)
    read = READ[example["type"]]
    for length in range(len(payload)):
        if length not in whole:
            with pytest.raises(WireError):
                read(payload[:length])
            continue
        shorter, full = read(payload[:length]), expected_fields(example)
        for field, value in shorter.items():
            if isinstance(value, list):
                assert value == full[field][: len(value)], "the samples that are left are true"
            else:
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


def test_there_is_an_example_of_every_command_status_and_flag() -> None:
    of_type = {kind: [e["fields"] for e in PACKETS if e["type"] == kind] for kind in READ}
    assert {f["opcode"] for f in of_type["command"]} == set(Opcode)
    assert {f["opcode"] for f in of_type["answer"]} >= set(Opcode)
    assert {f["status"] for f in of_type["answer"]} == set(Status)
    flags = 0
    for fields in of_type["imu"] + of_type["encoder"]:
        flags |= fields["flags"]
    assert flags & sum(Flags) == sum(Flags)
    assert {f["kind"] for f in of_type["descriptor"]} == set(descriptor.Kind)


def test_names_are_unique() -> None:
    names = [name_of(example) for example in PACKETS + REFUSED]
    assert len(names) == len(set(names))


def test_packets_md_and_packets_toml_show_the_same_bytes_in_the_same_order() -> None:
    text = (NOTES / "packets.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| ([a-z0-9-]+) \| `([0-9a-f ]*)` \| (.*) \|$", text, re.MULTILINE)
    tabled = [(e["name"], e["hex"], e["meaning"]) for e in PACKETS]
    tabled += [(e["name"], e["hex"], e["reason"]) for e in REFUSED]
    assert rows == tabled
