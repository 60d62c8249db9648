"""Every work is one that its configurations can be trained on, and unknown ones are refused by name."""

from __future__ import annotations

import pytest

from varsac.comparison.work import WORKS, WorkError, work
from varsac.options import OptionError


@pytest.mark.parametrize("name", WORKS)
@pytest.mark.parametrize("configuration", ["default", "oracle_saccades", "proxy_only"])
def test_every_work_can_be_set_up(name, configuration):
    config = WORKS[name].config(configuration, seed=3, settings={"train.batch": "8"})
    assert config.task == WORKS[name].task
    assert config.train.seed == 3 and config.train.batch == 8
    assert WORKS[name].columns


def test_recipes_come_after_the_settings_of_the_work():
    smoke = WORKS["smoke"]
    assert smoke.config("default", 0, {}).options.glimpses == 3
    assert smoke.config("default", 0, {"model.glimpses": "5"}).options.glimpses == 5
    with pytest.raises(OptionError, match="glimpses"):
        smoke.config("proxy_only", 0, {"model.glimpses": "5"})


def test_an_unknown_work_is_refused_with_those_there_are():
    with pytest.raises(WorkError, match="there are smoke, two_digits"):
        work("smok")
