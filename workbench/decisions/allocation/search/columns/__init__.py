"""Whole choices by a solver: column generation, and mixed-integer programmes on short lists."""
