"""Where do those go who move? A hierarchical gravity model of moves between places, and the simple rules beside it."""
