"""Pictures of what happened in calls: as a timeline, as a ladder, and as that in text."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from switchy_nb.plots.style import Clock, Since, Theme


def timeline(
    sessions: "pd.DataFrame",
    events: "pd.DataFrame",
    commands: "pd.DataFrame | None" = None,
    *,
    calls: "pd.DataFrame | None" = None,
    sort: str | None = None,
    colour: str = "state",
    time: "Since | str | None" = None,
    listed: bool = True,
    clock: "Clock | str" = "arrival",
    ax: "Axes | None" = None,
    theme: "Theme | str | None" = None,
    width: float = 10.0,
) -> "Figure":
    """Draw when what happened: one lane a leg, states as spans, events as marks.

    Up to six legs are drawn with the names of their events; of events so near to each other that
    their names would overlap, the weightiest are named and the others counted. Under a leg stand
    the applications, playbacks, recordings and bridges that went on in it, on it the DTMF digits
    that it sent, and above all legs the commands. Up to 72 legs are drawn with marks only. Of more,
    each call becomes a line of a dense picture, in which those stand out that failed or took long.

    Parameters
    ----------
    sessions : DataFrame
        The legs to draw, as `Recording.sessions` has them, in the order of the lanes.
    events : DataFrame
        Their events, as `Recording.events` has them; others are passed over. The columns that
        `switchy_nb.recording.details.with_details` adds are shown where they are there.
    commands : DataFrame, optional
        The commands to draw, as `Recording.commands` has them. They are by this machine's clock, so
        with ``clock="switch"`` they are left out.
    calls : DataFrame, optional
        As `Recording.calls` has them, to sort and colour by.
    sort : str, optional
        A column of the calls or the legs; with ``-`` before it, the largest value comes first.
    colour : str
        What colours stand for: ``state``, ``cause``, ``app``, ``latency`` (call set-up), or any
        column of the calls or the legs.
    time : {"recording", "call", "clock"}, optional
        Seconds since the first thing that is drawn, since each call's own beginning (as the dense
        picture is drawn if it is not given), or the time of day.
    listed : bool
        Whether the events that are counted, but not named, are listed under the figure.
    clock : {"arrival", "switch"}
        Whose time: when events arrived here, or the switch's own, which moves in steps of 20 ms.
    ax : Axes, optional
        Where to draw; else a figure of its own is made, as high as it must be.
    theme : {"light", "dark"}, optional
        What is behind the figure. Without, the ink is one that can be read on both.
    width : float
        Of the figure, in inches.

    Returns
    -------
    Figure
        It shows itself in a notebook. With `ax`, the figure that holds it.

    Raises
    ------
    ValueError
        If there is no such column, time, theme or clock.
    """
    from switchy_nb.plots.style import Clock, Since, Theme
    from switchy_nb.plots.swimlanes import draw

    return draw(
        sessions,
        events,
        commands,
        calls,
        ax=ax,
        theme=Theme.of(theme),
        clock=Clock.of(clock),
        width=width,
        since=None if time is None else Since.of(time),
        sort=sort,
        colour=colour,
        listed=listed,
    )


def ladder(
    sessions: "pd.DataFrame",
    events: "pd.DataFrame",
    commands: "pd.DataFrame | None" = None,
    *,
    ax: "Axes | None" = None,
    theme: "Theme | str | None" = None,
    clock: "Clock | str" = "arrival",
    width: float = 10.0,
    everything: bool = False,
    most: int = 200,
) -> "Figure":
    """Draw who told whom what: lifelines of the switch and the legs, an arrow for each message.

    Steps are at even distances, with their time and the time since the one before. A leg's lifeline
    has the colours of its states; the switch's own state of it stands at the switch. Two legs are
    bridged while there is a blue line beside both.

    Parameters
    ----------
    sessions : DataFrame
        The legs, as `Recording.sessions` has them: of one call, or of several that were bridged.
    events : DataFrame
        Their events, as `Recording.events` has them; others are passed over. The columns that
        `switchy_nb.recording.details.with_details` adds are shown where they are there.
    commands : DataFrame, optional
        The commands to draw, as `Recording.commands` has them. They are by this machine's clock, so
        with ``clock="switch"`` they are left out.
    ax : Axes, optional
        Where to draw; as many steps as fit in there.
    theme : {"light", "dark"}, optional
        What is behind the figure.
    clock : {"arrival", "switch"}
        Whose time.
    width : float
        Of the figure, in inches; more if there are many legs.
    everything : bool
        Draw each event, also those that only tell of the switch's housekeeping.
    most : int
        How many steps are drawn.

    Raises
    ------
    ValueError
        If there is no such theme or clock.
    """
    from switchy_nb.plots.lifelines import draw
    from switchy_nb.plots.style import Clock, Theme

    return draw(
        sessions,
        events,
        commands,
        ax=ax,
        theme=Theme.of(theme),
        clock=Clock.of(clock),
        width=width,
        everything=everything,
        most=most,
    )


def mermaid(
    sessions: "pd.DataFrame",
    events: "pd.DataFrame",
    commands: "pd.DataFrame | None" = None,
    *,
    clock: "Clock | str" = "arrival",
    everything: bool = False,
    most: int = 200,
) -> str:
    """Write the ladder as a Mermaid sequence diagram; the parameters are those of `ladder`.

    Returns
    -------
    str
        To be put between ```` ```mermaid ```` and ```` ``` ```` in a ticket. No value in it can
        become Mermaid's syntax or markup.
    """
    from switchy_nb.plots.diagram import write
    from switchy_nb.plots.steps import read_ladder
    from switchy_nb.plots.style import Clock

    return write(
        read_ladder(sessions, events, commands, Clock.of(clock), everything=everything, most=most)
    )
