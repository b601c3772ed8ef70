"""Text made fit to be drawn."""

from hypothesis import given
from hypothesis import strategies as st

from switchy_nb.plots.text import clean, width_of


def test_lines_controls_and_missing_glyphs_are_replaced():
    assert clean("a\nb\tc\x00d") == "a↵b·c·d"
    assert clean("\u202eevil\u200b") == "·evil·"
    assert clean("電話 ☎ Zoë") == "□□ ☎ Zoë"
    assert clean(None) == ""
    assert clean(float("nan")) == ""


def test_long_text_is_cut_in_the_middle():
    assert clean("abcdefghij", 7) == "abcd…ij"
    assert clean("abcdefg", 7) == "abcdefg"


@given(st.text(max_size=200), st.integers(3, 60))
def test_it_is_never_longer_than_its_limit(text, limit):
    assert len(clean(text, limit)) <= limit


def test_wider_text_is_wider_and_a_dollar_is_a_dollar():
    assert 0 < width_of("i", 8) < width_of("W", 8) < width_of("W", 9)
    assert width_of("$x$", 8) > width_of("x", 8) * 2
