"""Losses of several predictions per sample that are not classes, or are classes in an order."""
