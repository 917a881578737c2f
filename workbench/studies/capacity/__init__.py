"""How many cases an agency will decide, how many will wait, and would that forecast have beaten simple rules?"""
