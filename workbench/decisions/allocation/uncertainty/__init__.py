"""Plans where something is not known yet: scores that are only estimated, and households that are still to come."""
