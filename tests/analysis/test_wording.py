import pytest

from switchy_nb.analysis import wording
from switchy_nb.analysis.wording import Words


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (0, "0 ms"),
        (0.0204, "20 ms"),
        (0.0996, "0.10 s"),
        (1.351, "1.35 s"),
        (9.996, "10.0 s"),
        (119.96, "2 min 0 s"),
        (125, "2 min 5 s"),
        (3725, "1 h 2 min"),
        (-0.02, "−20 ms"),
        (-0.0004, "0 ms"),
    ],
)
def test_durations(value, written):
    assert wording.seconds(value) == written


def test_shares_counts_and_lists():
    assert wording.share(12, 600) == "12 of 600 (2.0 %)"
    assert wording.share(0, 0) == "0 of 0"
    assert wording.counted(1, "call") == "1 call"
    assert wording.counted(1200, "leg") == "1,200 legs"
    assert wording.listed(["a", "b", "c"]) == "a, b and c"
    assert wording.listed([]) == ""


@pytest.mark.parametrize("value", [None, "", "abc", float("nan"), float("inf"), "nan", object()])
def test_what_is_no_number_is_none(value):
    assert wording.number_of(value) is None


def test_text_from_the_network_keeps_to_one_line_and_obeys_nothing():
    assert wording.readable("a\r\nb\x1b[31m\u202ec") == "a··b·[31m·c"
    assert wording.readable("x" * 200) == "x" * 59 + "…"


def test_the_nearest_name_is_suggested_in_any_case():
    assert wording.hint("channel_anser", ["CHANNEL_ANSWER", "CODEC"]) == (
        "did you mean 'CHANNEL_ANSWER'?"
    )
    assert wording.hint("zzz", ["a", "b"]) == "there are a, b"
    assert wording.hint("zzz", []) == "there are none"


def test_words_show_themselves_as_text_and_never_as_markup():
    words = Words("<img src=x onerror=alert(1)>\n" + "word " * 40)
    assert repr(words).startswith("<img")
    assert max(map(len, repr(words).split("\n"))) <= 100
    assert "<img" not in words._repr_html_()
    assert words == "<img src=x onerror=alert(1)>\n" + "word " * 40
