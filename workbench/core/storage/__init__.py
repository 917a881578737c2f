"""Files on disk: written whole or not at all, never onto an input, and what ships with the program."""
