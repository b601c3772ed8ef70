"""Names beside their marks never overlap, and no line crosses a name."""

from hypothesis import given
from hypothesis import strategies as st

from switchy_nb.plots.lanes import Mark
from switchy_nb.plots.placing import place_labels
from switchy_nb.plots.text import width_of

marks = st.lists(
    st.builds(
        Mark,
        st.floats(0, 10),
        st.sampled_from(["ANSWER", "HANGUP", "EXECUTE park", "PROGRESS_MEDIA"]),
        st.integers(0, 9),
    ),
    max_size=25,
).map(lambda found: sorted(found, key=lambda mark: mark.at))


def extent(label):
    width = width_of(label.text, 8)
    return (label.x - width, label.x) if label.before else (label.x, label.x + width)


@given(marks, st.integers(0, 5))
def test_no_name_touches_another_name_or_its_line(marks, rows):
    labels = place_labels(marks, 0.8, size=8, rows=rows, right=9.0)
    for at, one in enumerate(labels):
        start, end = extent(one)
        assert 0 <= one.row < rows
        assert start >= -1e-9
        assert end <= 9.0 + 1e-9
        for other in labels[at + 1 :]:
            begin, stop = extent(other)
            if one.row == other.row:
                assert end <= begin or stop <= start
            if other.row > one.row:  # its line goes down past this row
                assert not start < other.x < end
            if one.row > other.row:
                assert not begin < one.x < stop


def test_marks_at_one_place_share_a_name_that_counts_the_others():
    marks = [Mark(1.0, "CREATE", 7), Mark(1.0, "STATE", 0), Mark(1.0, "PARK", 4)]
    (label,) = place_labels(marks, 1.0, size=8, rows=3, right=9.0)
    assert label.text == "CREATE · PARK +1"


def test_what_tells_nothing_gets_no_name():
    assert place_labels([Mark(1.0, "STATE", 0)], 1.0, size=8, rows=3, right=9.0) == []


def test_near_the_right_edge_a_name_ends_at_its_mark():
    (label,) = place_labels([Mark(8.9, "HANGUP", 9)], 1.0, size=8, rows=3, right=9.0)
    assert label.before
