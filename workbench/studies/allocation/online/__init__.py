"""Weekly batches placed before the next ones are known: futures, a week, and a whole synthetic year."""
