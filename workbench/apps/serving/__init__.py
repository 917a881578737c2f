"""The server of the pages: who may come in, and what is sent."""
