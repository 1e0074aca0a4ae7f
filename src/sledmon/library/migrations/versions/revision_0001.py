"""The first tables. Frozen: it stays as it is when ``schema.py`` moves on."""

from typing import Any
from uuid import uuid4

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make every table."""
    library = op.create_table(
        "library",
        _required("id", sa.Uuid()),
        _required("clock", sa.BigInteger()),
        _key("library", "id"),
    )
    op.bulk_insert(library, [{"id": uuid4(), "clock": 0}])
    _root(
        "athletes",
        *(_required(name) for name in ("nickname", "name_key")),
        _required("under_16", sa.Boolean()),
    )
    op.create_index("ix_athletes_name_key", "athletes", ["name_key"])
    _root("real_names", _required("name"))
    _root("groups", _required("name"))
    _root("rigs", _required("name"), _required("toml"))
    _root("plans", _required("name"), _required("toml"))
    _root(
        "sessions",
        _required("finished", sa.Boolean()),
        *(_required(name) for name in ("recorded_utc", "title", "source", "rig_toml")),
        sa.Column("duration_s", sa.Double()),
        _required("software"),
        _required("parameters", sa.JSON()),
        *(_required(name) for name in ("packets_sha256", "events_sha256")),
        _required("document", sa.JSON()),
    )
    op.create_index("ix_sessions_recorded_utc", "sessions", ["recorded_utc"])
    op.create_table(
        "consents",
        _of("consents", "athletes", "athlete_id"),
        *(_required(name) for name in ("scope", "given_on", "given_by")),
        _key("consents", "athlete_id", "scope"),
    )
    op.create_table(
        "group_members",
        _of("group_members", "groups", "group_id"),
        _of("group_members", "athletes", "athlete_id"),
        _key("group_members", "group_id", "athlete_id"),
    )
    _reps()
    _verdicts()
    _per_session("baselines", _measured("rep_cv"))
    _per_session("load_velocity_points", [_required("resistance_kg", sa.Double())], "resistance_kg")
    _of_this_library()


def _reps() -> None:
    double: Any = sa.Double()
    op.create_table(
        "reps",
        _of("reps", "sessions", "session_id"),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        _of("reps", "athletes", "athlete_id"),
        _required("recorded_utc"),
        _required("set_number", sa.Integer()),
        _required("unresisted", sa.Boolean()),
        _required("load_kg", double),
        _required("sled_kg", double),
        _required("surface"),
        _required("distance_m", double),
        *(_required(name, sa.Boolean()) for name in ("complete", "excluded", "counted")),
        _required("start_s", double),
        sa.Column("end_s", double),
        *_measured("split_5yd", "_s"),
        *_measured("split_10yd", "_s"),
        *_measured("mean_velocity", "_mps"),
        *_measured("window_velocity", "_mps"),
        *_measured("peak_velocity", "_mps"),
        sa.Column("steps", sa.Integer()),
        *_measured("step_frequency", "_hz"),
        *_measured("lean", "_rad"),
        sa.Column("slack_s", double),
        _required("trust"),
        _key("reps", "session_id", "number"),
    )
    op.create_table(
        "rep_documents",
        _of("rep_documents", "sessions", "session_id"),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        _required("document", sa.JSON()),
        _key("rep_documents", "session_id", "number"),
    )
    op.create_index("ix_reps_athlete_id_recorded_utc", "reps", ["athlete_id", "recorded_utc"])
    op.create_index(
        "ix_reps_best",
        "reps",
        ["athlete_id", "counted", "unresisted", "distance_m", "window_velocity_mps"],
    )


def _verdicts() -> None:
    op.create_table(
        "verdicts",
        _of("verdicts", "sessions", "session_id"),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        _required("zone"),
        _required("certainty"),
        *_measured("velocity_decrement"),
        *_measured("velocity_loss"),
        *_measured("session_loss"),
        sa.Column("flag", sa.Text()),
        sa.Column("line", sa.Text()),
        sa.Column("probability", sa.Double()),
        sa.Column("cause", sa.Text()),
        sa.Column("advice", sa.Text()),
        _key("verdicts", "session_id", "number"),
        sqlite_with_rowid=False,
    )


def _per_session(table: str, columns: list[sa.Column[Any]], *keys: str) -> None:
    op.create_table(
        table,
        _of(table, "sessions", "session_id"),
        _of(table, "athletes", "athlete_id"),
        _required("distance_m", sa.Double()),
        _required("surface"),
        *columns,
        _required("reps", sa.Integer()),
        *_measured("velocity", "_mps"),
        _key(table, "session_id", "athlete_id", "distance_m", "surface", *keys),
    )
    op.create_index(f"ix_{table}_athlete_id", table, ["athlete_id"])


def _of_this_library() -> None:
    op.create_table(
        "recordings",
        _required("computer"),
        _required("path"),
        _of("recordings", "sessions", "session_id"),
        _key("recordings", "computer", "path"),
    )
    op.create_index("ix_recordings_session_id", "recordings", ["session_id"])
    op.create_table(
        "erasures",
        _required("id", sa.Uuid()),
        _required("athlete_id", sa.Uuid()),
        _required("erased_on"),
        _required("receipt", sa.JSON()),
        _key("erasures", "id"),
    )
    op.create_index("ix_erasures_athlete_id", "erasures", ["athlete_id"])
    op.create_table(
        "peers",
        _required("library_id", sa.Uuid()),
        _required("root"),
        _required("until", sa.BigInteger()),
        _key("peers", "library_id", "root"),
    )
    op.create_table(
        "conflicts",
        _required("id", sa.Uuid()),
        _required("root"),
        _required("root_id", sa.Uuid()),
        _required("what"),
        _required("lost", sa.JSON()),
        _key("conflicts", "id"),
    )
    op.create_index("ix_conflicts_root_id", "conflicts", ["root_id"])


def _root(table: str, *columns: sa.Column[Any]) -> None:
    op.create_table(
        table,
        _required("id", sa.Uuid()),
        _required("revision", sa.Integer()),
        _required("edited_by", sa.Uuid()),
        _required("version", sa.JSON()),
        _required("change", sa.BigInteger()),
        _required("erased", sa.Boolean()),
        *columns,
        _key(table, "id"),
    )
    op.create_index(f"ix_{table}_change", table, ["change"])


def _required(name: str, kind: Any = None) -> sa.Column[Any]:
    return sa.Column(name, kind or sa.Text(), nullable=False)


def _measured(name: str, unit: str = "") -> list[sa.Column[Any]]:
    return [sa.Column(f"{name}{unit}", sa.Double()), sa.Column(f"{name}_sigma{unit}", sa.Double())]


def _of(table: str, root: str, key: str) -> sa.Column[Any]:
    reference = sa.ForeignKey(f"{root}.id", name=f"fk_{table}_{key}")
    return sa.Column(key, sa.Uuid(), reference, nullable=False)


def _key(table: str, *columns: str) -> sa.PrimaryKeyConstraint:
    return sa.PrimaryKeyConstraint(*columns, name=f"pk_{table}")
