"""Rounds of offers: who was offered where, on which grounds, what was answered and decided, and every override."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Make the tables of rounds, and of the services that municipalities state."""
    op.create_table("service", _key("municipality"), _key("service"))
    op.create_table(
        "offer_round",
        sa.Column("id", sa.String(40), primary_key=True),
        _code("state"),
        sa.Column("year", sa.Integer, nullable=False),
        sa.Column("week", sa.Integer, nullable=False),
        sa.Column("opened", sa.Date, nullable=False),
        sa.Column("deadline", sa.Date, nullable=False),
        sa.Column("deciders", sa.Integer, nullable=False),
        _version(),
    )
    op.create_table("round_household", _of("round", key=True), _of("household", key=True), _json("row"))
    op.create_table("round_place", _of("round", key=True), _key("kind"), _key("place"), _week(), _json("row"))
    op.create_table(
        "round_solve",
        _of("round", key=True),
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        *(_json(name) for name in ("input", "plan", "told")),
    )
    op.create_table(
        "proposal",
        sa.Column("id", sa.String(40), primary_key=True),
        _of("round"),
        _of("household"),
        _code("place"),
        _week(),
        _code("state"),
        sa.Column("reason", sa.String(80)),
        _json("told"),
        sa.Column("decided", sa.Date),
        _version(),
    )
    op.create_table(
        "override",
        sa.Column("id", sa.String(40), primary_key=True),
        _of("round"),
        sa.Column("number", sa.Integer, nullable=False),
        _code("kind"),
        _of("household"),
        *(_code(name) for name in ("place", "reason", "who", "at")),
        sa.Column("price", sa.JSON),
    )
    proposal = sa.ForeignKey("proposal.id", ondelete="CASCADE")
    op.create_table(
        "decision",
        sa.Column("proposal", sa.String(40), proposal, primary_key=True, nullable=False),
        _key("who"),
        _code("at"),
    )


def _key(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.String(80), primary_key=True)


def _code(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.String(80), nullable=False)


def _json(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.JSON, nullable=False)


def _version() -> sa.Column[int]:
    return sa.Column("version", sa.Integer, nullable=False, server_default="1")


def _week() -> sa.Column[str]:
    return sa.Column("weekly_places", sa.String(40), sa.ForeignKey("weekly_places.id"), nullable=False)


def _of(name: str, *, key: bool = False) -> sa.Column[str]:
    to = sa.ForeignKey(f"{'offer_round' if name == 'round' else name}.id", ondelete="CASCADE")
    return sa.Column(name, sa.String(40), to, primary_key=key, nullable=False)
