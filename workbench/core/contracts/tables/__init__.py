"""The tables themselves, by question: each column with its unit, its range and whether it may be missing."""
