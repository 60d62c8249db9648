"""One game in progress: the world, the players' seats, computer players, and the recording of it all."""

from __future__ import annotations

import collections
import copy
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from sc2data.sim.api import debug, interface
from sc2data.sim.api.commands import CameraMove, Command
from sc2data.sim.api.messages import debug_pb, error_pb, sc_pb
from sc2data.sim.api.optics import Optics
from sc2data.sim.api.recording import ACTION, DEBUG, RESIGN, Event, Recording
from sc2data.sim.api.reports import report
from sc2data.sim.api.seat import Seat
from sc2data.sim.api.setup import Setup
from sc2data.sim.maps.terrain import Terrain
from sc2data.sim.rules.opponent import Opponent
from sc2data.sim.rules.world import World
from sc2data.sim.state import Player
from sc2data.sim.view import EVERYONE, WorldView, view_of

LAST_LOOP = 1 << 19
"""The end of time: here every game ends for all."""

CENTRING_LOOP = 1
"""The game itself moves the camera to the start location at this loop, and tells it as an action of the player."""


class Match:
    """A game from its first loop to its last.

    Everything that happens in it comes through `act`, `debug`, `resign` and `advance`, in this order: actions are done
    at once (with two participants a loop later), debug commands before the next loop, computer players act before
    every loop. The first three are recorded, so that a match that is to `follow` the recording goes the same way.
    """

    def __init__(self, setup: Setup, terrain: Terrain, map_data: bytes) -> None:
        self.setup = setup
        self.terrain = terrain
        self.world = World(terrain, setup.seed, setup.disable_fog)
        self.recording = Recording(setup, map_data)
        self.seats: dict[int, Seat] = {}
        self.drawings: list[debug_pb.DebugDraw] = []
        self.starts: dict[int, tuple[float, float]] = {}  # where each player's camera looked at first
        self.told: set[int] = set()  # players whose observation has told the results
        self._opponents: list[Opponent] = []
        self._delay = len(setup.participants()) - 1
        self._actions: list[tuple[int, int, sc_pb.Action]] = []  # loop at which each is to be done, whose, what
        self._debugs: list[tuple[int, debug_pb.DebugCommand]] = []
        self._playback: collections.deque[Event] = collections.deque()
        self._last = LAST_LOOP
        self._recorded_results: dict[int, int] = {}
        self._changes = 0
        self._views: dict[Any, WorldView] = {}
        self._populate()

    @property
    def loop(self) -> int:
        """Game loops computed so far."""
        return self.world.state.loop

    @property
    def results(self) -> dict[int, int]:
        """Result of each player that has one, by id."""
        return {number: player.result for number, player in self.world.state.players.items() if player.result}

    @property
    def over(self) -> bool:
        """Whether the game, or its playback, has come to its end."""
        return bool(self.results) or self.loop >= self._last

    def outcome(self) -> dict[int, int]:
        """sc2api.proto Result of every player: as it came about, or as far as known where time or a replay ran out."""
        undecided = sc_pb.Tie if self.loop >= LAST_LOOP else sc_pb.Undecided
        known = {**self._recorded_results, **self.results}
        return {number: known.get(number, undecided) for number in self.setup.numbered()}

    def _populate(self) -> None:
        for number, player in self.setup.numbered().items():
            self.world.add_player(
                Player(
                    id=number,
                    race=player.race_actual,
                    race_requested=player.race,
                    type=player.type,
                    difficulty=player.difficulty,
                    ai_build=player.ai_build,
                    name=player.name,
                )
            )
        self.world.setup_melee()
        self.starts = {number: self.start_point(number) for number in self.setup.numbered()}
        for number, player in self.setup.numbered().items():
            if player.type == sc_pb.Computer:
                self._opponents.append(Opponent(self.world, number))

    def sit(self, player_id: int, options: sc_pb.InterfaceOptions) -> Seat:
        """Give `player_id` (`EVERYONE` for an observer of all) a seat with a client of these interface options."""
        optics = Optics(options, self.terrain)
        seat = Seat(player_id, entry=optics, optics=optics, camera=(0.0, 0.0))
        seat.look_at(self.starts.get(player_id) or self.start_point(player_id))
        self.seats[player_id] = seat
        if player_id != EVERYONE:
            self.recording.options[player_id] = options.SerializeToString()
        return seat

    def start_point(self, player_id: int) -> tuple[float, float]:
        """Where a player's camera looks at first: its workers' middle, as in the recordings (3 of 3 to 1/256).

        In a mini-game it is the arena's middle; a player without workers looks at its units, an observer at the map.
        """
        arena = self.world.state.minigame
        left, bottom, right, top = arena.area if arena else self.terrain.playable
        units = self.world.state.units
        own = np.flatnonzero(units.owner == player_id)
        workers = own[self.world.statistics.worker[units.type[own]]]
        if arena or not len(own):
            return (left + right) / 2, (bottom + top) / 2
        of = workers if len(workers) else own
        return float(units.x[of].mean()), float(units.y[of].mean())

    def act(self, player_id: int, action: sc_pb.Action) -> int:
        """Do an action of a player; returns its error.proto ActionResult.

        With one participant it is done now. With two it has to reach both sides: it is done a loop later, its result
        is Success for now, and what goes wrong then is told as an action error.
        """
        if self._delay:
            self._actions.append((self.loop + self._delay, player_id, action))
            return int(error_pb.Success)
        return self._act(player_id, action)

    def _act(self, player_id: int, action: sc_pb.Action) -> int:
        self._changes += 1
        self._record(player_id, ACTION, action.SerializeToString())
        return interface.perform(self, self.seats[player_id], action)

    def debug(self, player_id: int, command: debug_pb.DebugCommand) -> None:
        """Carry out a debug command before the next loop."""
        self._debugs.append((player_id, command))

    def resign(self, player_id: int) -> None:
        """A player leaves: the others win."""
        self._changes += 1
        self._record(player_id, RESIGN, b"")
        debug.surrender(self, player_id)

    def advance(self, count: int) -> None:
        """Compute up to `count` loops; stops at the end of the game."""
        before = self.loop
        for _ in range(count):
            if self.over:
                break
            self._replay_events()
            self._do_delayed()
            self._do_debugs()
            for opponent in self._opponents:
                opponent.act()
            if self.loop == CENTRING_LOOP:
                self._centre_cameras()
            self.world.step()
            self._note_errors()
            self._note_deaths(self.world.state.dead)
        self._note_attacks(before)
        self._changes += 1
        self.recording.loops = self.loop
        self.recording.results = self.results

    def follow(self, recording: Recording) -> None:
        """Play `recording` instead of taking actions; ends at its last loop."""
        for number, options in recording.options.items():
            self.sit(number, sc_pb.InterfaceOptions.FromString(options))
        self._playback = collections.deque(recording.events)
        self._last = recording.loops
        self._recorded_results = dict(recording.results)

    def report(self, seat: Seat, command: Command) -> None:
        """Note a command for the observations of those who watch the player of `seat`."""
        for viewer in self.seats.values():
            if viewer is seat or viewer.player_id == EVERYONE:
                action = report(command, viewer.optics, seat.camera, self.loop)
                if action:
                    viewer.actions.append(action)

    def say(self, seat: Seat, text: str) -> None:
        """Let every seat hear a chat message."""
        for viewer in self.seats.values():
            viewer.chat.append(sc_pb.ChatReceived(player_id=seat.player_id, message=text))

    def view(self, seat: Seat, disable_fog: bool = False) -> WorldView:
        """What the seat's player sees now; the same object as long as nothing changes."""
        options = seat.optics.options
        key = (self._changes, seat.player_id, seat.eye, tuple(seat.selection), disable_fog)
        if key not in self._views:
            self._views = {k: v for k, v in self._views.items() if k[0] == self._changes}
            self._views[key] = view_of(
                self.world,
                seat.player_id,
                seat.eye,
                seat.selection,
                screen_size=seat.optics.screen_size,
                show_cloaked=options.show_cloaked,
                show_burrowed=options.show_burrowed_shadows,
                disable_fog=disable_fog,
            )
        return self._views[key]

    def types_of(self, tags: Sequence[int]) -> list[int]:
        """Unit types of those of `tags` that live."""
        units = self.world.state.units
        types: list[int] = units.type[units.rows(tags)].tolist()
        return types

    def clone(self) -> Match:
        """A copy that goes its own way from here: a saved game."""
        return copy.deepcopy(self, {id(self.terrain): self.terrain})

    def _record(self, player_id: int, kind: int, payload: bytes) -> None:
        self.recording.events.append(Event(self.loop, player_id, kind, payload))

    def _replay_events(self) -> None:
        while self._playback and self._playback[0].loop <= self.loop:
            event = self._playback.popleft()
            if event.kind == ACTION:
                interface.perform(self, self.seats[event.player], sc_pb.Action.FromString(event.payload))
            elif event.kind == DEBUG:
                debug.carry_out(self, [(event.player, debug_pb.DebugCommand.FromString(event.payload))])
            else:
                debug.surrender(self, event.player)

    def _do_debugs(self) -> None:
        commands, self._debugs = self._debugs, []
        for player_id, command in commands:
            self._record(player_id, DEBUG, command.SerializeToString())
        debug.carry_out(self, commands)

    def _do_delayed(self) -> None:
        due = [item for item in self._actions if item[0] <= self.loop]
        self._actions = self._actions[len(due) :]
        for _, player_id, action in due:
            code = self._act(player_id, action)
            if code != error_pb.Success:
                ability = action.action_raw.unit_command.ability_id
                self.seats[player_id].errors.append(sc_pb.ActionError(ability_id=ability, result=code))

    def _centre_cameras(self) -> None:
        for number, seat in self.seats.items():
            if number != EVERYONE:
                command = CameraMove(self.starts[number])
                seat.look_at(command.point)
                self.report(seat, command)

    def _note_errors(self) -> None:
        """Tell orders that failed after they were accepted to their units' players."""
        errors, units = self.world.state.errors, self.world.state.units
        for tag, ability, code in errors:
            row = units.row(tag)
            seat = self.seats.get(int(units.owner[row])) if row >= 0 else None
            if seat:
                seat.errors.append(sc_pb.ActionError(unit_tag=tag, ability_id=ability, result=code))
        errors.clear()

    def _note_attacks(self, since: int) -> None:
        """Alert the players whose units were hurt after loop `since`."""
        units = self.world.state.units
        for row in np.flatnonzero(units.hurt > since).tolist():
            seat = self.seats.get(int(units.owner[row]))
            if seat:
                seat.alerts.add(sc_pb.BuildingUnderAttack if units.structure[row] else sc_pb.UnitUnderAttack)

    def _note_deaths(self, dead: Iterable[int]) -> None:
        for seat in self.seats.values():
            seat.forget(dead)
