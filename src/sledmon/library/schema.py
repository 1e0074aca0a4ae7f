"""The tables, as the newest migration leaves them.

*Roots* (athletes, real names, groups, rigs, plans, sessions) are what is edited, synchronised and
erased, each with the rows that belong to it; see ``AGGREGATES``. A root carries

* ``revision`` and ``edited_by``: a Lamport number and the library that gave it. Of two edits of the
  same thing the larger pair stands, everywhere.
* ``version``: how many edits of each library it contains, so that two edits made without knowledge
  of each other are noticed.
* ``change``: when this library last wrote it, by its own clock of changes.
* ``erased``: nothing but the id is left. No later edit brings it back.
"""

from typing import Any, Final, NamedTuple

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    Uuid,
)

HEAD: Final = "0002"
"""The newest migration; a test holds it against ``migrations/versions``."""

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    }
)


def _root() -> list[Column[Any]]:
    return [
        Column("id", Uuid(), primary_key=True),
        Column("revision", Integer(), nullable=False),
        Column("edited_by", Uuid(), nullable=False),
        Column("version", JSON(), nullable=False),
        Column("change", BigInteger(), nullable=False, index=True),
        Column("erased", Boolean(), nullable=False),
    ]


def _part_of(root: str, key: str) -> Column[Any]:
    return Column(key, Uuid(), ForeignKey(f"{root}.id"), primary_key=True)


def _measured(name: str, unit: str = "") -> list[Column[Any]]:
    return [Column(f"{name}{unit}", Double()), Column(f"{name}_sigma{unit}", Double())]


def _text(name: str) -> Column[Any]:
    return Column(name, Text(), nullable=False)


library = Table(
    "library",
    metadata,
    Column("id", Uuid(), primary_key=True),
    Column("clock", BigInteger(), nullable=False),
)
"""One row: who this library is, and how many changes it has seen."""

athletes = Table(
    "athletes",
    metadata,
    *_root(),
    _text("nickname"),
    Column("name_key", Text(), nullable=False, index=True),
    Column("under_16", Boolean(), nullable=False),
)
consents = Table(
    "consents",
    metadata,
    _part_of("athletes", "athlete_id"),
    Column("scope", Text(), primary_key=True),
    _text("given_on"),
    _text("given_by"),
)
real_names = Table("real_names", metadata, *_root(), _text("name"))
"""By the athlete's id; apart, so that everything else is pseudonymous."""

groups = Table("groups", metadata, *_root(), _text("name"))
group_members = Table(
    "group_members",
    metadata,
    _part_of("groups", "group_id"),
    Column("athlete_id", Uuid(), ForeignKey("athletes.id"), primary_key=True),
)
rigs = Table("rigs", metadata, *_root(), _text("name"), _text("toml"))
plans = Table("plans", metadata, *_root(), _text("name"), _text("toml"))

sessions = Table(
    "sessions",
    metadata,
    *_root(),
    Column("finished", Boolean(), nullable=False),
    Column("recorded_utc", Text(), nullable=False, index=True),
    _text("title"),
    _text("source"),
    _text("rig_toml"),
    Column("duration_s", Double()),
    _text("software"),
    Column("parameters", JSON(), nullable=False),
    _text("packets_sha256"),
    _text("events_sha256"),
    Column("document", JSON(), nullable=False),
)
"""``software``, ``parameters`` and the hashes are the provenance of every number below.
``document`` is contract.md's JSON without reps and path."""

reps = Table(
    "reps",
    metadata,
    _part_of("sessions", "session_id"),
    Column("number", Integer(), primary_key=True, autoincrement=False),
    Column("athlete_id", Uuid(), ForeignKey("athletes.id"), nullable=False),
    _text("recorded_utc"),
    Column("set_number", Integer(), nullable=False),
    Column("unresisted", Boolean(), nullable=False),
    Column("load_kg", Double(), nullable=False),
    Column("sled_kg", Double(), nullable=False),
    _text("surface"),
    Column("distance_m", Double(), nullable=False),
    Column("complete", Boolean(), nullable=False),
    Column("excluded", Boolean(), nullable=False),
    Column("counted", Boolean(), nullable=False),
    Column("start_s", Double(), nullable=False),
    Column("end_s", Double()),
    *_measured("split_5yd", "_s"),
    *_measured("split_10yd", "_s"),
    *_measured("mean_velocity", "_mps"),
    *_measured("window_velocity", "_mps"),
    *_measured("peak_velocity", "_mps"),
    Column("steps", Integer()),
    *_measured("step_frequency", "_hz"),
    *_measured("lean", "_rad"),
    Column("slack_s", Double()),
    _text("trust"),
    Index(None, "athlete_id", "recorded_utc"),
    Index(
        "ix_reps_best",
        *("athlete_id", "counted", "unresisted", "distance_m", "window_velocity_mps"),
    ),
)
"""contract.md's numbers as columns. ``counted``: complete, not excluded, and of better than poor
trust."""

rep_documents = Table(
    "rep_documents",
    metadata,
    _part_of("sessions", "session_id"),
    Column("number", Integer(), primary_key=True, autoincrement=False),
    Column("document", JSON(), nullable=False),
)
"""contract.md's whole JSON of each rep; apart, so that a history reads few pages."""

verdicts = Table(
    "verdicts",
    metadata,
    _part_of("sessions", "session_id"),
    Column("number", Integer(), primary_key=True, autoincrement=False),
    _text("zone"),
    _text("certainty"),
    *_measured("velocity_decrement"),
    *_measured("velocity_loss"),
    *_measured("session_loss"),
    Column("flag", Text()),
    Column("line", Text()),
    Column("probability", Double()),
    Column("cause", Text()),
    Column("advice", Text()),
    sqlite_with_rowid=False,
)


def _per_session(name: str, *more: Column[Any]) -> Table:
    return Table(
        name,
        metadata,
        _part_of("sessions", "session_id"),
        Column("athlete_id", Uuid(), ForeignKey("athletes.id"), primary_key=True, index=True),
        Column("distance_m", Double(), primary_key=True),
        Column("surface", Text(), primary_key=True),
        *more,
        Column("reps", Integer(), nullable=False),
        *_measured("velocity", "_mps"),
    )


baselines = _per_session("baselines", *_measured("rep_cv"))
"""Expected unresisted window velocity, where a session's own ``reps`` told it, and the athlete's
variation from rep to rep."""
load_velocity_points = _per_session(
    "load_velocity_points", Column("resistance_kg", Double(), primary_key=True)
)
"""Expected window velocity at one resistance, from a session's ``reps`` at it."""

recordings = Table(
    "recordings",
    metadata,
    Column("computer", Text(), primary_key=True),
    Column("path", Text(), primary_key=True),
    Column("session_id", Uuid(), ForeignKey("sessions.id"), nullable=False, index=True),
)
"""Where files lie on which computer; never synchronised."""

share_tokens = Table(
    "share_tokens",
    metadata,
    Column("sha256", Text(), primary_key=True),
    Column("athlete_id", Uuid(), ForeignKey("athletes.id")),
    Column("session_id", Uuid(), nullable=False, index=True),
    _text("issued_utc"),
)
"""Who may read which page: the hash of a token, never the token; without an athlete it is the
board's. No foreign key to sessions: a running session is replaced by its finished self, and its
tokens follow. Never synchronised."""

erasures = Table(
    "erasures",
    metadata,
    Column("id", Uuid(), primary_key=True),
    Column("athlete_id", Uuid(), nullable=False, index=True),
    _text("erased_on"),
    Column("receipt", JSON(), nullable=False),
)
"""A row a recording, and one for the athlete; nothing in it tells who it was."""

peers = Table(
    "peers",
    metadata,
    Column("library_id", Uuid(), primary_key=True),
    Column("root", Text(), primary_key=True),
    Column("until", BigInteger(), nullable=False),
)
"""Up to which of another library's changes this one was told."""

conflicts = Table(
    "conflicts",
    metadata,
    Column("id", Uuid(), primary_key=True),
    _text("root"),
    Column("root_id", Uuid(), nullable=False, index=True),
    _text("what"),
    Column("lost", JSON(), nullable=False),
)
"""Of two edits made apart only one stands; the other is kept here."""


class Aggregate(NamedTuple):
    """A root and the rows that belong to it and to nothing else."""

    root: Table
    key: str  # the parts' column that names the root
    parts: tuple[Table, ...]


AGGREGATES: Final = (
    Aggregate(athletes, "athlete_id", (consents,)),
    Aggregate(real_names, "", ()),
    Aggregate(groups, "group_id", (group_members,)),
    Aggregate(rigs, "", ()),
    Aggregate(plans, "", ()),
    Aggregate(
        sessions, "session_id", (reps, rep_documents, verdicts, baselines, load_velocity_points)
    ),
)
"""In an order in which each refers only to those before it."""
