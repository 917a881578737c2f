"""Commands about settlement."""
