"""`ResponseObservation`: everything that one client is told about one loop."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from sc2data.sim.api import images, panels, raw, scoring, tally
from sc2data.sim.api.messages import sc_pb, spatial_pb
from sc2data.sim.api.optics import FEATURE_LAYER, RENDER
from sc2data.sim.drawing.layers import MINIMAP_BITS, SCREEN_BITS, LayerSetup
from sc2data.sim.view import EVERYONE, WorldView

if TYPE_CHECKING:
    from sc2data.sim.api.match import Match
    from sc2data.sim.api.pictures import Pictures
    from sc2data.sim.api.seat import Seat


def observe(
    message: sc_pb.ResponseObservation, match: Match, seat: Seat, pictures: Pictures, disable_fog: bool = False
) -> dict[str, memoryview]:
    """Write what the client at `seat` sees, in every interface it asked for, and what happened since the last time.

    Returns the pixels of the rendered pictures by name, which the message itself does not hold (`pixels`).

    What is told once (actions, errors, chat, alerts, deaths, the result) is not told again.
    """
    view = match.view(seat, disable_fog)
    options = seat.optics.options
    observation = message.observation
    observation.game_loop = match.loop
    tally.player_common(observation.player_common, match.world, view)
    observation.alerts.extend(sorted(seat.alerts))
    if seat.player_id != EVERYONE:
        panels.add_abilities(observation, match, seat, view)
    if options.score:
        scoring.fill(observation.score, match.world, view)
    if options.raw:
        raw.fill(observation.raw_data, match, seat, view, disable_fog)
    if seat.optics.spaces:
        panels.fill(observation.ui_data, match, seat, view)
        observation.ui_data.SetInParent()
    if FEATURE_LAYER in seat.optics.spaces:
        _fill_layers(observation.feature_layer_data, options.feature_layer, pictures, view)
    rendered = _pictures(seat, pictures, view) if RENDER in seat.optics.spaces else {}
    for name, picture in rendered.items():
        images.describe(getattr(observation.render_data, name), picture, 24)
    message.actions.extend(seat.actions)
    message.action_errors.extend(seat.errors)
    message.chat.extend(seat.chat)
    if match.over and seat.player_id not in match.told:
        match.told.add(seat.player_id)
        for number, result in match.outcome().items():
            message.player_result.add(player_id=number, result=result)
    seat.known = frozenset(view.tag.tolist())
    seat.observed()
    return {name: picture.reshape(-1).data for name, picture in rendered.items()}


def _fill_layers(
    message: spatial_pb.ObservationFeatureLayer, asked: sc_pb.SpatialCameraSetup, pictures: Pictures, view: WorldView
) -> None:
    setup = LayerSetup.from_message(asked)
    for name, layer in pictures.layers.screen(view, setup).items():
        images.fill(getattr(message.renders, name), layer, SCREEN_BITS[name])
    for name, layer in pictures.layers.minimap(view, setup).items():
        images.fill(getattr(message.minimap_renders, name), layer, MINIMAP_BITS[name])


def _pictures(seat: Seat, pictures: Pictures, view: WorldView) -> dict[str, npt.NDArray[np.uint8]]:
    """The rendered screen and minimap."""
    camera = seat.optics.render_camera(seat.eye)
    minimap = seat.optics.minimap(RENDER)
    small = pictures.painter.minimap(view, minimap.width, minimap.height, minimap.area, camera=camera)
    return {"map": pictures.painter.screen(view, camera), "minimap": small}
