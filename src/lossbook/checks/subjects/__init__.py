"""What is checked: told apart, called, and seen the same way whatever it is."""
