"""Dwellings that municipalities list, and how many bedrooms a household said that it needs."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Make the table of dwellings; a household that is there already has said nothing about bedrooms."""
    op.add_column("household", sa.Column("bedrooms", sa.Integer))
    held_for = sa.ForeignKey("household.id", ondelete="SET NULL")
    op.create_table(
        "dwelling",
        sa.Column("municipality", sa.String(80), primary_key=True),
        sa.Column("dwelling", sa.String(80), primary_key=True),
        sa.Column("bedrooms", sa.Integer, nullable=False),
        sa.Column("step_free", sa.Boolean),
        sa.Column("free_from", sa.Date),
        sa.Column("household", sa.String(40), held_for, unique=True),
        sa.Column("occupied", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.CheckConstraint("bedrooms >= 0", name="dwelling_bedrooms"),
    )
