"""The table that settlement models learn from: shares by period and municipality, and who is out."""
