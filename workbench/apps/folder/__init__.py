"""One household: What is known of it, what happened to it, and who read that?"""
