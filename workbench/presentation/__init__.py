"""Findings, charts and words: what people see of a study's result, the same on screen, on paper and in a notebook."""
