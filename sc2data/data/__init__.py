"""Package data: tables of facts about the game, each file naming its source."""
