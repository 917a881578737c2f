"""What readers see of a publication: who released it, how old it is, and how good earlier ones were."""
