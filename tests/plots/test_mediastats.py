"""Pictures of how good the sound was."""

import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text
from scenarios import shared
from soundfiles import quality_frame

from switchy_nb.plots import quality
from switchy_nb.plots.style import FAILURE


def words(figure):
    return [text.get_text() for text in figure.findobj(Text) if text.get_text()]


@pytest.mark.parametrize("theme", [None, "light", "dark"])
@pytest.mark.parametrize("count", [1, 6, 240])
def test_no_text_lies_on_another(theme, count, overlaps):
    legs = quality_frame(count)
    assert overlaps(quality(legs, theme=theme)) == []
    legs.iloc[:1, legs.columns.get_loc("packets")] = 0
    assert overlaps(quality(legs, theme=theme)) == []


def test_the_worst_legs_are_named_and_the_limit_is_drawn():
    legs = quality_frame()
    figure = quality(legs)
    worst = legs["loss"].idxmax()
    assert worst[:8] in words(figure)
    assert legs["loss"].idxmin()[:8] not in words(figure)
    assert {"opinion score (MOS)", "jitter (ms)", "lost packets (%)"} <= set(words(figure))
    assert any(line.get_color() == FAILURE for line in figure.axes[0].get_lines())


def test_legs_without_packets_are_counted_and_not_rated():
    legs = quality_frame(20)
    legs.iloc[:4, legs.columns.get_loc("packets")] = 0
    assert "4 legs received no sound, and cannot be rated." in words(quality(legs))
    legs["packets"] = 0
    assert words(quality(legs)) == ["20 legs received no sound, and cannot be rated."]


def test_of_nothing_it_says_so_and_unknown_measures_are_errors():
    assert words(quality(quality_frame(3).iloc[:0]))[0].startswith("Nothing to draw")
    with pytest.raises(ValueError, match="'mso' is no measure of quality; did you mean 'mos'"):
        quality(quality_frame(3), "mso")


def test_it_draws_one_measure_into_axes_that_are_given():
    figure = Figure(figsize=(8, 3))
    ax = figure.add_subplot()
    assert quality(quality_frame(), "loss", ax=ax) is figure
    assert ax.get_ylabel() == "lost packets (%)"


def test_a_recording_draws_its_own():
    assert "opinion score (MOS)" in words(shared("tone_and_echo").quality())
    assert words(shared("busy").quality())[0].startswith("Nothing to draw")
