"""Where will newcomers settle? The question, the method that answers it, the forecast and what is saved of it."""
