"""What share of persons of a type reaches an outcome in a place? A hierarchical model of counts, shrunk where few."""
