from __future__ import annotations

import doctest
import importlib
import pkgutil

import pytest

import sc2data.format
from scripts import _app

MODULES = [
    importlib.import_module(info.name) for info in pkgutil.iter_modules(sc2data.format.__path__, "sc2data.format.")
]


@pytest.mark.parametrize("module", [*MODULES, _app], ids=lambda module: module.__name__)
def test_examples_in_docstrings(module):
    assert doctest.testmod(module).failed == 0
