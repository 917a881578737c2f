"""Commands about arrivals."""
