"""The worked examples of firmware_notes/packets.toml, and how the code reads and writes them."""

import struct
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from sledmon.wire import control, descriptor, stream

NOTES = Path(__file__).resolve().parents[2] / "firmware_notes"
DOCUMENT: dict[str, list[dict[str, Any]]] = tomllib.loads(
    (NOTES / "packets.toml").read_text(encoding="utf-8")
)
PACKETS = DOCUMENT["packet"]
REFUSED = DOCUMENT["refused"]

Fields = dict[str, Any]


def bytes_of(example: dict[str, Any]) -> bytes:
    return bytes.fromhex(example["hex"])


def name_of(example: dict[str, Any]) -> str:
    return str(example["name"])


def _as_f32(value: float) -> float:
    return float(struct.unpack("<f", struct.pack("<f", value))[0])


def _header_fields(header: stream.Header) -> Fields:
    return {"sequence": header.sequence, "tick": header.tick, "flags": header.flags}


def _header(fields: Fields) -> stream.Header:
    return stream.Header(stream.VERSION, fields["sequence"], fields["tick"], fields["flags"])


def _imu_fields(payload: bytes) -> Fields:
    read = stream.unpack_imu(payload)
    return {**_header_fields(read.header), "samples": read.raw.tolist()}


def _imu_bytes(fields: Fields) -> bytes:
    return stream.pack_imu(_header(fields), np.array(fields["samples"], np.int16))


def _encoder_fields(payload: bytes) -> Fields:
    read = stream.unpack_encoder(payload)
    fields = {**_header_fields(read.header), "counts": read.counts.tolist()}
    if read.offset_ticks is not None:
        fields["offset_ticks"] = read.offset_ticks.tolist()
    return fields


def _encoder_bytes(fields: Fields) -> bytes:
    ticks = fields.get("offset_ticks")
    return stream.pack_encoder(
        _header(fields),
        np.array(fields["counts"], np.int64),
        None if ticks is None else np.array(ticks, np.int64),
    )


_SCALES = ("acc_mps2_per_count", "gyr_radps_per_count", "counts_per_m", "resolution_counts")


def _descriptor_fields(payload: bytes) -> Fields:
    read = descriptor.unpack_descriptor(payload)
    return {name: getattr(read, name) for name in descriptor.Descriptor.__slots__}


def _descriptor_bytes(fields: Fields) -> bytes:
    kind = descriptor.Kind(fields["kind"])
    return descriptor.pack_descriptor(descriptor.Descriptor(**{**fields, "kind": kind}))


def _command_fields(payload: bytes) -> Fields:
    return control.unpack_command(payload)._asdict()


def _command_bytes(fields: Fields) -> bytes:
    opcode = control.Opcode(fields["opcode"])
    return control.pack_command(control.Command(**{**fields, "opcode": opcode}))


def _answer_fields(payload: bytes) -> Fields:
    return control.unpack_answer(payload)._asdict()


def _answer_bytes(fields: Fields) -> bytes:
    status = control.Status(fields["status"])
    return control.pack_answer(control.Answer(fields["opcode"], status, fields["value"]))


def _ping_fields(payload: bytes) -> Fields:
    return {"token": control.unpack_ping(payload)}


def _ping_bytes(fields: Fields) -> bytes:
    return control.pack_ping(fields["token"])


def _pong_fields(payload: bytes) -> Fields:
    return control.unpack_pong(payload)._asdict()


def _pong_bytes(fields: Fields) -> bytes:
    return control.pack_pong(control.Pong(**fields))


READ: dict[str, Callable[[bytes], Fields]] = {
    "imu": _imu_fields,
    "encoder": _encoder_fields,
    "descriptor": _descriptor_fields,
    "command": _command_fields,
    "answer": _answer_fields,
    "ping": _ping_fields,
    "pong": _pong_fields,
}
WRITE: dict[str, Callable[[Fields], bytes]] = {
    "imu": _imu_bytes,
    "encoder": _encoder_bytes,
    "descriptor": _descriptor_bytes,
    "command": _command_bytes,
    "answer": _answer_bytes,
    "ping": _ping_bytes,
    "pong": _pong_bytes,
}


def expected_fields(example: dict[str, Any]) -> Fields:
    """The tabled fields; scale factors as the 32-bit numbers that travel."""
    fields: Fields = dict(example["fields"])
    return {k: _as_f32(v) if k in _SCALES else v for k, v in fields.items()}
