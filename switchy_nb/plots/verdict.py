"""A load run on one page: whether it was healthy, and when it stopped being so."""

import textwrap
from typing import TYPE_CHECKING, Any

from switchy_nb.plots.axes import (
    BOTTOM,
    Moments,
    dress,
    duration_scale,
    figure_of,
    legend_above,
    name_x,
    say_nothing,
    stack,
    write,
)
from switchy_nb.plots.endings import draw as draw_causes
from switchy_nb.plots.figure import InlineFigure
from switchy_nb.plots.style import (
    ANSWERED,
    FAILURE,
    LATENCIES,
    NORMAL,
    SMALL,
    Theme,
)
from switchy_nb.plots.text import PLAIN, clean, width_of
from switchy_nb.plots.traffic import draw_panel, moments_of, share_time

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from switchy_nb.analysis.health import Health

_NOTHING = "Nothing to judge: no call was recorded that began at a known time."
_COLOUR = LATENCIES["call_setup_latency"][1]


def draw(
    calls: "pd.DataFrame",
    *,
    asr: float,
    setup_s: float | None,
    window: float | None,
    ax: "Axes | None",
    theme: Theme,
    width: float,
) -> "Figure":
    """Draw it; see `switchy_nb.plots.health`."""
    from switchy_nb.analysis.health import judge

    health = judge(calls, asr=asr, setup_s=setup_s, window=window)
    if not len(health.windows):
        return say_nothing(_NOTHING, ax, theme, width)
    moments = moments_of(calls, health.windows)
    if ax is not None:
        _draw_asr(ax, health, asr, moments, theme)
        _shade(ax, health, moments)
        name_x(ax, moments.label, theme)
        return figure_of(ax)
    ended = calls["hangup_cause"].dropna()
    bars = min(ended.nunique(), 13)
    foot = 0.3 * bars + BOTTOM + 0.3 if bars else 0.0
    first, _, rest = health.words.partition(". ")
    lines = [first, *_wrapped(rest, width - 0.6)]
    head = 0.22 * len(lines) + 0.5
    figure, axes = stack(width, [1.2, 1.2, 1.0, 1.5], top=head, bottom=BOTTOM + foot, gap=0.42)
    _say(figure, lines, health, theme)
    draw_panel(axes[0], "calls", calls, health.windows, moments, theme)
    draw_panel(axes[1], "up", calls, health.windows, moments, theme)
    _draw_asr(axes[2], health, asr, moments, theme)
    _draw_setup(axes[3], calls, health, moments, theme)
    share_time(axes, moments, theme)
    for panel in axes:
        _shade(panel, health, moments)
    if bars:
        _add_causes(figure, calls, bars, theme)
    return figure


def _wrapped(words: str, inches: float) -> list[str]:
    a_letter = width_of("abcdefghijklmnopqrstuvwxyz", NORMAL) / 26
    return textwrap.wrap(words, max(20, int(inches / a_letter))) if words else []


def _say(figure: InlineFigure, lines: list[str], health: "Health", theme: Theme) -> None:
    """Write the judgement at the head, with a sign that needs no colour."""
    width, height = figure.get_size_inches()
    colour = ANSWERED if health.healthy else FAILURE
    figure.text(
        0.15 / width,
        1 - 0.2 / height,
        "✔" if health.healthy else "✘",
        color=colour,
        size=NORMAL + 4,
        va="center",
        **PLAIN,
    )
    for at, line in enumerate(lines):
        figure.text(
            0.42 / width,
            1 - (0.2 + 0.22 * at) / height,
            line,
            color=theme.ink,
            size=NORMAL,
            va="center",
            weight="bold" if at == 0 else "normal",
            **PLAIN,
        )


def _draw_asr(ax: "Axes", health: "Health", asr: float, moments: Moments, theme: Theme) -> None:
    import numpy as np

    frame = health.windows
    x = moments.at(frame.index.to_series())
    wide = float(frame["seconds"].iloc[0]) / moments.size
    level = frame["asr"].to_numpy("float64") * 100
    few = frame["few"].to_numpy()
    ax.axhline(asr * 100, color=theme.ink, linewidth=0.8, linestyle=(0, (2, 3)))
    ax.step(
        np.append(x, x[-1] + wide),
        np.append(level, level[-1]),
        where="post",
        color=ANSWERED,
        linewidth=1.4,
    )
    for rows, colour, marker in ((~few, ANSWERED, "o"), (few, FAILURE, "v")):
        ax.plot(
            x[rows] + wide / 2,
            level[rows],
            linestyle="none",
            marker=marker,
            markersize=4,
            color=colour,
            zorder=4,
        )
    ax.set_ylim(-6, 106)
    ax.set_yticks([0, 50, 100])
    dress(ax, theme, y="answered (%)", grid="y")
    handles = [
        _mark(f"answer-seizure ratio; dotted: {asr:.0%} should be".replace("%", " %"), ANSWERED)
    ]
    handles += [_mark("too few", FAILURE, "v")] if few.any() else []
    legend_above(ax, theme, handles)


def _draw_setup(
    ax: "Axes", calls: "pd.DataFrame", health: "Health", moments: Moments, theme: Theme
) -> None:
    import numpy as np

    from switchy_nb.analysis.traffic import began

    setup = calls["call_setup_latency"].to_numpy("float64")
    frame = health.windows
    known = setup[np.isfinite(setup)]
    unit, size = duration_scale(float(known.max()) if len(known) else 1.0)
    at = moments.at(began(calls))
    ax.plot(
        at,
        setup / size,
        linestyle="none",
        marker=".",
        markersize=3 if len(known) > 150 else 6,
        markeredgewidth=0,
        color=_COLOUR,
        alpha=0.35 if len(known) > 150 else 0.8,
        rasterized=len(calls) > 2000,
    )
    x = moments.at(frame.index.to_series()) + float(frame["seconds"].iloc[0]) / moments.size / 2
    handles = [_mark("call set-up, each call", _COLOUR, ".")]
    for column, words, line in (("setup_p50", "middle", "-"), ("setup_p95", "p95", (0, (4, 1.5)))):
        values = frame[column].to_numpy("float64") / size
        (drawn,) = ax.plot(x, values, color=_COLOUR, linewidth=1.5, linestyle=line, label=words)
        handles.append(drawn)
    slow = frame["slow"].to_numpy()
    if slow.any():
        ax.plot(
            x[slow],
            frame["setup_p50"].to_numpy("float64")[slow] / size,
            linestyle="none",
            marker="v",
            markersize=4,
            color=FAILURE,
            zorder=4,
        )
        handles.append(_mark("slow", FAILURE, "v"))
    limit = health.setup_limit / size
    ax.set_ylim(bottom=0)
    if limit == limit and limit < ax.get_ylim()[1] * 1.6:
        ax.axhline(limit, color=theme.ink, linewidth=0.8, linestyle=(0, (2, 3)))
        ax.set_ylim(0, max(ax.get_ylim()[1], limit * 1.08))
    if not len(known):
        write(ax, 0.5, 0.5, "no call was set up", theme, ha="center", va="center")
    dress(ax, theme, y=f"set-up ({unit})", grid="y")
    legend_above(ax, theme, handles)


def _shade(ax: "Axes", health: "Health", moments: Moments) -> None:
    """Lay a shade behind what was bad, and a line where it began."""
    frame = health.windows
    wide = float(frame["seconds"].iloc[0]) / moments.size
    bad = (frame["few"] | frame["slow"]).to_numpy()
    starts = moments.at(frame.index.to_series())
    for start in starts[bad]:
        ax.axvspan(start, start + wide, color=FAILURE, alpha=0.14, linewidth=0, zorder=0)
    if health.since is not None:
        ax.axvline(moments.at(health.since), color=FAILURE, linewidth=1.2, zorder=1)


def _add_causes(figure: InlineFigure, calls: "pd.DataFrame", bars: int, theme: Theme) -> None:
    width, height = figure.get_size_inches()
    names = calls["hangup_cause"].value_counts().head(12).index
    left = max(width_of(clean(str(name), 26), SMALL) for name in names) + 0.2
    ax = figure.add_axes(
        (left / width, 0.5 / height, (width - left - 0.25) / width, 0.3 * bars / height)
    )
    draw_causes(calls, ax=ax, theme=theme, width=width)


def _mark(text: str, colour: str, marker: str = "o") -> Any:
    from matplotlib.lines import Line2D

    return Line2D([], [], linestyle="none", marker=marker, markersize=5, color=colour, label=text)
