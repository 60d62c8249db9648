"""What can go wrong between the harvester and a game: mishaps to recover from, and mistakes to tell the user about."""

from __future__ import annotations

from sc2data.errors import UserError

CRASH, HANG, CLOSED, ERROR, BAD_FRAME, REFUSED = "crash", "hang", "closed", "error", "bad_frame", "refused"
KINDS = (CRASH, HANG, CLOSED, ERROR, BAD_FRAME, REFUSED)
"""Kinds of `GameFault`, as the run report counts them."""


class GameFault(RuntimeError):
    """The game failed at something that it may well do on another try.

    `kind` is one of `KINDS`: the process ended, did not answer in time, closed the connection, answered with an error,
    sent a picture that cannot be right, or would not set up the scene that was asked for. `log` holds the last lines
    that the game wrote.
    """

    def __init__(self, kind: str, message: str, log: str = "") -> None:
        if kind not in KINDS:
            raise ValueError(f"unknown kind of fault {kind!r}; allowed are {', '.join(KINDS)}")
        super().__init__(f"{kind}: {message}" + (f"\nthe game's last words:\n{log}" if log else ""))
        self.kind = kind
        self.message = message
        self.log = log

    def __reduce__(self) -> tuple[type[GameFault], tuple[str, str, str]]:
        return GameFault, (self.kind, self.message, self.log)

    @property
    def needs_new_process(self) -> bool:
        """Whether the game must be started again; a refused scene leaves it as sound as before."""
        return self.kind != REFUSED


class HarvestError(UserError):
    """The harvest cannot go on, and trying again would not help: the message says what to do."""


class BackendError(HarvestError):
    """There is no StarCraft II, or it is not where SC2PATH says."""


class MapNotFoundError(HarvestError):
    """The map is neither in the installation's Maps folder nor a file."""


class ConfigError(HarvestError, ValueError):
    """A value of the configuration is not allowed; the message names it and what is."""
