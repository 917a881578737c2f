"""What readers of the guide answer: "did this help?", a comment, a survey; no person, no address and no hour in it."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Make the tables of answers to the guide."""
    op.create_table(
        "guide_answer",
        sa.Column("id", sa.String(40), primary_key=True),
        *(sa.Column(name, sa.String(80), nullable=False) for name in ("locality", "language", "page")),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("helped", sa.Boolean, nullable=False),
        sa.Column("comment", sa.String(1000)),
    )
    op.create_table(
        "guide_survey",
        sa.Column("id", sa.String(40), primary_key=True),
        *(sa.Column(name, sa.String(80), nullable=False) for name in ("locality", "language")),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("answers", sa.JSON, nullable=False),
    )
