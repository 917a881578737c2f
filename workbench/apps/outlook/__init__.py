"""Outlook: how many asylum applications to expect, by destination, from the newest saved forecast."""
