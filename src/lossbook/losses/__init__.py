"""The losses, one file each, in folders by kind. There is no list to extend: a file here is found."""
