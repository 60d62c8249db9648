"""Data sets of rendered StarCraft II scenes: harvesting, storing and reading them, and a simulator of the game.

Importing this package loads neither torch nor gymnasium nor pysc2.
"""

__version__ = "0.1.0"
