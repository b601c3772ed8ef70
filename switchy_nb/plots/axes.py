"""Axes as all charts have them: themed, with units, and a time axis that says since when."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil
from typing import TYPE_CHECKING, Any

from switchy_nb.plots.figure import InlineFigure, say
from switchy_nb.plots.style import NORMAL, SMALL, Theme
from switchy_nb.plots.text import PLAIN, width_of

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: Inches around the panels of a chart.
LEFT, RIGHT, TOP, BOTTOM, GAP = 0.85, 0.25, 0.38, 0.55, 0.38
#: Of a legend, in widths of its type: a swatch, and a line, which shows how it is dashed; what is
#: between a key and its name; what is between columns.
_SWATCH, _DASHES, _KEY_GAP, _COLUMN_GAP = 1.2, 2.8, 0.8, 1.4


def figure_of(ax: "Axes") -> "Figure":
    """Return the figure that holds `ax`.

    Raises
    ------
    ValueError
        If none does any more.
    """
    figure = ax.get_figure(root=True)
    if figure is None:
        raise ValueError("these axes belong to no figure any more; give others, or none")
    return figure


def size_of(ax: "Axes") -> tuple[float, float]:
    """Return the width and height of axes, in inches."""
    extent, dpi = ax.get_window_extent(), figure_of(ax).dpi
    return float(extent.width / dpi), float(extent.height / dpi)


def say_nothing(message: str, ax: "Axes | None", theme: Theme, width: float) -> "Figure":
    """Say why there is nothing to see, in `ax` or in a figure of its own."""
    if ax is None:
        return say(message, theme, width)
    ax.set_axis_off()
    ax.text(
        0.5,
        0.5,
        message,
        ha="center",
        va="center",
        transform=ax.transAxes,
        color=theme.ink,
        size=NORMAL,
        wrap=True,
        **PLAIN,
    )
    return figure_of(ax)


def stack(
    width: float,
    heights: Sequence[float],
    *,
    left: float = LEFT,
    right: float = RIGHT,
    top: float = TOP,
    bottom: float = BOTTOM,
    gap: float = GAP,
) -> tuple[InlineFigure, list["Axes"]]:
    """Make a figure with panels under each other; all lengths in inches."""
    height = top + sum(heights) + gap * (len(heights) - 1) + bottom
    figure = InlineFigure(width, height)
    axes, y = [], height - top
    for panel in heights:
        y -= panel
        axes.append(
            figure.add_axes(
                (left / width, y / height, (width - left - right) / width, panel / height)
            )
        )
        y -= gap
    return figure, axes


def dress(ax: "Axes", theme: Theme, *, x: str = "", y: str = "", grid: str = "both") -> None:
    """Give axes the theme's ink, a light grid, and names with units."""
    ax.set_facecolor("none")
    for name, spine in ax.spines.items():
        spine.set_visible(name in ("left", "bottom"))
        spine.set_color(theme.ink)
        spine.set_linewidth(0.8)
    if grid:
        ax.grid(visible=True, axis=grid, color=theme.ink, alpha=0.18, linewidth=0.6)  # type: ignore[arg-type]
    ax.set_axisbelow(True)
    ax.tick_params(
        axis="both",
        which="both",
        colors=theme.ink,
        labelsize=SMALL,
        labelfontfamily=PLAIN["family"],
        width=0.8,
    )
    if x:
        name_x(ax, x, theme)
    if y:
        ax.set_ylabel(y, color=theme.ink, size=SMALL, **PLAIN)


def name_x(ax: "Axes", text: str, theme: Theme) -> None:
    """Say what is on the x axis, with its unit."""
    ax.set_xlabel(text, color=theme.ink, size=SMALL, **PLAIN)


def legend_above(
    ax: "Axes", theme: Theme, handles: "Sequence[Artist]", *, columns: int = 8, right: bool = False
) -> None:
    """Write a legend over the axes, where no data is, in as many rows as their width asks for."""
    if not handles:
        return
    key = _DASHES if any(_is_line(handle) for handle in handles) else _SWATCH
    legend = ax.legend(
        handles=list(handles),
        loc="lower right" if right else "lower left",
        bbox_to_anchor=(1 if right else 0, 1),
        ncols=_columns(ax, [str(handle.get_label()) for handle in handles], key, columns),
        frameon=False,
        labelcolor=theme.ink,
        prop={"family": PLAIN["family"], "size": SMALL},
        handlelength=key,
        handleheight=0.8,
        handletextpad=_KEY_GAP,
        columnspacing=_COLUMN_GAP,
        borderaxespad=0.2,
        borderpad=0.2,
    )
    for text in legend.get_texts():
        text.set_parse_math(False)
        text.set_usetex(False)


def _is_line(handle: "Artist") -> bool:
    from matplotlib.lines import Line2D

    return isinstance(handle, Line2D) and handle.get_linestyle() != "None"


def _columns(ax: "Axes", names: Sequence[str], key: float, most: int) -> int:
    """Return how many columns a legend may have, so that it is no wider than the axes."""
    room = size_of(ax)[0] * 72 / SMALL
    widths = [key + _KEY_GAP + width_of(name, SMALL) * 72 / SMALL for name in names]
    for rows in range(ceil(len(names) / most), len(names)):
        columns = ceil(len(names) / rows)
        # matplotlib fills column by column; the first ones take what does not divide evenly
        each, more = divmod(len(names), columns)
        starts = [at * each + min(at, more) for at in range(columns + 1)]
        wide = sum(max(widths[a:b]) for a, b in pairwise(starts))
        if wide + _COLUMN_GAP * (columns - 1) <= room:
            return columns
    return 1


def write(ax: "Axes", x: float, y: float, text: str, theme: Theme, **options: Any) -> None:
    """Write text in the theme's ink, in parts of the axes unless told otherwise."""
    given: dict[str, Any] = {"transform": ax.transAxes, "color": theme.ink, "size": SMALL}
    ax.text(x, y, text, **{**given, **options, **PLAIN})


@dataclass(frozen=True, slots=True)
class Moments:
    """Times as numbers on an axis: in a unit that fits how long it all took.

    Attributes
    ----------
    start : Timestamp
        What is 0.
    unit : str
        ``seconds``, ``minutes`` or ``hours``.
    size : float
        Seconds in one of them.
    """

    start: "pd.Timestamp"
    unit: str
    size: float

    @classmethod
    def of(cls, start: "pd.Timestamp", end: "pd.Timestamp") -> "Moments":
        """Choose a unit for what lasted from `start` to `end`."""
        seconds = (end - start).total_seconds()
        if seconds < 600:
            return cls(start, "seconds", 1.0)
        return cls(start, "minutes", 60.0) if seconds < 4 * 3600 else cls(start, "hours", 3600.0)

    def at(self, times: Any) -> Any:
        """Return times (a Series, or one) as numbers, missing where they are."""
        import pandas as pd

        gone = times - self.start
        if isinstance(gone, pd.Timedelta):
            return gone.total_seconds() / self.size
        return (gone.dt.total_seconds() / self.size).to_numpy("float64")

    @property
    def label(self) -> str:
        """What to write at the axis."""
        return f"{self.unit} since {self.start:%H:%M:%S} UTC, {self.start:%Y-%m-%d}"


def seconds_text(seconds: float) -> str:
    """Write a duration as people read it: ``4.2 ms``, ``0.12 s``, ``3 min 5 s``."""
    if seconds != seconds:
        return "–"
    size = abs(seconds)
    if size < 0.0005:
        return "0 s" if size == 0 else f"{seconds * 1e6:.0f} µs"
    if size < 1:
        return f"{seconds * 1000:.3g} ms"
    if size < 100:
        return f"{seconds:.3g} s"
    if size < 7200:
        return f"{seconds // 60:.0f} min {seconds % 60:.0f} s"
    return f"{seconds // 3600:.0f} h {seconds % 3600 // 60:.0f} min"


def duration_scale(largest: float) -> tuple[str, float]:
    """Return the unit in which durations up to `largest` seconds are drawn, and its seconds."""
    if largest < 1:
        return "ms", 0.001
    return ("s", 1.0) if largest < 600 else ("min", 60.0)
