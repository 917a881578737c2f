"""The page that says what a planned year brings, what one more caseworker is worth, and how long a decision takes."""
