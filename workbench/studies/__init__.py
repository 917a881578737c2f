"""The only rooms where data, models and decisions meet: one module per question."""
