"""Pages for people who do not program, served by Voilà: for each a state without widgets and a view that only links."""
