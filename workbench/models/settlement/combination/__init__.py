"""Simple rules combined by what each has earned on the table's own past, with intervals from their past errors."""
