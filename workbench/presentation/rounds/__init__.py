"""What people see of rounds: figures, the report, letters, and the interview on paper."""
