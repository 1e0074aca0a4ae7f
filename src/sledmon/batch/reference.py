"""What gates or a camera said of the same reps: a table, matched rep by rep."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NamedTuple

from sledmon.batch.metrics import is_metric, with_intervals
from sledmon.errors import ComparisonError, counted
from sledmon.recording.csv_rows import CsvFile, TextRow, number_at, open_csv, text_rows
from sledmon.results import Rep, Session

NEAREST_S: Final = 2.0
"""A time names the rep that starts no further from it; reps lie ten seconds apart and more."""


class Row(NamedTuple):
    """One row of the reference."""

    line: int
    recording: str
    rep: int | None
    time_s: float | None
    values: dict[str, float]


@dataclass(frozen=True, kw_only=True, slots=True)
class Matched:
    """Which rep each row speaks of."""

    values: dict[tuple[int, int], dict[str, float]]
    """By place of the recording and rep number."""
    notes: tuple[str, ...]
    """Sentences on what was matched, what not, and what was not used."""


def read_reference(path: Path) -> tuple[list[Row], tuple[str, ...]]:
    """Rows, and notes on unused columns; ImportTableError names what is wrong."""
    file = open_csv(path)
    metrics = [name for name in file.names if is_metric(name)]
    told = [name for name in ("recording", "rep", "time_s") if name in file.names]
    if not {"rep", "time_s"} & set(told):
        raise ComparisonError(
            f"{path} names no reps: it needs a column rep (their numbers) or time_s (session time)"
        )
    if not metrics:
        raise ComparisonError(
            f"{path} holds nothing to compare: name columns like split_5yd_s, split_10yd_s,"
            " split_5_10yd_s, window_velocity_mps"
        )
    rows = [_row(file, row, metrics) for row in text_rows(file)]
    unused = [name for name in file.names if name not in metrics and name not in told]
    notes = (f"{path.name}: not used: {', '.join(unused)}.",) if unused else ()
    return rows, notes


def _row(file: CsvFile, row: TextRow, metrics: Sequence[str]) -> Row:
    given = dict(zip(file.names, row.fields, strict=True))
    values = {name: number_at(file, row, name) for name in metrics if given[name]}
    number = number_at(file, row, "rep") if given.get("rep") else None
    if number is not None and number != int(number):
        raise ComparisonError(f"{file.path}, line {row.line}, column rep: {number:g} is no number")
    return Row(
        line=row.line,
        recording=given.get("recording", ""),
        rep=None if number is None else int(number),
        time_s=number_at(file, row, "time_s") if given.get("time_s") else None,
        values=with_intervals(values),
    )


def match(
    path: Path,
    rows: Sequence[Row],
    sessions: Sequence[tuple[str, Session]],
    notes_before: Sequence[str] = (),
) -> Matched:
    """Give each row to its rep, by number where one is given, else to the start that is nearest."""
    values: dict[tuple[int, int], dict[str, float]] = {}
    notes: list[str] = []
    for row in rows:
        where = f"{path.name}, line {row.line}"
        place = _recording(row, sessions)
        if place is None:
            named = (
                f"no recording {row.recording!r}"
                if row.recording
                else ("several recordings, and no column recording says which")
            )
            notes.append(f"{where}: not matched: {named}.")
            continue
        rep = _rep(row, sessions[place][1].reps)
        if rep is None:
            sought = f"rep {row.rep}" if row.rep is not None else f"rep at {row.time_s} s"
            notes.append(f"{where}: not matched: no {sought} in {sessions[place][0]}.")
        elif (place, rep.number) in values:
            notes.append(f"{where}: not matched: rep {rep.number} was named by an earlier line.")
        else:
            values[place, rep.number] = row.values
    without = [
        f"{Path(name).name} rep {rep.number}"
        for place, (name, session) in enumerate(sessions)
        for rep in session.reps
        if (place, rep.number) not in values
    ]
    notes.insert(0, f"{path.name}: {counted(len(values), 'rows')} of {len(rows)} matched to reps.")
    if without:
        notes.append(f"reps without reference: {', '.join(without)}.")
    return Matched(values=values, notes=(*notes_before, *notes))


def _recording(row: Row, sessions: Sequence[tuple[str, Session]]) -> int | None:
    if not row.recording:
        return 0 if len(sessions) == 1 else None
    for place, (name, _) in enumerate(sessions):
        if row.recording in (name, Path(name).name, Path(name).stem):
            return place
    return None


def _rep(row: Row, reps: Sequence[Rep]) -> Rep | None:
    if row.rep is not None:
        return next((rep for rep in reps if rep.number == row.rep), None)
    if row.time_s is None or not reps:
        return None
    time_s = row.time_s
    nearest = min(reps, key=lambda rep: abs(rep.estimates.start_s - time_s))
    return nearest if abs(nearest.estimates.start_s - time_s) <= NEAREST_S else None
