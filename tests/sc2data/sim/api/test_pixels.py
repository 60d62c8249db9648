"""Pictures that follow a message belong to it."""

from sc2data.sim.api import pixels
from sc2data.sim.api.messages import sc_pb


def test_what_follows_a_response_is_merged_into_it() -> None:
    response = sc_pb.Response(status=sc_pb.in_game)
    response.observation.observation.game_loop = 7
    image = response.observation.observation.render_data.map
    image.bits_per_pixel, image.size.x, image.size.y = 24, 100, 2
    screen, minimap = bytes(range(200)) * 3, b"abc"
    rest = pixels.rest_of_response({"map": memoryview(screen), "minimap": memoryview(minimap)})
    read = sc_pb.Response.FromString(b"".join([response.SerializeToString(), *rest]))
    image.data = screen
    response.observation.observation.render_data.minimap.data = minimap
    assert read == response


def test_nothing_follows_where_there_are_no_pictures() -> None:
    assert pixels.rest_of_response({}) == []
