"""The rules of the game: how units move, see, fight, work and make one another."""
