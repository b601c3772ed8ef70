"""A figure shows itself, and pyplot has no part in it."""

import subprocess
import sys

import pytest
from matplotlib.figure import Figure

from switchy_nb.plots import timeline
from switchy_nb.plots.figure import InlineFigure


def test_it_shows_itself_once_with_and_without_the_inline_backend(frames):
    pytest.importorskip("IPython")
    from IPython.core.formatters import DisplayFormatter
    from IPython.core.pylabtools import print_figure

    figure = timeline(*frames("busy"))
    assert isinstance(figure, InlineFigure)
    bare = DisplayFormatter()
    data, _ = bare.format(figure)
    assert set(data) == {"text/plain", "image/png"}
    inline = DisplayFormatter()
    inline.formatters["image/png"].for_type(Figure, lambda fig: print_figure(fig, "png"))
    data, _ = inline.format(figure)
    assert set(data) == {"text/plain", "image/png"}
    assert data["text/plain"].startswith("<InlineFigure of 10")


def test_pyplot_is_never_imported():
    code = (
        "import sys, io\n"
        "from switchy_nb.recording import Recording\n"
        "from switchy_nb.wire import Event\n"
        "r = Recording()\n"
        "for name in ('CHANNEL_CREATE', 'CHANNEL_HANGUP'):\n"
        "    r.append(Event.make([('Event-Name', name), ('Unique-ID', 'a')]), 1)\n"
        "r.timeline()._repr_png_()\n"
        "print('matplotlib.pyplot' in sys.modules)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout == "False\n"
