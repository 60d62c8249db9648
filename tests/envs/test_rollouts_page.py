"""docs/rollouts.md says what there is."""

import pathlib

from envs.policies.making import POLICIES
from scripts import agent, rollout
from tests.text_blocks import blocks

PAGE = (pathlib.Path(__file__).parents[2] / "docs" / "rollouts.md").read_text(encoding="utf-8")


def test_the_pages_examples_run():
    for block in blocks(PAGE, "python"):
        exec(block, {})


def test_the_page_names_every_policy_and_every_file():
    for name in POLICIES:
        assert f"`{name}`" in PAGE
    assert tuple(rollout.APP.flags["policy"].parser.enum_values) == POLICIES
    for name in ("rollouts.h5", "measures.json", "contact-sheet.png", "rollout.gif", "rollout.mp4", "outcome.json"):
        assert f"`{name}`" in PAGE
    assert all(f"`{name}`" in PAGE for name in agent.APP.flags["agent"].parser.enum_values)
