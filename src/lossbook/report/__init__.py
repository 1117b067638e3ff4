"""Reports: an HTML page of an evaluation, plots and tables for the terminal."""
