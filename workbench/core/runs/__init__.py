"""Runs: what they were made from, what is kept of them, and what was published."""
