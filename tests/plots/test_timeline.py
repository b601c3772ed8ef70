"""The timeline: what is on it, that its text does not overlap, and how it shows itself."""

import io
import re
import warnings

import numpy as np
import pandas as pd
import pytest
from callframes import legs_and_events, run_that_went_bad
from matplotlib import image
from matplotlib.collections import LineCollection, PatchCollection
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from scenarios import scenario, shared, told, with_commands, with_waits

from switchy_nb.plots import percall, timeline
from switchy_nb.plots.style import FAILURE, Inner, State, Theme, cause_colour

SCENARIOS = ["parked_then_answered", "tone_and_echo", "bridged_calls", "busy", "hostile_values"]


def texts(figure):
    return [text.get_text() for text in figure.axes[0].texts]


def labels(figure):
    return [label.get_text() for label in figure.axes[0].get_yticklabels()]


def spans(figure, state):
    """The spans of a state, as (start, end) in seconds."""
    return shapes(figure, state.colour)


def strips(figure, kind):
    """The strips of a kind, as (start, end) in seconds."""
    return shapes(figure, kind.colour)


def shapes(figure, colour):
    found = []
    for collection in figure.axes[0].collections:
        colours = collection.get_facecolor()
        if not isinstance(collection, PatchCollection) or not len(colours):
            continue
        if tuple(colours[0][:3]) == to_rgb(colour):
            found += [
                (path.vertices[:, 0].min(), path.vertices[:, 0].max())
                for path in collection.get_paths()
            ]
    return sorted(found)


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
    for name in ("CREATE", "ANSWER", "PARK", "HANGUP"):
        assert name in named
    assert "EXECUTE" not in named  # the strips tell it
    ticks = sum(
        len(c.get_segments())
        for c in figure.axes[0].collections
        if isinstance(c, LineCollection) and c.get_zorder() == 3
    )
    sessions, events = frames("tone_and_echo")
    mine = events[events["session"].isin(sessions.index)]
    assert ticks == len(mine[["session", "received"]].drop_duplicates())


def test_applications_and_playbacks_are_strips_with_names():
    figure = timeline(*told(shared("tone_and_echo")))
    shown = texts(figure)
    assert {"park", "echo", "playback tone_stream://%(251,0,1004);loops=-1"} <= set(shown)
    assert not any("PLAYBACK" in text for text in shown)
    sessions, events = shared("tone_and_echo").sessions, shared("tone_and_echo").events
    mine = events[events["session"].isin(sessions.index)]
    begin, end = (
        mine.loc[mine["name"] == name, "received"].iloc[0]
        for name in ("PLAYBACK_START", "PLAYBACK_STOP")
    )
    ((start, stop),) = strips(figure, Inner.PLAYBACK)
    assert stop - start == pytest.approx((end - begin).total_seconds(), abs=0.03)


def test_recordings_are_strips_with_the_names_of_their_files():
    figure = timeline(*told(shared("record_both_legs")))
    assert len(strips(figure, Inner.RECORDING)) == 2
    assert sum(text.startswith("recording probe_") for text in texts(figure)) == 2


def test_digits_are_on_the_leg_that_sent_them():
    figure = timeline(*told(shared("dtmf_across")))
    digits = [text for text in figure.axes[0].texts if text.get_text() in set("1234#")]
    assert [text.get_text() for text in digits] == list("1234#")
    (y,) = {text.get_position()[1] for text in digits}
    assert y == figure.axes[0].get_yticks()[1]
    narrow = timeline(*told(shared("dtmf_across")), width=3)
    assert any(len(text) > 1 and set(text) <= set("1234#") for text in texts(narrow))


def test_commands_are_causes_on_a_lane_of_their_own_and_at_their_leg():
    recording = with_commands("dtmf_across")
    figure = timeline(*told(recording))
    assert labels(figure)[-1] == "commands"
    assert "uuid_send_dtmf 60f223ae 1234#" in texts(figure)
    marks = [line for line in figure.axes[0].get_lines() if line.get_marker() == "v"]
    at, _ = marks[0].get_data()
    assert len(at) == 2 * len(recording.commands)  # each names a leg
    sent = recording.commands["sent"]
    assert sorted(set(at)) == pytest.approx(
        [(one - sent.iloc[0]).total_seconds() for one in sent], abs=1e-6
    )
    assert "commands" not in labels(timeline(*told(recording), clock="switch"))


def test_waits_are_marks_among_the_commands_and_are_hollow():
    recording = with_waits("dtmf_across")
    leg = recording.sessions.index[0]
    figure = timeline(*told(recording))
    written = texts(figure)
    assert any(f"wait answered {leg[:8]}" in text for text in written)
    assert any(f"wait vars['heard'] {leg[:8]}" in text for text in written)
    hollow = [
        line
        for line in figure.axes[0].get_lines()
        if line.get_marker() == "v" and line.get_fillstyle() == "none"
    ]
    came, in_vain = (line.get_data()[0] for line in hollow)
    assert len(came) == len(in_vain) == 2  # on the lane of commands, and at the leg
    assert hollow[0].get_color() != hollow[1].get_color()
    assert {"command", "wait"} <= {t.get_text() for t in figure.axes[0].get_legend().get_texts()}


def test_a_command_says_where_it_came_from_and_that_it_failed():
    recording = scenario("busy")
    sent = recording.events["received"].min().value // 1000
    leg = recording.sessions.index[0]
    token = recording.command_sent("api", f"uuid_kill {leg}", sent, source="cell 12")
    recording.command_replied(token, sent + 3_000, False, "-ERR No such channel!")
    figure = timeline(*told(recording))
    (name,) = (text for text in figure.axes[0].texts if "uuid_kill" in text.get_text())
    assert name.get_text() == f"cell 12: uuid_kill {leg[:8]}"
    assert name.get_color() == FAILURE


def test_bridged_legs_are_joined(frames):
    figure = timeline(*frames("bridged_calls"))
    begin, end = (line for line in figure.axes[0].get_lines() if line.get_linestyle() == "--")
    ticks = figure.axes[0].get_yticks()
    for line in (begin, end):
        assert tuple(sorted(line.get_ydata())) == (ticks[0], ticks[2])  # near legs of both calls
    assert begin.get_xdata()[0] < end.get_xdata()[0]
    assert len(strips(figure, Inner.BRIDGE)) == 2
    assert "bridged with outbound → echo" in texts(figure)


def test_what_is_counted_is_listed(frames):
    sessions, events = frames("parked_then_answered")
    figure = timeline(sessions, events)
    title, *lines = [text.get_text() for text in figure.texts]
    assert title == "besides, as counted above"
    assert [line.split(":")[0] for line in lines] == [uuid[:8] for uuid in sessions.index]
    counts = [int(text.rpartition(" +")[2]) for text in texts(figure) if " +" in text]
    items = [item for line in lines for item in re.split("[,;]", line.partition(": ")[2])]
    times = [int(item.partition("×")[2] or 1) for item in items]
    assert sum(times) == sum(counts) > 20
    assert not timeline(sessions, events, listed=False).texts


@pytest.mark.parametrize("name", [*SCENARIOS, "ten_calls", "record_both_legs", "dtmf_across"])
def test_no_text_lies_on_another(name, overlaps):
    assert overlaps(timeline(*told(with_commands(name)))) == []
    assert overlaps(timeline(*told(with_commands(name)), time="clock", colour="duration_s")) == []


def test_thirty_calls_have_their_names(frames, overlaps):
    sessions, events = frames("load_600_calls")
    thirty = timeline(sessions.iloc[:60], events)
    assert len(labels(thirty)) == 60
    assert texts(thirty).count("NORMAL_CLEARING") == 60
    assert overlaps(thirty) == []


def test_hundreds_of_calls_are_lines_of_a_dense_picture(frames):
    sessions, events = frames("load_600_calls")
    figure = timeline(sessions, events)
    ax = figure.axes[0]
    assert ax.get_ylabel() == "600 calls (1,200 legs), by when they began"
    assert ax.get_xlabel() == "seconds since each call began"
    assert figure.get_size_inches()[1] < 12
    picture = ax.images[0].get_array()
    assert picture.shape[0] == 600
    up = to_rgb(State.UP.colour)
    assert (abs(picture[:, :, :3] - up).max(axis=2) < 0.01).any(axis=1).all()


def test_failed_calls_among_hundreds_are_marked():
    calls = run_that_went_bad(300)
    figure = timeline(*legs_and_events(calls), calls=calls)
    failed = int((calls["hangup_cause"] != "NORMAL_CLEARING").sum())
    marked = [line for line in figure.axes[0].get_lines() if line.get_color() == FAILURE]
    assert sum(len(line.get_xdata()) for line in marked) == failed
    legend = figure.axes[0].get_legend()
    assert "not NORMAL_CLEARING" in [text.get_text() for text in legend.get_texts()]


def test_a_call_that_goes_on_far_longer_does_not_squeeze_the_others():
    calls = run_that_went_bad(300)
    calls.loc["call-7", "hungup"] += pd.Timedelta("1h")
    figure = timeline(*legs_and_events(calls))
    assert figure.axes[0].get_xlim()[1] < 200
    assert any("go on, up to 3.6" in text or "go on, up to" in text for text in texts(figure))


def test_calls_are_sorted_by_any_column():
    calls = run_that_went_bad(200)
    frames = legs_and_events(calls)
    order = percall.sorted_calls("-call_duration", frames[0], calls)
    assert calls.loc[order, "call_duration"].is_monotonic_decreasing
    figure = timeline(*frames, calls=calls, sort="-call_duration")
    assert "by call_duration, largest first" in figure.axes[0].get_ylabel()
    assert labels(figure)[0] == f"{calls['call_duration'].max():.3g} s"
    few = timeline(*legs_and_events(calls.iloc[:3]), calls=calls, sort="-latency")
    slowest = calls["call_setup_latency"].iloc[:3].argmax()
    assert f"a{slowest}" in labels(few)[0]


@pytest.mark.parametrize("count", [3, 20, 200])
def test_colours_stand_for_what_is_asked_for(count):
    calls = run_that_went_bad(count)
    frames = legs_and_events(calls)
    figure = timeline(*frames, calls=calls, colour="app")
    named = [text.get_text() for text in figure.axes[0].get_legend().get_texts()]
    assert set(calls["app"]) <= set(named)
    figure = timeline(*frames, calls=calls, colour="latency")
    assert figure.axes[0].child_axes[0].get_ylabel() == "call set-up (s)"
    causes = percall.colours_of("cause", frames[0], calls, Theme.LIGHT)
    assert causes.of["call-0"] == cause_colour(calls["hangup_cause"].iloc[0])


def test_time_is_counted_from_where_it_is_asked_for():
    recording = shared("ten_calls")
    by_clock = timeline(*told(recording), time="clock").axes[0]
    assert by_clock.get_xlabel() == "time of day (UTC), 2026-11-23"
    assert by_clock.get_xticklabels()[0].get_text().startswith("07:23:58.")
    by_call = timeline(*told(recording), time="call")
    starts = [start for state in State for start, _ in spans(by_call, state)]
    assert sum(start == pytest.approx(0, abs=1e-6) for start in starts) >= len(recording.calls)
    with pytest.raises(ValueError, match="'wall' is no time"):
        timeline(*told(recording), time="wall")


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
