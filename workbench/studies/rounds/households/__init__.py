"""One household in the register: how it is entered, what is known of it, and what a caseworker does about it."""
