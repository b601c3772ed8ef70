"""Pictures of sound: how good it was, and what was recorded."""

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from switchy_nb.plots.style import Clock, Theme


def quality(
    legs: "pd.DataFrame",
    what: str | None = None,
    *,
    ax: "Axes | None" = None,
    theme: "Theme | str | None" = None,
    width: float = 10.0,
) -> "Figure":
    """Draw how good the sound was that legs received: opinion score, jitter, loss.

    Each leg is a mark where it ended; what is bad is beyond the dashed line, and the worst legs are
    named. Legs that received no packets cannot be rated, and are counted.

    Parameters
    ----------
    legs : DataFrame
        As `switchy_nb.analysis.quality.quality_of` has them.
    what : {"mos", "jitter", "loss"}, optional
        Only this. In `ax` only one fits, by default the opinion score.
    ax, theme, width
        As of `timeline`.

    Raises
    ------
    ValueError
        If there is no such measure or theme.
    """
    from switchy_nb.plots.mediastats import draw
    from switchy_nb.plots.style import Theme

    return draw(legs, what=what, ax=ax, theme=Theme.of(theme), width=width)


def sound(
    path: "str | os.PathLike[str]",
    sessions: "pd.DataFrame | None" = None,
    events: "pd.DataFrame | None" = None,
    began: "pd.Timestamp | None" = None,
    *,
    view: str | None = None,
    clock: "Clock | str" = "arrival",
    ax: "Axes | None" = None,
    theme: "Theme | str | None" = None,
    width: float = 10.0,
) -> "Figure":
    """Draw a recorded sound: waveform and spectrogram, with what its leg did on the same time axis.

    Parameters
    ----------
    path : path
        A WAV file on this machine.
    sessions : DataFrame, optional
        The leg that was recorded, as `Recording.sessions` has it.
    events : DataFrame, optional
        Its events, as of `timeline`.
    began : Timestamp, optional
        When the recording began, by the same clock. Without these three, only the sound is drawn.
    view : {"waveform", "spectrogram"}, optional
        Only this. In `ax` only one fits, by default the waveform.
    clock, ax, theme, width
        As of `timeline`.

    Returns
    -------
    Figure
        In a notebook there is a player under it; ``figure.audio`` is that alone.

    Raises
    ------
    RecordingError
        If there is no such file, or if it cannot be read.
    ValueError
        If there is no such view, clock or theme.
    """
    from switchy_nb.plots.soundtrack import draw
    from switchy_nb.plots.style import Clock, Theme
    from switchy_nb.plots.wavefile import read_sound

    return draw(
        read_sound(path),
        sessions,
        events,
        began,
        view=view,
        ax=ax,
        theme=Theme.of(theme),
        clock=Clock.of(clock),
        width=width,
    )
