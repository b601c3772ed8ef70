"""Frames of a real FreeSWITCH's calls to draw."""

import pytest
from hypothesis import settings
from matplotlib.text import Text
from scenarios import shared

# How long an example takes says nothing on a busy machine.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")


@pytest.fixture
def frames():
    """The legs and events of a scenario."""

    def make(name):
        recording = shared(name)
        return recording.sessions, recording.events

    return make


@pytest.fixture
def overlaps():
    """Pairs of texts in a figure of which one lies on the other."""

    def find(figure):
        figure.canvas.draw()
        renderer = figure.canvas.get_renderer()
        beyond = {
            tick.label1
            for ax in figure.axes
            for axis in (ax.xaxis, ax.yaxis)
            for tick in axis.get_major_ticks()
            if not min(axis.get_view_interval()) <= tick.get_loc() <= max(axis.get_view_interval())
        }
        boxes = [
            (text.get_text(), text.get_window_extent(renderer))
            for text in figure.findobj(Text)
            if text.get_text() and text.get_visible() and text not in beyond
        ]
        return [
            (one, other)
            for at, (one, box) in enumerate(boxes)
            for other, beside in boxes[at + 1 :]
            if min(box.x1, beside.x1) - max(box.x0, beside.x0) > 1
            and min(box.y1, beside.y1) - max(box.y0, beside.y0) > 3
        ]

    return find
