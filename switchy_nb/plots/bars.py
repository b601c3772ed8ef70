"""The lanes of a timeline, drawn: states, marks, strips, digits, names. Lengths in inches."""

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from matplotlib.collections import LineCollection, PatchCollection
from matplotlib.patches import Rectangle

from switchy_nb.plots.lanes import Lane, Span
from switchy_nb.plots.layout import BAR, LINE, STRIP, Detail, Row
from switchy_nb.plots.placing import Label
from switchy_nb.plots.style import ON_COLOUR, SMALL, TINY, Inner, State, Theme, ink_on
from switchy_nb.plots.text import PLAIN, width_of
from switchy_nb.plots.within import Digit

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_Line = tuple[tuple[float, float], tuple[float, float]]
#: Inches: a digit's box beside its text, and between a strip and what is above.
_BOX, _STRIP_GAP = 0.05, 0.03
#: Inches between two strips that follow each other.
_APART = 0.02


def draw_states(ax: "Axes", rows: Sequence[Row], bar: float, colours: dict[str, str]) -> None:
    """Draw each leg's states; in one colour, if its call has one in `colours`."""
    shapes: dict[str, list[Rectangle]] = {}
    for row in rows:
        own = colours.get(row.lane.call)
        for span in row.lane.spans:
            shape = Rectangle((span.start, row.y - bar / 2), span.end - span.start, bar)
            shapes.setdefault(own or span.state.colour, []).append(shape)
    for colour, rectangles in shapes.items():
        ax.add_collection(PatchCollection(rectangles, facecolor=colour, edgecolor="none", zorder=2))


def draw_marks(ax: "Axes", rows: Sequence[Row], theme: Theme, bar: float, detail: Detail) -> None:
    """Draw a tick for each event: dark on a span, and in ink where there is nothing behind it."""
    inside: list[_Line] = []
    outside: list[_Line] = []
    for row in rows:
        for at in sorted({mark.at for mark in row.lane.marks}):
            within = any(span.start < at < span.end for span in row.lane.spans)
            line = ((at, row.y - bar / 2), (at, row.y + bar / 2))
            (inside if within else outside).append(line)
    thick = 0.9 if detail is Detail.NAMES else 0.6
    ax.add_collection(
        LineCollection(inside, colors=ON_COLOUR, alpha=0.7, linewidths=thick, zorder=3)
    )
    ax.add_collection(LineCollection(outside, colors=theme.ink, linewidths=1.5 * thick, zorder=3))


def draw_strips(
    ax: "Axes", rows: Sequence[Row], theme: Theme, bar: float, scale: float, detail: Detail
) -> None:
    """Draw what goes on within each leg under its states."""
    thin = detail is not Detail.NAMES
    shapes: dict[Inner, list[Rectangle]] = {}
    for row in rows:
        for strip in row.strips:
            one = strip.what
            high = 0.035 if thin else STRIP - _STRIP_GAP
            top = row.y + bar / 2 + (0.01 if thin else _STRIP_GAP + strip.row * STRIP)
            wide = max(one.end - one.start - _APART / scale, 0.5 * (one.end - one.start))
            shape = Rectangle((one.start, top), wide, high)
            shapes.setdefault(one.kind, []).append(shape)
            if strip.text:
                ax.text(
                    strip.x / scale,
                    top + high / 2,
                    strip.text,
                    va="center_baseline",
                    ha="left",
                    size=TINY,
                    color=one.kind.ink if strip.inside else theme.ink,
                    zorder=4,
                    **PLAIN,
                )
    for kind, rectangles in shapes.items():
        ax.add_collection(
            PatchCollection(rectangles, facecolor=kind.colour, edgecolor="none", zorder=2)
        )


def draw_names(
    ax: "Axes",
    rows: Sequence[Row],
    theme: Theme,
    scale: float,
    bar: float,
    colours: dict[str, str],
) -> None:
    """Write digits and states into the bars, and the events' names above them."""
    for row in rows:
        boxes = [_box(group, scale) for group in _together(row.lane.digits, scale)]
        for (left, right), text in boxes:
            _write_digits(ax, (left + right) / 2 / scale, row.y, text)
        for span in row.lane.spans:
            own = colours.get(row.lane.call)
            ink = span.state.ink if own is None else ink_on(own)
            _write_state(ax, row, span, [box for box, _ in boxes], scale, ink)
        write_labels(ax, row.labels, row.y - bar / 2, theme, scale)


def write_labels(
    ax: "Axes",
    labels: Sequence[Label],
    foot: float,
    theme: Theme,
    scale: float,
    failed: frozenset[str] = frozenset(),
    colour: str = "",
) -> None:
    """Write names above their marks, each with a line down to it."""
    for label in labels:
        x = label.x / scale
        y = foot - 0.05 - label.row * LINE
        ax.plot([x, x], [foot, y - LINE * 0.8], color=theme.ink, linewidth=0.7, alpha=0.8, zorder=1)
        ax.text(
            x + (-0.03 if label.before else 0.03) / scale,
            y,
            label.text,
            va="bottom",
            ha="right" if label.before else "left",
            color=colour if label.text in failed else theme.ink,
            size=SMALL,
            zorder=4,
            clip_on=False,
            **PLAIN,
        )


def _write_state(
    ax: "Axes",
    row: Row,
    span: Span,
    boxes: Sequence[tuple[float, float]],
    scale: float,
    ink: str,
) -> None:
    """Write a state's name into the widest part of its span that digits leave free."""
    edges = [span.start * scale]
    for left, right in boxes:
        if span.start * scale < right and left < span.end * scale:
            edges += [left, right]
    edges.append(span.end * scale)
    gaps = [(edges[at + 1] - edges[at], edges[at]) for at in range(0, len(edges), 2)]
    wide, left = max(gaps)
    if wide > width_of(span.state.value, TINY) + 0.16:
        ax.text(
            (left + wide / 2) / scale,
            row.y,
            span.state.value,
            va="center",
            ha="center",
            color=ink,
            size=TINY,
            zorder=4,
            **PLAIN,
        )


def _together(digits: Sequence[Digit], scale: float) -> list[list[Digit]]:
    """Group digits whose boxes would touch."""
    groups: list[list[Digit]] = []
    for digit in digits:
        if groups and digit.at * scale - _BOX * 2 < _box([*groups[-1]], scale)[0][1] + 0.08:
            groups[-1].append(digit)
        else:
            groups.append([digit])
    return groups


def _box(digits: Sequence[Digit], scale: float) -> tuple[tuple[float, float], str]:
    """Return from where to where the box of some digits goes (inches), and what stands in it."""
    text = "".join(digit.text for digit in digits)
    middle = (digits[0].at + digits[-1].at) / 2 * scale
    half = width_of(text, TINY) / 2 + _BOX
    return (middle - half, middle + half), text


def _write_digits(ax: "Axes", x: float, y: float, text: str) -> None:
    ax.text(
        x,
        y,
        text,
        va="center",
        ha="center",
        color="#ffffff",
        size=TINY,
        zorder=6,
        bbox={"boxstyle": "round,pad=0.3", "facecolor": ON_COLOUR, "edgecolor": "none"},
        **PLAIN,
    )


def states_shown(lanes: Sequence[Lane]) -> list[State]:
    """Return the states that there are, in the order of the legend."""
    shown = {span.state for lane in lanes for span in lane.spans if span.end > span.start}
    return [state for state in State if state in shown]


def inners_shown(rows: Sequence[Row]) -> list[Inner]:
    """Return the kinds of strips that there are, in the order of the legend."""
    shown = {strip.what.kind for row in rows for strip in row.strips}
    return [kind for kind in Inner if kind in shown]


def bar_height(rows: Sequence[Row], detail: Detail) -> float:
    """Return how high a bar is."""
    if detail is Detail.NAMES or len(rows) < 2:
        return BAR
    step = min(b.y - a.y for a, b in pairwise(rows))
    return min(BAR, step * 0.6)
