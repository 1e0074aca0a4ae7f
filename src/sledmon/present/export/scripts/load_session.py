"""Load an export of sledmon: every table as a pandas data frame.

    python load_session.py                     prints what is there
    from load_session import load_session      tables = load_session("the folder")

Needs pandas; openpyxl for .xlsx, pyarrow for .parquet, mcap and zstandard for .mcap.
"""

import json
import sys
from pathlib import Path
from typing import Any

import pandas as pd

TYPES = {"string": "object", "integer": "Int64", "number": "float64"}


def load_session(folder: str | Path = ".") -> dict[str, Any]:
    """Tables by name, with the types that datapackage.json gives their columns."""
    package = json.loads(Path(folder, "datapackage.json").read_text(encoding="utf-8"))
    return {
        resource["name"]: _typed(_read(Path(folder, resource["path"]), resource), resource)
        for resource in package["resources"]
    }


def _read(path: Path, resource: dict[str, Any]) -> Any:
    if resource["format"] == "csv":
        return pd.read_csv(path, dtype=str, keep_default_na=False, na_values=[""])
    if resource["format"] == "parquet":
        return pd.read_parquet(path)
    if resource["format"] == "xlsx":
        text = {field["name"]: str for field in _fields(resource) if field["type"] == "string"}
        sheet = resource["dialect"]["sheetName"]
        return pd.read_excel(
            path, sheet_name=sheet, dtype=text, keep_default_na=False, na_values=[""]
        )
    from mcap.reader import make_reader

    with path.open("rb") as file:
        messages = make_reader(file).iter_messages(topics=[resource["topic"]])
        return pd.DataFrame([json.loads(message.data) for _, _, message in messages])


def _typed(frame: Any, resource: dict[str, Any]) -> Any:
    frame = frame.reindex(columns=[field["name"] for field in _fields(resource)])
    for field in _fields(resource):
        column = frame[field["name"]]
        if field["type"] == "boolean":
            frame[field["name"]] = column.isin(["1", 1, True])
        elif field["type"] == "string":
            frame[field["name"]] = column.astype("object").where(column.notna(), None)
        else:
            frame[field["name"]] = pd.to_numeric(column).astype(TYPES[field["type"]])
    return frame


def _fields(resource: dict[str, Any]) -> list[dict[str, Any]]:
    fields: list[dict[str, Any]] = resource["schema"]["fields"]
    return fields


if __name__ == "__main__":
    here = sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parent
    tables = load_session(here)
    for name, table in tables.items():
        print(f"{name}: {len(table)} rows, {len(table.columns)} columns")
    reps = tables["reps"]
    print(reps.groupby(["unresisted", "load_kg"])["window_velocity_mps"].agg(["size", "mean"]))
