"""Printers: the traced graph of a loss in another language. One module per language."""
