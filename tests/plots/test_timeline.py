"""The timeline: what is on it, that its text does not overlap, and how it shows itself."""

import io
import subprocess
import sys
import warnings

import numpy as np
import pandas as pd
import pytest
from matplotlib import image
from matplotlib.collections import LineCollection, PatchCollection
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure

from switchy_nb.plots import timeline
from switchy_nb.plots.figure import InlineFigure
from switchy_nb.plots.style import FAILURE, State, Theme

SCENARIOS = ["parked_then_answered", "tone_and_echo", "bridged_calls", "busy", "hostile_values"]


def texts(figure):
    return [text.get_text() for text in figure.axes[0].texts]


def labels(figure):
    return [label.get_text() for label in figure.axes[0].get_yticklabels()]


def spans(figure, state):
    """The spans of a state, as (start, end) in seconds."""
    found = []
    for collection in figure.axes[0].collections:
        colours = collection.get_facecolor()
        if not isinstance(collection, PatchCollection) or not len(colours):
            continue
        if tuple(colours[0][:3]) == to_rgb(state.colour):
            found += [
                (path.vertices[:, 0].min(), path.vertices[:, 0].max())
                for path in collection.get_paths()
            ]
    return sorted(found)


def boxes(figure):
    """Where each text is, in pixels."""
    renderer = figure.canvas.get_renderer()
    figure.canvas.draw()
    axes = figure.axes[0]
    drawn = [*axes.texts, *axes.get_yticklabels()]
    return [
        (text.get_text(), text.get_window_extent(renderer)) for text in drawn if text.get_text()
    ]


def pixels(figure):
    return image.imread(io.BytesIO(figure._repr_png_()))


@pytest.mark.parametrize("name", SCENARIOS)
def test_each_leg_has_a_lane_with_its_direction_number_and_uuid(name, frames):
    sessions, events = frames(name)
    lanes = labels(timeline(sessions, events))
    assert len(lanes) == len(sessions)
    for uuid, leg in sessions.iterrows():
        lane = next(lane for lane in lanes if uuid[:8] in lane)
        assert leg["direction"] in lane
        assert leg["destination"] in lane


def test_states_are_spans_at_the_times_of_their_events(frames):
    sessions, events = frames("ring_then_answer")
    figure = timeline(sessions, events, clock="switch")
    start = events.loc[events["session"].notna(), "time"].min()

    def seconds(column):
        return sorted((sessions[column] - start).dt.total_seconds())

    up, ringing = spans(figure, State.UP), spans(figure, State.RINGING)
    assert sorted(begin for begin, _ in up) == pytest.approx(seconds("answered"))
    assert sorted(end for _, end in up) == pytest.approx(seconds("hungup"))
    assert ringing[-1][1] - ringing[-1][0] == pytest.approx(sessions["ring_s"].max(), abs=0.05)
    assert "seconds since" in figure.axes[0].get_xlabel()


def test_the_clock_of_arrival_is_the_one_of_the_frame(frames):
    sessions, events = frames("busy")
    slower = events.assign(received=events["received"].min() + (events.index * pd.Timedelta("1s")))
    last = slower.loc[slower["session"].notna(), "received"].max() - slower["received"].min()
    ends = [end for state in State for _, end in spans(timeline(sessions, slower), state)]
    assert max(ends) == pytest.approx(last.total_seconds())


def test_the_cause_is_at_the_end_and_an_odd_one_stands_out(frames):
    figure = timeline(*frames("busy"))
    causes = [text for text in figure.axes[0].texts if text.get_text() == "USER_BUSY"]
    assert len(causes) == 2
    assert {text.get_color() for text in causes} == {FAILURE}
    normal = timeline(*frames("caller_hangs_up"))
    assert texts(normal).count("NORMAL_CLEARING") == 2
    assert FAILURE not in {text.get_color() for text in normal.axes[0].texts}


def test_events_are_marks_with_names(frames):
    figure = timeline(*frames("tone_and_echo"))
    named = " ".join(texts(figure))
    for name in ("ANSWER", "EXECUTE playback", "EXECUTE echo", "PLAYBACK_STOP", "HANGUP"):
        assert name in named
    ticks = sum(
        len(c.get_segments()) for c in figure.axes[0].collections if isinstance(c, LineCollection)
    )
    sessions, events = frames("tone_and_echo")
    mine = events[events["session"].isin(sessions.index)]
    assert ticks == len(mine[["session", "received"]].drop_duplicates())


def test_bridged_legs_are_joined(frames):
    figure = timeline(*frames("bridged_calls"))
    dashed = [line for line in figure.axes[0].get_lines() if line.get_linestyle() == "--"]
    assert len(dashed) == 1
    low, high = sorted(dashed[0].get_ydata())
    ticks = figure.axes[0].get_yticks()
    assert (low, high) == (ticks[0], ticks[2])  # the near legs of both calls


@pytest.mark.parametrize("name", [*SCENARIOS, "ten_calls", "record_both_legs", "dtmf_across"])
def test_no_text_lies_on_another(name, frames):
    placed = boxes(timeline(*frames(name)))
    for at, (one, box) in enumerate(placed):
        for other, beside in placed[at + 1 :]:
            wide = min(box.x1, beside.x1) - max(box.x0, beside.x0)
            high = min(box.y1, beside.y1) - max(box.y0, beside.y0)
            assert wide <= 1 or high <= 3, f"{one!r} lies on {other!r}"


def test_thirty_calls_have_their_names_and_hundreds_their_shapes(frames):
    sessions, events = frames("load_600_calls")
    thirty = timeline(sessions.iloc[:60], events)
    assert len(labels(thirty)) == 60
    assert texts(thirty).count("NORMAL_CLEARING") == 60
    placed = [box for _, box in boxes(thirty)]
    assert min(box.height for box in placed) > 8
    all_of_them = timeline(sessions, events)
    assert labels(all_of_them) == []
    assert "1,200 legs of 600 calls" in all_of_them.axes[0].get_ylabel()
    assert all_of_them.get_size_inches()[1] < 12
    assert len(spans(all_of_them, State.UP)) == 1_200


def test_failed_legs_among_hundreds_are_marked(frames):
    sessions, events = frames("load_600_calls")
    sessions = sessions.assign(hangup_cause=["USER_BUSY", *sessions["hangup_cause"].iloc[1:]])
    legend = timeline(sessions, events).axes[0].get_legend()
    assert "not NORMAL_CLEARING" in [text.get_text() for text in legend.get_texts()]


def test_a_leg_that_is_not_over_goes_on_to_the_right(frames):
    sessions, events = frames("parked_then_answered")
    events = events[events["name"] != "CHANNEL_HANGUP"]
    events = events[events["call_state"] != "HANGUP"]
    figure = timeline(sessions, events)
    assert "NORMAL_CLEARING" not in texts(figure)
    assert len({end for _, end in spans(figure, State.UP)}) == 1


def test_events_that_came_out_of_order_are_drawn_in_order(frames):
    sessions, events = frames("parked_then_answered")
    shuffled = events.sample(frac=1, random_state=7)
    ordered, other = timeline(sessions, events), timeline(sessions, shuffled)
    widths = [end - start for state in State for start, end in spans(other, state)]
    assert min(widths) >= 0
    assert labels(other) == labels(ordered)


def test_a_plot_of_nothing_says_so(frames):
    sessions, events = frames("busy")
    for figure in (
        timeline(sessions.iloc[:0], events),
        timeline(sessions, events.iloc[:0]),
        timeline(sessions.iloc[:0], events.iloc[:0]),
    ):
        assert "Nothing to draw" in figure.texts[0].get_text()
        assert figure._repr_png_().startswith(b"\x89PNG")
    axes = Figure().add_subplot()
    timeline(sessions.iloc[:0], events, ax=axes)
    assert "Nothing to draw" in axes.texts[0].get_text()


def test_hostile_text_is_drawn_as_it_is(frames):
    sessions, events = frames("busy")
    evil = "$\\frac{1}{0}$\n\x00\u202e電話" + "x" * 500
    sessions = sessions.assign(destination=evil, app=evil, hangup_cause=evil)
    events = events.assign(name=evil, application=evil)
    events.loc[events.index[-8], "name"] = "CHANNEL_HANGUP"
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        figure = timeline(sessions, events)
        assert figure._repr_png_().startswith(b"\x89PNG")
    shown = labels(figure) + texts(figure)
    assert any("$" in text for text in shown)
    assert max(len(line) for text in shown for line in text.split("\n")) < 130
    assert not {"\x00", "\u202e", "電"} & set("".join(shown))
    assert not any(text.get_parse_math() for text in figure.axes[0].texts)


@pytest.mark.parametrize("theme", [None, "light", "dark"])
def test_the_background_is_clear_and_the_ink_can_be_read(theme, frames):
    figure = timeline(*frames("busy"), theme=theme)
    picture = pixels(figure)
    assert picture[0, 0, 3] == 0
    grounds = {"light": ["#ffffff"], "dark": ["#111111"]}.get(theme, ["#ffffff", "#111111"])
    for ground in grounds:
        for colour in (Theme.of(theme).ink, FAILURE):
            assert contrast(colour, ground) > (4.2 if colour != FAILURE else 3.5)
        for state in State:
            assert contrast(state.ink, state.colour) > 4.5
    assert figure.axes[0].xaxis.label.get_color() == Theme.of(theme).ink


def luminance(colour):
    values = np.array(to_rgb(colour))
    linear = np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])


def contrast(one, other):
    """WCAG 2's contrast ratio."""
    low, high = sorted([luminance(one), luminance(other)])
    return (high + 0.05) / (low + 0.05)


def test_unknown_choices_are_errors_that_say_which_there_are(frames):
    with pytest.raises(ValueError, match="'pink' is no theme: it is 'any' or 'light' or 'dark'"):
        timeline(*frames("busy"), theme="pink")
    with pytest.raises(ValueError, match="'wall' is no clock"):
        timeline(*frames("busy"), clock="wall")


def test_it_draws_into_axes_that_are_given(frames):
    figure = Figure(figsize=(9, 6))
    top, bottom = figure.subplots(2)
    assert timeline(*frames("busy"), ax=bottom) is figure
    assert len(bottom.get_yticklabels()) == 2
    assert not top.texts
    figure.savefig(io.BytesIO(), format="png")


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
