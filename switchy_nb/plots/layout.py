"""Where the lanes of a timeline go, and how much there is room for. Nothing is drawn here.

All lengths are in inches; `y` is counted from the top.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum

from switchy_nb.plots.lanes import Lane, Mark, Story
from switchy_nb.plots.orders import Order
from switchy_nb.plots.placing import Label, Strip, place_labels, place_strips
from switchy_nb.plots.style import TINY
from switchy_nb.plots.text import width_of

#: Up to so many legs have the names of their events beside them, and up to so many names at all.
_NAMED_LEGS, _LABELLED_LEGS = 6, 72
_NAME_ROWS = 5
_STRIP_ROWS = 4
#: Inches.
BAR, LINE, STRIP, _GAP, _BETWEEN_CALLS = 0.24, 0.165, 0.145, 0.16, 0.12
_DENSE_LANE, _HIGHEST = 0.19, 14.0
TOP, BOTTOM, MARGIN, _BRACKET = 0.42, 0.55, 0.12, 0.16
#: What lasts for less than this on paper is a mark and no strip.
_SHORTEST = 0.05
#: How the lane of commands is called.
ORDERS = "commands"
_ORDER_WEIGHT = 5
#: Of marks that are told of elsewhere, and need neither a name nor to be counted.
_TOLD = -1


class Detail(Enum):
    """How much there is room for."""

    NAMES = "what each event is called"
    MARKS = "a mark for each event, a name for each leg"
    SHAPES = "the states of each call, and which failed"

    @classmethod
    def of(cls, legs: int) -> "Detail":
        """Return how much can be shown of so many legs."""
        if legs <= _NAMED_LEGS:
            return cls.NAMES
        return cls.MARKS if legs <= _LABELLED_LEGS else cls.SHAPES


@dataclass(frozen=True, slots=True)
class Row:
    """A lane, and where it is: the middle of its bar, in inches from the top."""

    lane: Lane
    y: float
    labels: tuple[Label, ...]
    strips: tuple[Strip, ...] = ()


@dataclass(frozen=True, slots=True)
class Layout:
    """Where all goes.

    Attributes
    ----------
    rows : list of Row
        The lanes.
    orders_y : float or None
        The middle of the lane of commands; None if there is none.
    order_labels : tuple of Label
        What the commands are called.
    height : float
        Of all of it.
    """

    rows: list[Row]
    orders_y: float | None
    order_labels: tuple[Label, ...]
    height: float


def margins(story: Story, size: float, detail: Detail) -> tuple[float, float]:
    """Return the inches that the lanes' names need at the left, and their causes at the right."""
    join = "\n" if detail is Detail.NAMES else "  "
    lines = {line for lane in story.lanes for line in join.join(lane.label).split("\n")}
    causes = {lane.cause for lane in story.lanes}
    return (
        max(width_of(line, size) for line in lines) + _BRACKET + MARGIN,
        max(width_of(cause, size) for cause in causes) + 2 * MARGIN,
    )


def lay_out(
    story: Story,
    scale: float,
    plot: float,
    right: float,
    size: float,
    detail: Detail,
    height: float | None,
) -> Layout:
    """Put lanes under each other; each is as high as its names need.

    Parameters
    ----------
    story : Story
        What is to be drawn.
    scale : float
        Inches a second.
    plot, right : float
        How wide the axes are, and how much room there is beside them.
    size : float
        Of the type.
    detail : Detail
        How much of it is drawn.
    height : float or None
        What there is, if that is given.
    """
    if detail is Detail.NAMES:
        return _with_names(story, scale, plot, right, size, height)
    orders = _DENSE_LANE if story.orders else 0.0
    count = len(story.lanes)
    lane_height = _DENSE_LANE if height is None else (height - orders) / count
    lane_height = min(lane_height, _HIGHEST / count)
    rows = [
        Row(lane, orders + (at + 0.5) * lane_height, (), _flat(lane, scale))
        for at, lane in enumerate(story.lanes)
    ]
    return Layout(
        rows,
        orders / 2 if orders else None,
        (),
        max(orders + count * lane_height, height or 0.0),
    )


def _with_names(
    story: Story, scale: float, plot: float, right: float, size: float, height: float | None
) -> Layout:
    lanes = len(story.lanes) + bool(story.orders)
    names = strips = None
    if height is not None:
        whole = _with_names(story, scale, plot, right, size, None)
        if whole.height <= height:
            return replace(whole, height=height)
        room = height / lanes - BAR - _GAP
        strips = max(0, min(_STRIP_ROWS, int(room / 3 / STRIP)))
        names = max(0, min(_NAME_ROWS, int((room - strips * STRIP) / LINE)))
    allowed = _NAME_ROWS if names is None else names
    y, call = 0.0, story.lanes[0].call
    orders_y: float | None = None
    order_labels: tuple[Label, ...] = ()
    if story.orders:
        order_labels = tuple(
            place_labels(_marks(story.orders), scale, size=size, rows=allowed, right=plot + right)
        )
        lines = max((label.row + 1 for label in order_labels), default=0)
        y += _GAP + lines * LINE + BAR
        orders_y = y - BAR / 2
    rows: list[Row] = []
    for lane in story.lanes:
        if lane.call != call:
            y, call = y + _BETWEEN_CALLS, lane.call
        drawn = [one for one in lane.within if (one.end - one.start) * scale >= _SHORTEST]
        placed = place_strips(
            drawn,
            scale,
            size=TINY,
            rows=_STRIP_ROWS if strips is None else strips,
            right=plot,
        )
        marks = untold(lane, placed)
        labels = place_labels(
            marks,
            scale,
            size=size,
            rows=allowed,
            right=plot + right,
            walls=_walls(story, lane, scale),
        )
        lines = max((label.row + 1 for label in labels), default=0)
        y += _GAP + lines * LINE + BAR
        rows.append(Row(lane, y - BAR / 2, tuple(labels), tuple(placed)))
        y += max((strip.row + 1 for strip in placed), default=0) * STRIP
    return Layout(rows, orders_y, order_labels, max(y + _GAP, height or 0.0))


def _walls(story: Story, lane: Lane, scale: float) -> list[float]:
    """Return where lines that join bridged legs go through the names above a lane."""
    place = {lane.uuid: at for at, lane in enumerate(story.lanes)}
    return [
        at * scale
        for bridge in story.bridges
        if bridge.first in place and bridge.second in place
        for at in (bridge.start, bridge.end)
        if min(place[bridge.first], place[bridge.second])
        < place[lane.uuid]
        <= max(place[bridge.first], place[bridge.second])
    ]


def untold(lane: Lane, strips: Sequence[Strip]) -> list[Mark]:
    """Return a lane's marks; those that strips or digits tell of already need no name."""
    told = {mark for strip in strips for mark in strip.what.marks}
    return [
        replace(mark, weight=_TOLD) if at in told or (lane.digits and mark.name == "DTMF") else mark
        for at, mark in enumerate(lane.marks)
    ]


def _flat(lane: Lane, scale: float) -> tuple[Strip, ...]:
    """Put what goes on within a lane on one line, without names."""
    return tuple(
        Strip(one, 0, "", 0.0) for one in lane.within if (one.end - one.start) * scale >= _SHORTEST
    )


def _marks(orders: Sequence[Order]) -> list[Mark]:
    return [
        Mark(order.at, order.text, _ORDER_WEIGHT + order.failed - order.wait) for order in orders
    ]
