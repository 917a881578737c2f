"""How many come in all? Given, from a table, or from an inflow forecast."""
