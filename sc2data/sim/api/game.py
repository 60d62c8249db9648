"""The API's state machine: one request in, one response out, and the game in between.

Each request has one method here, called `on_` and the request's name; `legality` says when it may come. A request that
fails leaves everything as it was.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence

from google.protobuf.message import DecodeError

from sc2data.sim.api import (
    admission,
    data_table,
    errors,
    faults,
    game_info,
    legality,
    mishaps,
    multiplayer,
    pixels,
    query,
    replays,
)
from sc2data.sim.api.errors import MisuseError, RequestFailedError
from sc2data.sim.api.match import Match
from sc2data.sim.api.messages import query_pb, sc_pb
from sc2data.sim.api.multiplayer import HostLink, Lockstep
from sc2data.sim.api.observation import observe
from sc2data.sim.api.pictures import Pictures
from sc2data.sim.api.realtime import Clock
from sc2data.sim.api.recording import Recording
from sc2data.sim.api.seat import Seat
from sc2data.sim.api.settings import Settings
from sc2data.sim.api.setup import PlayerSetup, Setup
from sc2data.sim.maps.map_file import MapError
from sc2data.sim.maps.map_store import MapStore
from sc2data.sim.maps.terrain import Terrain
from sc2data.sim.view import EVERYONE

_log = logging.getLogger(__name__)

HARD_RESET_LOOP = 1 << 18
"""After this loop a restart tells the client that it should make the game anew."""


class Game:
    """One simulated StarCraft II process: what `server.ApiServer` serves."""

    def __init__(
        self, settings: Settings, say: Callable[[str], None] = lambda line: None, host: Game | None = None
    ) -> None:
        """`host` is the game that this one is to share, as a guest."""
        self.settings = settings
        self.status: int = sc_pb.launched
        self.quitting = False
        self._say = say
        self._changed: threading.Condition = host._changed if host else threading.Condition(threading.RLock())
        self._is_guest = host is not None
        self._request: sc_pb.RequestJoinGame | None = None  # with which a guest has joined
        self._link: HostLink | None = None  # where the game is that this process has joined as a guest
        self._lockstep: Lockstep | None = None
        self._maps = MapStore(settings.data_dir, settings.temp_dir)
        self._faults = faults.FaultPlan(settings.faults)
        self._pictures: dict[int, Pictures] = host._pictures if host else {}
        self._created: tuple[Setup, bytes, bool] | None = None  # and whether the client chose the seed
        self._match: Match | None = None
        self._player = EVERYONE  # whose seat the client has
        self._saved: Match | None = None
        self._replay: Recording | None = None  # what is being replayed
        self._recording_replay = False
        self._clock: Clock | None = None
        self._pixels: dict[str, memoryview] = {}  # of the pictures that belong to the response being made

    def answer(self, message: bytes) -> bytes:
        """The serialised `Response` to a serialised `Request`. Whatever is wrong with the request is answered."""
        return b"".join(self.answer_in_parts(message))

    def answer_in_parts(self, message: bytes) -> Sequence[bytes | memoryview]:
        """As `answer`, in parts that are to be sent one after the other: large ones are not copied together."""
        with self._changed:
            self._pixels = {}
            response = sc_pb.Response()
            try:
                request = sc_pb.Request.FromString(message)
            except DecodeError:
                return [self.refuse("Malformed request: the message is no serialised SC2APIProtocol.Request")]
            if self._link and multiplayer.concerns_the_game(request):
                return [self._pass_on(message)]
            if request.HasField("id"):
                response.id = request.id
            self._note_end()
            self._respond(request, response)
            self._note_end()
            response.status = self.status
            return [response.SerializeToString(), *pixels.rest_of_response(self._pixels)]

    def refuse(self, reason: str) -> bytes:
        """The serialised `Response` to something that is no request."""
        return sc_pb.Response(error=[reason], status=self.status).SerializeToString()

    def _respond(self, request: sc_pb.Request, response: sc_pb.Response) -> None:
        name = request.WhichOneof("request")
        try:
            if name is None:
                raise MisuseError("The request is empty: no message of SC2APIProtocol.Request is set")
            legality.check(name, self.status)
            part = getattr(response, name)
            part.SetInParent()
            getattr(self, "on_" + name)(getattr(request, name), part)
        except (MisuseError, faults.InjectedError) as error:
            response.ClearField(name or "ping")
            response.error.append(str(error))
        except RequestFailedError as failure:
            response.ClearField(str(name))
            part = getattr(response, str(name))
            part.error = failure.code
            if failure.details and "error_details" in part.DESCRIPTOR.fields_by_name:
                part.error_details = failure.details
        except faults.ConnectionDropped:
            raise
        except Exception as error:
            _log.exception("request %s", name)
            response.ClearField(str(name))
            response.error.append(f"The simulator failed: {error!r}")

    @property
    def match(self) -> Match:
        """The game in progress."""
        if self._match is None:
            raise MisuseError(errors.NOT_STARTED)
        return self._match

    @property
    def _realtime(self) -> bool:
        return self.match.setup.realtime

    @property
    def seat(self) -> Seat:
        """The client's seat in it."""
        return self.match.seats[self._player]

    # Games ------------------------------------------------------------------------------------------------------------

    def on_create_game(self, request: sc_pb.RequestCreateGame, response: sc_pb.ResponseCreateGame) -> None:
        """Find the map, check the players."""
        path, data, terrain = admission.find_map(request, self._maps)
        players = [PlayerSetup.from_message(player) for player in request.player_setup]
        admission.check_players(players, terrain)
        seed = request.random_seed if request.HasField("random_seed") else admission.fresh_seed()
        setup = Setup(terrain.title or terrain.name, path, seed, players, request.disable_fog, request.realtime)
        self._leave()
        self._created = (setup, data, request.HasField("random_seed"))
        self._replay = None
        self.status = sc_pb.init_game

    def on_join_game(self, request: sc_pb.RequestJoinGame, response: sc_pb.ResponseJoinGame) -> None:
        """Seat the client and start the game, once all participants are there."""
        created = self.status == sc_pb.init_game
        admission.check_interface(request, created)
        if self._is_guest:
            self._await_host(request)
        elif not created:
            self._join_host(request, response)
            return
        else:
            self._say("Requesting to join a game")
            self._join_own(request)
        response.player_id = self._player

    def _join_own(self, request: sc_pb.RequestJoinGame) -> None:
        """Join the game that this process created."""
        assert self._created is not None  # what init_game means
        setup, data, _ = self._created
        player = admission.choose_seat(request, setup)
        clients = {player: (self, request)}
        others = [number for number in setup.participants() if number != player]
        if others and player != EVERYONE:
            guest = self._await_guest(request)
            assert guest._request is not None
            clients[others[0]] = (guest, guest._request)
        for number, (_, joined) in clients.items():
            admission.note_player(joined, number, setup)
        self._begin(setup, data, {n: (client, joined.options) for n, (client, joined) in clients.items()})

    def _await_guest(self, request: sc_pb.RequestJoinGame) -> Game:
        """Let the other participant's process find this one; waits for its request to join."""
        guest = Game(self.settings, self._say, host=self)
        try:
            listener = multiplayer.await_guest(request.server_ports.game_port, lambda: guest, guest.hang_up)
        except OSError as error:
            raise RequestFailedError(sc_pb.ResponseJoinGame.NetworkError, str(error)) from error
        if not self._changed.wait_for(lambda: guest._request is not None, multiplayer.PATIENCE):
            listener.close()
            raise RequestFailedError(sc_pb.ResponseJoinGame.NetworkError, "the other participant did not join")
        return guest

    def _await_host(self, request: sc_pb.RequestJoinGame) -> None:
        """As a guest: wait until the host has begun the game."""
        self._request = request
        self._changed.notify_all()
        if not self._changed.wait_for(lambda: self._match is not None, multiplayer.PATIENCE):
            raise RequestFailedError(sc_pb.ResponseJoinGame.NetworkError, "the host did not begin the game")

    def _join_host(self, request: sc_pb.RequestJoinGame, response: sc_pb.ResponseJoinGame) -> None:
        """Join the game that another process hosts: from now on what concerns the game is passed on."""
        try:
            link = HostLink(request.host_ip, request.server_ports.game_port)
        except OSError as error:
            raise RequestFailedError(sc_pb.ResponseJoinGame.NetworkError, str(error)) from error
        told = sc_pb.Response.FromString(link.answer(sc_pb.Request(join_game=request).SerializeToString()))
        response.CopyFrom(told.join_game)
        if told.status == sc_pb.in_game:
            self._link, self.status = link, told.status
        else:
            link.close()

    def _pass_on(self, message: bytes) -> bytes:
        """Let the host answer, and follow its status."""
        assert self._link is not None
        try:
            reply = self._link.answer(message)
            self.status = sc_pb.Response.FromString(reply).status
        except MisuseError as error:
            self.status = sc_pb.launched
            reply = self.refuse(str(error))
        if self.status == sc_pb.launched:
            self._link.close()
            self._link = None
        return reply

    def hang_up(self) -> None:
        """The client behind a guest has gone."""
        with self._changed:
            self._leave()

    def on_restart_game(self, request: sc_pb.RequestRestartGame, response: sc_pb.ResponseRestartGame) -> None:
        """Start the same game from loop 0: with the seed that the client chose, or else with a new one."""
        if self._created is None:
            raise RequestFailedError(sc_pb.ResponseRestartGame.LaunchError, "only the host can restart, and no replay")
        setup, data, chosen = self._created
        if self._lockstep:
            raise RequestFailedError(sc_pb.ResponseRestartGame.LaunchError, "games of two participants do not restart")
        if not chosen:
            setup.seed = admission.fresh_seed()
        response.need_hard_reset = self.match.loop > HARD_RESET_LOOP
        self._begin(setup, data, {self._player: (self, self.seat.optics.options)})

    def on_leave_game(self, request: sc_pb.RequestLeaveGame, response: sc_pb.ResponseLeaveGame) -> None:
        """Go back to the state after the launch."""
        self._leave()
        self.status = sc_pb.launched

    def on_quick_save(self, request: sc_pb.RequestQuickSave, response: sc_pb.ResponseQuickSave) -> None:
        """Keep a copy of the game."""
        self._need_single_player()
        self._saved = self.match.clone()

    def on_quick_load(self, request: sc_pb.RequestQuickLoad, response: sc_pb.ResponseQuickLoad) -> None:
        """Go back to the copy."""
        self._need_single_player()
        if self._saved is None:
            raise MisuseError("There is no quick save to load")
        self._match = self._saved.clone()
        self.status = sc_pb.in_game

    def on_quit(self, request: sc_pb.RequestQuit, response: sc_pb.ResponseQuit) -> None:
        """End the process; the answer is not sent."""
        self._leave()
        self.status = sc_pb.quit
        self.quitting = True

    def _begin(self, setup: Setup, data: bytes, clients: dict[int, tuple[Game, sc_pb.InterfaceOptions]]) -> None:
        """Make the game and seat the clients, by player id."""
        setup.assign_races()
        match = Match(setup, self._maps.terrain(data, setup.map_path), data)
        lockstep = Lockstep(match, self._changed) if len(setup.participants()) > 1 else None
        for player, (client, options) in clients.items():
            kept = sc_pb.InterfaceOptions()
            kept.CopyFrom(options)
            match.sit(player, kept)
            client._install(match, player, sc_pb.in_game, lockstep)
        if setup.realtime:
            self._clock = Clock(self._changed, self._tick)
        self._changed.notify_all()
        self._say("Game has started.")

    def _install(self, match: Match, player: int, status: int, lockstep: Lockstep | None = None) -> None:
        self._leave()
        self._match, self._player, self.status, self._lockstep = match, player, status, lockstep

    def _leave(self) -> None:
        """Forget the game in progress; other participants win it."""
        if self._clock:
            self._clock.stop()
        if self._lockstep and self._match:
            if not self._match.over:
                self._match.resign(self._player)
            self._lockstep.leave(self._player)
        if self._link:
            self._link.close()
        self._clock = self._match = self._saved = self._lockstep = self._link = None

    def _tick(self) -> None:
        """One loop of a realtime game."""
        if self._match and not self._match.over:
            self._match.advance(1)

    def _note_end(self) -> None:
        if self._match and self.status in (sc_pb.in_game, sc_pb.in_replay) and self._match.over:
            self.status = sc_pb.ended

    def _need_single_player(self) -> None:
        if self._lockstep:
            raise MisuseError("Not supported in a game of two participants")

    # What the client sees and does ------------------------------------------------------------------------------------

    def on_game_info(self, request: sc_pb.RequestGameInfo, response: sc_pb.ResponseGameInfo) -> None:
        """Map, players, options."""
        game_info.fill(response, self.match, self.seat)

    def on_observation(self, request: sc_pb.RequestObservation, response: sc_pb.ResponseObservation) -> None:
        """What the client sees now; in realtime, once the loop asked for has come."""
        self._faults.before()
        if self._realtime and request.game_loop:
            self._changed.wait_for(lambda: self.match.loop >= request.game_loop or self.match.over)
        rendered = observe(response, self.match, self.seat, self._draw(self.match.terrain), request.disable_fog)
        self._pixels = self._faults.spoil(rendered)

    def on_action(self, request: sc_pb.RequestAction, response: sc_pb.ResponseAction) -> None:
        """Do the client's actions now."""
        if self._player == EVERYONE or self._player not in self.match.setup.participants():
            raise MisuseError("Observers cannot act")
        response.result.extend(self.match.act(self._player, action) for action in request.actions)

    def on_obs_action(self, request: sc_pb.RequestObserverAction, response: sc_pb.ResponseObserverAction) -> None:
        """Move an observer's camera or look with another player's eyes."""
        if self.status == sc_pb.in_game and self._player in self.match.setup.participants():
            raise MisuseError("Only observers can do observer actions")
        for action in request.actions:
            self._player = replays.observe_as(self.match, self.seat, action)

    def on_step(self, request: sc_pb.RequestStep, response: sc_pb.ResponseStep) -> None:
        """Compute some loops, 1 where none is named."""
        if self._realtime:
            raise MisuseError("Not supported in realtime: the game steps by itself")
        count = request.count if request.HasField("count") else 1
        if self._lockstep:
            self._lockstep.advance(self._player, count)
        else:
            self.match.advance(count)
        response.simulation_loop = self.match.loop

    def on_data(self, request: sc_pb.RequestData, response: sc_pb.ResponseData) -> None:
        """Tables of abilities, unit types, upgrades, buffs, effects."""
        response.CopyFrom(data_table.response_data(request))

    def on_query(self, request: query_pb.RequestQuery, response: query_pb.ResponseQuery) -> None:
        """Distances, abilities, placements."""
        query.answer(response, request, self.match, self.seat)

    def on_debug(self, request: sc_pb.RequestDebug, response: sc_pb.ResponseDebug) -> None:
        """Note the commands for the next loop; a test of the process is carried out at once."""
        for command in request.debug:
            if command.HasField("test_process"):
                mishaps.carry_out(command.test_process, self._changed)
            else:
                self.match.debug(self._player, command)

    def on_map_command(self, request: sc_pb.RequestMapCommand, response: sc_pb.ResponseMapCommand) -> None:
        """Run a trigger of the map: the simulator's maps have none."""
        raise RequestFailedError(
            sc_pb.ResponseMapCommand.NoTriggerError, f"the map has no trigger {request.trigger_cmd!r}"
        )

    # Replays ----------------------------------------------------------------------------------------------------------

    def on_start_replay(self, request: sc_pb.RequestStartReplay, response: sc_pb.ResponseStartReplay) -> None:
        """Play a recording of the simulator's again."""
        data = replays.replay_bytes(request, self.settings, sc_pb.ResponseStartReplay)
        recording = replays.read(data, self.settings)
        if not request.HasField("options"):
            raise RequestFailedError(sc_pb.ResponseStartReplay.MissingOptions, "Missing interface options")
        if request.observed_player_id not in (EVERYONE, *recording.setup.numbered()):
            raise RequestFailedError(sc_pb.ResponseStartReplay.InvalidObservedPlayerId)
        if request.HasField("map_data"):
            recording.map_data = request.map_data
        if request.disable_fog:
            recording.setup.disable_fog = True
        try:
            terrain = self._maps.terrain(recording.map_data, recording.setup.map_path)
        except MapError as error:
            raise RequestFailedError(sc_pb.ResponseStartReplay.InvalidMapData, str(error)) from error
        recording.setup.realtime = request.realtime
        match = replays.playback(recording, terrain, request.observed_player_id, request.options)
        self._install(match, request.observed_player_id, sc_pb.in_replay)
        if request.realtime:
            self._clock = Clock(self._changed, self._tick)
        self._created, self._replay, self._recording_replay = None, recording, request.record_replay

    def on_save_replay(self, request: sc_pb.RequestSaveReplay, response: sc_pb.ResponseSaveReplay) -> None:
        """The game so far as a replay; a replay of a replay only where that was asked for when it started."""
        if self._replay is not None and not self._recording_replay:
            raise MisuseError("Replays are not recorded: start the replay with record_replay")
        settings = self.settings
        response.data = (self._replay or self.match.recording).to_replay(
            settings.game_version, settings.base_build, settings.data_version
        )

    def on_replay_info(self, request: sc_pb.RequestReplayInfo, response: sc_pb.ResponseReplayInfo) -> None:
        """What a replay says about itself, the real game's too."""
        replays.fill_info(response, replays.replay_bytes(request, self.settings, sc_pb.ResponseReplayInfo))

    # Maps and the process ---------------------------------------------------------------------------------------------

    def on_available_maps(self, request: sc_pb.RequestAvailableMaps, response: sc_pb.ResponseAvailableMaps) -> None:
        """Paths and names of the installed maps."""
        response.local_map_paths.extend(self._maps.paths())
        response.battlenet_map_names.extend(self._maps.names())

    def on_save_map(self, request: sc_pb.RequestSaveMap, response: sc_pb.ResponseSaveMap) -> None:
        """Keep a map in the temporary folder, for later requests that name it."""
        try:
            self._maps.terrain(request.map_data, request.map_path)
            self._maps.save(request.map_path, request.map_data)
        except (MapError, ValueError, OSError) as error:
            raise RequestFailedError(sc_pb.ResponseSaveMap.InvalidMapData, str(error)) from error

    def on_ping(self, request: sc_pb.RequestPing, response: sc_pb.ResponsePing) -> None:
        """The versions that the simulator claims to be."""
        response.game_version = self.settings.game_version
        response.data_version = self.settings.data_version
        response.data_build = self.settings.base_build
        response.base_build = self.settings.base_build

    def _draw(self, terrain: Terrain) -> Pictures:
        """The painters of a map, kept for the next game on it."""
        if id(terrain) not in self._pictures:
            self._pictures.clear()
            self._pictures[id(terrain)] = Pictures(terrain)
        return self._pictures[id(terrain)]
