"""Who is to be placed, where is room, which pairs are allowed and what is a pair worth?"""
