"""Which rules must a plan keep? Standard ones, policy rules, installed ones and a table of rules."""
