"""A table as Parquet; unit and meaning travel with every column."""

from collections.abc import Iterable
from pathlib import Path

from sledmon.analysis.rep_tables import reps_table
from sledmon.analysis.table import Kind, Table
from sledmon.errors import RecordingError, unwritable
from sledmon.results import Session


def write_reps_parquet(sessions: Iterable[tuple[str, Session]], path: Path) -> None:
    """The reps of one or more sessions, each with the path it was asked for by."""
    try:
        write_parquet(reps_table(sessions), path)
    except OSError as error:
        raise RecordingError(unwritable(path, error)) from None


def write_parquet(table: Table, path: Path) -> None:
    """Write one table; unknown is null."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    types: dict[Kind, pa.DataType] = {
        "text": pa.string(),
        "integer": pa.int64(),
        "number": pa.float64(),
        "boolean": pa.bool_(),
    }
    fields = [
        pa.field(
            column.name,
            types[column.kind],
            metadata={"unit": column.unit, "description": column.description},
        )
        for column in table.columns
    ]
    arrays = [
        pa.array(column.values, types[column.kind], from_pandas=True) for column in table.columns
    ]
    pq.write_table(pa.table(arrays, pa.schema(fields)), path)
