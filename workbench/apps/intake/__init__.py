"""Interview: What does a household say in its interview, and is it whole?"""
