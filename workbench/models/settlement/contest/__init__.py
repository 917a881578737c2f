"""Simple rules to compare a settlement model with, and how forecasts are scored."""
