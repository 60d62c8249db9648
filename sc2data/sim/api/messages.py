"""The API's protocol messages, under the short names that the simulator uses."""

from __future__ import annotations

from sc2data import pysc2_compat

pysc2_compat.install()

from s2clientprotocol import common_pb2 as common_pb  # noqa: E402
from s2clientprotocol import data_pb2 as data_pb  # noqa: E402
from s2clientprotocol import debug_pb2 as debug_pb  # noqa: E402
from s2clientprotocol import error_pb2 as error_pb  # noqa: E402
from s2clientprotocol import query_pb2 as query_pb  # noqa: E402
from s2clientprotocol import raw_pb2 as raw_pb  # noqa: E402
from s2clientprotocol import sc2api_pb2 as sc_pb  # noqa: E402
from s2clientprotocol import score_pb2 as score_pb  # noqa: E402
from s2clientprotocol import spatial_pb2 as spatial_pb  # noqa: E402
from s2clientprotocol import ui_pb2 as ui_pb  # noqa: E402

__all__ = [
    "common_pb",
    "data_pb",
    "debug_pb",
    "error_pb",
    "query_pb",
    "raw_pb",
    "sc_pb",
    "score_pb",
    "spatial_pb",
    "ui_pb",
]
