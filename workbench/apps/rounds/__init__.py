"""Rounds of offers: Who is offered where this week, who decides, and what does an override cost?"""
