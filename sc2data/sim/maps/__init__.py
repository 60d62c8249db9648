"""Maps: read from `.SC2Map` files or made up by seed, and laid out where clients look for them."""
