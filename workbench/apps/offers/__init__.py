"""Offers to a municipality: What was offered to a municipality, and what does it answer?"""
