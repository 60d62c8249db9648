"""The examples in the engine's docstrings."""

import doctest
import importlib
import pkgutil

import pytest

from varsac import engine

MODULES = sorted(module.name for module in pkgutil.iter_modules(engine.__path__, "varsac.engine."))


@pytest.mark.parametrize("name", MODULES)
def test_examples_hold(name):
    assert doctest.testmod(importlib.import_module(name)).failed == 0
