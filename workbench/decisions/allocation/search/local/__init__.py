"""A plan improved step by step: insertion, exchanges, chains, chance."""
