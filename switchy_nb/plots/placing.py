"""Where names go so that they don't overlap: pure geometry, in inches."""

from collections.abc import Sequence
from dataclasses import dataclass

from switchy_nb.plots.lanes import Mark
from switchy_nb.plots.text import width_of

#: Marks nearer to each other than this are one to the eye, and share a label.
_NEAR = 0.09
_NAMES = 3
_GAP = 0.1


@dataclass(frozen=True, slots=True)
class Label:
    """A name beside its mark.

    Attributes
    ----------
    x : float
        Where the mark is (inches from the left).
    row : int
        On which line, counted from the lane outwards.
    text : str
        What it says.
    before : bool
        Whether the text ends at the mark; else it begins there.
    """

    x: float
    row: int
    text: str
    before: bool = False


def place_labels(
    marks: Sequence[Mark], scale: float, *, size: float, rows: int, right: float
) -> list[Label]:
    """Place the names of a lane's marks on a few lines above it.

    From right to left, each on the lowest line above all that it would touch: so no line from a
    mark to its name crosses another name. What finds no line stays a mark without a name.

    Parameters
    ----------
    marks : sequence of Mark
        In order of time.
    scale : float
        Inches a second.
    size : float
        Of the type, in points.
    rows : int
        How many lines there are.
    right : float
        Where there is no more room (inches).

    Returns
    -------
    list of Label
        From left to right.
    """
    placed: list[tuple[float, Label]] = []  # with where the text begins
    groups = _groups(marks, scale)
    for at in range(len(groups) - 1, -1, -1):
        group = groups[at]
        x = group[0].at * scale
        room_before = x - (groups[at - 1][0].at * scale if at else 0.0) - _GAP
        for most in range(_NAMES, 0, -1):
            text = _text(group, most)
            width = width_of(text, size)
            before = x + width > right
            if text and (not before or width <= room_before):
                start = x - width if before else x
                end = (x if before else x + width) + _GAP
                row = max((label.row for begin, label in placed if begin < end), default=-1) + 1
                if row < rows:
                    placed.append((start, Label(x, row, text, before)))
                break
    return [label for _, label in reversed(placed)]


def _groups(marks: Sequence[Mark], scale: float) -> list[list[Mark]]:
    groups: list[list[Mark]] = []
    for mark in marks:
        if groups and (mark.at - groups[-1][0].at) * scale < _NEAR:
            groups[-1].append(mark)
        else:
            groups.append([mark])
    return groups


def _text(group: Sequence[Mark], most: int) -> str:
    """Join the weightiest names of marks at one place, and say how many more there are."""
    heavy = sorted((m for m in group if m.weight > 0), key=lambda m: -m.weight)[:most]
    names = dict.fromkeys(mark.name for mark in group if mark in heavy)
    if not names:
        return ""
    more = len(group) - len(heavy)
    return " · ".join(names) + (f" +{more}" if more else "")
