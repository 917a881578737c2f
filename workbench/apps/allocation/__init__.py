"""Allocation: a batch of households, the plan proposed, and what a caseworker changes in it."""
