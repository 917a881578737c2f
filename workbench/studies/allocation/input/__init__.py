"""The tables of a batch: read, checked one by one and between them, and which attributes they may use."""
