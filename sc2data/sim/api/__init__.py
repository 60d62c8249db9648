"""The game's API: its socket, its states, its requests and what a client is told."""
