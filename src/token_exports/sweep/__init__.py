"""Thousands of scenarios: which points, what is computed at each, where, and what is kept."""
