"""The portable C file packs and unpacks the very bytes that the Python code does.

It is compiled without a warning, and with the address and undefined-behaviour sanitizers where the
compiler has them.
"""

import os
import shlex
import shutil
import struct
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sledmon.errors import WireError
from sledmon.wire import stream
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

Fields = dict[str, Any]
STRICT = ["-std=c99", "-Wall", "-Wextra", "-Werror", "-pedantic", "-O1"]
SANITIZED = ["-g", "-fsanitize=address,undefined", "-fno-sanitize-recover=all"]
REFERENCE = NOTES / "reference"
SCALES = ("acc_mps2_per_count", "gyr_radps_per_count", "counts_per_m", "resolution_counts")
DESCRIPTOR = (
    "version_major",
    "version_minor",
    "kind",
    "features",
    "sample_period_ns",
    "boot_id",
    "ring_notifications",
    "samples_per_notification",
    *SCALES,
    "serial",
)
PLAIN_FIELDS = {
    "command": ("opcode", "argument", "extent"),
    "answer": ("opcode", "status", "value"),
    "ping": ("token",),
    "pong": ("token", "received_tick", "sent_tick"),
}
once = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200)


class Reference:
    """The compiled C file, asked one line at a time."""

    def __init__(self, program: Path) -> None:
        self._process = subprocess.Popen(
            [program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
        )

    def ask(self, *words: object) -> str:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(" ".join(map(str, words)) + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        assert answer.endswith("\n"), "the C program came to an end: see its report above"
        return answer.strip()

    def close(self) -> None:
        self._process.communicate(timeout=10)
        assert self._process.returncode == 0

    def unpack(self, kind: str, payload: bytes) -> Fields | None:
        """Every field, or None where it is refused."""
        answer = self.ask("unpack", kind, payload.hex() or "-")
        return None if answer.startswith("refused") else _fields(kind, answer.split())

    def pack(self, kind: str, fields: Fields) -> bytes | None:
        answer = self.ask("pack", kind, *_words(kind, fields))
        return None if answer.startswith("refused") else bytes.fromhex(answer)


def _fields(kind: str, words: list[str]) -> Fields:
    if kind == "descriptor":
        numbers = dict(zip(DESCRIPTOR, words, strict=True))
        return {
            name: _float(int(word))
            if name in SCALES
            else bytes.fromhex(word.strip("-")).decode()
            if name == "serial"
            else int(word)
            for name, word in numbers.items()
        }
    values = [int(word) for word in words]
    if kind in PLAIN_FIELDS:
        return dict(zip(PLAIN_FIELDS[kind], values, strict=True))
    version, sequence, tick, flags, *body = values
    assert version == stream.VERSION
    fields: Fields = {"sequence": sequence, "tick": tick, "flags": flags}
    if kind == "imu":
        return {**fields, "samples": [body[i : i + 6] for i in range(0, len(body), 6)]}
    half = len(body) // 2
    fields["counts"] = body[:half]
    if flags & Flags.EDGE_TIMED:
        fields["offset_ticks"] = body[half:]
    return fields


def _words(kind: str, fields: Fields) -> list[object]:
    if kind == "descriptor":
        return [
            _bits(fields[name])
            if name in SCALES
            else fields[name].encode().hex() or "-"
            if name == "serial"
            else int(fields[name])
            for name in DESCRIPTOR
        ]
    if kind in PLAIN_FIELDS:
        return [int(fields[name]) for name in PLAIN_FIELDS[kind]]
    head = [stream.VERSION, fields["sequence"], fields["tick"], fields["flags"]]
    if kind == "imu":
        samples = fields["samples"]
        return [*head, len(samples), *(value for sample in samples for value in sample)]
    counts = fields["counts"]
    return [*head, len(counts), *counts, *fields.get("offset_ticks", [0] * len(counts))]


def _bits(value: float) -> int:
    return int(struct.unpack("<I", struct.pack("<f", value))[0])


def _float(bits: int) -> float:
    return float(struct.unpack("<f", struct.pack("<I", bits))[0])


@pytest.fixture(scope="module", params=["plain", "sanitized"])
def reference(request: pytest.FixtureRequest, tmp_path_factory: Any) -> Iterator[Reference]:
    compiler = shutil.which(os.environ.get("CC", "cc"))
    if compiler is None:
        pytest.skip("no C compiler: apt-get install gcc libc6-dev")
    folder = tmp_path_factory.mktemp(request.param)
    command = [compiler, *STRICT, *(SANITIZED if request.param == "sanitized" else [])]
    if request.param == "sanitized":
        (folder / "empty.c").write_text("int main(void) { return 0; }\n", encoding="utf-8")
        probe = [*command, "empty.c", "-o", "probe"]
        works = subprocess.run(probe, cwd=folder, capture_output=True, check=False)
        if works.returncode or subprocess.run([folder / "probe"], check=False).returncode:
            pytest.skip("this compiler has no address and undefined-behaviour sanitizers")
    program = folder / "packets"
    sources = [REFERENCE / "sledmon_packets.c", Path(__file__).with_name("packets_on_stdin.c")]
    build = [*command, f"-I{REFERENCE}", *map(str, sources), "-o", str(program)]
    built = subprocess.run(build, capture_output=True, text=True, check=False)
    assert built.returncode == 0, f"{shlex.join(build)}\n{built.stderr}"
    assert built.stderr == ""
    running = Reference(program)
    yield running
    running.close()


each_packet = pytest.mark.parametrize("example", PACKETS, ids=name_of)


@each_packet
def test_c_reads_the_tabled_fields(reference: Reference, example: Fields) -> None:
    assert reference.unpack(example["type"], bytes_of(example)) == expected_fields(example)


@each_packet
def test_c_writes_the_tabled_bytes(reference: Reference, example: Fields) -> None:
    written = reference.pack(example["type"], example["fields"])
    assert written is not None
    assert written == bytes_of(example)[: len(written)]
    assert len(written) == len(bytes_of(example)) or example["name"] == "descriptor-newer-minor"


@each_packet
def test_c_writes_into_the_room_it_needs_and_into_no_less(
    reference: Reference, example: Fields
) -> None:
    kind, fields = example["type"], example["fields"]
    written = reference.pack(kind, fields)
    assert written is not None
    try:
        for room in range(len(written) + 1):
            reference.ask("room", room)
            assert reference.pack(kind, fields) == (written if room == len(written) else None)
    finally:
        reference.ask("room", stream.MAX_PAYLOAD_BYTES)


@pytest.mark.parametrize("example", REFUSED, ids=name_of)
def test_c_refuses_what_is_to_be_refused(reference: Reference, example: Fields) -> None:
    assert reference.unpack(example["type"], bytes_of(example)) is None


@each_packet
def test_every_truncation_is_read_or_refused_as_in_python(
    reference: Reference, example: Fields
) -> None:
    payload = bytes_of(example)
    for length in range(len(payload)):
        assert reference.unpack(example["type"], payload[:length]) == _python(
            example["type"], payload[:length]
        )


@each_packet
def test_every_flipped_bit_is_read_or_refused_as_in_python(
    reference: Reference, example: Fields
) -> None:
    payload = bytes_of(example)
    for bit in range(8 * len(payload)):
        flipped = bytearray(payload)
        flipped[bit // 8] ^= 1 << bit % 8
        assert reference.unpack(example["type"], bytes(flipped)) == _python(
            example["type"], bytes(flipped)
        )


def _python(kind: str, payload: bytes) -> Fields | None:
    try:
        return READ[kind](payload)
    except WireError:
        return None


@once
@given(kind=st.sampled_from(sorted(READ)), payload=st.binary(max_size=250), versioned=st.booleans())
def test_any_bytes_are_read_or_refused_as_in_python(
    reference: Reference, kind: str, payload: bytes, versioned: bool
) -> None:
    if versioned:
        payload = bytes([stream.VERSION]) + payload
    assert reference.unpack(kind, payload) == _python(kind, payload)


u16 = st.integers(0, 0xFFFF)
i16 = st.integers(-0x8000, 0x7FFF)
head = st.fixed_dictionaries({"sequence": u16, "tick": st.integers(0, 0xFFFFFFFF)})


@once
@given(head, st.integers(0, 0xFF), st.lists(st.lists(i16, min_size=6, max_size=6), max_size=20))
def test_any_imu_samples_are_packed_or_refused_as_in_python(
    reference: Reference, fields: Fields, flags: int, samples: list[list[int]]
) -> None:
    fields = {**fields, "flags": flags, "samples": samples}
    packed = reference.pack("imu", fields)
    assert packed == _written("imu", {**fields, "samples": np.reshape(samples, (-1, 6))})


@once
@given(
    head,
    st.integers(0, 0xFF),
    st.integers(-(2**40), 2**40),
    st.lists(st.tuples(u16, st.integers(-0x8100, 0x8100)), max_size=117),
)
def test_any_counts_are_packed_or_refused_as_in_python(
    reference: Reference, fields: Fields, flags: int, first: int, steps: list[tuple[int, int]]
) -> None:
    fields = {**fields, "flags": flags}
    fields["counts"] = np.cumsum([first, *(delta for _, delta in steps)]).tolist()
    if flags & Flags.EDGE_TIMED:
        fields["offset_ticks"] = np.cumsum([0, *(8 * apart for apart, _ in steps)]).tolist()
    assert reference.pack("encoder", fields) == _written("encoder", fields)


@once
@given(
    st.text(st.characters(max_codepoint=127), max_size=17),
    st.floats(width=32, allow_nan=True),
    st.sampled_from([0, 1, 2, 3]),
    st.integers(0, 2**32 - 1),
)
def test_any_descriptor_is_packed_or_refused_as_in_python(
    reference: Reference, serial: str, scale: float, kind: int, period: int
) -> None:
    example = next(e for e in PACKETS if e["name"] == "descriptor-encoder")
    fields = {**example["fields"], "serial": serial, "sample_period_ns": period}
    fields.update(counts_per_m=scale)
    packed = reference.pack("descriptor", fields)
    if "\0" not in serial:  # a C string ends there
        assert packed == _written("descriptor", fields)
    if packed is not None:
        altered = packed[:2] + bytes([kind]) + packed[3:]
        assert reference.unpack("descriptor", altered) == _python("descriptor", altered)


def _written(kind: str, fields: Fields) -> bytes | None:
    try:
        return WRITE[kind](fields)
    except WireError:
        return None


@pytest.mark.parametrize("mtu", [23, 50, 100, 185, 247, 517])
def test_as_many_samples_fit_as_in_python(reference: Reference, mtu: int) -> None:
    assert reference.ask("fit", mtu).split() == [
        str(stream.samples_that_fit(mtu, imu=True)),
        str(stream.samples_that_fit(mtu, imu=False)),
        str(stream.samples_that_fit(mtu, imu=False, edge_timed=True)),
    ]


@once
@given(
    capacity=st.integers(1, 12),
    first=u16,
    kept=st.integers(0, 40),
    asked=st.lists(st.integers(-45, 5), max_size=8),
    longest=st.sampled_from([20, 244]),
)
def test_the_ring_gives_back_what_it_still_holds_and_nothing_else(
    reference: Reference, capacity: int, first: int, kept: int, asked: list[int], longest: int
) -> None:
    reference.ask("ring", capacity)
    sent: dict[int, bytes] = {}
    for k in range(kept):
        sequence = (first + k) % stream.SEQUENCE_MODULUS
        header = stream.Header(stream.VERSION, sequence, 1000 * k, 0)
        sent[sequence] = stream.pack_imu(header, np.full((1 + k % 2, 6), k, np.int16))
        reference.ask("keep", sent[sequence].hex())
    held = dict(list(sent.items())[-capacity:])
    for back in asked:
        sequence = (first + kept + back) % stream.SEQUENCE_MODULUS
        answer = reference.ask("take", sequence)
        if sequence in held:
            again = bytearray(held[sequence])
            again[7] |= Flags.RESENT
            assert answer == again.hex()
        else:
            assert answer == "-"
        coming = [(sequence + k) % stream.SEQUENCE_MODULUS for k in range(10)]
        fits = sum(len(held.get(s, bytes(245))) <= longest for s in coming)
        assert int(reference.ask("count", sequence, 10, longest)) == fits
