"""How the register's tables came about, one step after the other; Alembic runs them."""
