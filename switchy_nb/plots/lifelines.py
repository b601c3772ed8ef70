"""The ladder as a figure: lifelines under their heads, and an arrow for each message."""

from typing import TYPE_CHECKING

from switchy_nb.plots.axes import figure_of, say_nothing, size_of
from switchy_nb.plots.figure import InlineFigure
from switchy_nb.plots.steps import Kind, Ladder, Step, Who, read_ladder
from switchy_nb.plots.style import FAILURE, OURS, SMALL, TINY, Clock, Inner, State, Theme
from switchy_nb.plots.text import PLAIN, fit

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: Inches: a step, the heads, the columns of times, between lifelines at least.
_ROW, _HEAD, _TIMES, _FOOT, _APART = 0.34, 0.62, 1.35, 0.32, 1.9
#: Inches beside the first lifeline and the last: half of what stands over them.
_SIDE, _LAST = 0.6, 0.85
_NOTHING = "Nothing to draw: no leg with events was recorded."
#: Given axes too low for it, a ladder would be mush.
_LEAST_ROW = 0.2


def draw(
    sessions: "pd.DataFrame",
    events: "pd.DataFrame",
    commands: "pd.DataFrame | None",
    *,
    ax: "Axes | None",
    theme: Theme,
    clock: Clock,
    width: float,
    everything: bool,
    most: int,
) -> "Figure":
    """Draw it; see `switchy_nb.plots.ladder`."""
    if ax is not None:
        fits = int((size_of(ax)[1] - _HEAD - _FOOT) / _LEAST_ROW)
        most = max(1, min(most, fits))
    ladder = read_ladder(sessions, events, commands, clock, everything=everything, most=most)
    if ladder is None:
        return say_nothing(_NOTHING, ax, theme, width)
    return _Drawing(ladder, ax, theme, width).draw()


class _Drawing:
    """One ladder being drawn; lengths in inches, `y` from the top."""

    def __init__(self, ladder: Ladder, ax: "Axes | None", theme: Theme, width: float) -> None:
        self._ladder, self._theme = ladder, theme
        count = len(ladder.columns)
        if ax is None:
            width = max(width, _TIMES + _SIDE + _APART * (count - 1) + _LAST)
            height = _HEAD + _ROW * len(ladder.steps) + _FOOT
            figure = InlineFigure(width, height)
            ax = figure.add_axes((0, 0, 1, 1))
            self._row = _ROW
        else:
            width, height = size_of(ax)
            self._row = min(_ROW, (height - _HEAD - _FOOT) / len(ladder.steps))
        self._ax, self._width, self._height = ax, width, height
        first, last = _TIMES + _SIDE, width - _LAST
        self._apart = apart = (last - first) / max(count - 1, 1)
        self._x = {column.key: first + apart * at for at, column in enumerate(ladder.columns)}
        self._order = [column.key for column in ladder.columns]
        #: legs first seen at
        self._begin: dict[str, int] = {}
        for at, states in enumerate(ladder.states):
            for uuid in states:
                self._begin.setdefault(uuid, at)
        for at, step in enumerate(ladder.steps):
            for key in (step.source, step.target):
                self._begin[key] = min(self._begin.get(key, at), at)

    def draw(self) -> "Figure":
        ax = self._ax
        ax.set_axis_off()
        ax.set_xlim(0, self._width)
        ax.set_ylim(self._height, 0)
        self._heads()
        self._lifelines()
        self._bridges()
        for at, step in enumerate(self._ladder.steps):
            self._times(at, step)
            self._step(at, step)
        self._foot()
        return figure_of(ax)

    def _y(self, at: float) -> float:
        return _HEAD + self._row * (at + 0.62)

    def _write(self, x: float, y: float, text: str, **options: object) -> None:
        given = {"color": self._theme.ink, "size": SMALL, "va": "center"}
        self._ax.text(x, y, text, **{**given, **options, **PLAIN})

    def _heads(self) -> None:
        self._write(_TIMES - 0.72, _HEAD - 0.1, "time (s)", ha="right", size=TINY)
        self._write(_TIMES - 0.08, _HEAD - 0.1, "after (s)", ha="right", size=TINY)
        for column in self._ladder.columns:
            x = self._x[column.key]
            for line, text in enumerate(column.title):
                self._write(
                    x,
                    0.14 + 0.17 * line,
                    fit(text, min(self._apart - 0.15, 2 * _LAST), SMALL),
                    ha="center",
                    weight="bold" if line == 0 else "normal",
                )

    def _lifelines(self) -> None:
        theme, last = self._theme, len(self._ladder.steps) - 1
        for column in self._ladder.columns:
            x = self._x[column.key]
            if column.who is not Who.LEG:
                self._ax.plot([x, x], [_HEAD - 0.12, self._y(last) + 0.12], color=theme.ink, lw=1)
                continue
            begin = self._begin.get(column.key, 0)
            self._ax.plot(
                [x, x],
                [_HEAD - 0.12, self._y(begin)],
                color=theme.ink,
                linewidth=0.8,
                linestyle=(0, (1, 3)),
            )
            self._states(column.key, x, begin, last)

    def _states(self, uuid: str, x: float, begin: int, last: int) -> None:
        """Draw a leg's lifeline in the colours of its states, and name each where it begins."""
        before: State | None = None
        for at in range(begin, last + 1):
            state = self._ladder.states[at].get(uuid)
            if state is None:
                continue
            foot = self._y(at + 1) if at < last else self._y(at) + 0.12
            self._ax.plot(
                [x, x], [self._y(at), foot], color=state.colour, lw=5, solid_capstyle="butt"
            )
            if state is not before:
                self._write(x + 0.07, self._y(at) + 0.1, state.value, size=TINY, ha="left")
            before = state

    def _bridges(self) -> None:
        for begin, end, *legs in self._ladder.bridges:
            for leg in legs:
                if leg in self._x:
                    x = self._x[leg] - 0.06
                    self._ax.plot(
                        [x, x],
                        [self._y(begin), self._y(end)],
                        color=Inner.BRIDGE.colour,
                        linewidth=2,
                        solid_capstyle="butt",
                    )

    def _times(self, at: int, step: Step) -> None:
        y = self._y(at)
        self._write(_TIMES - 0.72, y, f"{step.at:.3f}", ha="right")
        if at:
            delta = step.at - self._ladder.steps[at - 1].at
            if delta >= 0.0005:
                self._write(_TIMES - 0.08, y, f"+{delta:.3f}", ha="right")

    def _step(self, at: int, step: Step) -> None:
        y = self._y(at)
        colour = FAILURE if step.failed else self._theme.ink
        if step.kind is Kind.BRIDGE:
            colour = Inner.BRIDGE.colour
        elif step.kind is Kind.COMMAND and not step.failed:
            colour = OURS
        text = step.text + (f" ×{step.count}" if step.count > 1 else "")
        ink = FAILURE if step.failed else self._theme.ink
        if step.source == step.target or step.target not in self._x or step.source not in self._x:
            self._note(step, y, text, colour, ink)
            return
        x0, x1 = self._x[step.source], self._x[step.target]
        self._ax.annotate(
            "",
            (x1, y),
            (x0, y),
            arrowprops={
                "arrowstyle": "<|-|>" if step.kind is Kind.BRIDGE else "-|>",
                "color": colour,
                "linewidth": 1.1,
                "shrinkA": 2.5,
                "shrinkB": 2.5,
                "mutation_scale": 9,
            },
        )
        near = self._beside(step)
        self._write(
            near,
            y - 0.085,
            fit(text, self._apart - 0.22, SMALL),
            ha="center",
            color=ink,
        )
        if step.channel_state:
            switch = step.source if step.source.startswith("switch:") else step.target
            side = 0.07 if self._x[switch] < max(x0, x1) else -0.07
            self._write(
                self._x[switch] + side,
                y + 0.1,
                step.channel_state,
                size=TINY,
                ha="left" if side > 0 else "right",
            )

    def _note(self, step: Step, y: float, text: str, colour: str, ink: str) -> None:
        """Draw what happens at one leg, and goes nowhere: a dot, and its text before it."""
        key = step.source if step.source in self._x else step.target
        x = self._x.get(key, _TIMES)
        self._ax.plot([x], [y], marker="o", markersize=4.5, color=colour, zorder=5)
        self._write(x - 0.12, y, fit(text, self._apart - 0.3, SMALL), ha="right", color=ink)

    def _beside(self, step: Step) -> float:
        """Return the middle between the two lifelines where a step's text goes.

        That is the last gap before the leg (or the client) that the step is about, so that no
        lifeline runs through the text.
        """
        ends = sorted((self._order.index(step.source), self._order.index(step.target)))
        far = ends[1]
        if step.kind is Kind.COMMAND:
            far = ends[0] + 1
        return (self._x[self._order[far - 1]] + self._x[self._order[far]]) / 2

    def _foot(self) -> None:
        ladder = self._ladder
        text = f"0 s is {ladder.start:%H:%M:%S.%f} UTC, {ladder.start:%Y-%m-%d}"
        if ladder.left_out:
            text += f"; {ladder.left_out:,} more steps follow"
        self._write(0.1, self._height - 0.12, text, size=TINY, ha="left")
