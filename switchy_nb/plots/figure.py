"""A figure that shows itself in a notebook, with no pyplot and no backend to choose."""

from io import BytesIO

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from switchy_nb.plots.style import DPI, FONT, NORMAL, Theme


class InlineFigure(Figure):
    """A bare `Figure` with a transparent background, drawn when a notebook shows it.

    Where IPython's inline backend is set up, it knows how to show figures of any kind, and takes
    its own way before this one: so a figure never shows twice.

    Parameters
    ----------
    width, height : float
        In inches.
    """

    def __init__(self, width: float, height: float) -> None:
        super().__init__(figsize=(width, height), dpi=DPI, facecolor="none", edgecolor="none")
        FigureCanvasAgg(self)

    def _repr_png_(self) -> bytes:
        buffer = BytesIO()
        self.savefig(
            buffer,
            format="png",
            facecolor=self.get_facecolor(),
            bbox_inches="tight",
            pad_inches=0.1,
        )
        return buffer.getvalue()

    def __repr__(self) -> str:
        width, height = self.get_size_inches()
        return f"<{type(self).__name__} of {width:g} × {height:g} inches>"


def say(message: str, theme: Theme, width: float) -> InlineFigure:
    """Make a figure that says why there is nothing to see."""
    figure = InlineFigure(width, 1.2)
    figure.text(
        0.5, 0.5, message, ha="center", va="center", color=theme.ink, family=FONT, size=NORMAL
    )
    return figure
