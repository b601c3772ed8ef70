"""Where names go so that they don't overlap: pure geometry, in inches."""

from collections.abc import Sequence
from dataclasses import dataclass

from switchy_nb.plots.lanes import Mark
from switchy_nb.plots.text import fit, width_of
from switchy_nb.plots.within import Within

#: Marks nearer to each other than this are one to the eye, and share a label.
_NEAR = 0.09
_NAMES = 3
_GAP = 0.1
#: Between a strip's end and its name.
_PAD = 0.05


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
    names : tuple of str
        The names in the text.
    """

    x: float
    row: int
    text: str
    before: bool = False
    names: tuple[str, ...] = ()


def place_labels(
    marks: Sequence[Mark],
    scale: float,
    *,
    size: float,
    rows: int,
    right: float,
    walls: Sequence[float] = (),
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
    walls : sequence of float
        Where lines go down that names should not cross (inches); one that is shorter is taken
        instead, if there is one.

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
        choices = [_text(group, most) for most in range(_NAMES, 0, -1)]
        if walls:
            choices.append((choices[-1][0].partition(" +")[0], choices[-1][1]))
        for text, names in choices:
            width = width_of(text, size)
            before = x + width > right
            start = x - width if before else x
            crosses = any(start + _NEAR / 2 < wall < start + width + _NEAR for wall in walls)
            if crosses and text != choices[-1][0]:
                continue
            if text and (not before or width <= room_before):
                end = (x if before else x + width) + _GAP
                row = max((label.row for begin, label in placed if begin < end), default=-1) + 1
                if row < rows:
                    placed.append((start, Label(x, row, text, before, names)))
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


def unnamed(
    marks: Sequence[Mark], labels: Sequence[Label], scale: float
) -> list[tuple[float, list[str]]]:
    """Return what no label names: the moments (seconds), and the names of the marks there."""
    of = {label.x: label.names for label in labels}
    found = []
    for group in _groups(marks, scale):
        named = of.get(group[0].at * scale, ())
        rest = [mark.name for mark in group if mark.name not in named and mark.weight >= 0]
        if rest:
            found.append((group[0].at, rest))
    return found


def _text(group: Sequence[Mark], most: int) -> tuple[str, tuple[str, ...]]:
    """Join the weightiest names of marks at one place, and say how many more there are."""
    heavy = sorted((m for m in group if m.weight > 0), key=lambda m: -m.weight)[:most]
    names = dict.fromkeys(mark.name for mark in group if mark in heavy)
    if not names:
        return "", ()
    more = sum(mark.name not in names and mark.weight >= 0 for mark in group)
    return " · ".join(names) + (f" +{more}" if more else ""), tuple(names)


@dataclass(frozen=True, slots=True)
class Strip:
    """Something that goes on within a lane, and where its name goes.

    Attributes
    ----------
    what : Within
        What it is.
    row : int
        On which line under the lane.
    text : str
        As much of its name as there is room for.
    x : float
        Where the text begins (inches from the left).
    inside : bool
        Whether it stands on the strip; else beside it.
    """

    what: Within
    row: int
    text: str
    x: float
    inside: bool = False


def place_strips(
    within: Sequence[Within], scale: float, *, size: float, rows: int, right: float
) -> list[Strip]:
    """Place what goes on within a lane on a few lines under it, each with its name in or beside it.

    Parameters
    ----------
    within : sequence of Within
        In order of their beginnings.
    scale : float
        Inches a second.
    size : float
        Of the type, in points.
    rows : int
        How many lines there are; what finds no room on any is left out.
    right : float
        Where there is no more room (inches).
    """
    free = [0.0] * rows
    placed = []
    for one in within:
        start, end = one.start * scale, one.end * scale
        row = next((at for at, until in enumerate(free) if until <= start + 1e-9), None)
        if row is None:
            continue
        width = width_of(one.text, size)
        if width + 2 * _PAD <= end - start:
            placed.append(Strip(one, row, one.text, start + _PAD, inside=True))
            free[row] = end
        elif end + _PAD + width <= right:
            placed.append(Strip(one, row, one.text, end + _PAD))
            free[row] = end + width + 2 * _PAD
        else:
            text = fit(one.text, end - start - 2 * _PAD, size)
            placed.append(Strip(one, row, text, start + _PAD, inside=True))
            free[row] = end
    return placed
