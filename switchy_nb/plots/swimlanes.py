"""The timeline: one lane a leg, states as spans, events as marks with their names."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from matplotlib.collections import LineCollection
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from switchy_nb.plots import bars
from switchy_nb.plots.axes import figure_of, legend_above, say_nothing, size_of
from switchy_nb.plots.dense import AS_CALLS_END, add_scale, draw_dense
from switchy_nb.plots.figure import InlineFigure
from switchy_nb.plots.lanes import Story, read_story
from switchy_nb.plots.layout import BOTTOM, ORDERS, TOP, Detail, Layout, Row, lay_out, margins
from switchy_nb.plots.listing import height_of, list_events, write_list
from switchy_nb.plots.orders import Order
from switchy_nb.plots.percall import Colours, colours_of, in_order, sorted_calls, values_of
from switchy_nb.plots.style import (
    FAILURE,
    OURS,
    SMALL,
    TINY,
    Clock,
    Since,
    Theme,
)
from switchy_nb.plots.text import PLAIN
from switchy_nb.plots.timeaxis import set_up_time

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_NOTHING = "Nothing to draw: no leg with events was recorded."
_SCALE = 0.75
#: The mark of a command; that of a wait is hollow, and its line thinner.
_ORDER: dict[str, Any] = {"linestyle": "none", "marker": "v", "markersize": 5, "color": OURS}
_WAIT_LINE = 1.5


def draw(
    sessions: "pd.DataFrame",
    events: "pd.DataFrame",
    commands: "pd.DataFrame | None",
    calls: "pd.DataFrame | None",
    *,
    ax: "Axes | None",
    theme: Theme,
    clock: Clock,
    width: float,
    since: Since | None,
    sort: str | None,
    colour: str,
    listed: bool,
) -> "Figure":
    """Draw it; see `switchy_nb.plots.timeline`."""
    detail = Detail.of(len(sessions))
    if since is None:
        since = Since.CALL if detail is Detail.SHAPES else Since.RECORDING
    if not len(sessions):
        return say_nothing(_NOTHING, ax, theme, width)
    values = None if sort is None else values_of(sort.removeprefix("-"), sessions, calls)
    colours = colours_of(colour, sessions, calls, theme)
    sessions = in_order(sessions, sorted_calls(sort, sessions, calls))
    orders = commands if detail is not Detail.SHAPES else None
    dense = detail is Detail.SHAPES
    story = read_story(sessions, events, orders, clock, since, states_only=dense)
    if story is None:
        return say_nothing(_NOTHING, ax, theme, width)
    if detail is Detail.SHAPES:
        drawn = draw_dense(
            story,
            ax=ax,
            theme=theme,
            width=width,
            since=since,
            colours=colours,
            values=None if sort is None or values is None else (sort, values),
        )
        return figure_of(drawn)
    return _draw_lanes(story, ax, theme, width, since, detail, colours, listed=listed)


def _draw_lanes(
    story: Story,
    ax: "Axes | None",
    theme: Theme,
    width: float,
    since: Since,
    detail: Detail,
    colours: Colours | None,
    *,
    listed: bool,
) -> "Figure":
    size = SMALL if detail is Detail.NAMES else TINY
    left, right = margins(story, size, detail)
    beside = _SCALE if colours is not None and colours.scale else 0.0
    given = size_of(ax) if ax is not None else None
    plot = given[0] if given else max(width - left - right - beside, width / 3)
    scale = plot / (max(story.end, 1e-3) * 1.02)
    layout = lay_out(story, scale, plot, right, size, detail, given[1] if given else None)
    if ax is None:
        full_width = left + plot + right + beside
        named = listed and detail is Detail.NAMES
        lines = list_events(layout.rows, scale, full_width - 0.2) if named else []
        bottom = BOTTOM + height_of(lines)
        full_height = TOP + layout.height + bottom
        figure = InlineFigure(full_width, full_height)
        write_list(figure, lines, theme)
        ax = figure.add_axes(
            (
                left / full_width,
                bottom / full_height,
                plot / full_width,
                layout.height / full_height,
            )
        )
    ax.set_facecolor("none")
    set_up_time(ax, story.start, plot / scale, since, theme)
    ax.set_ylim(layout.height, 0)
    bar = bars.bar_height(layout.rows, detail)
    own = colours.of if colours is not None else {}
    bars.draw_states(ax, layout.rows, bar, own)
    bars.draw_strips(ax, layout.rows, theme, bar, scale, detail)
    bars.draw_marks(ax, layout.rows, theme, bar, detail)
    _draw_bridges(ax, layout.rows, story, theme)
    _draw_orders(ax, layout, story, theme, scale, bar, detail)
    _draw_calls(ax, layout.rows, theme, plot)
    _name_lanes(ax, layout, theme, size, detail)
    _write_causes(ax, layout.rows, theme, scale, size)
    if detail is Detail.NAMES:
        bars.draw_names(ax, layout.rows, theme, scale, bar, own)
    _draw_legend(ax, layout, story.orders, colours, theme)
    if colours is not None and colours.scale is not None:
        add_scale(ax, colours.scale, theme, right)
    return figure_of(ax)


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
                color=theme.ink if cause in AS_CALLS_END else FAILURE,
                size=size,
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
    brackets = [
        [(tip, ys[0]), (x, ys[0]), (x, ys[-1]), (tip, ys[-1])]
        for ys in groups.values()
        if len(ys) > 1
    ]
    ax.add_collection(
        LineCollection(
            brackets, colors=theme.ink, linewidths=1.0, transform=transform, clip_on=False
        ),
        autolim=False,
    )


def _draw_bridges(ax: "Axes", rows: list[Row], story: Story, theme: Theme) -> None:
    """Join two legs where they are bridged, and where they are parted."""
    place = {row.lane.uuid: row.y for row in rows}
    for bridge in story.bridges:
        if bridge.first not in place or bridge.second not in place:
            continue
        ys = [place[bridge.first], place[bridge.second]]
        for at, filled in ((bridge.start, True), (bridge.end, False)):
            ax.plot(
                [at] * 2,
                ys,
                color=theme.ink,
                linewidth=1.2,
                linestyle=(0, (3, 2)),
                zorder=5,
                alpha=0.8,
                marker="o",
                markersize=3.5,
                fillstyle="full" if filled else "none",
            )


def _draw_orders(
    ax: "Axes",
    layout: Layout,
    story: Story,
    theme: Theme,
    scale: float,
    bar: float,
    detail: Detail,
) -> None:
    """Draw what we did as causes: on a lane of its own, and at the leg that it was about."""
    if layout.orders_y is None:
        return
    y = layout.orders_y
    for order in story.orders:
        if order.end - order.at > 0.02 / scale:
            thick = _WAIT_LINE if order.wait else 3
            ax.plot([order.at, order.end], [y, y], color=OURS, linewidth=thick, alpha=0.5, zorder=2)
    place = {row.lane.uuid: row.y for row in layout.rows}
    kinds = ((f, w) for f in (False, True) for w in (False, True))
    for failed, wait in kinds:
        chosen = [one for one in story.orders if one.failed is failed and one.wait is wait]
        if not chosen:
            continue
        at_legs = [order for order in chosen if order.leg in place]
        ax.plot(
            [order.at for order in chosen] + [order.at for order in at_legs],
            [y] * len(chosen) + [place[order.leg] - bar / 2 for order in at_legs],
            linestyle="none",
            marker="v",
            markersize=5 if detail is Detail.NAMES else 3,
            color=FAILURE if failed else OURS,
            fillstyle="none" if wait else "full",
            zorder=6,
        )
    if detail is Detail.NAMES:
        failed_texts = frozenset(order.text for order in story.orders if order.failed)
        bars.write_labels(
            ax, layout.order_labels, y - 0.05, theme, scale, failed_texts, colour=FAILURE
        )


def _name_lanes(ax: "Axes", layout: Layout, theme: Theme, size: float, detail: Detail) -> None:
    join = "\n" if detail is Detail.NAMES else "  "
    places = [(row.y, join.join(row.lane.label)) for row in layout.rows]
    if layout.orders_y is not None:
        places.append((layout.orders_y, ORDERS))
    ax.set_yticks(
        [y for y, _ in places], [text for _, text in places], color=theme.ink, size=size, **PLAIN
    )
    ax.tick_params(axis="y", length=0, pad=10)


def _draw_legend(
    ax: "Axes",
    layout: Layout,
    orders: Sequence[Order],
    colours: Colours | None,
    theme: Theme,
) -> None:
    lanes = [row.lane for row in layout.rows]
    handles: list[Any]
    if colours is None:
        handles = [Patch(facecolor=s.colour, label=s.value) for s in bars.states_shown(lanes)]
    else:
        handles = [Patch(facecolor=colour, label=name) for name, colour in colours.named]
    handles += [Patch(facecolor=i.colour, label=i.value) for i in bars.inners_shown(layout.rows)]
    for label, wait in (("command", False), ("wait", True)):
        if any(order.wait is wait for order in orders):
            handles.append(
                Line2D([], [], label=label, fillstyle="none" if wait else "full", **_ORDER)
            )
    legend_above(ax, theme, handles, columns=len(handles))
