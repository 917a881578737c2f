"""What letters say: a decision to a household, and offers, reminders and the year's request to municipalities."""
