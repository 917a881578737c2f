"""Commands about an agency's capacity."""
