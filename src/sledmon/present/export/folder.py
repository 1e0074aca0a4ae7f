"""A folder that another program reads: tables, dictionary, methods, scripts, checksums."""

import hashlib
import json
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

from sledmon.analysis import Session
from sledmon.analysis.table import Table
from sledmon.errors import RecordingError, unwritable
from sledmon.present.export import dictionary
from sledmon.present.export.channels_mcap import write_channels
from sledmon.present.export.methods import made_of, methods_text
from sledmon.present.export.results_csv import write_csv
from sledmon.present.export.tables_parquet import write_parquet
from sledmon.present.export.workbook import write_workbook


class Form(StrEnum):
    """What an export is written as."""

    CSV = "csv"
    PARQUET = "parquet"
    XLSX = "xlsx"
    MCAP = "mcap"


TABLES: Final = ("reps", "curves", "samples", "imu", "encoder")
_IN_A_BOOK: Final = ("reps", "curves", "samples")
_CLOCKS: Final = {"reps": "end_s", "samples": "time_s", "imu": "time_s", "encoder": "time_s"}
SCRIPTS: Final = {
    Form.CSV: ("load_session.py", "load_session.R", "load_session.m"),
    Form.PARQUET: ("load_session.py", "load_session.R", "load_session.m"),
    Form.XLSX: ("load_session.py", "load_session.R", "load_session.m"),
    Form.MCAP: ("load_session.py",),
}
_SUMS: Final = "SHA256SUMS"


def export_session(session: Session, form: Form, folder: Path) -> tuple[Path, ...]:
    """Write a session into a folder; what stands there is never overwritten."""
    with _new_files(folder, _names(form)) as paths:
        resources = _write_tables(session, form, paths)
        document = dictionary.package(
            _identifier(session.recording.path.stem),
            session.recording.opened.title or session.recording.path.stem,
            session.provenance,
            resources,
        )
        text = json.dumps(document, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
        paths["datapackage.json"].write_text(text, encoding="utf-8", newline="\n")
        paths["methods.md"].write_text(methods_text(session), encoding="utf-8", newline="\n")
        for name in SCRIPTS[form]:
            script = files("sledmon.present.export").joinpath("scripts", name).read_bytes()
            paths[name].write_bytes(script)
        sums = [f"{_sha256(path)}  {name}\n" for name, path in paths.items() if name != _SUMS]
        paths[_SUMS].write_text("".join(sums), encoding="utf-8", newline="\n")
        return tuple(paths.values())


def _write_tables(session: Session, form: Form, paths: dict[str, Path]) -> list[dict[str, Any]]:
    made = made_of(session)
    if form in (Form.XLSX, Form.MCAP):
        name, path = f"session.{form}", paths[f"session.{form}"]
        more: Callable[[str], dict[str, Any]]
        if form is Form.XLSX:
            tables = [session.table(each) for each in _IN_A_BOOK]
            write_workbook(tables, made, path)

            def more(table: str) -> dict[str, Any]:
                # As the specification has it, and as frictionless-py 5 reads it.
                return {"dialect": {"sheetName": table, "excel": {"sheet": table}}}

        else:
            tables = [session.table(each) for each in _CLOCKS]
            clocks = [(table, _CLOCKS[table.name]) for table in tables]
            write_channels(clocks, session.recording.opened.started_utc, dict(made), path)

            def more(table: str) -> dict[str, Any]:
                return {"topic": f"/{table}"}

        content = path.read_bytes()
        return [dictionary.resource(t, name, content, **more(t.name)) for t in tables]
    resources = []
    for each in TABLES:
        table, name = session.table(each), f"{each}.{form}"
        _write_table(table, form, paths[name])
        resources.append(dictionary.resource(table, name, paths[name].read_bytes()))
    return resources


def _write_table(table: Table, form: Form, path: Path) -> None:
    if form is Form.PARQUET:
        write_parquet(table, path)
        return
    with path.open("w", encoding="utf-8", errors="backslashreplace", newline="") as file:
        write_csv(table, file)


def _names(form: Form) -> tuple[str, ...]:
    """Every file of an export."""
    single = form in (Form.XLSX, Form.MCAP)
    tables = (f"session.{form}",) if single else tuple(f"{table}.{form}" for table in TABLES)
    return (*tables, "datapackage.json", "methods.md", *SCRIPTS[form], _SUMS)


@contextmanager
def _new_files(folder: Path, names: tuple[str, ...]) -> Iterator[dict[str, Path]]:
    """Files of a folder that are all new; a failure leaves nothing of them behind."""
    paths = {name: folder / name for name in names}
    made = require_new_files(folder, names)
    try:
        yield paths
    except BaseException as error:
        for path in paths.values():
            path.unlink(missing_ok=True)
        if made:
            shutil.rmtree(folder, ignore_errors=True)
        if isinstance(error, OSError):
            raise RecordingError(unwritable(error.filename or folder, error)) from None
        raise


def require_new_files(folder: Path, names: tuple[str, ...]) -> bool:
    """Make a folder if there is none, and whether it was made; refuse one that holds the files."""
    try:
        there = folder.is_dir()
        if not there:
            folder.mkdir()
        for name in names:
            if (folder / name).exists() or (folder / name).is_symlink():
                raise RecordingError(
                    f"{folder} holds {name} already, and exports are never overwritten;"
                    " choose another folder"
                )
    except FileExistsError:
        raise RecordingError(f"{folder} is a file and no folder; choose another name") from None
    except (OSError, ValueError) as error:
        raise RecordingError(unwritable(folder, error)) from None
    return not there


def _identifier(text: str) -> str:
    """A name as data packages want it.

    >>> _identifier("Monday 2 (Ann)")
    'monday-2-ann'
    """
    return re.sub(r"[^a-z0-9._-]+", "-", text.lower()).strip("-") or "session"


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
