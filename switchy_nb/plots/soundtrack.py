"""A leg's recorded sound: waveform and spectrogram, with what the leg did on the same time axis."""

import base64
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from switchy_nb.plots import bars
from switchy_nb.plots.axes import dress, figure_of, legend_above, name_x, say_nothing
from switchy_nb.plots.dense import add_scale
from switchy_nb.plots.figure import InlineFigure
from switchy_nb.plots.groups import choose
from switchy_nb.plots.lanes import Lane, Story, read_story
from switchy_nb.plots.layout import BAR, BOTTOM, TOP, Detail, Layout, lay_out
from switchy_nb.plots.style import ANSWERED, SMALL, Clock, Since, Theme
from switchy_nb.plots.text import PLAIN, clean
from switchy_nb.plots.wavefile import Sound, levels

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

VIEWS = ("waveform", "spectrogram")
_NOTHING = "Nothing to draw: there is no sound in {}."
#: Inches.
_LEFT, _RIGHT, _WAVE, _SPECTRUM, _GAP = 1.75, 0.25, 0.85, 1.6, 0.12
#: Inches that the key to a spectrogram's colours needs beside it.
_KEY = 0.55
#: Seconds of sound that one column of the spectrogram is made of, and how much of it is shown (dB
#: of full scale).
_WINDOW = 0.032
_QUIET, _LOUD = -90.0, -20.0
_COLOURS = "cividis"
_LEVEL = "level (±1)"
#: More bytes of sound are not put into a notebook.
_MOST = 8_000_000


class SoundFigure(InlineFigure):
    """A figure that can be heard: in a notebook with a player under it.

    Attributes
    ----------
    sound : Sound
        What can be heard.
    """

    sound: Sound

    @property
    def audio(self) -> Any:
        """The sound as `IPython.display.Audio`, which a notebook plays."""
        from IPython.display import Audio

        play: Any = Audio
        return play(filename=str(self.sound.path))

    def _repr_html_(self) -> str:
        picture = base64.b64encode(self._repr_png_()).decode()
        shown = f'<img alt="waveform and spectrogram" src="data:image/png;base64,{picture}">'
        if self.sound.path.stat().st_size > _MOST:
            return f"{shown}<p>The sound is too long to be kept in a notebook; see its audio.</p>"
        return f"{shown}{self.audio._repr_html_()}"


def draw(
    sound: Sound,
    sessions: "pd.DataFrame | None",
    events: "pd.DataFrame | None",
    began: "pd.Timestamp | None",
    *,
    view: str | None,
    ax: "Axes | None",
    theme: Theme,
    clock: Clock,
    width: float,
) -> "Figure":
    """Draw it; see `switchy_nb.plots.sound`."""
    view = None if view is None else choose(view, VIEWS, "view of sound")
    if not len(sound.samples):
        return say_nothing(_NOTHING.format(clean(sound.path.name, 60)), ax, theme, width)
    if ax is not None:
        mixed = sound.samples.mean(axis=1)
        if view == "spectrogram":
            _spectrogram(ax, sound, theme)
        else:
            _waveform(ax, mixed, sound, theme, _LEVEL)
        name_x(ax, "seconds since the recording began", theme)
        return figure_of(ax)
    lane = _lane(sound, sessions, events, began, clock)
    return _Track(sound, lane, view, theme, width).draw()


def _lane(
    sound: Sound,
    sessions: "pd.DataFrame | None",
    events: "pd.DataFrame | None",
    began: "pd.Timestamp | None",
    clock: Clock,
) -> Story | None:
    """Read what the leg did while it was recorded, in seconds since that began."""
    if sessions is None or events is None or began is None or not len(sessions):
        return None
    story = read_story(sessions.iloc[:1], events, None, clock, Since.RECORDING)
    if story is None:
        return None
    by, end = (began - story.start).total_seconds(), sound.seconds
    return Story((_cut(story.lanes[0], by, end),), (), (), began, end)


def _cut(lane: Lane, by: float, end: float) -> Lane:
    """Cut out of a lane what was from `by` on, until `end` after it."""

    def shifted(thing: Any) -> Any | None:
        start, stop = max(thing.start - by, 0.0), min(thing.end - by, end)
        return replace(thing, start=start, end=stop) if stop > start else None

    def at(things: Any) -> tuple[Any, ...]:
        moved = (replace(thing, at=thing.at - by) for thing in things)
        return tuple(thing for thing in moved if 0 <= thing.at <= end)

    # what is told by a mark that is cut away keeps the number of that mark
    kept = [number for number, mark in enumerate(lane.marks) if 0 <= mark.at - by <= end]
    number_of = {number: new for new, number in enumerate(kept)}
    within = [
        replace(cut, marks=tuple(number_of[m] for m in cut.marks if m in number_of))
        for one in lane.within
        if (cut := shifted(one)) is not None
    ]
    return replace(
        lane,
        spans=tuple(cut for span in lane.spans if (cut := shifted(span)) is not None),
        marks=at(lane.marks),
        within=tuple(within),
        digits=at(lane.digits),
        end=min(lane.end - by, end),
        cause="",
    )


class _Track:
    """One figure being drawn; lengths in inches."""

    def __init__(
        self, sound: Sound, story: Story | None, view: str | None, theme: Theme, width: float
    ) -> None:
        self._sound, self._story, self._theme = sound, story, theme
        right = _RIGHT + (_KEY if view != "waveform" else 0.0)
        self._width, self._plot = width, width - _LEFT - right
        self._scale = self._plot / sound.seconds
        self._layout: Layout | None = None
        if story is not None:
            self._layout = lay_out(story, self._scale, self._plot, right, SMALL, Detail.NAMES, None)
        waves = sound.channels if view != "spectrogram" else 0
        spectrum = _SPECTRUM if view != "waveform" else 0.0
        self._heights = [_WAVE] * waves + ([spectrum] if spectrum else [])
        self._spectrum = bool(spectrum)
        lane = self._layout.height if self._layout is not None else 0.0
        top = TOP if self._layout is not None else 0.15
        self._height = top + lane + sum(self._heights) + _GAP * len(self._heights) + BOTTOM
        self._top = top
        self._figure = SoundFigure(width, self._height)
        self._figure.sound = sound

    def draw(self) -> SoundFigure:
        y = self._height - self._top
        panels: list[Axes] = []
        if self._layout is not None and self._story is not None:
            y -= self._layout.height
            panels.append(self._add(y, self._layout.height))
            self._draw_lane(panels[0], self._layout, self._story.lanes[0])
        for at, high in enumerate(self._heights):
            y -= high + (_GAP if panels else 0)
            ax = self._add(y, high)
            if self._spectrum and at == len(self._heights) - 1:
                _spectrogram(ax, self._sound, self._theme)
            else:
                _waveform(
                    ax, self._sound.samples[:, at], self._sound, self._theme, self._channel(at)
                )
            panels.append(ax)
        for ax in panels:
            ax.set_xlim(0, self._sound.seconds)
            ax.tick_params(axis="x", labelbottom=ax is panels[-1])
        name_x(panels[-1], f"seconds since {self._since()}", self._theme)
        return self._figure

    def _add(self, foot: float, high: float) -> "Axes":
        return self._figure.add_axes(
            (
                _LEFT / self._width,
                foot / self._height,
                self._plot / self._width,
                high / self._height,
            )
        )

    def _since(self) -> str:
        if self._story is None:
            return "the recording began"
        start = self._story.start
        return f"{start:%H:%M:%S.%f} UTC, {start:%Y-%m-%d}, when the recording began"

    def _channel(self, at: int) -> str:
        if self._sound.channels == 1:
            return _LEVEL
        return f"{('left', 'right')[at] if at < 2 else f'channel {at + 1}'} (±1)"

    def _draw_lane(self, ax: "Axes", layout: Layout, lane: Lane) -> None:
        theme = self._theme
        ax.set_facecolor("none")
        ax.set_ylim(layout.height, 0)
        for spine in ax.spines.values():
            spine.set_visible(False)
        ax.tick_params(axis="x", length=0)
        ax.set_xlim(0, self._sound.seconds)
        bars.draw_states(ax, layout.rows, BAR, {})
        bars.draw_strips(ax, layout.rows, theme, BAR, self._scale, Detail.NAMES)
        bars.draw_marks(ax, layout.rows, theme, BAR, Detail.NAMES)
        bars.draw_names(ax, layout.rows, theme, self._scale, BAR, {})
        ax.set_yticks(
            [layout.rows[0].y], ["\n".join(lane.label)], color=theme.ink, size=SMALL, **PLAIN
        )
        ax.tick_params(axis="y", length=0, pad=10)
        legend_above(ax, theme, _legend(layout))


def _legend(layout: Layout) -> list[Any]:
    from matplotlib.patches import Patch

    lanes = [row.lane for row in layout.rows]
    states = [Patch(facecolor=s.colour, label=s.value) for s in bars.states_shown(lanes)]
    return states + [
        Patch(facecolor=i.colour, label=i.value) for i in bars.inners_shown(layout.rows)
    ]


def _waveform(ax: "Axes", samples: Any, sound: Sound, theme: Theme, name: str) -> None:
    import numpy as np

    low, high, middle = levels(samples, 1600)
    x = np.linspace(0, sound.seconds, len(low) + 1)[:-1]
    ax.fill_between(x, low, high, color=ANSWERED, alpha=0.45, linewidth=0, step="post")
    ax.fill_between(x, -middle, middle, color=ANSWERED, linewidth=0, step="post")
    loudest = max(float(np.abs(samples).max()), 1e-4)
    reach = 1.0 if loudest > 0.5 else loudest * 1.15
    ax.set_ylim(-reach, reach)
    ax.set_xlim(0, sound.seconds)
    dress(ax, theme, y=name, grid="x")
    from matplotlib.ticker import MaxNLocator

    ax.yaxis.set_major_locator(MaxNLocator(nbins=3, symmetric=True))


def _spectrogram(ax: "Axes", sound: Sound, theme: Theme) -> None:
    import numpy as np
    from scipy.signal import spectrogram

    samples = sound.samples.mean(axis=1)
    size = max(8, min(int(sound.rate * _WINDOW), len(samples)))
    # long sounds need no more columns than can be seen
    step = max(size // 4, len(samples) // 3000)
    frequencies, _, power = spectrogram(
        np.pad(samples, size // 2),  # so that the first column is about the first moment
        fs=sound.rate,
        nperseg=size,
        noverlap=max(0, size - step),
        scaling="spectrum",
        mode="psd",
    )
    decibels = 10 * np.log10(np.maximum(power, 1e-12))
    ax.imshow(
        decibels,
        origin="lower",
        aspect="auto",
        extent=(0, sound.seconds, 0, frequencies[-1] / 1000),
        cmap=_COLOURS,
        vmin=_QUIET,
        vmax=_LOUD,
        interpolation="nearest",
        zorder=1,
    )
    ax.set_xlim(0, sound.seconds)
    dress(ax, theme, y="frequency (kHz)", grid="")
    add_scale(ax, (_QUIET, _LOUD, "dB of full scale"), theme, colours=_COLOURS)
