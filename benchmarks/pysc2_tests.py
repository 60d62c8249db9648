"""Run pysc2's own game tests, straight from the installed wheel, against the simulator: `make pysc2-tests`.

    python -m benchmarks.pysc2_tests [--only ping_test ...] [--timeout 600] [--sc2path DIR]

Each test file runs unchanged in a process of its own, as pysc2's authors run it, with SC2PATH set to a simulator laid
out for the occasion. A pass there says that the protocol is kept, not that the simulation is true, which
`benchmarks.fidelity` measures.
"""

from __future__ import annotations

import argparse
import dataclasses
import os
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ElementTree
from pathlib import Path

GAME_TESTS: dict[str, int] = {
    # module of pysc2.tests: test cases in it (parameters counted)
    "ping_test": 1,
    "versions_test": 2,
    "protocol_error_test": 2,
    "debug_test": 1,
    "step_mul_override_test": 2,
    "render_test": 1,
    "obs_spec_test": 2,
    "random_agent_test": 3,
    "general_actions_test": 1,
    "easy_scripted_test": 6,
    "replay_obs_test": 1,
    "observer_test": 1,
    "multi_player_test": 1,
    "multi_player_env_test": 4,
    "host_remote_agent_test": 2,
    "actions_test": 1,
    "obs_test": 10,
}

_RUN = (
    "import sys, runpy; from sc2data import pysc2_compat; pysc2_compat.install(); "
    "sys.argv = sys.argv[1:]; runpy.run_module(sys.argv[0], run_name='__main__', alter_sys=True)"
)


@dataclasses.dataclass(frozen=True)
class Case:
    """One test case: passed, or why not."""

    file: str
    name: str
    passed: bool
    seconds: float
    message: str = ""


def run_file(name: str, sc2path: Path, timeout: float) -> list[Case]:
    """Run one module of `pysc2.tests` against the installation at `sc2path`; one case for each that it holds."""
    with tempfile.TemporaryDirectory(prefix="pysc2-tests-") as folder:
        report = Path(folder) / "report.xml"
        command = [sys.executable, "-c", _RUN, f"pysc2.tests.{name}", f"--xml_output_file={report}", "--sc2_timeout=60"]
        environment = {**os.environ, "SC2PATH": str(sc2path), "PYTHONWARNINGS": "ignore"}
        started = time.monotonic()
        try:
            result = subprocess.run(
                command, cwd=folder, env=environment, capture_output=True, text=True, timeout=timeout, check=False
            )
            tail = result.stderr.strip().rpartition("\n")[2]
        except subprocess.TimeoutExpired:
            tail = f"timed out after {timeout:.0f} s"
        seconds = time.monotonic() - started
        cases = _read(report, name) if report.is_file() and report.stat().st_size else []
    missing = GAME_TESTS[name] - len(cases)
    return cases + [Case(name, f"case {i + 1}", False, seconds, tail) for i in range(missing)]


def _read(report: Path, name: str) -> list[Case]:
    """Cases of an absltest report."""
    cases = []
    for element in ElementTree.parse(report).getroot().iter("testcase"):
        trouble = [child for child in element if child.tag in ("failure", "error")]
        message = trouble[0].get("message", "") if trouble else ""
        passed = not trouble and element.get("status", "run") == "run"
        cases.append(Case(name, element.get("name", ""), passed, float(element.get("time", 0)), message))
    return cases


def main() -> int:
    """Run the command line; returns 0 even where cases fail, since some are expected to."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n\n")[0] if __doc__ else None)
    parser.add_argument("--only", nargs="+", choices=sorted(GAME_TESTS), default=list(GAME_TESTS), metavar="FILE")
    parser.add_argument("--timeout", type=float, default=600.0, help="seconds for each file")
    parser.add_argument("--sc2path", type=Path, help="an installation to use instead of a fresh simulator")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="simulator-") as folder:
        sc2path = options.sc2path or _install(Path(folder) / "StarCraftII")
        cases = [case for name in options.only for case in _report(run_file(name, sc2path, options.timeout))]
    print(f"passed {sum(case.passed for case in cases)} of {sum(GAME_TESTS[name] for name in options.only)}")
    return 0


def _install(folder: Path) -> Path:
    from sc2data.sim.install import install

    return install(folder)


def _report(cases: list[Case]) -> list[Case]:
    for case in cases:
        print(f"{'pass' if case.passed else 'FAIL'}  {case.seconds:7.1f} s  {case.file:24} {case.name}", flush=True)
        if not case.passed:
            print(f"                  {case.message[:150]}")
    return cases


if __name__ == "__main__":
    sys.exit(main())
