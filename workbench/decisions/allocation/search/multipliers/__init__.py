"""Prices of room and of one place per household, and what each item would choose at them."""
