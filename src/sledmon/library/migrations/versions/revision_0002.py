"""Tokens of shared pages. Frozen: it stays as it is when ``schema.py`` moves on."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "share_tokens",
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column(
            "athlete_id",
            sa.Uuid(),
            sa.ForeignKey("athletes.id", name="fk_share_tokens_athlete_id"),
        ),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("issued_utc", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name="pk_share_tokens"),
    )
    op.create_index("ix_share_tokens_session_id", "share_tokens", ["session_id"])
