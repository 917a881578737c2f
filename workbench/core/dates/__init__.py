"""Months, quarters and periods of time."""
