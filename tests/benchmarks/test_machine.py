import json
import platform

from benchmarks.machine import machine


def test_machine_names_what_sets_the_speed():
    described = machine()
    assert described["cores"] >= 1
    assert described["processor"]
    assert described["memory_gib"] > 0
    assert described["python"] == platform.python_version()
    assert described["numpy"] != "absent"
    assert json.loads(json.dumps(described)) == described
