"""What is the best plan of a small case, and what is the smallest easing where rules collide? Stated in cvxpy."""
