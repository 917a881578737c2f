"""The interview: its form, what is imported or handed in, and the same form for phones."""
