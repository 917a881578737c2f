"""Settlement: where newcomers will live, by municipality, from the newest saved forecast."""
