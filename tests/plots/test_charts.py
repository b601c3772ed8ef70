"""Latencies, rates, causes and health: what they say, that it is true, and that it can be read."""

import numpy as np
import pandas as pd
import pytest
from callframes import calls_frame, run_that_went_bad
from matplotlib.figure import Figure
from matplotlib.text import Text
from scenarios import shared

from switchy_nb import plots
from switchy_nb.plots.style import ANSWERED, FAILURE, cause_colour, ink_on

CHARTS = {
    "latencies": plots.latencies,
    "rates": plots.rates,
    "causes": plots.causes,
    "health": plots.health,
}


def words(figure):
    return [text.get_text() for text in figure.findobj(Text) if text.get_text()]


@pytest.fixture
def load():
    return shared("load_600_calls").calls


@pytest.mark.parametrize("name", CHARTS)
@pytest.mark.parametrize("theme", [None, "light", "dark"])
def test_no_text_lies_on_another(name, theme, overlaps, load):
    few = calls_frame([0, 1], [0.1, None], [1, 1])
    for calls in (load, few, run_that_went_bad(), load.iloc[:1]):
        assert overlaps(CHARTS[name](calls, theme=theme)) == []


@pytest.mark.parametrize("name", CHARTS)
def test_of_nothing_each_says_so_kindly(name):
    none = calls_frame([0], [0.1], [1]).iloc[:0]
    (only,) = words(CHARTS[name](none))
    assert only.startswith("Nothing to ")
    ax = Figure().add_subplot()
    assert CHARTS[name](none, ax=ax) is ax.get_figure()
    assert any(text.startswith("Nothing to ") for text in words(ax.get_figure()))


@pytest.mark.parametrize("name", CHARTS)
def test_each_draws_into_axes_that_are_given(name, load):
    figure = Figure(figsize=(9, 6))
    top, bottom = figure.subplots(2)
    assert CHARTS[name](load, ax=bottom) is figure
    assert bottom.lines or bottom.patches
    assert not top.lines
    assert not top.patches


@pytest.mark.parametrize("name", CHARTS)
def test_each_has_names_with_units_at_its_axes(name, load):
    for ax in CHARTS[name](load).axes:
        assert ax.get_title() == ""
        assert ax.get_ylabel() or ax.get_yticklabels()
    assert CHARTS[name](load).axes[-1].get_xlabel()


def test_percentiles_are_those_of_the_values():
    calls = calls_frame([*range(100)], [at / 100 for at in range(1, 101)], [1.0] * 100)
    shown = words(plots.latencies(calls, "call_setup_latency"))
    assert shown.count("500 ms") == 1
    assert shown.count("950 ms") == 1
    assert shown.count("990 ms") == 1
    assert "100" in shown
    (line,) = [
        line
        for line in plots.latencies(calls, "call_setup_latency", view="spread").axes[0].lines
        if line.get_drawstyle() == "steps-post"
    ]
    x, y = line.get_data()
    assert y[np.searchsorted(x, 0.25, "right") - 1] == pytest.approx(25)


def test_latencies_are_divided_by_a_column():
    calls = run_that_went_bad(200)
    figure = plots.latencies(calls, by="app")
    assert {"Bert", "PlayRec", "TonePlay", "call set-up (s)"} <= set(words(figure))
    with pytest.raises(ValueError, match="there is no column 'ap'; did you mean 'app'"):
        plots.latencies(calls, by="ap")
    with pytest.raises(ValueError, match="divides one latency into groups"):
        plots.latencies(calls, ["invite_latency", "answer_latency"], by="app")


def test_a_legend_is_no_wider_than_the_axes():
    """Whoever draws into axes has others beside them."""
    figure = Figure(figsize=(9, 5), dpi=100)
    left, right = figure.subplots(2, 2)[0]
    plots.latencies(run_that_went_bad(), ax=left)
    plots.rates(run_that_went_bad(), "calls", ax=right)
    figure.canvas.draw()
    for ax in (left, right):
        axes, legend = ax.get_window_extent(), ax.get_legend().get_window_extent()
        assert axes.x0 - 1 <= legend.x0
        assert legend.x1 <= axes.x1 + 1
        assert legend.y0 >= axes.y1 - 1


def test_dots_and_lines_over_time_are_named(load):
    shown = words(plots.latencies(load, "call_setup_latency", view="time"))
    assert {"call set-up", "each call", "middle"} <= set(shown)
    few = words(plots.latencies(load.iloc[:39], "call_setup_latency", view="time"))
    assert "each call" in few
    assert "middle" not in few


def test_the_one_slow_call_among_many_has_a_larger_dot():
    setups = [0.1 + at / 10_000 for at in range(199)]
    calls = calls_frame([*range(200)], [*setups, 4.0], [1.0] * 200)
    lines = plots.latencies(calls, "call_setup_latency", view="time").axes[0].lines
    (large,) = [line for line in lines if line.get_marker() == "o"]
    assert list(large.get_ydata()) == [pytest.approx(4.0)]
    assert large.get_alpha() is None
    bad = plots.latencies(run_that_went_bad(), "call_setup_latency", view="time").axes[0].lines
    assert "o" not in [line.get_marker() for line in bad]


def test_there_is_no_line_through_times_without_calls():
    begins = [*np.linspace(0, 10, 60), *np.linspace(50, 60, 60)]
    calls = calls_frame(begins, [0.1] * 120, [1.0] * 120)
    lines = plots.latencies(calls, "call_setup_latency", view="time").axes[0].lines
    (middle,) = [line for line in lines if line.get_linestyle() != "None"]
    x, y = middle.get_data()
    assert np.isnan(y[(x > 12) & (x < 48)]).all()
    assert not np.isnan(y[x < 9]).any()


def test_each_latency_is_dashed_in_its_own_way():
    """Those that are the same lie on each other."""
    figure = plots.latencies(run_that_went_bad())
    styles = [
        line._dash_pattern for line in figure.axes[0].lines if line.get_drawstyle() == "steps-post"
    ]
    assert len(styles) == len({str(style) for style in styles}) == 5


def test_many_groups_share_the_last():
    calls = calls_frame(
        [*range(40)], [0.1] * 40, [1.0] * 40, app=[f"app{at % 9}" for at in range(40)]
    )
    assert "3 others" in words(plots.latencies(calls, by="app"))


def test_latencies_of_every_size_are_on_a_scale_of_tenfold_steps():
    calls = calls_frame([*range(50)], [0.001 * 1.3**at for at in range(50)], [1.0] * 50)
    assert plots.latencies(calls, "call_setup_latency").axes[0].get_xscale() == "log"
    assert plots.latencies(shared("load_600_calls").calls).axes[0].get_xscale() == "linear"


def test_rates_are_calls_a_second(load):
    (ax,) = plots.rates(load, "calls").axes
    heights = [patch.get_height() * patch.get_width() for patch in ax.patches]
    assert sum(heights) == pytest.approx(600)
    with pytest.raises(ValueError, match="'asrr' is no panel of rates; did you mean 'asr'"):
        plots.rates(load, "asrr")
    with pytest.raises(ValueError, match="one panel fits"):
        plots.rates(load, ["asr", "acd"], ax=Figure().add_subplot())


def test_causes_have_words_shares_and_their_own_colours():
    calls = calls_frame([0, 1, 2, 3], [0.1, None, 0.1, 0.1], [1, 1, 1, 1])
    figure = plots.causes(calls)
    text = " ".join(words(figure))
    assert "3 · 75.0 %" in text
    assert "the far end is busy" in text
    colours = [patch.get_facecolor() for patch in figure.axes[0].patches]
    assert len(set(colours)) == 2
    assert cause_colour("NORMAL_CLEARING") == ANSWERED
    assert cause_colour("SWITCH_CONGESTION") == cause_colour("CRASH") == FAILURE
    assert cause_colour(float("nan")) != FAILURE


def test_more_causes_than_there_is_room_for_share_a_bar():
    causes = [f"CAUSE_{at}" for at in range(30)]
    calls = calls_frame([*range(30)], [0.1] * 30, [1.0] * 30, hangup_cause=causes)
    assert "18 other causes" in words(plots.causes(calls))


def test_health_says_it_in_words_and_shades_what_was_bad():
    good, bad = plots.health(shared("load_600_calls").calls), plots.health(run_that_went_bad())
    assert "✔" in words(good)
    assert "✘" in words(bad)
    assert any(text.startswith("Not healthy since 07:31:0") for text in words(bad))

    def shades(figure):
        return [p for p in figure.axes[2].patches if p.get_alpha() == pytest.approx(0.14)]

    assert not shades(good)
    assert len(shades(bad)) >= 6


def test_hostile_text_is_drawn_as_it_is():
    evil = "$\\frac{1}{0}$\n\x00\u202e" + "x" * 300
    calls = calls_frame([0, 1], [0.1, 0.1], [1, 1], app=evil, hangup_cause=evil, switch=evil)
    for figure in (plots.latencies(calls, by="app"), plots.causes(calls), plots.health(calls)):
        assert figure._repr_png_().startswith(b"\x89PNG")
        assert not any(
            text.get_parse_math() for text in figure.findobj(Text) if "frac" in text.get_text()
        )
        assert not {"\x00", "\u202e"} & set("".join(words(figure)))


def test_times_that_are_not_known_are_no_error():
    calls = calls_frame([0, 1], [0.1, 0.1], [1, 1])
    for name in ("caller_create", "launched"):
        calls[name] = pd.Series(pd.NaT, calls.index, dtype="datetime64[us, UTC]")
    assert "when these calls began is not known" in words(plots.latencies(calls))
    assert words(plots.rates(calls))[0].startswith("Nothing to draw")


def test_text_on_colours_can_be_read():
    assert ink_on("#f0e442") == "#111111"
    assert ink_on("#0072b2") == "#ffffff"
