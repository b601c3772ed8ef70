"""`compare`: what it takes, and how it shows itself."""

import re

import pytest

from switchy_nb import Recording, compare
from switchy_nb.plots.style import SERIES


def test_two_parts_of_a_real_run_do_not_differ(load):
    keys = load.calls.index
    found = compare(load.select(calls=keys[::2]), load.select(calls=keys[1::2]), by="destination")
    assert len(found.changed) == len(found.worse) == len(found.calls) == 0
    assert repr(found).startswith("300 calls before, 300 after: none of the ")
    assert "post_dial_delay" in set(found.frame["measure"])
    assert set(found.frame["group"]) == {"all", "answer"}


def test_it_takes_frames_as_well_and_names(load):
    found = compare(load.calls.head(200), load.calls.tail(200), names=("first", "last"))
    assert found.words.startswith("200 calls first, 200 last:")


def test_it_shows_the_words_the_numbers_and_the_figure(load):
    html = compare(load.calls.head(300), load.calls.tail(300))._repr_html_()
    assert "none of the" in html
    assert "<table>" in html
    assert html.count("data:image/png;base64,") == 1
    assert not re.search(r'(src|href)="(?!data:)', html)


def test_the_figure_can_be_of_any_latency_and_names_the_nearest(load):
    found = compare(load.calls.head(300), load.calls.tail(300))
    assert found.figure("invite_latency", theme="dark").axes
    with pytest.raises(ValueError, match="did you mean 'invite_latency'"):
        found.figure("invite_latencies")


@pytest.mark.parametrize("names", [("before", "after"), ("after", "before"), ("zoe", "adam")])
def test_the_first_run_is_drawn_first_whatever_it_is_called(names, load):
    found = compare(load.calls.head(300), load.calls.tail(300), names=names)
    (ax,) = found.figure("call_setup_latency").axes
    keys = ax.get_legend().get_lines()
    assert [text.get_text() for text in ax.get_legend().get_texts()] == list(names)
    assert [key.get_color() for key in keys] == list(SERIES[:2])


def test_hostile_names_of_groups_are_inert(load):
    calls = load.calls.assign(group="<img src=x onerror=alert(1)>")
    changed = calls.assign(call_setup_latency=calls["call_setup_latency"] + 9)
    html = compare(calls, changed, by="group", names=("<b>a</b>", "b"))._repr_html_()
    assert "<img src=x" not in html
    assert "<b>a" not in html
    assert "&lt;img" in html


def test_what_cannot_be_compared_is_an_error(load):
    with pytest.raises(ValueError, match="a recording or its frame of calls is compared"):
        compare(load, 3)
    with pytest.raises(ValueError, match="two names"):
        compare(load, load, names=("a", "a"))
    with pytest.raises(ValueError, match="is no frame of calls"):
        compare(load.sessions, load.calls)


def test_empty_recordings_compare_to_nothing():
    found = compare(Recording(), Recording())
    assert "nothing to compare" in repr(found)
    assert "nothing to compare" in found._repr_html_()
