"""The losses, one file each, in folders by kind; a file here is found, no list names it."""
