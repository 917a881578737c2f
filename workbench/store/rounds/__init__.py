"""A round of offers as the register keeps it: what was proposed, and what became of it."""
