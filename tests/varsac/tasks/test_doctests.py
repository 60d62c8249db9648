"""The examples in the tasks' docstrings."""

import doctest
import importlib
import pkgutil

import pytest

from varsac import tasks

MODULES = sorted(module.name for module in pkgutil.walk_packages(tasks.__path__, "varsac.tasks."))


@pytest.mark.parametrize("name", MODULES)
def test_examples_hold(name):
    assert doctest.testmod(importlib.import_module(name)).failed == 0
