"""Where newcomers will live: shares of municipalities, and moves between them. Importing this package loads no PyMC."""
