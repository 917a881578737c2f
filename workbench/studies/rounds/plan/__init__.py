"""A round's plan: what it is solved from, how, and which dwellings it counts."""
