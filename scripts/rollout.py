"""Roll out a policy in an environment: what it finds and answers, in numbers, in a file, in pictures.

    python -m scripts.rollout --env varsac/SaccadeSynthetic-v0 --policy saliency --episodes 20 --output out/saliency
    python -m scripts.rollout --env varsac/SaccadeSC2-v0 --set data=data/battles --policy varsac \
      --checkpoint runs/marines/best.pt --episodes 20 --output out/marines --gif

Policies: `varsac`, the posterior of a trained model (--checkpoint RUN/best.pt of scripts.train); `random`; `scan`, line
by line; `saliency`, what stands out of the proxy; `oracle`, the true objects; `sb3`, a model of Stable-Baselines3
(--checkpoint RUN/agent.zip); `reinforce`, the agent of scripts.agent. With the checkpoint of a trained model the
environment has windows of its kind and asks it for answers, whichever the policy is (but sb3 and reinforce): so
policies can be compared that differ in nothing but where they look.

In --output: rollouts.h5 (docs/rollouts.md), measures.json, contact-sheet.png, and by flag rollout.gif and rollout.mp4.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from absl import flags

from scripts import _app

APP = _app.App(__doc__)
ENV = flags.DEFINE_string("env", None, "Id of the environment, such as varsac/SaccadeSC2-v0.", flag_values=APP.flags)
POLICY = flags.DEFINE_enum(
    "policy", "varsac", ["varsac", "random", "scan", "saliency", "oracle", "sb3", "reinforce"], "Who acts.",
    flag_values=APP.flags,
)  # fmt: skip
CHECKPOINT = flags.DEFINE_string("checkpoint", None, "Of the policy, or of who answers.", flag_values=APP.flags)
SET = flags.DEFINE_multi_string(
    "set", [], "KEY=VALUE, an option of the environment such as glimpses=6, data=data/battles, split=val or "
    "settings.height=1024.", flag_values=APP.flags,
)  # fmt: skip
EPISODES = flags.DEFINE_integer(
    "episodes", 10, "How many; with --in_order 0 stands for all images.", 0, flag_values=APP.flags
)
SEED = flags.DEFINE_integer("seed", 0, "Episode i is reset with seed + i.", 0, flag_values=APP.flags)
IN_ORDER = flags.DEFINE_boolean(
    "in_order", False, "Look at the images of the split in order, as scripts.evaluate does.", flag_values=APP.flags
)
OUTPUT = flags.DEFINE_string("output", None, "Folder for the results.", flag_values=APP.flags)
GIF = flags.DEFINE_boolean("gif", False, "Animate the first episodes: rollout.gif.", flag_values=APP.flags)
VIDEO = flags.DEFINE_boolean("video", False, "Film them: rollout.mp4.", flag_values=APP.flags)
FILMED = flags.DEFINE_integer("filmed", 3, "How many episodes are animated or filmed.", 1, flag_values=APP.flags)
WIDTH = flags.DEFINE_integer("width", 640, "Of rollout.gif, px.", 64, flag_values=APP.flags)
MINARI = flags.DEFINE_string("minari", "", "Name of a Minari data set to write too.", flag_values=APP.flags)


def main(arguments: Sequence[str]) -> int:
    """Roll out; a table goes to standard output."""
    import envs  # noqa: F401 (registers the ids)
    from envs.options import EnvError
    from envs.rollouts.job import Rollout, rolled_out
    from envs.rollouts.measures import table
    from envs.settings import settings

    if arguments:
        raise EnvError(f"unexpected: {' '.join(arguments)}; every option is a flag, see --help")
    if not ENV.value or not OUTPUT.value:
        raise EnvError("--env and --output are needed: the id of an environment, and a folder for the results")
    rollout = Rollout(
        env=ENV.value.removeprefix("envs:"),
        policy=POLICY.value,
        checkpoint=CHECKPOINT.value,
        options=settings(SET.value),
        count=EPISODES.value,
        seed=SEED.value,
        in_order=IN_ORDER.value,
        gif=GIF.value,
        video=VIDEO.value,
        filmed=FILMED.value,
        width=WIDTH.value,
        minari=MINARI.value,
    )
    measures = rolled_out(rollout, Path(OUTPUT.value), _app.Progress("rolling out", "episode"))
    print(table({POLICY.value: measures}))
    return _app.SUCCESS


def run() -> None:
    """Entry point of the console script."""
    APP.run(main)


if __name__ == "__main__":
    run()
