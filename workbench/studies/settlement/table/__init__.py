"""The table of settled persons: read, brought to today's areas, checked."""
