"""Where the lanes of a timeline go, and how much there is room for. Nothing is drawn here.

All lengths are in inches; `y` is counted from the top.
"""

from dataclasses import dataclass
from enum import Enum

from switchy_nb.plots.lanes import Lane, Story
from switchy_nb.plots.placing import Label, place_labels
from switchy_nb.plots.text import width_of

#: Up to so many legs have the names of their events beside them, and up to so many names at all.
_NAMED_LEGS, _LABELLED_LEGS = 6, 72
_NAME_ROWS = 5
#: Inches.
BAR, LINE, _GAP, _BETWEEN_CALLS = 0.24, 0.165, 0.16, 0.12
_DENSE_LANE, _HIGHEST, _HIGHEST_SHAPES = 0.19, 14.0, 8.0
TOP, BOTTOM, MARGIN, _BRACKET = 0.42, 0.55, 0.12, 0.16


class Detail(Enum):
    """How much there is room for."""

    NAMES = "what each event is called"
    MARKS = "a mark for each event, a name for each leg"
    SHAPES = "the legs' states, and which of them failed"

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


def margins(story: Story, size: float, detail: Detail) -> tuple[float, float]:
    """Return the inches that the lanes' names need at the left, and their causes at the right."""
    if detail is Detail.SHAPES:
        return 4 * MARGIN, 2 * MARGIN
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
    right: float,
    size: float,
    detail: Detail,
    height: float | None,
) -> tuple[list[Row], float]:
    """Put lanes under each other; each is as high as its names need."""
    count, named = len(story.lanes), detail is Detail.NAMES
    allowed = _NAME_ROWS
    if height is not None:
        allowed = min(allowed, int((height / count - BAR - _GAP) / LINE))
    lane_height = _DENSE_LANE if height is None else height / count
    highest = _HIGHEST_SHAPES if detail is Detail.SHAPES else _HIGHEST
    lane_height = min(lane_height, highest / count)
    rows: list[Row] = []
    y, call = 0.0, story.lanes[0].call
    for lane in story.lanes:
        if not named:
            rows.append(Row(lane, y + lane_height / 2, ()))
            y += lane_height
            continue
        if lane.call != call:
            y, call = y + _BETWEEN_CALLS, lane.call
        labels = place_labels(lane.marks, scale, size=size, rows=allowed, right=right)
        lines = max((label.row + 1 for label in labels), default=0)
        y += _GAP + lines * LINE + BAR
        rows.append(Row(lane, y - BAR / 2, tuple(labels)))
    return rows, max(y + (_GAP if named else 0.0), height or 0.0)
