"""Scoreboard: every published forecast against what came, and against simple rules."""
