"""Everything that a library holds of one athlete, as files that anybody can read."""

import csv
import io
import json
import os
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection

from sledmon.errors import LibraryError
from sledmon.library.athletes import SESSIONS, find_athlete
from sledmon.library.forget import sessions_of
from sledmon.library.ids import name_key
from sledmon.library.queries import history, of_athlete
from sledmon.library.rows import Row, load

_README: Final = """\
Everything that this library holds of one athlete.

athlete.json       who they are to the library: nickname, groups, consents{names}
reps.csv           one row a rep; units stand in the column names, empty is unknown
sessions.json      each session's reps in full, with how they were made and from which recording
baselines.csv      of each session the expected unresisted velocity, and the variation between reps
load_velocity.csv  of each session the expected velocity at each resistance

Columns ending in _sigma and a unit are one standard error. The recordings themselves are not in
here: they also hold other people. sessions.json names each by the hash of its packets.
"""


def athlete_files(
    connection: Connection, nickname: str, *, include_names: bool = False
) -> dict[str, str]:
    """Texts by file name; the real name only where asked for."""
    athlete = find_athlete(connection, nickname)
    told = {
        "nickname": athlete.nickname,
        "under_16": athlete.under_16,
        "groups": list(athlete.groups),
        "consents": [
            {
                "scope": c.scope,
                "given_on": c.given_on,
                "given_by": c.given_by if include_names else "",
            }
            for c in athlete.consents
        ],
    }
    if include_names:
        told["real_name"] = athlete.real_name
    return {
        "README.txt": _README.format(names=", real name" if include_names else ""),
        "athlete.json": _json(told),
        "reps.csv": _csv(reversed(history(connection, athlete.id))),
        "sessions.json": _json(_sessions(connection, athlete.id, name_key(nickname))),
        "baselines.csv": _csv(of_athlete(connection, "baselines", athlete.id)),
        "load_velocity.csv": _csv(of_athlete(connection, "load_velocity_points", athlete.id)),
    }


def write_files(files: Mapping[str, str], out: Path) -> None:
    """A new folder, or a new archive where the name ends in .zip; never over what is there."""
    if out.exists() and not (out.is_dir() and not any(out.iterdir())):
        raise LibraryError(f"{out} exists already and is never overwritten; choose another name")
    try:
        if out.suffix.lower() == ".zip":
            _write_zip(files, out)
            return
        out.mkdir(parents=True, exist_ok=True)
        for name, text in files.items():
            (out / name).write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise LibraryError(f"cannot write {out}: {error.strerror}") from None


def _write_zip(files: Mapping[str, str], out: Path) -> None:
    temporary = out.with_name(f".{out.name}.{os.getpid()}.part")
    try:
        with zipfile.ZipFile(temporary, "x", zipfile.ZIP_DEFLATED) as archive:
            for name, text in files.items():
                archive.writestr(name, text)
        temporary.rename(out)
    finally:
        temporary.unlink(missing_ok=True)


def _sessions(connection: Connection, athlete: UUID, key: str) -> list[dict[str, Any]]:
    found = load(connection, SESSIONS, sessions_of(connection, athlete))
    inside = [(one, content) for one, content in found.items() if content.root["finished"]]
    inside.sort(key=lambda pair: (pair[1].root["recorded_utc"], str(pair[0])))
    return [
        {
            "session_id": str(one),
            "recorded_utc": content.root["recorded_utc"],
            "software": content.root["software"],
            "parameters": content.root["parameters"],
            "packets_sha256": content.root["packets_sha256"],
            "events_sha256": content.root["events_sha256"],
            "quality": content.root["document"].get("quality"),
            "summaries": [
                summary
                for summary in content.root["document"].get("athletes", ())
                if name_key(summary["athlete"]) == key
            ],
            "reps": [
                row["document"]
                for row in sorted(content.parts["rep_documents"], key=lambda row: row["number"])
                if name_key(row["document"]["athlete"]) == key
            ],
        }
        for one, content in inside
    ]


def _csv(rows: Iterable[Row]) -> str:
    rows = list(rows)
    text = io.StringIO()
    if rows:
        writer = csv.DictWriter(text, list(rows[0]), restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows({k: _cell(v) for k, v in row.items()} for row in rows)
    return text.getvalue()


def _cell(value: Any) -> Any:
    if isinstance(value, bool):
        return int(value)
    return "" if value is None else value


def _json(value: Any) -> str:
    return json.dumps(value, indent=1, ensure_ascii=False) + "\n"
