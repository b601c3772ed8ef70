"""Pure functions of a recording's frames: to figures that show themselves.

They know nothing of recordings and switches, and never touch pyplot, whose state all threads share.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from switchy_nb.plots.style import Clock, Theme

__all__ = ["timeline"]


def timeline(
    sessions: "pd.DataFrame",
    events: "pd.DataFrame",
    *,
    ax: "Axes | None" = None,
    theme: "Theme | str | None" = None,
    clock: "Clock | str" = "arrival",
    width: float = 10.0,
) -> "Figure":
    """Draw when what happened: one lane a leg, states as spans, events as marks.

    Up to six legs are drawn with the names of their events; of events so near to each other that
    their names would overlap, the weightiest are named and the others counted. More legs are drawn
    with marks only.

    Parameters
    ----------
    sessions : DataFrame
        The legs to draw, as `Recording.sessions` has them, in the order of the lanes.
    events : DataFrame
        Their events, as `Recording.events` has them; others are passed over.
    ax : Axes, optional
        Where to draw; else a figure of its own is made, as high as it must be.
    theme : {"light", "dark"}, optional
        What is behind the figure. Without, the ink is one that can be read on both.
    clock : {"arrival", "switch"}
        Whose time: when events arrived here, or the switch's own, which moves in steps of 20 ms.
    width : float
        Of the figure, in inches.

    Returns
    -------
    Figure
        It shows itself in a notebook. With `ax`, the figure that holds it.

    Raises
    ------
    ValueError
        If there is no such theme or clock.
    """
    from switchy_nb.plots.style import Clock, Theme
    from switchy_nb.plots.swimlanes import draw

    return draw(sessions, events, ax=ax, theme=Theme.of(theme), clock=Clock.of(clock), width=width)
