"""The simulator's command line: the game's own flags, and `-fault`."""

from __future__ import annotations

import dataclasses
import ipaddress
import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from sc2data.errors import UserError
from sc2data.sim.api import faults

VERSIONS: Mapping[int, tuple[str, str]] = {
    73620: ("4.8.6", "AA18FEAD6573C79EF707DF44ABF1BE61"),
    74071: ("4.9.0", "70C74A2DCA8A0D8E7AE8647CAC68ACCA"),
    74456: ("4.9.1", "218CB2271D4E2FA083470D30B1A05F02"),
    74741: ("4.9.2", "614480EF79264B5BD084E57F912172FF"),
    75025: ("4.9.3", "C305368C63621480462F8F516FB64374"),
    75689: ("4.10.0", "B89B5D6FA7CBF6452E721311BFBC6CB2"),
}
"""Version and data version by base build, from Blizzard's table of releases for Linux (s2client-proto, buildinfo).

Earlier releases pack the raw grids in another way and are left out.
"""

BASE_BUILD = 75689

_TAKES_VALUE = (
    "listen",
    "port",
    "dataDir",
    "tempDir",
    "dataVersion",
    "eglpath",
    "osmesapath",
    "displayMode",
    "windowwidth",
    "windowheight",
    "windowx",
    "windowy",
    "executable",
    "fault",
)
_SWITCHES = ("verbose", "verboseMP", "headlessNoRender", "ipv6")


class FlagError(UserError, ValueError):
    """A flag of the simulator with a value that cannot be."""


@dataclasses.dataclass(frozen=True)
class Settings:
    """What the simulator was started with. `unknown` holds the arguments that were ignored."""

    port: int
    listen: str = "127.0.0.1"
    data_dir: Path = Path(".")
    temp_dir: Path = Path(".")
    data_version: str = ""
    base_build: int = BASE_BUILD
    verbose: bool = False
    faults: tuple[faults.Fault, ...] = ()
    unknown: tuple[str, ...] = ()

    @property
    def game_version(self) -> str:
        """Version of the game claimed, with its build, as in ping: "4.10.0.75689"."""
        version, _ = VERSIONS.get(self.base_build, VERSIONS[BASE_BUILD])
        return f"{version}.{self.base_build}"


def parse(arguments: Sequence[str], environment: Mapping[str, str] = os.environ) -> Settings:
    """Read the command line. Flags that are not known are ignored, each with the values that follow it.

    Raises `FlagError` for a missing or bad -port, a -listen that is not this machine alone, and a bad -fault.

    >>> settings = parse(["-port", "5000", "-shiny", "1", "-executable", "/games/Versions/Base75689/SC2_x64"])
    >>> settings.port, settings.game_version, settings.unknown
    (5000, '4.10.0.75689', ('-shiny', '1'))
    """
    values, switches, unknown = _split(arguments)
    build = _base_build(values.get("executable", ""))
    _, data_version = VERSIONS.get(build, VERSIONS[BASE_BUILD])
    return Settings(
        port=_port(values.get("port")),
        listen=_loopback(values.get("listen", "127.0.0.1")),
        data_dir=Path(values.get("dataDir", ".")),
        temp_dir=Path(values.get("tempDir", ".")),
        data_version=values.get("dataVersion", data_version).upper(),
        base_build=build,
        verbose="verbose" in switches,
        faults=_faults(values.get("fault") or environment.get(faults.VARIABLE, "")),
        unknown=tuple(unknown),
    )


def _split(arguments: Sequence[str]) -> tuple[dict[str, str], set[str], list[str]]:
    """Flags with values, switches, and what is neither."""
    values: dict[str, str] = {}
    switches: set[str] = set()
    unknown: list[str] = []
    left = list(arguments)
    while left:
        argument = left.pop(0)
        name = argument.lstrip("-") if argument.startswith("-") else ""
        if name in _TAKES_VALUE and left:
            values[name] = left.pop(0)
        elif name in _SWITCHES:
            switches.add(name)
        else:
            unknown.append(argument)
            while left and not left[0].startswith("-"):
                unknown.append(left.pop(0))
    return values, switches, unknown


def _port(text: str | None) -> int:
    if text is None:
        raise FlagError("-port is missing: name the TCP port to listen on, as in -port 5000")
    if not text.isdigit() or not 0 < int(text) < 65536:
        raise FlagError(f"-port is {text!r}; it must be a whole number from 1 to 65535")
    return int(text)


def _loopback(host: str) -> str:
    """`host` where it names this machine alone: the protocol has no password, and debug commands can end processes."""
    if host == "localhost":
        return "127.0.0.1"
    try:
        address = ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        raise FlagError(f"-listen is {host!r}; it must be an address of this machine, such as 127.0.0.1") from None
    if not address.is_loopback:
        raise FlagError(f"-listen is {host!r}: the simulator listens to this machine only; use 127.0.0.1 or ::1")
    return str(address)


def _base_build(executable: str) -> int:
    found = re.search(r"Base(\d+)", executable)
    return int(found.group(1)) if found else BASE_BUILD


def _faults(text: str) -> tuple[faults.Fault, ...]:
    try:
        return faults.parse(text)
    except ValueError as error:
        raise FlagError(f"-fault is {text!r}: {error}") from None
