"""Is a locality complete, what do its tables say, and which parts are installed?"""
