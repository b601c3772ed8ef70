"""The time axis of a timeline: seconds since something, or the time of day."""

import math
from typing import TYPE_CHECKING

from switchy_nb.plots.axes import name_x
from switchy_nb.plots.style import SMALL, Since, Theme
from switchy_nb.plots.text import PLAIN

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

#: Steps between times of day that people think in (seconds).
_STEPS: tuple[float, ...] = (1e-3, 2e-3, 5e-3, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30)
_STEPS += (60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400)
_MOST = 8


def set_up_time(
    ax: "Axes", start: "pd.Timestamp", seconds: float, since: Since, theme: Theme
) -> None:
    """Give axes their limits and ticks in time, from a little before 0 s on."""
    ax.set_xlim(-0.01 * seconds, seconds)
    for side in ("left", "right", "top"):
        ax.spines[side].set_visible(False)
    ax.spines["bottom"].set_color(theme.ink)
    ax.grid(visible=True, axis="x", color=theme.ink, alpha=0.2, linewidth=0.6)
    ax.set_axisbelow(True)
    ax.tick_params(axis="x", colors=theme.ink, labelsize=SMALL, labelfontfamily=PLAIN["family"])
    if since is Since.CLOCK:
        _time_of_day(ax, start, seconds)
    name_x(ax, label_of_time(start, since), theme)


def label_of_time(start: "pd.Timestamp", since: Since) -> str:
    """Say what is on the axis."""
    if since is Since.CALL:
        return "seconds since each call began"
    if since is Since.CLOCK:
        return f"time of day (UTC), {start:%Y-%m-%d}"
    return f"seconds since {start:%H:%M:%S.%f} UTC, {start:%Y-%m-%d}"


def _time_of_day(ax: "Axes", start: "pd.Timestamp", seconds: float) -> None:
    step = next((step for step in _STEPS if seconds / step <= _MOST), _STEPS[-1])
    midnight = start.normalize()
    gone = (start - midnight).total_seconds()
    first = math.ceil(gone / step - 1e-9)
    ticks = [at * step for at in range(first, first + _MOST + 2) if at * step - gone <= seconds]
    ax.set_xticks([tick - gone for tick in ticks], [_clock(tick, step) for tick in ticks])


def _clock(seconds: float, step: float) -> str:
    digits = 0 if step >= 1 else max(1, -math.floor(math.log10(step)))
    seconds = round(seconds, 6)
    whole = int(seconds)
    text = f"{whole // 3600 % 24:02}:{whole // 60 % 60:02}:{whole % 60:02}"
    return text + (f"{seconds - whole:.{digits}f}"[1:] if digits else "")
