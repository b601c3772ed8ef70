"""Why calls ended: a bar for each hangup cause, with what it means."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from switchy_nb.plots.axes import dress, figure_of, say_nothing, size_of, stack
from switchy_nb.plots.style import SMALL, Theme, cause_colour, ink_on
from switchy_nb.plots.text import PLAIN, clean, width_of

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_NOTHING = "Nothing to draw: no call has ended."
_ROW = 0.3
_MOST = 12
_NAME = 26


def draw(calls: "pd.DataFrame", *, ax: "Axes | None", theme: Theme, width: float) -> "Figure":
    """Draw them; see `switchy_nb.plots.causes`."""
    counts = calls["hangup_cause"].value_counts()
    counts = counts.sort_index().sort_values(ascending=False, kind="stable")
    if not len(counts):
        return say_nothing(_NOTHING, ax, theme, width)
    bars = [(str(cause), int(count)) for cause, count in counts.items()]
    shown, rest = bars[:_MOST], bars[_MOST:]
    names = [clean(cause, _NAME) for cause, _ in shown]
    values = [count for _, count in shown]
    colours = [cause_colour(cause) for cause, _ in shown]
    if rest:
        names.append(f"{len(rest)} other causes")
        values.append(sum(count for _, count in rest))
        colours.append(cause_colour(None))
    if ax is None:
        left = max(width_of(name, SMALL) for name in names) + 0.2
        _, (ax,) = stack(width, [_ROW * len(names)], left=left, right=0.15, top=0.1, bottom=0.5)
    places = range(len(names))
    ax.barh(places, values, height=0.68, color=colours, linewidth=0)
    ax.set_ylim(len(names) - 0.4, -0.6)
    ax.set_xlim(0, max(values) * 1.02)
    dress(ax, theme, x="calls", grid="")
    ax.spines["left"].set_visible(False)
    ax.set_yticks(list(places), names, color=theme.ink, size=SMALL, **PLAIN)
    ax.tick_params(axis="y", length=0)
    from matplotlib.ticker import MaxNLocator

    ax.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=6))
    _explain(ax, [cause for cause, _ in shown], values, sum(counts), theme)
    return figure_of(ax)


def _explain(ax: "Axes", causes: list[str], values: list[int], total: int, theme: Theme) -> None:
    """Write at each bar how many it is and what it means: in it where there is room, else beside."""
    from switchy_nb.analysis.causes import find_cause

    inches = size_of(ax)[0] / (max(values) * 1.02)
    for at, value in enumerate(values):
        known = find_cause(causes[at]) if at < len(causes) else None
        short = f"{value:,} · {value / total:.1%}".replace("%", " %")
        long = f"{short} · {known.words}" if known else short
        inside = value * inches
        room = size_of(ax)[0] - inside
        text, within = _fit([long, short], inside - 0.16, room - 0.1, lambda t: width_of(t, SMALL))
        ax.text(
            value - 0.06 / inches if within else value + 0.06 / inches,
            at,
            text,
            ha="right" if within else "left",
            va="center",
            color=ink_on(cause_colour(causes[at] if known else None)) if within else theme.ink,
            size=SMALL,
            **PLAIN,
        )


def _fit(
    texts: list[str], inside: float, outside: float, width: Callable[[str], float]
) -> tuple[str, bool]:
    """Choose the first text that fits beside its bar or into it; else the shortest, in or beside."""
    for text in texts:
        if width(text) <= outside:
            return text, False
        if width(text) <= inside:
            return text, True
    return texts[-1], inside > outside
