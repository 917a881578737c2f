"""Cockpit: what the indicators of a locality say of a place, how sure it is, and what newcomers will need."""
