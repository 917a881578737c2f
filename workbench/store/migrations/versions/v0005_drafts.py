"""Interviews that are being written, one for each person and form."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Make the table of drafts."""
    op.create_table(
        "draft",
        sa.Column("login", sa.String(80), primary_key=True),
        sa.Column("form", sa.String(80), primary_key=True),
        *(sa.Column(name, sa.String(80), nullable=False) for name in ("submission", "form_version", "at")),
        sa.Column("answers", sa.JSON, nullable=False),
    )
