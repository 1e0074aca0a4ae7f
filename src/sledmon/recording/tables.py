"""Import of foreign tables: rows become table packets, decoded like any device's."""

import heapq
import os
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import version
from itertools import pairwise
from pathlib import Path
from typing import Final

import numpy as np

from sledmon.errors import EventError, ImportTableError, PlanError, counted
from sledmon.events import canonical_value
from sledmon.plan import read_plan
from sledmon.recording.chronojump import edges_in_metres, filled_in
from sledmon.recording.csv_rows import (
    CsvFile,
    number_at,
    open_csv,
    read_numbers,
    require_columns,
    text_rows,
)
from sledmon.recording.foreign import CHRONOJUMP, Foreign, recognised
from sledmon.recording.magnitudes import require_belt, require_cord
from sledmon.recording.place import written_beside
from sledmon.recording.writer import RecordingWriter
from sledmon.rig import Rig, read_rig
from sledmon.samples import Connected, Device, Event, FloatArray, Opened, Packet, Record
from sledmon.wire import table
from sledmon.wire.limits import LEAST_PERIOD_S, MAX_TIME_S

LAYOUT: Final = "table-1"
PACKET_S: Final = 0.1
_MAX_PACKET_ROWS: Final = 1024
_SLOW_S: Final = 0.5
_FELL_M: Final = 2.0
_EVENT_COLUMNS: Final = ("time_s", "event", "value")

PathLike = str | os.PathLike[str]


@dataclass(frozen=True, kw_only=True, slots=True)
class ImportSummary:
    """What an import brought."""

    path: Path
    rows: dict[str, int]
    """By device."""
    events: int
    duration_s: float
    notes: tuple[str, ...]
    """Sentences on what was assumed or left unused."""


@dataclass(frozen=True, kw_only=True)
class _Table:
    device: Device
    file: CsvFile
    columns: tuple[str, ...]
    rows: FloatArray
    period_s: float


def import_tables(
    out: PathLike,
    *,
    encoder: PathLike,
    imu: PathLike | None = None,
    events: PathLike | None = None,
    rig: PathLike | None = None,
) -> ImportSummary:
    """Make a recording of tables; everything is read and believed before anything is written."""
    out = Path(out)
    notes: list[str] = []
    rig_toml, parsed = ("", Rig()) if rig is None else read_rig(Path(rig))
    tables = [_read_encoder(open_csv(Path(encoder)), parsed, notes)]
    if imu is not None:
        tables.insert(0, _read_imu(open_csv(Path(imu)), notes))
    coach_file = None if events is None else open_csv(Path(events))
    coach = [] if coach_file is None else _read_events(coach_file, notes)
    notes += [*_direction_notes(tables[-1], parsed), *_rig_notes(parsed, tables[-1].columns, coach)]

    first_s = min(float(each.rows[0, 0]) for each in tables)
    last_s = max(float(each.rows[-1, 0]) for each in tables)
    notes += _outside_notes(coach, first_s, last_s)
    begin_ns = min([_ns(first_s), *(event.received_ns for event in coach)])
    with written_beside(out) as temporary, RecordingWriter(temporary) as writer:
        writer.write(Opened(begin_ns, "import", rig_toml, f"sledmon {version('sledmon')}"))
        for each in tables:
            writer.write(_connected(each, begin_ns))
        # Equal times: events first, as a packet's rows end at or after them; then the IMU.
        streams: list[Iterator[Record] | list[Event]] = [coach, *map(_packets, tables)]
        for record in heapq.merge(*streams, key=lambda record: record.received_ns):
            writer.write(record)
        for file in (*(each.file for each in tables), *([coach_file] if coach_file else ())):
            writer.attach(file.path.name, file.content)
    return ImportSummary(
        path=out,
        rows={each.device: len(each.rows) for each in tables},
        events=len(coach),
        duration_s=last_s - first_s,
        notes=tuple(notes),
    )


def _read_encoder(file: CsvFile, rig: Rig, notes: list[str]) -> _Table:
    if "distance_m" in file.names and "count" in file.names:
        raise ImportTableError(
            f"{file.path}, line 1, column count: there is a column distance_m too; remove one"
        )
    columns = table.ENCODER_COUNT if "count" in file.names else table.ENCODER_DISTANCE
    if not set(columns) <= set(file.names) and (found := recognised(file)) is not None:
        return _read_foreign(file, found, rig, notes)
    read = _read("encoder", file, columns, notes)
    require_cord(file, columns, read.rows, rig)
    return read


def _read_foreign(file: CsvFile, found: Foreign, rig: Rig, notes: list[str]) -> _Table:
    """A table of another system, in seconds and metres; what was assumed is said."""
    rows, unused = read_numbers(file, found.columns, found.units)
    _note_unused(file, unused, notes)
    said = [found.reads, *found.assumed]
    if found.system == CHRONOJUMP:
        rows, pulses = edges_in_metres(rows, rig)
        said.append(pulses)
    require_cord(file, found.columns, rows, Rig())
    if found.system == CHRONOJUMP:
        rows, between = filled_in(rows)
        said.append(between)
    notes += [f"{file.path.name}: {sentence}" for sentence in said]
    return _Table(
        device="encoder",
        file=file,
        columns=table.ENCODER_DISTANCE,
        rows=rows,
        period_s=_period_s(file, found.columns[0], rows),
    )


def _read_imu(file: CsvFile, notes: list[str]) -> _Table:
    read = _read("imu", file, table.IMU, notes)
    notes += require_belt(file, table.IMU, read.rows)
    return read


def _read(device: Device, file: CsvFile, columns: tuple[str, ...], notes: list[str]) -> _Table:
    rows, unused = read_numbers(file, columns)
    _note_unused(file, unused, notes)
    period_s = _period_s(file, columns[0], rows)
    if period_s > _SLOW_S:
        notes.append(
            f"{file.path.name}: rows are {period_s:g} s apart; check that time_s is in seconds."
        )
    return _Table(device=device, file=file, columns=columns, rows=rows, period_s=period_s)


def _period_s(file: CsvFile, column: str, rows: FloatArray) -> float:
    period_s = float(np.median(np.diff(rows[:, 0])))
    if period_s < LEAST_PERIOD_S:
        raise ImportTableError(
            f"{file.path}, column {column}: rows are {period_s:g} s apart, closer than any"
            " sensor's; write the times in seconds"
        )
    return period_s


def _note_unused(file: CsvFile, unused: tuple[str, ...], notes: list[str]) -> None:
    if unused:
        named = ", ".join(name or "(without a name)" for name in unused)
        notes.append(f"{file.path.name}: not used: {named}.")


def _read_events(file: CsvFile, notes: list[str]) -> list[Event]:
    _note_unused(file, require_columns(file, _EVENT_COLUMNS), notes)
    kind_at, value_at = (file.names.index(name) for name in _EVENT_COLUMNS[1:])
    optional = 1 if value_at == len(file.names) - 1 else 0
    events = []
    for row in text_rows(file, optional=optional):
        time_s = number_at(file, row, "time_s")
        where = f"{file.path}, line {row.line}"
        if abs(time_s) > MAX_TIME_S:
            raise ImportTableError(
                f"{where}, column time_s: {time_s:g} is not a time in seconds; convert it"
            )
        kind = row.fields[kind_at]
        try:
            value = canonical_value(kind, row.fields[value_at])
            if kind == "plan":
                read_plan(value)
        except (EventError, PlanError) as error:
            column = "event" if str(error).startswith("unknown event") else "value"
            raise ImportTableError(f"{where}, column {column}: {error}") from None
        events.append(Event(_ns(time_s), time_s, kind, value))
    return sorted(events, key=lambda event: event.received_ns)


def _direction_notes(tether: _Table, rig: Rig) -> list[str]:
    """Said where more cord came in than ever went out: it may be told the other way round."""
    counts = tether.columns == table.ENCODER_COUNT
    place_m = tether.rows[:, 1] / (rig.encoder.counts_per_m if counts else 1.0)
    fell_m, rose_m = place_m[0] - place_m.min(), place_m.max() - place_m[0]
    if fell_m < max(_FELL_M, rose_m):
        return []
    return [
        f"{tether.file.path.name}: the cord comes in by {fell_m:.1f} m from its first row and goes"
        f" out by {rose_m:.1f} m; it must grow as the athlete runs. If no rep is found, change"
        " the column's sign."
    ]


def _rig_notes(rig: Rig, encoder_columns: tuple[str, ...], events: list[Event]) -> list[str]:
    notes = []
    if not rig.has_geometry:
        notes.append(
            "No geometry correction is made: the rig does not say where the reel stands, so cord"
            " paid out counts as distance."
        )
    if encoder_columns == table.ENCODER_COUNT and "encoder.counts_per_m" not in rig.given:
        notes.append(
            f"counts_per_m is not given: {rig.encoder.counts_per_m:g} is assumed; write it in the"
            " rig file."
        )
    said = {event.kind for event in events}
    if "sled.mass_kg" not in rig.given and "unresisted" not in said:
        notes.append(
            f"Every rep counts as run with a sled of {rig.sled.mass_kg:g} kg, as no rig says its"
            " mass_kg and no event 'unresisted' that there was none."
        )
    return notes


def _outside_notes(events: list[Event], first_s: float, last_s: float) -> list[str]:
    early = sum(event.time_s < first_s for event in events)
    late = sum(event.time_s > last_s for event in events)
    return [
        f"{counted(number, 'events')} {'comes' if number == 1 else 'come'} {where}; check that"
        f" {'its time is' if number == 1 else 'their times are'} the tables' own."
        for number, where in (
            (early, f"before the first row at {first_s:g} s"),
            (late, f"after the last row at {last_s:g} s"),
        )
        if number
    ]


def _connected(source: _Table, received_ns: int) -> Connected:
    descriptor = table.TableDescriptor(source.columns, source.period_s)
    packed = table.pack_table_descriptor(descriptor)
    return Connected(received_ns, source.device, LAYOUT, packed, source.file.path.name)


def _packets(source: _Table) -> Iterator[Packet]:
    time_s = source.rows[:, 0]
    for start, end in pairwise(packet_cuts(time_s)):
        received_ns = _ns(float(time_s[end - 1]))
        yield Packet(received_ns, source.device, table.pack_rows(source.rows[start:end]))


def packet_cuts(time_s: FloatArray) -> list[int]:
    """Where to cut rows into packets of about 0.1 s; a gap in time never lies inside one.

    >>> packet_cuts(np.array([0.0, 0.04, 0.08, 0.12, 5.0]))
    [0, 3, 4, 5]
    """
    due = np.floor((time_s - time_s[0]) / PACKET_S + 1e-6)
    cuts = [0, *(np.flatnonzero(np.diff(due)) + 1).tolist(), len(time_s)]
    finer = [range(start, end, _MAX_PACKET_ROWS) for start, end in pairwise(cuts)]
    return [cut for part in finer for cut in part] + [len(time_s)]


def _ns(time_s: float) -> int:
    return round(time_s * 1e9)
