"""Worked examples of the sensors one can buy, and how the code reads and writes them."""

import tomllib
from collections.abc import Callable
from typing import Any

import numpy as np

from sledmon.wire import polar, polar_frames, witmotion
from sledmon.wire.polar import Measurement, Opcode, Setting, Settings, Status
from tests.wire.examples import NOTES

Fields = dict[str, Any]
PAGES = ("polar", "witmotion")
DOCUMENTS: dict[str, dict[str, list[Fields]]] = {
    page: tomllib.loads((NOTES / f"{page}.toml").read_text(encoding="utf-8")) for page in PAGES
}
PACKETS = [example for page in PAGES for example in DOCUMENTS[page]["packet"]]
REFUSED = [example for page in PAGES for example in DOCUMENTS[page]["refused"]]


def _as_f32(value: float) -> float:
    return float(np.float32(value))


def _settings_fields(settings: Settings) -> Fields:
    return {kind.name: list(values) for kind, values in settings.items()}


def _settings(fields: Fields) -> Settings:
    return {Setting[name]: tuple(values) for name, values in fields.items()}


def _request_fields(payload: bytes) -> Fields:
    read = polar.unpack_request(payload)
    return {**read._asdict(), "settings": _settings_fields(read.settings)}


def _request_bytes(fields: Fields) -> bytes:
    return polar.pack_request(
        polar.Request(
            Opcode(fields["opcode"]),
            Measurement(fields["measurement"]),
            _settings(fields["settings"]),
        )
    )


def _answer_fields(payload: bytes) -> Fields:
    read = polar.unpack_answer(payload)
    return {**read._asdict(), "settings": _settings_fields(read.settings)}


def _answer_bytes(fields: Fields) -> bytes:
    return polar.pack_answer(
        polar.Answer(
            Opcode(fields["opcode"]),
            Measurement(fields["measurement"]),
            Status(fields["status"]),
            fields["more"],
            _settings(fields["settings"]),
        )
    )


def _frame_fields(payload: bytes) -> Fields:
    read = polar_frames.unpack_frame(payload)
    return {
        "measurement": read.measurement,
        "stamp_ns": read.stamp_ns,
        "form": read.form,
        "blocks": [list(block) for block in read.blocks],
        "samples": read.raw.tolist(),
    }


def _frame_bytes(fields: Fields) -> bytes:
    floats = any(isinstance(value, float) for row in fields["samples"] for value in row)
    raw: Any = np.array(fields["samples"], np.float32 if floats else np.int64)
    return polar_frames.pack_frame(
        polar_frames.PolarFrame(
            Measurement(fields["measurement"]),
            fields["stamp_ns"],
            fields["form"],
            raw,
            tuple((bits, samples) for bits, samples in fields["blocks"]),
        )
    )


def _command_fields(payload: bytes) -> Fields:
    return witmotion.unpack_command(payload)._asdict()


def _command_bytes(fields: Fields) -> bytes:
    return witmotion.pack_command(witmotion.Command(**fields))


def _sample_fields(payload: bytes) -> Fields:
    return {"raw": witmotion.unpack_sample(payload).tolist()}


def _sample_bytes(fields: Fields) -> bytes:
    return witmotion.pack_sample(np.array(fields["raw"], np.int16))


def _registers_fields(payload: bytes) -> Fields:
    read = witmotion.unpack_registers(payload)
    return {"first": read.first, "values": list(read.values)}


def _registers_bytes(fields: Fields) -> bytes:
    return witmotion.pack_registers(witmotion.Registers(fields["first"], tuple(fields["values"])))


READ: dict[str, Callable[[bytes], Fields]] = {
    "polar-request": _request_fields,
    "polar-answer": _answer_fields,
    "polar-frame": _frame_fields,
    "witmotion-command": _command_fields,
    "witmotion-sample": _sample_fields,
    "witmotion-registers": _registers_fields,
}
WRITE: dict[str, Callable[[Fields], bytes]] = {
    "polar-request": _request_bytes,
    "polar-answer": _answer_bytes,
    "polar-frame": _frame_bytes,
    "witmotion-command": _command_bytes,
    "witmotion-sample": _sample_bytes,
    "witmotion-registers": _registers_bytes,
}


def expected_fields(example: Fields) -> Fields:
    """The tabled fields; numbers that travel as float32 as such."""

    def travelled(value: Any) -> Any:
        if isinstance(value, float):
            return _as_f32(value)
        if isinstance(value, list):
            return [travelled(one) for one in value]
        if isinstance(value, dict):
            return {name: travelled(one) for name, one in value.items()}
        return value

    fields: Fields = travelled(example["fields"])
    return fields
