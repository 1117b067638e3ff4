"""What is true of a loss, and whether it is what the loss says: samples, exact results, errors."""
