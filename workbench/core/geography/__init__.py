"""Places, their names and the codes of countries."""
