"""Losses for two classes."""
