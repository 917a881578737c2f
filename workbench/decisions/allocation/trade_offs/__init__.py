"""What a plan is weighed against: other places, nearly equal plans, groups, and households' own wishes."""
