"""The data dictionary: a Frictionless data package with every column's unit and meaning."""

import hashlib
from collections.abc import Mapping
from typing import Any, Final

from sledmon.analysis import Provenance
from sledmon.analysis.table import Kind, Table

_TYPES: Final[dict[Kind, str]] = {
    "text": "string",
    "integer": "integer",
    "number": "number",
    "boolean": "boolean",
}
_MEDIA: Final = {
    "csv": "text/csv",
    "parquet": "application/vnd.apache.parquet",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "mcap": "application/octet-stream",
}


def resource(table: Table, path: str, content: bytes, **more: Any) -> dict[str, Any]:
    """One table in one file."""
    ending = path.rpartition(".")[2]
    return {
        "name": table.name,
        "path": path,
        "type": "table",
        "title": table.description,
        "format": ending,
        "mediatype": _MEDIA[ending],
        "encoding": "utf-8",
        "bytes": len(content),
        "hash": f"sha256:{hashlib.sha256(content).hexdigest()}",
        **more,
        "schema": schema(table, yes_is_one=ending == "csv"),
    }


def schema(table: Table, *, yes_is_one: bool) -> dict[str, Any]:
    """Its columns as a Table Schema."""
    fields = []
    for column in table.columns:
        field: dict[str, Any] = {
            "name": column.name,
            "type": _TYPES[column.kind],
            "description": column.description,
            "unit": column.unit,
        }
        if column.kind == "boolean" and yes_is_one:
            field |= {"trueValues": ["1"], "falseValues": ["0"]}
        fields.append(field)
    return {"fields": fields, "missingValues": [""]}


def package(
    name: str, title: str, made: Provenance, resources: list[dict[str, Any]]
) -> Mapping[str, Any]:
    """The whole package: tables, and how their numbers were made."""
    return {
        "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
        "name": name,
        "title": title,
        "description": "SI units; unknown is empty; *_sigma is one standard error in the value's"
        " unit; times are session time, seconds since the recording began.",
        "sources": [{"title": made.recording, "path": made.recording}],
        "resources": resources,
        "provenance": made.document(),
    }
