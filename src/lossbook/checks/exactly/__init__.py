"""True results and true slopes, of any function that can be run over exact numbers."""
