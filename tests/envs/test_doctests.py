"""The examples in the docstrings."""

import doctest
import importlib
import pkgutil

import pytest

import envs

MODULES = sorted(module.name for module in pkgutil.walk_packages(envs.__path__, "envs."))


@pytest.mark.parametrize("name", MODULES)
def test_examples_hold(name):
    assert doctest.testmod(importlib.import_module(name)).failed == 0
