"""State records (opened, connected, lost, event) as JSON and back; no I/O."""

import json
from typing import Any, Final, NamedTuple

from sledmon.recording.layout import FORMAT_MAJOR, FORMAT_MINOR, MAX_TIME_NS
from sledmon.samples import DEVICES, Connected, Device, Event, Lost, Opened

StateRecord = Opened | Connected | Lost | Event

_KINDS: Final[dict[type[StateRecord], str]] = {
    Opened: "opened",
    Connected: "connected",
    Lost: "lost",
    Event: "event",
}


class State(NamedTuple):
    """One state message. ``record`` is None where a newer minor version wrote an unknown kind."""

    number: int  # place among all records, counted from 0
    serial: int  # place among the state records, counted from 0
    record: StateRecord | None
    format_major: int = FORMAT_MAJOR  # of an Opened only, as the next two
    format_minor: int = FORMAT_MINOR
    epoch_ns: int = 0


def pack_state(state: State) -> bytes:
    """ASCII JSON; floats by repr, bytes as hexadecimal digits, so that all comes back exactly."""
    record = state.record
    if record is None:
        raise ValueError("a state without a record cannot be written")
    fields: dict[str, Any] = {
        "record": _KINDS[type(record)],
        "number": state.number,
        "state": state.serial,
    }
    fields |= record._asdict()
    fields["received_ns"] = int(record.received_ns)
    if isinstance(record, Opened):
        fields["format"] = f"{state.format_major}.{state.format_minor}"
        fields["epoch_ns"] = state.epoch_ns
    elif isinstance(record, Connected):
        fields["descriptor"] = record.descriptor.hex()
    elif isinstance(record, Event):
        fields["time_s"] = float(record.time_s)
    return json.dumps(fields, separators=(",", ":")).encode("ascii")


def unpack_state(payload: bytes) -> State:
    """Read a state message; ValueError where it is not one, unknown keys are ignored."""
    try:
        fields = json.loads(payload)
    except RecursionError:
        raise ValueError("JSON nested too deep") from None
    if not isinstance(fields, dict):
        raise ValueError("not a JSON object")  # noqa: TRY004
    number, serial = _integer(fields, "number"), _integer(fields, "state")
    kind = _text(fields, "record")
    if kind == "opened":
        major, minor = (int(part) for part in _text(fields, "format").split("."))
        if major != FORMAT_MAJOR:  # nothing else is promised of another major version
            return State(number, serial, None, major, minor)
        return State(number, serial, _opened(fields), major, minor, _integer(fields, "epoch_ns"))
    return State(number, serial, _record(kind, fields))


def _record(kind: str, fields: dict[str, Any]) -> StateRecord | None:
    if kind == "connected":
        return Connected(
            _integer(fields, "received_ns"),
            _device(fields),
            _text(fields, "layout"),
            bytes.fromhex(_text(fields, "descriptor")),
            _text(fields, "name"),
        )
    if kind == "lost":
        return Lost(_integer(fields, "received_ns"), _device(fields), _text(fields, "reason"))
    if kind == "event":
        return Event(
            _integer(fields, "received_ns"),
            _number(fields, "time_s"),
            _text(fields, "kind"),
            _text(fields, "value"),
        )
    return None


def _opened(fields: dict[str, Any]) -> Opened:
    return Opened(
        _integer(fields, "received_ns"),
        _text(fields, "source"),
        _text(fields, "rig_toml"),
        _text(fields, "software"),
        _text(fields, "started_utc"),
        _text(fields, "title"),
    )


def _integer(fields: dict[str, Any], key: str) -> int:
    value = fields.get(key)
    if not isinstance(value, int) or isinstance(value, bool):
        raise ValueError(f"{key} is not an integer")  # noqa: TRY004
    if abs(value) >= MAX_TIME_NS:
        raise ValueError(f"{key} is too large")
    return value


def _number(fields: dict[str, Any], key: str) -> float:
    value = fields.get(key)
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise ValueError(f"{key} is not a number")  # noqa: TRY004
    return float(value)


def _text(fields: dict[str, Any], key: str) -> str:
    value = fields.get(key)
    if not isinstance(value, str):
        raise ValueError(f"{key} is not text")  # noqa: TRY004
    return value


def _device(fields: dict[str, Any]) -> Device:
    for device in DEVICES:
        if fields.get("device") == device:
            return device
    raise ValueError("unknown device")
