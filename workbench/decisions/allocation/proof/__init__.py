"""What could no plan exceed? Lagrangian bound, knapsacks, linear relaxation, branch and bound."""
