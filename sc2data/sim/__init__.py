"""A simulator that speaks the StarCraft II API and stands in for the game behind unmodified pysc2."""
