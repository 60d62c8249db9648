from __future__ import annotations

import getpass
import json
import platform
from pathlib import Path

from sc2data.format import provenance


def test_provenance_names_code_and_no_machine():
    made = provenance.collect({"name": "simulator", "version": "4.10.0"})
    text = json.dumps(made)
    for private in (platform.node(), str(Path.home()), str(Path.cwd()), f'"{getpass.getuser()}"'):
        assert private not in text
    assert made["backend"]["name"] == "simulator"
    assert made["code"]["version"]
    assert made["code"]["commit"] is None or len(made["code"]["commit"]) == 40
