"""Which tables does the register have?

Each record that a person changes carries ``version``, which counts its changes; times are ISO texts in UTC. What a
migration made is compared with this in a test.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    UniqueConstraint,
    false,
)

METADATA = MetaData()


def _id() -> Column[str]:
    return Column("id", String(40), primary_key=True)


def _version() -> Column[int]:
    return Column("version", Integer, nullable=False, server_default="1")


def _code(name: str, **options: Any) -> Column[str]:
    return Column(name, String(80), **options)


def _household(*, primary_key: bool = False) -> Column[str]:
    key = ForeignKey("household.id", ondelete="CASCADE")
    return Column("household", String(40), key, primary_key=primary_key, nullable=False)


HOUSEHOLD = Table(
    "household",
    METADATA,
    _id(),
    _code("state", nullable=False),
    _code("state_before"),
    _code("state_reason"),
    _code("state_since", nullable=False),
    _code("population", nullable=False),
    Column("permit", Date),
    Column("deadline", Date),
    _code("language"),
    Column("confidential_address", Boolean, nullable=False, server_default=false()),
    _code("apart_from"),
    _code("linked_with"),
    Column("bedrooms", Integer),
    _version(),
)
PERSON = Table(
    "person",
    METADATA,
    _id(),
    _household(),
    _code("case_number", nullable=False, unique=True),
    Column("given_name", String(200)),
    Column("family_name", String(200)),
    Column("born", Date),
    Column("settled", Date),
    _version(),
)
INTERVIEW = Table(
    "interview",
    METADATA,
    _id(),
    _household(),
    _code("submission", nullable=False, unique=True),
    _code("form", nullable=False),
    _code("form_version", nullable=False),
    _code("language"),
    Column("held", Date),
    Column("answers", JSON, nullable=False),
    _version(),
)
NEED = Table("need", METADATA, _household(primary_key=True), _code("service", primary_key=True))
TIE = Table("tie", METADATA, _household(primary_key=True), _code("municipality", primary_key=True))
SPOKEN = Table("spoken_language", METADATA, _household(primary_key=True), _code("language", primary_key=True))
CONSENT = Table(
    "consent",
    METADATA,
    _household(primary_key=True),
    _code("purpose", primary_key=True),
    Column("given", Boolean, nullable=False),
    Column("day", Date, nullable=False),
)
STATISTIC = Table(
    "statistic",
    METADATA,
    _id(),
    _code("population", nullable=False),
    _code("persons", nullable=False),
    _code("outcome", nullable=False),
    Column("year", Integer, nullable=False),
)
ACCOUNT = Table(
    "account",
    METADATA,
    _id(),
    _code("login", nullable=False, unique=True),
    _code("role", nullable=False),
    _code("municipality"),
    Column("password_hash", String(200), nullable=False),
    Column("disabled", Boolean, nullable=False, server_default=false()),
    Column("failures", Integer, nullable=False, server_default="0"),
    _code("locked_until"),
    _version(),
)
DRAFT = Table(
    "draft",
    METADATA,
    _code("login", primary_key=True),
    _code("form", primary_key=True),
    _code("submission", nullable=False),
    _code("form_version", nullable=False),
    _code("at", nullable=False),
    Column("answers", JSON, nullable=False),
)
AUDIT = Table(
    "audit",
    METADATA,
    Column("number", Integer, primary_key=True, autoincrement=False),
    _code("at", nullable=False),
    _code("who", nullable=False),
    _code("action", nullable=False),
    _code("subject", nullable=False),
    _code("why", nullable=False),
    Column("detail", JSON, nullable=False),
    Column("before", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
)
AUDIT_HEAD = Table(
    "audit_head",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("number", Integer, nullable=False),
    Column("hash", String(64), nullable=False),
)
QUOTA = Table(
    "quota",
    METADATA,
    _code("municipality"),
    Column("year", Integer),
    _code("kind"),
    Column("asked", Integer),
    Column("decided", Integer),
    _version(),
    PrimaryKeyConstraint("municipality", "year", "kind"),
    CheckConstraint("asked >= 0 AND decided >= 0", name="quota_not_negative"),
)
WEEKLY_PLACES = Table(
    "weekly_places",
    METADATA,
    _id(),
    _code("municipality", nullable=False),
    Column("year", Integer, nullable=False),
    Column("week", Integer, nullable=False),
    _code("kind", nullable=False),
    Column("places", Integer, nullable=False),
    Column("taken", Integer, nullable=False, server_default="0"),
    _code("paused"),
    _version(),
    UniqueConstraint("municipality", "year", "week", "kind", name="weekly_places_once"),
    CheckConstraint("taken >= 0 AND taken <= places", name="weekly_places_room"),
)
RESERVATION = Table(
    "reservation",
    METADATA,
    _household(primary_key=True),
    Column("weekly_places", String(40), ForeignKey("weekly_places.id"), nullable=False),
    Column("persons", Integer, nullable=False),
)
SERVICE = Table("service", METADATA, _code("municipality", primary_key=True), _code("service", primary_key=True))
DWELLING = Table(
    "dwelling",
    METADATA,
    _code("municipality", primary_key=True),
    _code("dwelling", primary_key=True),
    Column("bedrooms", Integer, nullable=False),
    Column("step_free", Boolean),
    Column("free_from", Date),
    Column("household", String(40), ForeignKey("household.id", ondelete="SET NULL"), unique=True),
    Column("occupied", Boolean, nullable=False, server_default=false()),
    CheckConstraint("bedrooms >= 0", name="dwelling_bedrooms"),
)


def _round(*, primary_key: bool = False) -> Column[str]:
    key = ForeignKey("offer_round.id", ondelete="CASCADE")
    return Column("round", String(40), key, primary_key=primary_key, nullable=False)


ROUND = Table(
    "offer_round",
    METADATA,
    _id(),
    _code("state", nullable=False),
    Column("year", Integer, nullable=False),
    Column("week", Integer, nullable=False),
    Column("opened", Date, nullable=False),
    Column("deadline", Date, nullable=False),
    Column("deciders", Integer, nullable=False),
    _version(),
)
ROUND_HOUSEHOLD = Table(
    "round_household",
    METADATA,
    _round(primary_key=True),
    _household(primary_key=True),
    Column("row", JSON, nullable=False),
)
ROUND_PLACE = Table(
    "round_place",
    METADATA,
    _round(primary_key=True),
    _code("kind", primary_key=True),
    _code("place", primary_key=True),
    Column("weekly_places", String(40), ForeignKey("weekly_places.id"), nullable=False),
    Column("row", JSON, nullable=False),
)
SOLVE = Table(
    "round_solve",
    METADATA,
    _round(primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("input", JSON, nullable=False),
    Column("plan", JSON, nullable=False),
    Column("told", JSON, nullable=False),
)
PROPOSAL = Table(
    "proposal",
    METADATA,
    _id(),
    _round(),
    _household(),
    _code("place", nullable=False),
    Column("weekly_places", String(40), ForeignKey("weekly_places.id"), nullable=False),
    _code("state", nullable=False),
    _code("reason"),
    Column("told", JSON, nullable=False),
    Column("decided", Date),
    _version(),
)
OVERRIDE = Table(
    "override",
    METADATA,
    _id(),
    _round(),
    Column("number", Integer, nullable=False),
    _code("kind", nullable=False),
    _household(),
    _code("place", nullable=False),
    _code("reason", nullable=False),
    _code("who", nullable=False),
    _code("at", nullable=False),
    Column("price", JSON),
)
DECISION = Table(
    "decision",
    METADATA,
    Column("proposal", String(40), ForeignKey("proposal.id", ondelete="CASCADE"), primary_key=True, nullable=False),
    _code("who", primary_key=True),
    _code("at", nullable=False),
)
LETTER = Table(
    "letter",
    METADATA,
    _id(),
    _code("kind", nullable=False),
    Column("round", String(40), ForeignKey("offer_round.id", ondelete="CASCADE")),
    Column("year", Integer),
    _code("municipality"),
    Column("household", String(40), ForeignKey("household.id", ondelete="CASCADE")),
    Column("day", Date, nullable=False),
    _code("who", nullable=False),
)
GUIDE_ANSWER = Table(
    "guide_answer",
    METADATA,
    _id(),
    _code("locality", nullable=False),
    _code("language", nullable=False),
    _code("page", nullable=False),
    Column("day", Date, nullable=False),
    Column("helped", Boolean, nullable=False),
    Column("comment", String(1000)),
)
GUIDE_SURVEY = Table(
    "guide_survey",
    METADATA,
    _id(),
    _code("locality", nullable=False),
    _code("language", nullable=False),
    Column("day", Date, nullable=False),
    Column("answers", JSON, nullable=False),
)
