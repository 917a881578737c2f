"""How well would the forecast have done, and did it beat simple rules?"""
