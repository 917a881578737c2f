"""What municipalities can take: quota by year, places by week, and who has a place reserved."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make the tables of places."""
    op.create_table(
        "quota",
        sa.Column("municipality", sa.String(80), nullable=False),
        sa.Column("year", sa.Integer, nullable=False),
        sa.Column("kind", sa.String(80), nullable=False),
        sa.Column("asked", sa.Integer),
        sa.Column("decided", sa.Integer),
        sa.Column("version", sa.Integer, nullable=False, server_default="1"),
        sa.PrimaryKeyConstraint("municipality", "year", "kind"),
        sa.CheckConstraint("asked >= 0 AND decided >= 0", name="quota_not_negative"),
    )
    op.create_table(
        "weekly_places",
        sa.Column("id", sa.String(40), primary_key=True),
        sa.Column("municipality", sa.String(80), nullable=False),
        sa.Column("year", sa.Integer, nullable=False),
        sa.Column("week", sa.Integer, nullable=False),
        sa.Column("kind", sa.String(80), nullable=False),
        sa.Column("places", sa.Integer, nullable=False),
        sa.Column("taken", sa.Integer, nullable=False, server_default="0"),
        sa.Column("paused", sa.String(80)),
        sa.Column("version", sa.Integer, nullable=False, server_default="1"),
        sa.UniqueConstraint("municipality", "year", "week", "kind", name="weekly_places_once"),
        sa.CheckConstraint("taken >= 0 AND taken <= places", name="weekly_places_room"),
    )
    op.create_table(
        "reservation",
        sa.Column("household", sa.String(40), sa.ForeignKey("household.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("weekly_places", sa.String(40), sa.ForeignKey("weekly_places.id"), nullable=False),
        sa.Column("persons", sa.Integer, nullable=False),
    )
