"""Findings on paper and as pages: run a report notebook, print it as an accessible PDF, export it as HTML."""
