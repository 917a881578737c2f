"""A household in the register: its folder, its state, its interviews, and what a caseworker does with it."""
