"""Which units a click, a box or a button of the user interface means."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sc2data.sim.api.messages import spatial_pb, ui_pb
from sc2data.sim.api.optics import FEATURE_LAYER, Optics, Pixel, Point
from sc2data.sim.api.seat import Seat
from sc2data.sim.drawing import layer_discs, layer_units
from sc2data.sim.rules import statistics
from sc2data.sim.view import SELF, VISIBLE, WorldView

_Click = spatial_pb.ActionSpatialUnitSelectionPoint
_Group = ui_pb.ActionControlGroup
_Idle = ui_pb.ActionSelectIdleWorker
_Multi = ui_pb.ActionMultiPanel

WARP_GATE, LARVA = 133, 151
"""Unit types that have a button of their own."""


def at_pixel(view: WorldView, optics: Optics, space: str, pixel: Pixel, camera: Point) -> int:
    """Tag of the unit drawn at a pixel of the screen, 0 where none is.

    On the feature screen that is the unit whose disc the layers show there. On the rendered one a unit is taken for a
    ball of its radius that stands on the ground, and of several the one that is hit nearest to its middle is meant.
    """
    if not len(view):
        return 0
    if space == FEATURE_LAYER:
        screen = optics.feature_screen(camera)
        x, y = screen.to_pixels(np.stack([view.x, view.y], axis=1)).T
        size = layer_discs.diameters(view.radius * screen.scale)
        top = layer_units.TopUnits(x, y, size, layer_units.screen_order(view), screen.width, screen.height)
        row = int(top.image(np.arange(1, len(view) + 1))[pixel[1], pixel[0]]) - 1
        return int(view.tag[row]) if row >= 0 else 0
    lens = optics.render_camera(camera)
    centres, depth = lens.project(np.stack([view.x, view.y, view.z + view.radius], axis=1))
    reach = np.maximum(view.radius * lens.pixels_per_unit(np.maximum(depth, 1e-6)), 1.0)
    distance = np.hypot(centres[:, 0] - pixel[0] - 0.5, centres[:, 1] - pixel[1] - 0.5) / reach
    distance[(depth <= 0) | (view.display_type != VISIBLE)] = np.inf
    row = int(np.argmin(distance))
    return int(view.tag[row]) if distance[row] <= 1 else 0


def in_box(view: WorldView, optics: Optics, space: str, box: tuple[Pixel, Pixel], camera: Point) -> list[int]:
    """Tags of the own units whose centre is in a box on the screen; no structures where there are mobile units."""
    rows = np.flatnonzero((view.display_type == VISIBLE) & (view.alliance == SELF))
    if space == FEATURE_LAYER:
        pixels = optics.feature_screen(camera).to_pixels(np.stack([view.x[rows], view.y[rows]], axis=1))
    else:
        points = np.stack([view.x[rows], view.y[rows], view.z[rows]], axis=1)
        pixels, depth = optics.render_camera(camera).project(points)
        pixels[depth <= 0] = -1
    low, high = np.minimum(*box), np.maximum(*box) + 1
    rows = rows[((pixels >= low) & (pixels <= high)).all(axis=1)]
    mobile = rows[~view.structure[rows]]
    return _tags(view, mobile if len(mobile) else rows)


def click(seat: Seat, view: WorldView, tag: int, kind: int) -> None:
    """Select by a click on the unit `tag`, 0 for the bare ground, which leaves the selection as it is."""
    row = _row(view, tag)
    if row < 0:
        return
    own = view.alliance[row] == SELF
    if kind in (_Click.AllType, _Click.AddAllType) and own:
        alike = _own(view) & (view.type == view.type[row]) & view.on_screen
        seat.select(_tags(view, np.flatnonzero(alike)), add=kind == _Click.AddAllType)
    elif kind == _Click.Toggle and own and tag in seat.selection:
        seat.selection.remove(tag)
    elif kind in (_Click.Toggle, _Click.AddAllType):
        if own:
            seat.select([tag], add=True)
    else:
        seat.select([tag])


def press(seat: Seat, view: WorldView, action: ui_pb.ActionUI) -> None:
    """Select by a button of the panel: groups, army, warp gates, larvae, idle workers, or the list of the selected."""
    kind = action.WhichOneof("action")
    if kind == "control_group":
        control_group(seat, view, action.control_group)
    elif kind == "select_army":
        seat.select(_tags(view, np.flatnonzero(army(view))), add=action.select_army.selection_add)
    elif kind == "select_warp_gates":
        seat.select(_of_type(view, WARP_GATE), add=action.select_warp_gates.selection_add)
    elif kind == "select_larva":
        seat.select(_of_type(view, LARVA))
    elif kind == "select_idle_worker":
        _idle_worker(seat, view, action.select_idle_worker.type)
    elif kind == "multi_panel":
        _multi_panel(seat, view, action.multi_panel)


def control_group(seat: Seat, view: WorldView, action: ui_pb.ActionControlGroup) -> None:
    """Recall, set or extend one of the ten control groups; those that steal take their units out of the others."""
    index, own = action.control_group_index, set(view.tag[_own(view)].tolist())
    if action.action == _Group.Recall:
        if seat.groups.get(index):
            seat.select(seat.groups[index])
        return
    chosen = [tag for tag in seat.selection if tag in own]
    if action.action in (_Group.SetAndSteal, _Group.AppendAndSteal):
        seat.groups = {i: [t for t in tags if t not in chosen] for i, tags in seat.groups.items()}
    kept = seat.groups.get(index, []) if action.action in (_Group.Append, _Group.AppendAndSteal) else []
    seat.groups[index] = list(dict.fromkeys([*kept, *chosen]))


def army(view: WorldView) -> npt.NDArray[np.bool_]:
    """Own units that "select army" takes, (N,): what needs supply and is no worker."""
    facts = statistics.standard()
    return _own(view) & ~view.structure & ~facts.worker[view.type] & (facts.food[view.type] > 0)


def idle_workers(view: WorldView) -> npt.NDArray[np.bool_]:
    """Own workers without an order, (N,)."""
    workers = _own(view) & statistics.standard().worker[view.type]
    for row in np.flatnonzero(workers).tolist():
        workers[row] = not view.orders[row]
    return workers


def listed(seat: Seat, view: WorldView) -> list[int]:
    """Rows of the selected units in the order of the panel: alike units together, older ones first."""
    rows = [row for row in (_row(view, tag) for tag in seat.selection) if row >= 0]
    return sorted(rows, key=lambda row: (int(view.type[row]), row))


def _idle_worker(seat: Seat, view: WorldView, kind: int) -> None:
    idle = _tags(view, np.flatnonzero(idle_workers(view)))
    if kind in (_Idle.All, _Idle.AddAll):
        seat.select(idle, add=kind == _Idle.AddAll)
    elif idle:  # one after the other, as the button is pressed again and again
        after = [tag for tag in idle if seat.selection and tag > seat.selection[-1]]
        seat.select((after or idle)[:1], add=kind == _Idle.Add)


def _multi_panel(seat: Seat, view: WorldView, action: ui_pb.ActionMultiPanel) -> None:
    rows = listed(seat, view)
    if not 0 <= action.unit_index < len(rows):
        return
    chosen = rows[action.unit_index]
    alike = {int(view.tag[row]) for row in rows if view.type[row] == view.type[chosen]}
    tag = int(view.tag[chosen])
    if action.type == _Multi.SingleSelect:
        seat.select([tag])
    elif action.type == _Multi.DeselectUnit:
        seat.select(t for t in list(seat.selection) if t != tag)
    elif action.type == _Multi.SelectAllOfType:
        seat.select(t for t in list(seat.selection) if t in alike)
    else:
        seat.select(t for t in list(seat.selection) if t not in alike)


def _own(view: WorldView) -> npt.NDArray[np.bool_]:
    return (view.alliance == SELF) & (view.display_type == VISIBLE)


def _of_type(view: WorldView, type_id: int) -> list[int]:
    return _tags(view, np.flatnonzero(_own(view) & (view.type == type_id)))


def _tags(view: WorldView, rows: npt.NDArray[np.intp]) -> list[int]:
    tags: list[int] = view.tag[rows].tolist()
    return tags


def _row(view: WorldView, tag: int) -> int:
    """Row of a tag in the view, -1 where it is not seen. Tags ascend."""
    row = int(np.searchsorted(view.tag, np.uint64(tag))) if tag else len(view)
    return row if row < len(view) and view.tag[row] == tag else -1
