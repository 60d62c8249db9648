"""The rendered pictures of an observation as the last bytes of its message, which nobody has to copy.

In protobuf's wire format a message may be followed by more of it: a parser merges both. So the pixels need not go
through a message object, whose copies of megabytes cost more than drawing does.
"""

from __future__ import annotations

from collections.abc import Mapping

from sc2data.sim.api.messages import common_pb, sc_pb, spatial_pb
from sc2data.sim.api.wire import BYTES, key, varint

_DATA = common_pb.ImageData.DESCRIPTOR.fields_by_name["data"].number
_PICTURES = spatial_pb.ObservationRender.DESCRIPTOR.fields_by_name
_OUTWARD = (
    sc_pb.Observation.DESCRIPTOR.fields_by_name["render_data"].number,
    sc_pb.ResponseObservation.DESCRIPTOR.fields_by_name["observation"].number,
    sc_pb.Response.DESCRIPTOR.fields_by_name["observation"].number,
)


def rest_of_response(pictures: Mapping[str, memoryview]) -> list[bytes | memoryview]:
    """What a serialised `Response` with an observation is to be followed by: `pictures` by name, "map" or "minimap"."""
    parts: list[bytes | memoryview] = []
    size = 0
    for name, data in pictures.items():
        before = key(_DATA, BYTES) + varint(data.nbytes)
        before = key(_PICTURES[name].number, BYTES) + varint(len(before) + data.nbytes) + before
        parts += [before, data]
        size += len(before) + data.nbytes
    for number in _OUTWARD if parts else ():
        before = key(number, BYTES) + varint(size)
        parts.insert(0, before)
        size += len(before)
    return parts
