"""Decoded channels as MCAP with JSON messages, as Foxglove and PlotJuggler plot them."""

import json
import math
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from sledmon.analysis.table import Kind, Table
from sledmon.units import NANOSECONDS_PER_SECOND
from sledmon.version import VERSION

_TYPES: Final[dict[Kind, str]] = {
    "text": "string",
    "integer": "integer",
    "number": "number",
    "boolean": "boolean",
}


def write_channels(
    tables: Sequence[tuple[Table, str]], started_utc: str, made: Mapping[str, str], path: Path
) -> None:
    """A channel a table, each with the column that is its time; unknown values are left out.

    Log times are those of the day where the recording knows it, else they count from 1970.
    """
    from mcap.writer import Writer

    epoch_ns = _epoch_ns(started_utc)
    with path.open("wb") as file:
        writer = Writer(file)
        writer.start(profile="", library=f"sledmon {VERSION}")
        messages: list[tuple[int, int, bytes]] = []
        for table, clock in tables:
            schema = writer.register_schema(
                f"sledmon.{table.name}", "jsonschema", json.dumps(_schema(table)).encode()
            )
            channel = writer.register_channel(f"/{table.name}", "json", schema)
            messages += [
                (max(0, epoch_ns + log_ns), channel, text)
                for log_ns, text in _messages(table, clock)
            ]
        for sequence, (log_ns, channel, text) in enumerate(sorted(messages, key=lambda m: m[0])):
            writer.add_message(channel, log_ns, text, log_ns, sequence)
        writer.add_metadata("provenance", dict(made))
        writer.finish()  # type: ignore[no-untyped-call]


def _messages(table: Table, clock: str) -> list[tuple[int, bytes]]:
    names = [column.name for column in table.columns]
    at = names.index(clock)
    messages: list[tuple[int, bytes]] = []
    last_ns = 0
    for row in table.rows():
        known = {name: value for name, value in zip(names, row, strict=True) if value is not None}
        time_s = row[at]
        if isinstance(time_s, float) and math.isfinite(time_s):
            last_ns = round(time_s * NANOSECONDS_PER_SECOND)
        messages.append((last_ns, json.dumps(known, ensure_ascii=False).encode()))
    return messages


def _schema(table: Table) -> dict[str, Any]:
    return {
        "type": "object",
        "title": f"sledmon.{table.name}",
        "description": table.description,
        "properties": {
            column.name: {
                "type": _TYPES[column.kind],
                "description": f"{column.description} [{column.unit or '-'}]",
            }
            for column in table.columns
        },
    }


def _epoch_ns(started_utc: str) -> int:
    try:
        return round(datetime.fromisoformat(started_utc).timestamp()) * NANOSECONDS_PER_SECOND
    except ValueError:
        return 0
