"""Losses for K classes."""
