"""A timeline of very many calls: a line each, in which the odd ones stand out."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from switchy_nb.plots.axes import legend_above, seconds_text, size_of, stack, write
from switchy_nb.plots.lanes import Lane, Span, Story
from switchy_nb.plots.percall import Colours, in_seconds
from switchy_nb.plots.style import FAILURE, SMALL, TINY, Since, State, Theme, scale_of
from switchy_nb.plots.text import PLAIN, clean, width_of
from switchy_nb.plots.timeaxis import set_up_time

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.colors import Colormap

#: How far a call has got: of its legs, the one that is furthest says how the call is.
_RANK = {state: rank for rank, state in enumerate(State)}
_UP = _RANK[State.UP]
#: A call that ended like this has nothing to explain.
AS_CALLS_END = frozenset({"NORMAL_CLEARING", ""})
_HIGHEST, _LINE = 8.0, 0.02
#: Dots an inch of the raster.
_DPI = 220
#: Where the longest call is so many times as long as nearly all, the axis ends before it.
_FAR = 2.5
_TICKS = 7


@dataclass(frozen=True, slots=True)
class CallLine:
    """One call.

    Attributes
    ----------
    call : str
        Its key.
    spans : tuple of Span
        Its states, in order of time (seconds).
    end : float
        Where the last ends.
    cause : str
        Why its first leg was hung up; empty while it was not.
    """

    call: str
    spans: tuple[Span, ...]
    end: float
    cause: str


def call_lines(lanes: Iterable[Lane]) -> list[CallLine]:
    """Make one line of the legs of each call, which follow each other.

    A call is up while its first leg is; before, it is as far as any of its legs is.
    """
    legs: dict[str, list[Lane]] = {}
    for lane in lanes:
        if lane.spans:
            legs.setdefault(lane.call, []).append(lane)
    return [_line(call, group) for call, group in legs.items()]


def _line(call: str, legs: list[Lane]) -> CallLine:
    first = legs[0]
    changes = sorted(
        ((span.start, at, span.state) for at, leg in enumerate(legs) for span in leg.spans),
        key=lambda change: change[:2],
    )
    now: dict[int, State] = {}
    states: list[tuple[float, State]] = []
    for start, at, state in changes:
        now[at] = state if at == 0 or _RANK[state] < _UP else now.get(at, State.RINGING)
        own = now.get(0)
        early = own is None or _RANK[own] < _UP
        shown = max(now.values(), key=_RANK.__getitem__) if early or own is None else own
        if not states or states[-1][1] is not shown:
            states.append((start, shown))
    end = max(leg.end for leg in legs)
    ends = [start for start, _ in states[1:]] + [end]
    spans = [Span(state, start, over) for (start, state), over in zip(states, ends, strict=True)]
    return CallLine(call, tuple(spans), end, first.cause)


def draw_dense(
    story: Story,
    *,
    ax: "Axes | None",
    theme: Theme,
    width: float,
    since: Since,
    colours: Colours | None,
    values: "tuple[str, pd.Series[Any]] | None",
) -> "Axes":
    """Draw it; `values` are what the calls are sorted by, if they are.

    Returns
    -------
    Axes
        Where it is drawn.
    """
    lines = call_lines(story.lanes)
    ticks = _ticks(story, lines, values)
    if ax is None:
        left = max((width_of(text, SMALL) for _, text in ticks), default=0.3) + 0.45
        right = 0.95 if colours is not None and colours.scale else 0.25
        high = min(_HIGHEST, max(3.0, _LINE * len(lines)))
        _, (ax,) = stack(width, [high], left=left, right=right, top=0.62)
    limit, beyond = _limit(lines, since)
    set_up_time(ax, story.start, limit, since, theme)
    ax.set_facecolor("none")
    ax.set_xlim(0, limit)
    ax.set_ylim(len(lines), 0)
    _raster(ax, lines, limit, colours)
    _odd(ax, lines, limit, beyond, theme)
    ax.set_yticks(
        [at + 0.5 for at, _ in ticks],
        [text for _, text in ticks],
        color=theme.ink,
        size=SMALL,
        **PLAIN,
    )
    ax.tick_params(axis="y", colors=theme.ink, width=0.8)
    legs = len(story.lanes)
    ax.set_ylabel(
        f"{len(lines):,} calls ({legs:,} legs), {_order(values)}",
        color=theme.ink,
        size=SMALL,
        **PLAIN,
    )
    _legend(ax, lines, beyond, colours, theme)
    return ax


def _order(values: "tuple[str, pd.Series[Any]] | None") -> str:
    if values is None:
        return "by when they began"
    name = clean(values[0], 28)
    return f"by {name.removeprefix('-')}, largest first" if name.startswith("-") else f"by {name}"


def _ticks(
    story: Story, lines: list[CallLine], values: "tuple[str, pd.Series[Any]] | None"
) -> list[tuple[int, str]]:
    """Say at some lines when their call began, or what it is sorted by."""
    count = len(lines)
    places = sorted({round(at * (count - 1) / (_TICKS - 1)) for at in range(_TICKS)})
    if values is None:
        return [(at, f"{at + 1:,}") for at in places]
    seconds = in_seconds(str(values[1].name))
    return [(at, _value(values[1].get(lines[at].call), seconds=seconds)) for at in places]


def _value(value: object, *, seconds: bool) -> str:
    import pandas as pd

    if value is None or value is pd.NaT or value is pd.NA or value != value:
        return "–"
    if isinstance(value, pd.Timestamp):
        return f"{value:%H:%M:%S}"
    if isinstance(value, float):
        return seconds_text(value) if seconds else f"{value:.3g}"
    return clean(str(value), 18)


def _limit(lines: list[CallLine], since: Since) -> tuple[float, list[int]]:
    """Return where the axis ends, and which lines go on beyond it."""
    import numpy as np

    ends = np.array([line.end for line in lines])
    longest = max(float(ends.max()), 1e-3) * 1.02
    if since is Since.CALL:
        usual = float(np.percentile(ends, 98))
        if usual > 0 and longest > _FAR * usual:
            limit = 1.25 * usual
            return limit, np.flatnonzero(ends > limit).tolist()
    return longest, []


def _raster(ax: "Axes", lines: list[CallLine], limit: float, colours: Colours | None) -> None:
    """Draw all lines as one picture: thousands of shapes would take seconds."""
    import numpy as np
    from matplotlib.colors import to_rgba_array

    across = max(int(size_of(ax)[0] * _DPI), 2)
    picture = np.zeros((len(lines), across, 4), "float32")
    of_state = dict(zip(State, to_rgba_array([state.colour for state in State]), strict=True))
    own: np.ndarray[Any, Any] | None = None
    if colours is not None:
        own = to_rgba_array([colours.of.get(line.call, "#000000") for line in lines])
    for at, line in enumerate(lines):
        for span in line.spans:
            begin = int(span.start / limit * across)
            end = max(int(span.end / limit * across), begin + 1)
            if own is None:
                picture[at, begin:end] = of_state[span.state]
            elif span.state is not State.HUNG_UP:
                picture[at, begin:end] = own[at]
    ax.imshow(
        picture,
        extent=(0, limit, len(lines), 0),
        aspect="auto",
        interpolation="antialiased",
        interpolation_stage="rgba",
        zorder=2,
    )


def _odd(ax: "Axes", lines: list[CallLine], limit: float, beyond: list[int], theme: Theme) -> None:
    """Mark the end of each call that did not end as calls do, and of those that go on."""
    far = set(beyond)
    failed = [at for at, line in enumerate(lines) if line.cause not in AS_CALLS_END]
    here = [at for at in failed if at not in far]
    ax.plot(
        [lines[at].end for at in here],
        [at + 0.5 for at in here],
        linestyle="none",
        marker="o",
        markersize=3,
        color=FAILURE,
        zorder=4,
        clip_on=False,
    )
    for rows, colour in ((far - set(failed), theme.ink), (far & set(failed), FAILURE)):
        ax.plot(
            [limit] * len(rows),
            [at + 0.5 for at in sorted(rows)],
            linestyle="none",
            marker=">",
            markersize=4,
            color=colour,
            zorder=4,
            clip_on=False,
        )
    if beyond:
        longest = max(lines[at].end for at in beyond)
        words = f"▸ {len(beyond)} go on, up to {longest:.3g} s"
        write(ax, 1, -0.07, words, theme, ha="right", va="top", size=TINY)


def _legend(
    ax: "Axes", lines: list[CallLine], beyond: list[int], colours: Colours | None, theme: Theme
) -> None:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    shown = {span.state for line in lines for span in line.spans if span.end > span.start}
    named = [(s.value, s.colour) for s in State if s in shown] if colours is None else colours.named
    handles: list[Any] = [Patch(facecolor=colour, label=name) for name, colour in named]
    if any(line.cause not in AS_CALLS_END for line in lines):
        handles.append(
            Line2D(
                [],
                [],
                linestyle="none",
                marker="o",
                markersize=4,
                color=FAILURE,
                label="not NORMAL_CLEARING",
            )
        )
    legend_above(ax, theme, handles, columns=4 if len(handles) > 6 else 8)
    if colours is not None and colours.scale is not None:
        add_scale(ax, colours.scale, theme)


def add_scale(
    ax: "Axes",
    scale: tuple[float, float, str],
    theme: Theme,
    away: float = 0.12,
    colours: "str | Colormap | None" = None,
) -> None:
    """Draw what the colours of numbers stand for, so many inches right of the axes."""
    from matplotlib.cm import ScalarMappable
    from matplotlib.colors import Normalize

    inches = size_of(ax)[0]
    beside = ax.inset_axes((1 + away / inches, 0.0, 0.12 / inches, 1.0))
    figure = ax.get_figure(root=True)
    assert figure is not None
    low, high, words = scale
    bar = figure.colorbar(
        ScalarMappable(Normalize(low, high if high > low else low + 1), colours or scale_of(theme)),
        cax=beside,
    )
    bar.outline.set_visible(False)
    beside.tick_params(colors=theme.ink, labelsize=TINY, labelfontfamily=PLAIN["family"], width=0.6)
    beside.set_ylabel(words, color=theme.ink, size=SMALL, **PLAIN)
