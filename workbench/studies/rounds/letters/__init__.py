"""Whom letters go to and what they have to say: decisions to households, and what municipalities are asked."""
