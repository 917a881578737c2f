"""Which letters went out: to a household or a municipality, when, and by whom."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Make the table of letters; what was written before is not known and is not entered."""
    round_, home = (sa.ForeignKey(f"{name}.id", ondelete="CASCADE") for name in ("offer_round", "household"))
    op.create_table(
        "letter",
        sa.Column("id", sa.String(40), primary_key=True),
        sa.Column("kind", sa.String(80), nullable=False),
        sa.Column("round", sa.String(40), round_),
        sa.Column("year", sa.Integer),
        sa.Column("municipality", sa.String(80)),
        sa.Column("household", sa.String(40), home),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("who", sa.String(80), nullable=False),
    )
