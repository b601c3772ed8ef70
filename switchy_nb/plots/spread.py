"""Latencies: how they are spread (as ECDFs, with percentiles), and how they went over time."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from switchy_nb.plots.axes import (
    LEFT,
    RIGHT,
    Moments,
    dress,
    duration_scale,
    figure_of,
    legend_above,
    say_nothing,
    seconds_text,
    stack,
    write,
)
from switchy_nb.plots.groups import choose, column_of, groups_of
from switchy_nb.plots.style import LATENCIES, SMALL, TINY, Theme

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.lines import Line2D

    Array = np.ndarray[Any, Any]

VIEWS = ("spread", "time")
_NOTHING = "Nothing to draw: of no call is a latency known."
_MARKED = (50, 95, 99)
#: A line through the middle of the values says nothing of fewer calls.
_FOR_A_MIDDLE = 40
#: So few calls that stand out are what is looked for; where there are more, the line tells of them.
_ODD = 20
#: Where the largest value is so many times a middle one, tenfold steps are drawn evenly.
_WIDE = 30.0
_LINES: tuple[Any, ...] = (
    "-",
    (0, (5, 2.5)),
    (0, (1.5, 1.2)),
    (0, (5, 1.5, 1.5, 1.5)),
    (0, (9, 2)),
)


@dataclass(frozen=True, slots=True)
class Series:
    """One latency of some calls: values in seconds, none missing, and when those calls began."""

    name: str
    colour: str
    values: "Array"
    when: "pd.Series[Any]"

    def percentile(self, percent: float) -> float:
        """Return the value that so many percent of the values do not exceed."""
        import numpy as np

        return float(np.percentile(self.values, percent, method="inverted_cdf"))


def draw(
    calls: "pd.DataFrame",
    *,
    which: str | Sequence[str] | None,
    by: str | None,
    view: str | None,
    ax: "Axes | None",
    theme: Theme,
    width: float,
) -> "Figure":
    """Draw them; see `switchy_nb.plots.latencies`."""
    series, name = _series(calls, which, by)
    view = None if view is None else choose(view, VIEWS, "view of latencies")
    if not series:
        return say_nothing(_NOTHING, ax, theme, width)
    if ax is not None:
        (_draw_time if view == "time" else _draw_spread)(ax, series, theme, name)
        _name(ax, series, theme, numbers=view != "time", over_time=view == "time")
        return figure_of(ax)
    if view is not None:
        figure, (only,) = stack(width, [2.9], right=RIGHT)
        (_draw_time if view == "time" else _draw_spread)(only, series, theme, name)
        _name(only, series, theme, over_time=view == "time")
        return figure
    table = 0.2 * (len(series) + 1) + 0.05
    figure, (spread, time) = stack(width, [2.7, 1.7], gap=0.85 + table)
    _draw_spread(spread, series, theme, name)
    _name(spread, series, theme)
    _draw_time(time, series, theme, name)
    legend_above(time, theme, _keys(theme, series))
    _tabulate(spread, series, theme, width)
    return figure


def _series(
    calls: "pd.DataFrame", which: str | Sequence[str] | None, by: str | None
) -> tuple[list[Series], str]:
    """Return what is to be drawn, and what all of it is a latency of."""
    from switchy_nb.analysis.traffic import began

    if which is None:
        wanted = [name for name in LATENCIES if name in calls.columns]
        wanted = ["call_setup_latency"] if by is not None else wanted
    else:
        wanted = [which] if isinstance(which, str) else list(which)
    if by is not None and len(wanted) != 1:
        raise ValueError(
            f"by={by!r} divides one latency into groups: say which one, not {len(wanted)}"
        )
    when = began(calls)
    found = []
    for name in wanted:
        values = column_of(calls, name)
        if by is None:
            words, colour = LATENCIES.get(name, (name, "#0072b2"))
            groups = [(words, colour, values.notna())]
        else:
            groups = [(g.name, g.colour, values.notna() & g.rows) for g in groups_of(calls, by)]
        found += [
            Series(words, colour, values[rows].to_numpy("float64"), when[rows])
            for words, colour, rows in groups
            if rows.any()
        ]
    one = LATENCIES.get(wanted[0], (wanted[0], ""))[0] if len(wanted) == 1 else "latency"
    return found, one


def _is_wide(series: Sequence[Series]) -> bool:
    """Whether small values would be lost beside the largest on an even scale."""
    import numpy as np

    positive = np.concatenate([s.values[s.values > 0] for s in series])
    middles = [s.percentile(50) for s in series if s.percentile(50) > 0]
    return bool(len(positive) and middles and positive.max() > _WIDE * min(middles))


def _scale(series: Sequence[Series]) -> tuple[str, float]:
    return duration_scale(max(float(s.values.max()) for s in series))


def _draw_spread(ax: "Axes", series: Sequence[Series], theme: Theme, name: str) -> None:
    import numpy as np

    unit, size = _scale(series)
    wide = _is_wide(series)
    largest = max(float(s.values.max()) for s in series)
    least = min(
        (float(s.values[s.values > 0].min()) for s in series if (s.values > 0).any()), default=1e-3
    )
    left = least / 2 if wide else min(0.0, *(float(s.values.min()) for s in series))
    right = largest * (1.6 if wide else 1.04) or 1e-3
    for percent in _MARKED:
        ax.axhline(percent, color=theme.ink, linewidth=0.6, linestyle=(0, (2, 3)), alpha=0.5)
    for at, one in enumerate(series):
        values = np.sort(one.values)
        share = np.arange(1, len(values) + 1) / len(values) * 100
        x = np.concatenate([[left], np.maximum(values, left), [right]]) / size
        ax.step(
            x,
            np.concatenate([[0], share, [100]]),
            where="post",
            color=one.colour,
            linewidth=1.6,
            linestyle=_LINES[at % len(_LINES)],
            solid_joinstyle="round",
        )
        marks = [one.percentile(p) for p in _MARKED]
        ax.plot(
            np.maximum(marks, left) / size,
            _MARKED,
            linestyle="none",
            marker="o",
            markersize=4.5,
            color=one.colour,
            zorder=4,
        )
    ax.set_ylim(-2, 103)
    dress(ax, theme, x=f"{name} ({unit})", y="calls that took no longer (%)")
    if wide:
        _tenfold(ax)
    ax.set_xlim(left / size, right / size)
    for percent in _MARKED:
        above = percent == _MARKED[1]
        write(
            ax,
            1.005,
            percent + (-2.4 if above else 0),
            f"p{percent}",
            theme,
            transform=ax.get_yaxis_transform(),
            va="center",
            size=TINY,
        )


def _tenfold(ax: "Axes", axis: str = "x") -> None:
    from matplotlib.ticker import FuncFormatter, NullFormatter

    (ax.set_xscale if axis == "x" else ax.set_yscale)("log")
    of = ax.xaxis if axis == "x" else ax.yaxis
    of.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    of.set_minor_formatter(NullFormatter())


def _draw_time(ax: "Axes", series: Sequence[Series], theme: Theme, name: str) -> None:
    import numpy as np
    import pandas as pd

    from switchy_nb.analysis.standing import fence

    when = pd.concat([s.when for s in series]).dropna()
    unit, size = _scale(series)
    if not len(when):
        dress(ax, theme, x="time", y=f"{name} ({unit})")
        write(ax, 0.5, 0.5, "when these calls began is not known", theme, ha="center")
        return
    moments = Moments.of(when.min(), when.max())
    crowded = max(len(s.values) for s in series) > 150
    slow = [s.values > fence(pd.Series(s.values)) for s in series]
    few = crowded and all(which.sum() <= _ODD for which in slow)
    least = np.inf
    for number, one in enumerate(series):
        at = moments.at(one.when)
        positive = one.values[one.values > 0]
        least = min(least, float(positive.min()) if len(positive) else np.inf)
        ax.plot(
            at,
            one.values / size,
            linestyle="none",
            marker=".",
            markersize=3 if crowded else 5,
            alpha=0.35 if crowded else 0.8,
            markeredgewidth=0,
            color=one.colour,
            rasterized=crowded,
        )
        if few:
            ax.plot(
                at[slow[number]],
                one.values[slow[number]] / size,
                linestyle="none",
                marker="o",
                markersize=3.5,
                markeredgewidth=0,
                color=one.colour,
                zorder=3,
            )
        _middle(ax, at, one, size, _LINES[number % len(_LINES)])
    dress(ax, theme, x=moments.label, y=f"{name} ({unit})")
    if _is_wide(series) and np.isfinite(least):
        _tenfold(ax, "y")
        ax.set_ylim(bottom=least / 2 / size)
    else:
        ax.set_ylim(bottom=min(0.0, *(float(s.values.min()) / size for s in series)))


def _middle(ax: "Axes", at: "Array", one: Series, size: float, line: Any) -> None:
    """Draw a line through the middle of the values of each window of time."""
    import numpy as np

    from switchy_nb.analysis.traffic import window_length

    known = np.isfinite(at)
    if known.sum() < _FOR_A_MIDDLE:
        return
    at, values = at[known], one.values[known]
    length = window_length(float(np.ptp(at)) or 1.0, 30)
    window = (at // length).astype("int64")
    rows = np.arange(window.min(), window.max() + 1)
    here = [values[window == row] for row in rows]  # where there is none, the line has a gap
    middles = [float(np.median(some)) / size if len(some) else np.nan for some in here]
    ax.plot((rows + 0.5) * length, middles, color=one.colour, linewidth=1.6, linestyle=line)


def _name(
    ax: "Axes",
    series: Sequence[Series],
    theme: Theme,
    *,
    numbers: bool = False,
    over_time: bool = False,
) -> None:
    handles = [_line(s, at, numbers=numbers) for at, s in enumerate(series)]
    legend_above(ax, theme, handles + (_keys(theme, series) if over_time else []))


def _keys(theme: Theme, series: Sequence[Series]) -> "list[Line2D]":
    """Say what dots and lines over time stand for."""
    from matplotlib.lines import Line2D

    keys = [Line2D([], [], linestyle="none", marker=".", color=theme.ink, label="each call")]
    if any(one.when.notna().sum() >= _FOR_A_MIDDLE for one in series):
        keys.append(Line2D([], [], color=theme.ink, linewidth=1.6, label="middle"))
    return keys if any(one.when.notna().any() for one in series) else []


def _line(one: Series, at: int, *, numbers: bool) -> "Line2D":
    from matplotlib.lines import Line2D

    text = f"{one.name}, p95 {seconds_text(one.percentile(95))}" if numbers else one.name
    return Line2D(
        [], [], color=one.colour, linestyle=_LINES[at % len(_LINES)], linewidth=1.6, label=text
    )


def _tabulate(ax: "Axes", series: Sequence[Series], theme: Theme, width: float) -> None:
    """Write the percentiles as numbers under the axes."""
    inches = width - LEFT - RIGHT
    high = ax.get_position().height * figure_of(ax).get_size_inches()[1]
    columns = ("calls", "p50", "p95", "p99", "largest")
    right = [0.42 + 0.13 * at for at in range(len(columns))]
    top = -(0.62) / high
    for x, words in zip(right, columns, strict=True):
        write(ax, x, top, words, theme, ha="right", va="center", size=SMALL)
    for at, one in enumerate(series):
        y = top - 0.2 * (at + 1) / high
        ax.plot(
            [0.0, 0.35 / inches],
            [y, y],
            transform=ax.transAxes,
            color=one.colour,
            linewidth=1.6,
            linestyle=_LINES[at % len(_LINES)],
            clip_on=False,
        )
        write(ax, 0.45 / inches, y, one.name, theme, va="center")
        numbers = [f"{len(one.values):,}"]
        numbers += [seconds_text(one.percentile(p)) for p in (*_MARKED, 100)]
        for x, number in zip(right, numbers, strict=True):
            write(ax, x, y, number, theme, ha="right", va="center")
