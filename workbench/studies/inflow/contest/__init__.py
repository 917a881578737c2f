"""Would the inflow model have beaten simple rules? Every origin forecast from its own past, then scored."""
