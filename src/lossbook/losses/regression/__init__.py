"""Losses for real-valued labels."""
