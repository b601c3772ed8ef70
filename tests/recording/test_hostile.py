"""Values from the network stay values: no header, no call and no markup is made of them."""

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchy_nb.recording import Recording
from switchy_nb.wire import Event

IMAGE = "<img src=x onerror=alert(1)>"


class Tags(HTMLParser):
    """Every tag that a browser would see."""

    def __init__(self, html):
        super().__init__()
        self.tags = []
        self.attributes = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += [name for name, _ in attrs]


def assert_dead(html):
    seen = Tags(html)
    assert "img" not in seen.tags
    assert "script" not in seen.tags
    assert not [name for name in seen.attributes if name.startswith("on")]


def test_a_callers_name_forges_no_header(record, events_of):
    recording = record("hostile_values")
    assert "forged" not in set(recording.events["session"].dropna())
    assert "FORGED" not in set(recording.events["name"])
    assert len(recording.sessions) == 2
    names = recording.header("Caller-Orig-Caller-ID-Name")
    assert "x\nUnique-ID: forged" in set(names.dropna())
    wide = recording.wide()
    assert set(wide["Unique-ID"].dropna()) == set(recording.sessions.index)
    assert "x\nUnique-ID: forged" in set(wide["Caller-Orig-Caller-ID-Name"].dropna())


def test_a_body_forges_no_header(record):
    recording = record("hostile_values")
    custom = recording.events[recording.events["name"] == "CUSTOM"]
    assert custom["session"].isna().all()
    event = recording.event(custom.index[0])
    assert event.body == "Unique-ID: forged\n\nthe body's end\n"


def test_frames_show_no_live_markup(record):
    recording = record("hostile_values")
    assert IMAGE in set(recording.header("variable_evil").dropna())
    for shown in (recording, recording.events, recording.sessions, recording.wide()):
        assert_dead(shown._repr_html_())


def test_the_summary_escapes_everything():
    recording = Recording(switch=IMAGE)
    headers = {
        "Unique-ID": f"1{IMAGE}",
        "Caller-Caller-ID-Name": f'"{IMAGE}',
        "Caller-Caller-ID-Number": IMAGE,
        "Caller-Destination-Number": f"'{IMAGE}",
        "Hangup-Cause": IMAGE,
        "variable_sip_h_X-switchy_originating_session": IMAGE,
    }
    for name in ("CHANNEL_CREATE", "CHANNEL_HANGUP", IMAGE):
        recording.append(Event.make([("Event-Name", name), *headers.items()]), 1)
    recording.command_sent(IMAGE, IMAGE, 1)
    html = recording._repr_html_()
    assert_dead(html)
    assert html.count("&lt;img") >= 4
    assert IMAGE not in html


def test_the_summary_uses_the_themes_colours_only(load):
    html = load._repr_html_()
    assert "33,002" in html
    assert "600, 600 answered" in html
    assert "the last 5 of 600 calls" in html
    assert "600 × NORMAL_CLEARING" in html
    assert not re.search(r"#[0-9a-fA-F]{3,6}\b|rgb\(|\bwhite\b(?!-)|\bblack\b", html)


texts = st.text(st.characters(blacklist_categories=[]), max_size=20).map(
    lambda text: text.encode("utf-8", "replace").decode()
)


@given(st.lists(st.tuples(st.sampled_from(["Caller-Caller-ID-Name", "Evil", "X-a"]), texts)))
def test_no_value_changes_what_else_is_read(pairs):
    fixed = [("Event-Name", "CHANNEL_CREATE"), ("Unique-ID", "leg"), ("Event-Sequence", "7")]
    recording = Recording()
    recording.append(Event.make([*pairs, *fixed]), 1)
    row = recording.events.iloc[0]
    assert (row["name"], row["session"], row["sequence"], row["call"]) == (
        "CHANNEL_CREATE",
        "leg",
        7,
        "leg",
    )
    assert recording.sessions.index.tolist() == ["leg"]
    for name in {name for name, _ in pairs}:
        assert recording.header(name)[0] == next(v for n, v in pairs if n == name)
    assert_dead(recording._repr_html_())


@given(st.binary(max_size=200))
def test_any_bytes_can_be_recorded_and_shown(raw):
    recording = Recording()
    recording.append(Event(raw), 1)
    assert recording.event(0).raw == raw
    assert len(recording.events) == 1
    assert_dead(recording._repr_html_())
    assert len(recording.wide()) == 1


@pytest.mark.parametrize("stamp", ["0", "-1", "x", "9" * 18, "9" * 40, "253402300799999999"])
def test_times_that_cannot_be_break_nothing(stamp):
    recording = Recording()
    pairs = [("Event-Name", "CHANNEL_CREATE"), ("Unique-ID", "a"), ("Event-Date-Timestamp", stamp)]
    recording.append(Event.make(pairs), 1)
    assert recording.events["time"].notna().tolist() == [stamp == "253402300799999999"]
    assert "CHANNEL_CREATE" in recording.events.to_string()
    assert len(recording.sessions._repr_html_()) > 0
