"""Losses that predict a distribution: a location and a scale per sample."""
