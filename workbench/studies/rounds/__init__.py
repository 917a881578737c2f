"""How does a household get a place: the register, the interview, the places, the round of offers."""
