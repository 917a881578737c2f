"""What does the forecast mean for one municipality?"""
