"""What could be done: decisions under stated rules. Each room is imported when it is first entered."""
