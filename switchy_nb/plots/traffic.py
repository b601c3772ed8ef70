"""Calls a second, calls at once, the answer-seizure ratio, and how long calls last: over time."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from switchy_nb.plots.axes import (
    Moments,
    dress,
    duration_scale,
    figure_of,
    legend_above,
    name_x,
    say_nothing,
    stack,
)
from switchy_nb.plots.groups import choose
from switchy_nb.plots.style import ALL, ANSWERED, FAILURE, OURS, Theme

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: What can be drawn over time, a panel each.
PANELS = ("calls", "up", "asr", "acd")
_NOTHING = "Nothing to draw: no call was recorded that began at a known time."
_HIGH = 1.25


def draw(
    calls: "pd.DataFrame",
    *,
    what: str | Sequence[str] | None,
    window: float | None,
    ax: "Axes | None",
    theme: Theme,
    width: float,
) -> "Figure":
    """Draw them; see `switchy_nb.plots.rates`."""
    from switchy_nb.analysis.traffic import windows

    if what is None:
        panels = list(PANELS) if ax is None else ["calls"]
    else:
        panels = [what] if isinstance(what, str) else list(what)
    panels = [choose(panel, PANELS, "panel of rates") for panel in panels]
    if ax is not None and len(panels) != 1:
        raise ValueError(f"one panel fits into axes that are given, not {len(panels)}: {panels}")
    frame = windows(calls, length=window)
    if not len(frame) or not panels:
        return say_nothing(_NOTHING, ax, theme, width)
    moments = moments_of(calls, frame)
    if ax is not None:
        draw_panel(ax, panels[0], calls, frame, moments, theme)
        name_x(ax, moments.label, theme)
        return figure_of(ax)
    figure, axes = stack(width, [_HIGH] * len(panels), gap=0.42)
    for panel, place in zip(panels, axes, strict=True):
        draw_panel(place, panel, calls, frame, moments, theme)
    share_time(axes, moments, theme)
    return figure


def moments_of(calls: "pd.DataFrame", frame: "pd.DataFrame") -> Moments:
    """Return the time axis of all calls, until the last is over."""
    end = frame.index[-1]
    over = calls["hungup"].max()
    return Moments.of(frame.index[0], max(end, over) if over == over else end)


def share_time(axes: "Sequence[Axes]", moments: Moments, theme: Theme) -> None:
    """Let panels have one time axis, named under the last."""
    right = max(ax.get_xlim()[1] for ax in axes)
    for ax in axes:
        ax.set_xlim(0, right)
        ax.tick_params(axis="x", labelbottom=ax is axes[-1])
    name_x(axes[-1], moments.label, theme)


def draw_panel(
    ax: "Axes",
    panel: str,
    calls: "pd.DataFrame",
    frame: "pd.DataFrame",
    moments: Moments,
    theme: Theme,
) -> None:
    """Draw one panel over time."""
    {"calls": _calls, "up": _up, "asr": _asr, "acd": _acd}[panel](ax, calls, frame, moments, theme)
    ax.set_xlim(left=0)


def _calls(
    ax: "Axes", calls: "pd.DataFrame", frame: "pd.DataFrame", moments: Moments, theme: Theme
) -> None:
    length = float(frame["seconds"].iloc[0])
    x, wide = moments.at(frame.index.to_series()), length / moments.size
    answered = frame["answered"] / length
    open_ = (frame["seizures"] - frame["decided"]) / length
    failed = (frame["decided"] - frame["answered"]) / length
    parts = [("answered", answered, ANSWERED), ("failed", failed, FAILURE)]
    parts += [("not decided", open_, ALL)] if open_.any() else []
    bottom = answered * 0
    for name, values, colour in parts:
        ax.bar(
            x,
            values,
            wide,
            bottom=bottom,
            align="edge",
            color=colour,
            label=name,
            linewidth=0,
            antialiased=False,
        )
        bottom = bottom + values
    ax.set_ylim(0, float(bottom.max()) * 1.1)
    dress(ax, theme, y="calls/s", grid="y")
    legend_above(ax, theme, _swatches([(n, c) for n, v, c in parts if v.any()]))


def _up(
    ax: "Axes", calls: "pd.DataFrame", frame: "pd.DataFrame", moments: Moments, theme: Theme
) -> None:
    import numpy as np

    from switchy_nb.analysis.traffic import began, calls_at_once

    lines = [
        ("in progress", began(calls), ALL),
        ("up", calls["caller_answer"], ANSWERED),
    ]
    for name, starts, colour in lines:
        at, count = calls_at_once(starts, calls["hungup"].where(starts.notna()))
        if not len(at):
            continue
        x = moments.at(at.to_series())
        x, count = np.concatenate([[0.0], x]), np.concatenate([[0], count])
        ax.step(x, count, where="post", color=colour, linewidth=1.2, label=name)
        if name == "up":
            ax.fill_between(x, count, step="post", color=colour, alpha=0.25, linewidth=0)
    ax.set_ylim(0, ax.get_ylim()[1] * 1.05)
    dress(ax, theme, y="calls at once", grid="y")
    _whole_numbers(ax)
    legend_above(ax, theme, _swatches([(n, c) for n, _, c in lines]))


def _asr(
    ax: "Axes", calls: "pd.DataFrame", frame: "pd.DataFrame", moments: Moments, theme: Theme
) -> None:
    from switchy_nb.analysis.traffic import answer_seizure_ratio

    whole = answer_seizure_ratio(calls) * 100
    _steps(ax, frame, frame["asr"] * 100, moments, ANSWERED)
    if whole == whole:
        ax.axhline(whole, color=theme.ink, linewidth=0.8, linestyle=(0, (2, 3)))
    ax.set_ylim(-4, 104)
    ax.set_yticks([0, 50, 100])
    dress(ax, theme, y="answered (%)", grid="y")
    legend_above(ax, theme, _swatches([(f"answer-seizure ratio, {whole:.1f} % of all", ANSWERED)]))


def _acd(
    ax: "Axes", calls: "pd.DataFrame", frame: "pd.DataFrame", moments: Moments, theme: Theme
) -> None:
    from switchy_nb.analysis.traffic import average_call_duration
    from switchy_nb.plots.axes import seconds_text

    largest = frame["acd_s"].max()
    unit, size = duration_scale(float(largest) if largest == largest else 1.0)
    _steps(ax, frame, frame["acd_s"] / size, moments, OURS)
    ax.set_ylim(bottom=0)
    dress(ax, theme, y=f"duration ({unit})", grid="y")
    mean = seconds_text(average_call_duration(calls))
    legend_above(ax, theme, _swatches([(f"average call duration, {mean} of all", OURS)]))


def _steps(
    ax: "Axes", frame: "pd.DataFrame", values: "pd.Series[Any]", moments: Moments, colour: str
) -> None:
    """Draw a value for each window as a level; a window without calls leaves a gap."""
    import numpy as np

    x = moments.at(frame.index.to_series())
    wide = float(frame["seconds"].iloc[0]) / moments.size
    level = values.to_numpy("float64")
    ax.step(
        np.append(x, x[-1] + wide),
        np.append(level, level[-1]),
        where="post",
        color=colour,
        linewidth=1.6,
    )
    alone = np.isfinite(level)
    ax.plot(
        x[alone] + wide / 2, level[alone], linestyle="none", marker=".", color=colour, markersize=4
    )


def _whole_numbers(ax: "Axes") -> None:
    from matplotlib.ticker import MaxNLocator

    ax.yaxis.set_major_locator(MaxNLocator(integer=True, nbins=5))


def _swatches(named: "Sequence[tuple[str, str]]") -> list[Any]:
    from matplotlib.patches import Patch

    return [Patch(facecolor=colour, label=name) for name, colour in named]
