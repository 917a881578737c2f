"""Which plan is nearly best? Prices, insertion, exchanges, column generation and large neighbourhoods."""
