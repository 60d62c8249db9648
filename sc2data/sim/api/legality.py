"""Which request is legal in which state of the game, and what is said where it is not."""

from __future__ import annotations

from collections.abc import Mapping

from sc2data.sim.api import errors
from sc2data.sim.api.messages import sc_pb

LAUNCHED, INIT, GAME, REPLAY, OVER = (
    sc_pb.launched,
    sc_pb.init_game,
    sc_pb.in_game,
    sc_pb.in_replay,
    sc_pb.ended,
)
_ANY = frozenset((LAUNCHED, INIT, GAME, REPLAY, OVER))
_PLAYING = frozenset((GAME, REPLAY, OVER))

LEGAL: Mapping[str, frozenset[int]] = {
    "create_game": frozenset((LAUNCHED, GAME, REPLAY, OVER)),
    "join_game": frozenset((LAUNCHED, INIT)),
    "restart_game": frozenset((GAME, OVER)),
    "start_replay": frozenset((LAUNCHED, GAME, REPLAY, OVER)),
    "leave_game": frozenset((GAME, OVER)),
    "quick_save": frozenset((GAME,)),
    "quick_load": frozenset((GAME, OVER)),
    "quit": _ANY,
    "game_info": _PLAYING,
    "observation": _PLAYING,
    "action": frozenset((GAME,)),
    "obs_action": frozenset((GAME, REPLAY)),
    "step": frozenset((GAME, REPLAY)),
    "data": _PLAYING,
    "query": _PLAYING,
    "save_replay": frozenset((GAME, REPLAY, OVER)),
    "map_command": frozenset((GAME,)),
    "replay_info": _ANY,
    "available_maps": _ANY,
    "save_map": _ANY,
    "ping": _ANY,
    "debug": frozenset((GAME,)),
}
"""States in which each request is legal: sc2api.proto's table, widened where the game's own clients go beyond it."""

_CUT_SHORT_BY_THE_END = ("step", "action")


def check(request: str, status: int) -> None:
    """Raise `errors.MisuseError`, with the text that clients know, where `request` is not legal in `status`."""
    if status in LEGAL[request]:
        return
    if status == OVER:
        raise errors.MisuseError(errors.ENDED if request in _CUT_SHORT_BY_THE_END else errors.NOT_AFTER_END)
    if status == REPLAY:
        raise errors.MisuseError(errors.NOT_IN_REPLAY)
    if status == LAUNCHED:
        raise errors.MisuseError(errors.NOT_STARTED)
    if status == INIT:
        raise errors.MisuseError(f"{errors.NOT_IN_GAME}: a game was created, join it first")
    raise errors.MisuseError(f"Not supported in a game: {request}")
