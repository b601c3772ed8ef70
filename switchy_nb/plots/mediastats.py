"""How good the sound was that legs received: opinion score, jitter, loss; over time and spread."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from switchy_nb.plots.axes import (
    BOTTOM,
    LEFT,
    Moments,
    dress,
    figure_of,
    legend_above,
    name_x,
    say_nothing,
    write,
)
from switchy_nb.plots.figure import InlineFigure
from switchy_nb.plots.groups import choose
from switchy_nb.plots.style import FAILURE, SERIES, TINY, Theme
from switchy_nb.plots.text import clean

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    Array = np.ndarray[Any, Any]

_NOTHING = "Nothing to draw: no leg has ended with statistics of its sound."
#: Inches.
_PANEL, _GAP, _SPREAD, _BESIDE, _TOP, _RIGHT = 1.35, 0.36, 1.5, 0.28, 0.62, 0.3
_NAMED = 3
_WAYS = {"outbound": ("→", "o", SERIES[0]), "inbound": ("←", "^", SERIES[1])}


@dataclass(frozen=True, slots=True)
class Measure:
    """Something that is measured of each leg.

    Attributes
    ----------
    column, label : str
        Where it is, and its name with its unit.
    size : float
        What to multiply it by.
    low_is_bad : bool
        Whether low values are the bad ones.
    limit : float
        From where on it is bad.
    """

    column: str
    label: str
    size: float
    low_is_bad: bool
    limit: float


#: 3.6: below it many users complain (ITU-T G.107, annex B). 1 % of lost packets and 30 ms of jitter
#: are what networks for speech are usually built to stay under.
MEASURES = {
    "mos": Measure("mos", "opinion score (MOS)", 1.0, True, 3.6),
    "jitter": Measure("jitter_ms", "jitter (ms)", 1.0, False, 30.0),
    "loss": Measure("loss", "lost packets (%)", 100.0, False, 1.0),
}


def draw(
    quality: "pd.DataFrame", *, what: str | None, ax: "Axes | None", theme: Theme, width: float
) -> "Figure":
    """Draw it; see `switchy_nb.plots.quality`."""
    names = list(MEASURES) if what is None else [choose(what, list(MEASURES), "measure of quality")]
    heard = quality[quality["packets"] > 0]
    silent = len(quality) - len(heard)
    if not len(heard):
        return say_nothing(_silence(silent) if silent else _NOTHING, ax, theme, width)
    moments = Moments.of(heard["ended"].min(), heard["ended"].max())
    if ax is not None:
        _over_time(ax, heard, MEASURES[names[0]], moments, theme)
        name_x(ax, moments.label, theme)
        legend_above(ax, theme, _ways(heard))
        return figure_of(ax)
    height = _TOP + len(names) * _PANEL + (len(names) - 1) * _GAP + BOTTOM
    figure = InlineFigure(width, height)
    wide = width - LEFT - _SPREAD - _RIGHT - _BESIDE
    for at, name in enumerate(names):
        foot = height - _TOP - (at + 1) * _PANEL - at * _GAP
        time = figure.add_axes((LEFT / width, foot / height, wide / width, _PANEL / height))
        spread = figure.add_axes(
            ((LEFT + wide + _BESIDE) / width, foot / height, _SPREAD / width, _PANEL / height),
            sharey=time,
        )
        last = at == len(names) - 1
        _over_time(time, heard, MEASURES[name], moments, theme)
        _spread(spread, heard, MEASURES[name], theme, last=last)
        time.tick_params(axis="x", labelbottom=last)
        if last:
            name_x(time, moments.label, theme)
        if at == 0:
            legend_above(time, theme, _ways(heard))
            if silent:
                note = _silence(silent)
                write(time, 0, 1 + 0.36 / _PANEL, note, theme, size=TINY, va="center")
    return figure


def _silence(count: int) -> str:
    legs = "1 leg" if count == 1 else f"{count:,} legs"
    return f"{legs} received no sound, and cannot be rated."


def _ways(heard: "pd.DataFrame") -> list[Any]:
    from matplotlib.lines import Line2D

    legs = [
        Line2D(
            [],
            [],
            linestyle="none",
            marker=marker,
            markersize=5,
            color=colour,
            label=f"{way} {arrow} ({count:,})",
        )
        for way, (arrow, marker, colour) in _WAYS.items()
        if (count := int((heard["direction"] == way).sum()))
    ]
    limit = Line2D([], [], color=FAILURE, linewidth=0.9, linestyle=(0, (4, 2)), label="limit")
    return [*legs, limit]


def _values(heard: "pd.DataFrame", measure: Measure) -> "pd.Series[Any]":
    return heard[measure.column] * measure.size


def _over_time(
    ax: "Axes", heard: "pd.DataFrame", measure: Measure, moments: Moments, theme: Theme
) -> None:
    values = _values(heard, measure)
    crowded = len(heard) > 150
    at = moments.at(heard["ended"])
    for way, (_, marker, colour) in _WAYS.items():
        rows = (heard["direction"] == way).to_numpy()
        ax.plot(
            at[rows],
            values[rows],
            linestyle="none",
            marker=marker,
            markersize=3 if crowded else 5.5,
            alpha=0.45 if crowded else 0.9,
            markeredgewidth=0,
            color=colour,
        )
    dress(ax, theme, y=measure.label, grid="y")
    _limits(ax, values, measure)
    if _shown(ax, measure.limit):
        ax.axhline(measure.limit, color=FAILURE, linewidth=0.9, linestyle=(0, (4, 2)))
    edge = 0.03 * float(at.max() - at.min()) or 0.5
    ax.set_xlim(at.min() - edge, at.max() + edge)
    _name_worst(ax, heard, at, values, measure, theme)


def _limits(ax: "Axes", values: "pd.Series[Any]", measure: Measure) -> None:
    if measure.low_is_bad:
        ax.set_ylim(min(3.0, float(values.min()) - 0.2), 4.65)
    else:
        top = max(float(values.max()) * 1.2, measure.limit * 1.15)
        ax.set_ylim(-0.04 * top, top)


def _shown(ax: "Axes", value: float) -> bool:
    low, high = ax.get_ylim()
    return low < value < high


def _name_worst(
    ax: "Axes",
    heard: "pd.DataFrame",
    at: "Array",
    values: "pd.Series[Any]",
    measure: Measure,
    theme: Theme,
) -> None:
    """Write the names of the worst legs beside them, if they are bad and stand apart."""
    bad = values < measure.limit if measure.low_is_bad else values > measure.limit
    order = values[bad].sort_values(ascending=measure.low_is_bad, kind="stable")
    places = {
        uuid: (float(x), float(y)) for uuid, x, y in zip(heard.index, at, values, strict=True)
    }
    low, high = ax.get_ylim()
    left, right = ax.get_xlim()
    taken: list[tuple[float, float]] = []
    for uuid in order.index:
        x, y = places[uuid]
        across, up = (x - left) / (right - left), (y - low) / (high - low)
        near = any(abs(across - a) < 0.14 and abs(up - b) < 0.16 for a, b in taken)
        if near or len(taken) == _NAMED:
            continue
        taken.append((across, up))
        before = across > 0.85
        write(
            ax,
            across + (-0.008 if before else 0.008),
            min(max(up, 0.06), 0.94),
            clean(str(uuid)[:8], 8),
            theme,
            size=TINY,
            va="center",
            ha="right" if before else "left",
        )


def _spread(
    ax: "Axes", heard: "pd.DataFrame", measure: Measure, theme: Theme, *, last: bool
) -> None:
    import numpy as np

    low, high = ax.get_ylim()
    values = [
        _values(heard, measure)[heard["direction"] == way].dropna().to_numpy() for way in _WAYS
    ]
    edges = [float(edge) for edge in np.linspace(low, high, 25)]
    ax.hist(
        values,
        bins=edges,
        orientation="horizontal",
        stacked=True,
        color=[colour for _, _, colour in _WAYS.values()],
        linewidth=0,
    )
    dress(ax, theme, x="legs" if last else "", grid="")
    ax.tick_params(axis="y", labelleft=False)
    ax.set_ylim(low, high)
    if _shown(ax, measure.limit):
        ax.axhline(measure.limit, color=FAILURE, linewidth=0.9, linestyle=(0, (4, 2)))
    from matplotlib.ticker import MaxNLocator

    ax.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=3))
