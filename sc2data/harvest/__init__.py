"""The harvester: drives StarCraft II, or the simulator, through pysc2 and records scenes."""
