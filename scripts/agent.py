"""Let an agent learn by reward where to look: Stable-Baselines3's PPO, or a recurrent attention agent by REINFORCE.

    python -m scripts.agent --agent ppo --minutes 10 --output runs/ppo
    python -m scripts.agent --agent reinforce --minutes 2 --output runs/reinforce
    python -m scripts.agent --agent ppo --env varsac/SaccadeSC2-v0 --set data=data/battles --output runs/scout

It is rewarded for each object that it finds, in an environment with a grid of windows to choose from. When the budget
is spent it looks at images that it has not learned from, beside as many random windows. The agent's file (agent.zip or
agent.pt) goes to `scripts.rollout --policy sb3 --checkpoint ...`, the outcome as JSON beside it and to standard output.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from absl import flags

from scripts import _app

APP = _app.App(__doc__)
AGENT = flags.DEFINE_enum("agent", "ppo", ["ppo", "reinforce"], "Which one.", flag_values=APP.flags)
ENV = flags.DEFINE_string("env", "varsac/SaccadeSynthetic-v0", "Id of the environment.", flag_values=APP.flags)
SET = flags.DEFINE_multi_string(
    "set", [], "KEY=VALUE, an option of the environment such as glimpses=6 or settings.height=1024.",
    flag_values=APP.flags,
)  # fmt: skip
MINUTES = flags.DEFINE_float("minutes", 10.0, "Of CPU time to learn for; 0: by --steps.", 0.0, flag_values=APP.flags)
STEPS = flags.DEFINE_integer(
    "steps", 0, "Steps to learn for: the same result each time, where --minutes is 0.", 0, flag_values=APP.flags
)
ENVS = flags.DEFINE_integer("envs", 64, "Environments side by side.", 1, flag_values=APP.flags)
IMAGES = flags.DEFINE_integer("images", 1000, "Of the test split to measure on.", 1, flag_values=APP.flags)
SEED = flags.DEFINE_integer("seed", 0, "Of weights, actions and episodes.", 0, flag_values=APP.flags)
OUTPUT = flags.DEFINE_string("output", None, "Folder for the agent and its outcome.", flag_values=APP.flags)


def main(arguments: Sequence[str]) -> int:
    """Learn and measure."""
    import torch

    from envs.agents.course import Budget, Course
    from envs.agents.school import taught
    from envs.options import EnvError
    from envs.settings import settings

    if arguments:
        raise EnvError(f"unexpected: {' '.join(arguments)}; every option is a flag, see --help")
    if not OUTPUT.value:
        raise EnvError("--output is needed: the folder for the agent")
    torch.set_num_threads(1)  # the networks are small: threads would wait for each other
    course = Course(ENV.value, settings(SET.value), ENVS.value)
    bar = _app.Progress("learning", "per mille")
    budget = Budget(60 * MINUTES.value, STEPS.value, lambda share, steps, gain: bar(round(1000 * share), 1000))
    result = taught(AGENT.value, course, budget, SEED.value, IMAGES.value, Path(OUTPUT.value))
    print(json.dumps({name: value for name, value in result.items() if name != "curve"}, indent=1))
    return _app.SUCCESS


def run() -> None:
    """Entry point of the console script."""
    APP.run(main)


if __name__ == "__main__":
    run()
