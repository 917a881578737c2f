"""Commands about reports and what is published."""
