"""The ladder: who told whom what, in order, with states and bridges."""

import pytest
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from scenarios import shared, told, with_commands

from switchy_nb.plots import ladder
from switchy_nb.plots.steps import Kind, read_ladder
from switchy_nb.plots.style import Clock, Inner, State

SCENARIOS = ["busy", "bridged_calls", "dtmf_across", "tone_and_echo", "hostile_values"]


def steps_of(recording, **options):
    read = read_ladder(
        *told(recording), Clock.ARRIVAL, **{"everything": False, "most": 500, **options}
    )
    assert read is not None
    return read


def test_messages_go_the_way_they_went():
    read = steps_of(shared("ring_then_answer"))
    out, into = shared("ring_then_answer").sessions.index
    ways = {(step.text.split()[0], step.source, step.target) for step in read.steps}
    assert {
        ("CREATE", "switch:fs", out),
        ("CREATE", into, "switch:fs"),
        ("PROGRESS", out, "switch:fs"),
        ("PROGRESS", "switch:fs", into),
        ("ANSWER", out, "switch:fs"),
        ("ANSWER", "switch:fs", into),
        ("HANGUP", "switch:fs", out),  # it was killed: the switch sent the BYE
        ("HANGUP", into, "switch:fs"),
    } <= ways


def test_times_never_go_back_and_details_are_there():
    read = steps_of(with_commands("dtmf_across"))
    times = [step.at for step in read.steps]
    assert times == sorted(times)
    texts = [step.text for step in read.steps]
    assert [t for t in texts if t.startswith("DTMF")] == [f"DTMF {digit}" for digit in "1234#"]
    assert read.steps[0].kind is Kind.COMMAND
    assert read.steps[0].text == "originate sofia/external/answer@127.0.0.1:5080 &park()"
    assert "job: +OK 60f223ae" in texts


def test_states_follow_the_legs():
    recording = shared("parked_then_answered")
    read = steps_of(recording)
    for uuid in recording.sessions.index:
        states = [now[uuid] for now in read.states if uuid in now]
        order = list(dict.fromkeys(states))
        assert order[0] is State.TRYING
        assert order[-2:] == [State.UP, State.HUNG_UP]
        assert read.states[-1][uuid] is State.HUNG_UP


def test_bridges_are_from_one_step_to_another():
    recording = shared("bridged_calls")
    read = steps_of(recording)
    ((begin, end, *legs),) = read.bridges
    assert read.steps[begin].text == "BRIDGE"
    assert read.steps[end].text == "UNBRIDGE"
    assert (
        set(legs) == {recording.sessions.index[0], recording.sessions.index[1]}
        or (recording.sessions.loc[legs, "direction"] == "outbound").all()
    )


def test_all_events_can_be_shown_and_those_that_repeat_are_counted():
    recording = shared("tone_and_echo")
    few, every = steps_of(recording), steps_of(recording, everything=True)
    assert sum(step.count for step in every.steps) >= len(
        recording.events[recording.events["session"].notna()]
    )
    assert len(every.steps) > len(few.steps)
    assert any(step.count > 1 for step in every.steps)


def test_more_steps_than_are_wanted_are_counted():
    read = steps_of(shared("bridged_calls"), most=10)
    assert len(read.steps) == 10
    assert read.left_out > 10


@pytest.mark.parametrize("name", SCENARIOS)
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_no_text_lies_on_another(name, theme, overlaps):
    figure = ladder(*told(with_commands(name)), theme=theme)
    assert overlaps(figure) == []


def test_lifelines_have_the_colours_of_states_and_bridges_theirs():
    figure = ladder(*told(shared("bridged_calls")))
    colours = {to_rgb(line.get_color()) for line in figure.axes[0].get_lines()}
    for colour in (State.TRYING.colour, State.UP.colour, Inner.BRIDGE.colour):
        assert to_rgb(colour) in colours


def test_with_the_switchs_clock_there_are_no_commands():
    figure = ladder(*told(with_commands("busy")), clock="switch")
    assert "this notebook" not in [text.get_text() for text in figure.axes[0].texts]


def test_axes_that_are_given_get_as_much_as_fits():
    figure = Figure(figsize=(9, 4))
    top, _ = figure.subplots(2)
    assert ladder(*told(shared("bridged_calls")), ax=top) is figure
    assert any("more steps follow" in text.get_text() for text in top.texts)


def test_of_nothing_it_says_so(frames):
    sessions, events = frames("busy")
    assert "Nothing to draw" in ladder(sessions.iloc[:0], events).texts[0].get_text()
