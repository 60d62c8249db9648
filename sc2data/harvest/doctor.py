"""Looks at all that a harvest needs and says of each thing whether it is right and, where not, what to do."""

from __future__ import annotations

import dataclasses
import importlib.util
import os
import platform
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from sc2data import pysc2_compat
from sc2data.harvest import backend as backends
from sc2data.harvest.backend import Backend, MapFile
from sc2data.harvest.faults import GameFault, HarvestError
from sc2data.harvest.pictures import RenderSizes

OK, WARNING, ERROR = "ok", "warning", "error"

GL_LIBRARIES = ("libEGL.so", "libEGL.so.1", "libOSMesa.so", "libOSMesa.so.8", "libOSMesa.so.6")
"""What pysc2 looks for, in its order; the first one there is given to the game."""

_PACKAGES = {"psutil": "psutil", "websocket": "websocket-client", "websockets": "websockets"}
"""What a harvest imports besides pysc2 and its messages, by module."""
_SCENES = 4
_COMPILED_SUFFIX = ".nbc"
"""Of the files that numba keeps machine code in."""
_DISK_GIBIBYTES = 5.0
_MEMORY_GIBIBYTES = 3.0


@dataclasses.dataclass(frozen=True)
class Finding:
    """One thing looked at: `state` is "ok", "warning" or "error"; `advice` says what to do, empty where nothing."""

    subject: str
    state: str
    found: str
    advice: str = ""


def examine(choice: str = backends.AUTO, output: Path | None = None, first_frame: bool = True) -> list[Finding]:
    """Everything that can be known before a harvest. `output` is the folder that it would fill. Raises nothing."""
    findings = [*_software(), *_storage(output), *_memory(), *_ports()]
    try:
        backend = backends.choose(choice)
    except (HarvestError, OSError) as error:
        return [*findings, Finding("StarCraft II", ERROR, str(error).split(". ")[0], _advice_of(str(error)))]
    findings += [_backend(backend), *_versions(backend), *_maps(backend), *_graphics(backend)]
    if backend.kind == backends.SIMULATOR:
        findings += _compiled_loops()
    if first_frame and not any(finding.state == ERROR for finding in findings):
        findings.append(_first_frame(backend))
        if findings[-1].state != ERROR:
            findings.append(_first_scenes(backend))
    return findings


def _advice_of(message: str) -> str:
    return message.partition(". ")[2]


def _software() -> Iterator[Finding]:
    status = pysc2_compat.diagnose()
    wheels = ", ".join(f"{name} {version}" for name, version in status.protocol_wheels.items()) or "none"
    yield Finding("Python", OK, f"{status.python} on {platform.system()} {platform.machine()}")
    yield Finding(
        "protobuf", OK, f"{status.protobuf} ({status.implementation}); messages: {wheels}, {status.generated_code}"
    )
    yield Finding("pysc2", OK if status.pysc2 else ERROR, f"{status.pysc2}")
    for problem in status.problems:
        found, _, advice = problem.partition(": ")
        slow_only = "pure Python" in problem
        yield Finding("software", WARNING if slow_only else ERROR, found, advice)
    for module, package in _PACKAGES.items():
        if importlib.util.find_spec(module) is None:
            yield Finding("software", ERROR, f"{package} is not installed", "pip install 'sc2-saccades[sc2]'")
    if platform.system() != "Linux":
        yield Finding(
            "system",
            WARNING,
            f"{platform.system()}: the game renders for the API on Linux alone",
            "use a Linux machine for pictures; feature layers and raw units come everywhere",
        )


def _storage(output: Path | None) -> Iterator[Finding]:
    folder = (output or Path.cwd()).absolute()
    while not folder.exists():
        folder = folder.parent
    if not folder.is_dir():
        yield Finding("output", ERROR, f"{folder} is a file", "name a folder with --output: one that is yet to be made")
        folder = folder.parent
    for name, place in (("disk", folder), ("temporary folder", Path(tempfile.gettempdir()))):
        free = shutil.disk_usage(place).free / 2**30
        writable = os.access(place, os.W_OK)
        if not writable:
            yield Finding(name, ERROR, f"{place} cannot be written to", "choose another folder (--output, TMPDIR)")
        elif free < _DISK_GIBIBYTES:
            advice = "a thousand records of 256 and 1024 px take about 3.3 GB; free some space or choose another folder"
            yield Finding(name, WARNING, f"{free:.1f} GiB free at {place}", advice)
        else:
            yield Finding(name, OK, f"{free:.1f} GiB free at {place}")


def _memory() -> Iterator[Finding]:
    try:
        import psutil
    except ImportError:  # told already
        return
    free = psutil.virtual_memory().available / 2**30
    cores = len(psutil.Process().cpu_affinity()) if hasattr(psutil.Process(), "cpu_affinity") else os.cpu_count()
    if free < _MEMORY_GIBIBYTES:
        yield Finding("memory", WARNING, f"{free:.1f} GiB free", "each real game takes 1 to 2 GiB: use few --workers")
    else:
        yield Finding("memory", OK, f"{free:.1f} GiB free: room for {int(free / 2.5)} workers; {cores} cores")


def _ports() -> Iterator[Finding]:
    try:
        with socket.socket() as sock:
            sock.bind(("127.0.0.1", 0))
            port = sock.getsockname()[1]
    except OSError as error:
        yield Finding("ports", ERROR, f"no port can be opened on 127.0.0.1: {error}", "allow loopback connections")
        return
    yield Finding("ports", OK, f"ports on 127.0.0.1 can be opened (got {port})")
    proxies = [name for name in ("http_proxy", "all_proxy") if os.environ.get(name) or os.environ.get(name.upper())]
    excepted = os.environ.get("no_proxy") or os.environ.get("NO_PROXY") or "localhost,127.0.0.1"
    if proxies and "127.0.0.1" not in excepted and "*" not in excepted:
        yield Finding(
            "proxy",
            WARNING,
            f"{', '.join(proxies)} is set and no_proxy leaves out 127.0.0.1",
            "add 127.0.0.1 to no_proxy, or the connection to the game goes to the proxy",
        )


def _backend(backend: Backend) -> Finding:
    if backend.kind == backends.GAME:
        return Finding("StarCraft II", OK, str(backend))
    return Finding(
        "StarCraft II",
        OK,
        str(backend),
        "docs/real-game.md tells how to install the real game; docs/simulator.md what the simulator models",
    )


def _versions(backend: Backend) -> Iterator[Finding]:
    builds = sorted(path.parent.name for path in backend.path.glob("Versions/Base*/SC2_x64"))
    if not builds:
        yield Finding("versions", ERROR, f"no Versions/BaseNNNNN/SC2_x64 in {backend.path}", "unpack the game again")
        return
    yield Finding("versions", OK, f"{', '.join(builds)}; pysc2 takes {builds[-1]}")
    if backend.kind == backends.GAME:
        missing = [name for name in ("Libs", "SC2Data", "Battle.net") if not (backend.path / name).is_dir()]
        if missing:
            yield Finding(
                "installation",
                WARNING,
                f"{', '.join(missing)} is missing in {backend.path}",
                "unpack the whole package; a zip that was cut short leaves folders out",
            )


def _maps(backend: Backend) -> Iterator[Finding]:
    maps = backend.maps()
    if not maps:
        nested = sorted(backend.path.glob("*/Maps")) + sorted(backend.path.glob("maps"))
        where = f"; there is {nested[0]}, one level off" if nested else ""
        yield Finding(
            "maps",
            ERROR,
            f"no .SC2Map below {backend.path / 'Maps'}{where}",
            "unpack the map packs (docs/real-game.md) so that Maps/Melee/Simple64.SC2Map exists",
        )
        return
    yield Finding("maps", OK, f"{len(maps)} maps below {backend.path / 'Maps'}")
    if not any(path.stem == "Simple64" for path in maps):
        yield Finding("maps", WARNING, "Simple64 is missing", "unpack the Melee map pack, or name a map with --map")


def _graphics(backend: Backend) -> Iterator[Finding]:
    found = _gl_libraries()
    chosen = next((name for name in GL_LIBRARIES if name in found), None)
    if backend.kind != backends.GAME:
        yield Finding("graphics", OK, f"the simulator needs no GL library (pysc2 would give it {chosen or 'none'})")
        return
    if chosen is None:
        yield Finding(
            "graphics",
            ERROR,
            "ldconfig lists neither libEGL nor libOSMesa, so the game would not render",
            "install one: apt install libosmesa6 (software), or libegl1 with your GPU's driver; then ldconfig",
        )
        return
    yield Finding("graphics", OK, f"pysc2 gives the game {chosen}: {found[chosen]}")
    if chosen.startswith("libEGL") and "nvidia" not in " ".join(found.values()).lower():
        yield Finding(
            "graphics",
            WARNING,
            "libEGL is there without NVIDIA's; Mesa's own may lack what the game asks for",
            "if the first frame fails with 'Failed to find EGL functions', install libosmesa6 and remove libegl1: "
            "OSMesa is then taken",
        )


def _compiled_loops() -> Iterator[Finding]:
    """What the simulator alone needs: numba, and a folder that keeps what it compiles."""
    try:
        import numba

        from sc2data.sim import compiled
    except ImportError as error:  # numba's own word too, where numpy is newer than it knows
        yield Finding(
            "numba",
            ERROR,
            f"cannot be imported ({error}), and the simulator's loops are compiled by it",
            "pip install --upgrade 'sc2-saccades[sc2]'; the extra 'sc2' has it",
        )
        return
    yield Finding("numba", OK, numba.__version__)
    folder = compiled.folder()
    if folder is None:
        yield Finding(
            "compiled loops",
            WARNING,
            f"nothing can be kept in {compiled.cache_home()}: every simulator compiles for up to a minute as it starts",
            "make that folder one that can be written to, or set XDG_CACHE_HOME to another",
        )
    elif any(folder.rglob(f"*{_COMPILED_SUFFIX}")):
        yield Finding("compiled loops", OK, f"kept in {folder}")
    else:
        yield Finding(
            "compiled loops",
            OK,
            f"none yet in {folder}: the first simulator compiles them for up to a minute as it starts",
            "`python -m sc2data.sim.install DIR` compiles them at once",
        )


def _gl_libraries() -> dict[str, str]:
    """Paths by name of the GL libraries that the dynamic linker knows."""
    try:
        listed = subprocess.run(["/sbin/ldconfig", "-p"], capture_output=True, text=True, timeout=20).stdout
    except (OSError, subprocess.SubprocessError):
        return {}
    found: dict[str, str] = {}
    for line in listed.splitlines():
        name, _, path = line.strip().partition(" => ")
        name = name.split()[0] if name else ""
        if name.startswith(("libEGL", "libOSMesa")):
            found.setdefault(name, path)
    return found


def _first_frame(backend: Backend) -> Finding:
    """Start the game, join one, and look at its first pictures."""
    from sc2data.harvest.session import GRAPHICS, GameSetup, Session

    sizes = RenderSizes((128, 128), (256, 256))
    session = Session(backend)
    try:
        name = _map_name(backend)
        session.new_game(GameSetup(MapFile.read(backend, name), sizes))
        answer = session.send(*_first_requests())[-1]
        pictures = session.pictures(answer.observation, sizes)
        words = session.process.words_about(*GRAPHICS).replace("\n", "; ")
    except (GameFault, HarvestError, OSError) as error:
        return Finding(
            "first frame",
            ERROR,
            str(error),
            "read the game's words above; docs/real-game.md has a table of what others met and what helped",
        )
    finally:
        session.kill()
    means = (round(float(pictures.minimap.mean())), round(float(pictures.screen.mean())))
    colours = len({tuple(pixel) for pixel in pictures.screen[::8, ::8].reshape(-1, 3).tolist()})
    found = f"{session.version} on {name}: minimap and screen are right in size, mean {means[0]} and {means[1]} of 255"
    if colours < 4:
        return Finding(
            "first frame", ERROR, f"{found}, but the screen has {colours} colours", words or "see the game's log"
        )
    return Finding("first frame", OK, found)


def _first_scenes(backend: Backend) -> Finding:
    """Let a worker play a few scenes: whether units can be created, killed and ordered about."""
    from sc2data.harvest.harvest_config import HarvestConfig
    from sc2data.harvest.jobs import Supervision, Worker

    config = HarvestConfig(map=_map_name(backend), sizes=RenderSizes((128, 128), (256, 256)))
    begin = time.monotonic()
    try:
        worker = Worker(backend, config, Supervision(tries=1))
        try:
            worker.greet()
            outcomes = [worker.run(scene) for scene in range(_SCENES)]
        finally:
            worker.session.kill()
    except (GameFault, HarvestError, OSError) as error:
        return Finding("first scenes", ERROR, str(error), "docs/real-game.md lists what is assumed of the game")
    faults = [f"{kind}: {message}" for outcome in outcomes for kind, message in outcome.faults]
    refused = sum(outcome.refused.total() for outcome in outcomes)
    if faults:
        advice = "docs/real-game.md lists what is assumed of the game; a harvest leaves out scenes that fail"
        return Finding("first scenes", ERROR, f"{len(faults)} of {_SCENES} scenes failed: {faults[0]}", advice)
    seconds = time.monotonic() - begin
    found = (
        f"{_SCENES} scenes came out as asked in {seconds:.0f} s, start of the game included; {refused} units refused"
    )
    return Finding("first scenes", OK, found)


def _map_name(backend: Backend) -> str:
    """A map for two players: Simple64 where it is there, else the first of the melee and ladder maps, or of all."""
    maps = backend.maps()
    melee = [path for path in maps if path.parent.name != "mini_games"] or maps
    return next((path.stem for path in maps if path.stem == "Simple64"), melee[0].stem)


def _first_requests() -> tuple[object, ...]:
    from sc2data.harvest import requests

    return requests.step(4), requests.observe()


def table(findings: list[Finding]) -> str:
    """The findings for people, one or two lines each."""
    marks: dict[str, str] = {OK: "ok     ", WARNING: "WARNING", ERROR: "ERROR  "}
    width = max(len(finding.subject) for finding in findings)
    lines = []
    for finding in findings:
        lines.append(f"{marks[finding.state]}  {finding.subject:<{width}}  {finding.found}")
        if finding.advice:
            lines.append(f"{'':9}{'':{width}}  -> {finding.advice}")
    return "\n".join(lines)
