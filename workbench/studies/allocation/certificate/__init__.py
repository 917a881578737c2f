"""What proves a plan: the files beside it, and their verification from the files alone."""
