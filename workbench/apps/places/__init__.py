"""Places by week: What can a municipality take, by week, and where does its year stand?"""
