"""The register: households, their folders, municipalities' places and the audit, in SQLite or PostgreSQL.

Rooms above import its modules by name; entering the room loads no database.
"""
