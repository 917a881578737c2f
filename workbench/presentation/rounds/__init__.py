"""What people see of a round: letters."""
