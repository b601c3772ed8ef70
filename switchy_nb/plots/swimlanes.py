"""The timeline: one lane a leg, states as spans, events as marks with their names."""

from itertools import pairwise
from typing import TYPE_CHECKING

from matplotlib.artist import Artist
from matplotlib.collections import LineCollection, PatchCollection
from matplotlib.patches import Patch, Rectangle

from switchy_nb.plots.figure import InlineFigure, say
from switchy_nb.plots.lanes import Story, read_story
from switchy_nb.plots.layout import BAR, BOTTOM, LINE, TOP, Detail, Row, lay_out, margins
from switchy_nb.plots.style import FAILURE, NORMAL, ON_COLOUR, SMALL, TINY, Clock, State, Theme
from switchy_nb.plots.text import PLAIN, width_of

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: A leg that ended like this has nothing to explain.
_AS_CALLS_END = ("NORMAL_CLEARING", "")
_Line = tuple[tuple[float, float], tuple[float, float]]
_NOTHING = "Nothing to draw: no leg with events was recorded."


def draw(
    sessions: "pd.DataFrame",
    events: "pd.DataFrame",
    *,
    ax: "Axes | None",
    theme: Theme,
    clock: Clock,
    width: float,
) -> "Figure":
    """Draw it; see `switchy_nb.plots.timeline`."""
    story = read_story(sessions, events, clock)
    if story is None:
        return _say_nothing(ax, theme, width)
    detail = Detail.of(len(story.lanes))
    size = SMALL if detail is Detail.NAMES else TINY
    left, right = margins(story, size, detail)
    given = _size_of(ax) if ax is not None else None
    plot = given[0] if given else max(width - left - right, width / 3)
    scale = plot / (_span(story) * 1.02)
    rows, height = lay_out(story, scale, plot + right, size, detail, given[1] if given else None)
    if ax is None:
        figure = InlineFigure(left + plot + right, TOP + height + BOTTOM)
        full_width, full_height = figure.get_size_inches()
        ax = figure.add_axes(
            (left / full_width, BOTTOM / full_height, plot / full_width, height / full_height)
        )
    _set_up(ax, story, theme, plot / scale, height)
    bar = _draw_lanes(ax, rows, detail)
    _draw_bridges(ax, rows, story, theme)
    if detail is Detail.SHAPES:
        _draw_failures(ax, rows)
        ax.set_yticks([])
        calls = len({row.lane.call for row in rows})
        ax.set_ylabel(
            f"{len(rows):,} legs of {calls:,} calls", color=theme.ink, size=SMALL, **PLAIN
        )
    else:
        _draw_marks(ax, rows, theme, bar, detail)
        _draw_calls(ax, rows, theme, plot)
        _name_lanes(ax, rows, theme, size, detail)
        _write_causes(ax, rows, theme, scale, size)
    if detail is Detail.NAMES:
        _write_names(ax, rows, theme, scale, bar)
    _draw_legend(ax, rows, theme)
    return _figure_of(ax)


def _say_nothing(ax: "Axes | None", theme: Theme, width: float) -> "Figure":
    if ax is None:
        return say(_NOTHING, theme, width)
    ax.set_axis_off()
    ax.text(
        0.5,
        0.5,
        _NOTHING,
        ha="center",
        va="center",
        transform=ax.transAxes,
        color=theme.ink,
        size=NORMAL,
        **PLAIN,
    )
    return _figure_of(ax)


def _figure_of(ax: "Axes") -> "Figure":
    figure = ax.get_figure(root=True)
    if figure is None:
        raise ValueError("these axes belong to no figure any more; give others, or none")
    return figure


def _size_of(ax: "Axes") -> tuple[float, float]:
    """Return the width and height of axes, in inches."""
    extent, dpi = ax.get_window_extent(), _figure_of(ax).dpi
    return float(extent.width / dpi), float(extent.height / dpi)


def _span(story: Story) -> float:
    """Seconds from the left to the right; never nothing, so that one instant can be drawn."""
    return max(story.end, 1e-3)


def _set_up(ax: "Axes", story: Story, theme: Theme, seconds: float, height: float) -> None:
    ax.set_facecolor("none")
    ax.set_xlim(-0.01 * seconds, seconds)
    ax.set_ylim(height, 0)
    for side in ("left", "right", "top"):
        ax.spines[side].set_visible(False)
    ax.spines["bottom"].set_color(theme.ink)
    ax.grid(visible=True, axis="x", color=theme.ink, alpha=0.2, linewidth=0.6)
    ax.set_axisbelow(True)
    ax.tick_params(axis="x", colors=theme.ink, labelsize=SMALL, labelfontfamily=PLAIN["family"])
    ax.set_xlabel(
        f"seconds since {story.start:%H:%M:%S.%f} UTC, {story.start:%Y-%m-%d}",
        color=theme.ink,
        size=SMALL,
        **PLAIN,
    )


def _draw_lanes(ax: "Axes", rows: list[Row], detail: Detail) -> float:
    """Draw the states; return how high a bar is."""
    step = min((b.y - a.y for a, b in pairwise(rows)), default=BAR)
    share = {Detail.NAMES: 1.0, Detail.MARKS: 0.62, Detail.SHAPES: 1.0}[detail]
    bar = min(BAR, step * share)
    for state in State:
        spans = [
            Rectangle((span.start, row.y - bar / 2), span.end - span.start, bar)
            for row in rows
            for span in row.lane.spans
            if span.state is state
        ]
        ax.add_collection(
            PatchCollection(
                spans,
                facecolor=state.colour,
                edgecolor="none",
                # hundreds of blurred edges would make stripes that are not there
                antialiaseds=detail is not Detail.SHAPES,
                zorder=2,
            )
        )
    return bar


def _draw_marks(ax: "Axes", rows: list[Row], theme: Theme, bar: float, detail: Detail) -> None:
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


def _draw_failures(ax: "Axes", rows: list[Row]) -> None:
    """Draw a dot at the end of each leg that did not end as calls do."""
    odd = [row for row in rows if row.lane.cause not in _AS_CALLS_END]
    if odd:
        ax.plot(
            [row.lane.end for row in odd],
            [row.y for row in odd],
            linestyle="none",
            marker="o",
            markersize=3,
            color=FAILURE,
            label="not NORMAL_CLEARING",
            zorder=4,
        )


def _write_causes(ax: "Axes", rows: list[Row], theme: Theme, scale: float, size: float) -> None:
    for row in rows:
        cause = row.lane.cause
        if cause:
            ax.text(
                row.lane.end + 0.06 / scale,
                row.y,
                cause,
                va="center",
                ha="left",
                color=theme.ink if cause in _AS_CALLS_END else FAILURE,
                size=size,
                clip_on=False,
                **PLAIN,
            )


def _write_names(ax: "Axes", rows: list[Row], theme: Theme, scale: float, bar: float) -> None:
    """Write the states into their spans, and the events' names above them."""
    for row in rows:
        for span in row.lane.spans:
            if (span.end - span.start) * scale > width_of(span.state.value, TINY) + 0.2:
                ax.text(
                    (span.start + span.end) / 2,
                    row.y,
                    span.state.value,
                    va="center",
                    ha="center",
                    color=span.state.ink,
                    size=TINY,
                    zorder=4,
                    **PLAIN,
                )
        for label in row.labels:
            x = label.x / scale
            foot = row.y - bar / 2
            y = foot - 0.05 - label.row * LINE
            ax.plot(
                [x, x], [foot, y - LINE * 0.8], color=theme.ink, linewidth=0.7, alpha=0.8, zorder=1
            )
            ax.text(
                x + (-0.03 if label.before else 0.03) / scale,
                y,
                label.text,
                va="bottom",
                ha="right" if label.before else "left",
                color=theme.ink,
                size=SMALL,
                zorder=4,
                clip_on=False,
                **PLAIN,
            )


def _draw_calls(ax: "Axes", rows: list[Row], theme: Theme, plot: float) -> None:
    """Draw a bracket at the left of the legs of one call."""
    groups: dict[str, list[float]] = {}
    for row in rows:
        groups.setdefault(row.lane.call, []).append(row.y)
    transform = ax.get_yaxis_transform()
    x, tip = -0.08 / plot, -0.03 / plot
    for ys in groups.values():
        if len(ys) > 1:
            ax.plot(
                [tip, x, x, tip],
                [ys[0], ys[0], ys[-1], ys[-1]],
                transform=transform,
                color=theme.ink,
                linewidth=1.0,
                clip_on=False,
                solid_capstyle="round",
            )


def _draw_bridges(ax: "Axes", rows: list[Row], story: Story, theme: Theme) -> None:
    place = {row.lane.uuid: row.y for row in rows}
    for bridge in story.bridges:
        ys = [place[bridge.first], place[bridge.second]]
        ax.plot(
            [bridge.at] * 2,
            ys,
            color=theme.ink,
            linewidth=1.2,
            linestyle=(0, (3, 2)),
            zorder=5,
            alpha=0.8,
            marker="o",
            markersize=3.5,
        )


def _name_lanes(ax: "Axes", rows: list[Row], theme: Theme, size: float, detail: Detail) -> None:
    join = "\n" if detail is Detail.NAMES else "  "
    ax.set_yticks(
        [row.y for row in rows],
        [join.join(row.lane.label) for row in rows],
        color=theme.ink,
        size=size,
        **PLAIN,
    )
    ax.tick_params(axis="y", length=0, pad=10)


def _draw_legend(ax: "Axes", rows: list[Row], theme: Theme) -> None:
    shown = {s.state for row in rows for s in row.lane.spans if s.end > s.start}
    handles: list[Artist] = [
        Patch(facecolor=state.colour, label=state.value) for state in State if state in shown
    ]
    handles += [line for line in ax.get_lines() if not str(line.get_label()).startswith("_")]
    ax.legend(
        handles=handles,
        loc="lower left",
        bbox_to_anchor=(0, 1),
        ncols=len(State) + 1,
        frameon=False,
        labelcolor=theme.ink,
        prop={"family": PLAIN["family"], "size": SMALL},
        handlelength=1.2,
        handleheight=0.8,
        columnspacing=1.4,
        borderaxespad=0.2,
        borderpad=0.2,
    )
