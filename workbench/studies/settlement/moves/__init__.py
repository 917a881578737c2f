"""Who stays, who moves on and where to?"""
