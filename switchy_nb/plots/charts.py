"""Charts of many calls: how long they took, how many there were, why they ended, how a run went."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from switchy_nb.plots.style import Theme


def latencies(
    calls: "pd.DataFrame",
    which: "str | Sequence[str] | None" = None,
    *,
    by: str | None = None,
    view: str | None = None,
    ax: "Axes | None" = None,
    theme: "Theme | str | None" = None,
    width: float = 10.0,
) -> "Figure":
    """Draw how long calls took: the share that took no longer, its percentiles, and over time.

    Parameters
    ----------
    calls : DataFrame
        As `Recording.calls` has them; a column ``post_dial_delay`` is drawn too
        (`switchy_nb.analysis.post_dial_delays`).
    which : str or sequence of str, optional
        Columns of seconds; all latencies, or with `by` the call set-up, where it is not given.
    by : str, optional
        A column (``hangup_cause``, ``app``, ``switch``) whose values divide one latency into
        groups.
    view : {"spread", "time"}, optional
        Only the spread (an empirical distribution), or only the way over time; both with the
        numbers where it is not given. In `ax` only one fits, by default the spread.
    ax, theme, width
        As of `timeline`.

    Raises
    ------
    ValueError
        If there is no such column, view or theme.
    """
    from switchy_nb.plots.spread import draw
    from switchy_nb.plots.style import Theme

    return draw(calls, which=which, by=by, view=view, ax=ax, theme=Theme.of(theme), width=width)


def rates(
    calls: "pd.DataFrame",
    what: "str | Sequence[str] | None" = None,
    *,
    window: float | None = None,
    ax: "Axes | None" = None,
    theme: "Theme | str | None" = None,
    width: float = 10.0,
) -> "Figure":
    """Draw calls a second, calls at once, the answer-seizure ratio and the call duration over time.

    Calls count in the window of time in which they were tried. The answer-seizure ratio is ITU-T
    E.411's: seizures that were answered to all seizures.

    Parameters
    ----------
    calls : DataFrame
        As `Recording.calls` has them.
    what : {"calls", "up", "asr", "acd"} or sequence of them, optional
        Only these panels. In `ax` only one fits, by default the calls a second.
    window : float, optional
        Seconds of a window; else one that gives about forty.
    ax, theme, width
        As of `timeline`.

    Raises
    ------
    ValueError
        If there is no such panel or theme.
    """
    from switchy_nb.plots.style import Theme
    from switchy_nb.plots.traffic import draw

    return draw(calls, what=what, window=window, ax=ax, theme=Theme.of(theme), width=width)


def causes(
    calls: "pd.DataFrame",
    *,
    ax: "Axes | None" = None,
    theme: "Theme | str | None" = None,
    width: float = 10.0,
) -> "Figure":
    """Draw why calls ended: a bar for each hangup cause, with what it means in words.

    Parameters
    ----------
    calls : DataFrame
        As `Recording.calls` has them.
    ax, theme, width
        As of `timeline`.

    Raises
    ------
    ValueError
        If there is no such theme.
    """
    from switchy_nb.plots.endings import draw
    from switchy_nb.plots.style import Theme

    return draw(calls, ax=ax, theme=Theme.of(theme), width=width)


def health(
    calls: "pd.DataFrame",
    *,
    asr: float = 0.95,
    setup_s: float | None = None,
    window: float | None = None,
    ax: "Axes | None" = None,
    theme: "Theme | str | None" = None,
    width: float = 10.0,
) -> "Figure":
    """Draw a load run on one page: whether it was healthy, and when it stopped being so.

    How that is judged is told at `switchy_nb.analysis.health.judge`. What was bad is shaded.

    Parameters
    ----------
    calls : DataFrame
        As `Recording.calls` has them.
    asr : float
        The share of calls that should be answered, 0 to 1.
    setup_s : float, optional
        Seconds from which on call set-up is slow.
    window : float, optional
        Seconds of a window; else one that gives about forty.
    ax : Axes, optional
        Where to draw the answer-seizure ratio only, with what was bad.
    theme, width
        As of `timeline`.

    Raises
    ------
    ValueError
        If there is no such theme, or `asr` is no share.
    """
    from switchy_nb.plots.style import Theme
    from switchy_nb.plots.verdict import draw

    return draw(
        calls,
        asr=asr,
        setup_s=setup_s,
        window=window,
        ax=ax,
        theme=Theme.of(theme),
        width=width,
    )
