"""Households, persons, interviews, accounts, and the audit, which nobody can change afterwards."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_APPEND_ONLY_SQLITE = """CREATE TRIGGER audit_no_{event} BEFORE {event} ON audit
BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END"""
_APPEND_ONLY_POSTGRESQL = """CREATE FUNCTION audit_append_only() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'the audit is append-only'; END $$"""


def upgrade() -> None:
    """Make the tables of people and the audit."""
    op.create_table(
        "household",
        _id(),
        _code("state", nullable=False),
        _code("state_before"),
        _code("state_reason"),
        _code("state_since", nullable=False),
        _code("population", nullable=False),
        sa.Column("permit", sa.Date),
        sa.Column("deadline", sa.Date),
        _code("language"),
        sa.Column("confidential_address", sa.Boolean, nullable=False, server_default=sa.false()),
        _code("apart_from"),
        _code("linked_with"),
        _version(),
    )
    op.create_table(
        "person",
        _id(),
        _household(),
        _code("case_number", nullable=False, unique=True),
        sa.Column("given_name", sa.String(200)),
        sa.Column("family_name", sa.String(200)),
        sa.Column("born", sa.Date),
        sa.Column("settled", sa.Date),
        _version(),
    )
    op.create_table(
        "interview",
        _id(),
        _household(),
        _code("submission", nullable=False, unique=True),
        _code("form", nullable=False),
        _code("form_version", nullable=False),
        _code("language"),
        sa.Column("held", sa.Date),
        sa.Column("answers", sa.JSON, nullable=False),
        _version(),
    )
    op.create_table("need", _household(key=True), _code("service", primary_key=True))
    op.create_table("tie", _household(key=True), _code("municipality", primary_key=True))
    op.create_table("spoken_language", _household(key=True), _code("language", primary_key=True))
    op.create_table(
        "consent",
        _household(key=True),
        _code("purpose", primary_key=True),
        sa.Column("given", sa.Boolean, nullable=False),
        sa.Column("day", sa.Date, nullable=False),
    )
    op.create_table(
        "statistic",
        _id(),
        _code("population", nullable=False),
        _code("persons", nullable=False),
        _code("outcome", nullable=False),
        sa.Column("year", sa.Integer, nullable=False),
    )
    op.create_table(
        "account",
        _id(),
        _code("login", nullable=False, unique=True),
        _code("role", nullable=False),
        _code("municipality"),
        sa.Column("password_hash", sa.String(200), nullable=False),
        sa.Column("disabled", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("failures", sa.Integer, nullable=False, server_default="0"),
        _code("locked_until"),
        _version(),
    )
    _audit()


def _audit() -> None:
    op.create_table(
        "audit",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        *(_code(name, nullable=False) for name in ("at", "who", "action", "subject", "why")),
        sa.Column("detail", sa.JSON, nullable=False),
        sa.Column("before", sa.String(64), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
    )
    head = op.create_table(
        "audit_head",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
    )
    op.bulk_insert(head, [{"id": 1, "number": 0, "hash": "0" * 64}])
    if op.get_bind().dialect.name == "sqlite":
        for event in ("UPDATE", "DELETE"):
            op.execute(_APPEND_ONLY_SQLITE.format(event=event))
    else:
        op.execute(_APPEND_ONLY_POSTGRESQL)
        op.execute(
            "CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit "
            "FOR EACH STATEMENT EXECUTE FUNCTION audit_append_only()"
        )


def _id() -> sa.Column[str]:
    return sa.Column("id", sa.String(40), primary_key=True)


def _version() -> sa.Column[int]:
    return sa.Column("version", sa.Integer, nullable=False, server_default="1")


def _code(name: str, *, nullable: bool = True, unique: bool = False, primary_key: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(80), nullable=nullable and not primary_key, unique=unique, primary_key=primary_key)


def _household(*, key: bool = False) -> sa.Column[str]:
    to = sa.ForeignKey("household.id", ondelete="CASCADE")
    return sa.Column("household", sa.String(40), to, primary_key=key, nullable=False)
