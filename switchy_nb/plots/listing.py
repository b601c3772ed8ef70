"""The events that a timeline has no room to name, listed under it."""

import textwrap
from collections import Counter
from collections.abc import Sequence

from switchy_nb.plots.figure import InlineFigure
from switchy_nb.plots.layout import Row, untold
from switchy_nb.plots.placing import unnamed
from switchy_nb.plots.style import TINY, Theme
from switchy_nb.plots.text import PLAIN, width_of

#: Inches: a line, and above the first.
_LINE, _ABOVE = 0.135, 0.16
_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ abcdefghijklmnopqrstuvwxyz,"
_TITLE = "besides, as counted above"


def list_events(rows: Sequence[Row], scale: float, inches: float) -> list[str]:
    """Return lines of text, about as wide as that at most."""
    letters = max(30, int(inches / (width_of(_ALPHABET, TINY) / len(_ALPHABET))))
    lines: list[str] = []
    for row in rows:
        groups = unnamed(untold(row.lane, row.strips), row.labels, scale)
        if groups:
            told = "; ".join(f"{at:.3f} s {_counted(names)}" for at, names in groups)
            text = f"{row.lane.label[1]}: {told}"
            lines += textwrap.wrap(text, letters, subsequent_indent="    ", break_on_hyphens=False)
    return lines


def _counted(names: Sequence[str]) -> str:
    return ", ".join(
        name if count == 1 else f"{name} ×{count}" for name, count in Counter(names).items()
    )


def height_of(lines: Sequence[str]) -> float:
    """Return how much room lines take, in inches."""
    return _ABOVE + _LINE * (len(lines) + 1) if lines else 0.0


def write_list(figure: InlineFigure, lines: Sequence[str], theme: Theme) -> None:
    """Write lines at the foot of a figure that was made higher for them."""
    width, height = figure.get_size_inches()
    y = height_of(lines) - _ABOVE
    for at, text in enumerate([_TITLE, *lines] if lines else []):
        figure.text(
            0.1 / width,
            (y - at * _LINE) / height,
            text,
            color=theme.ink,
            size=TINY,
            va="top",
            weight="bold" if at == 0 else "normal",
            **PLAIN,
        )
