"""Losses for counts and positive numbers."""
