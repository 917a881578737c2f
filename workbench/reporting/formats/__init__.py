"""From an executed notebook to a page and a PDF: its text and findings, in each language, without code."""
