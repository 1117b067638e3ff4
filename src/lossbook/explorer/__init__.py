"""The explorer: one HTML file to play with losses in, whose functions are printed from formulas."""
