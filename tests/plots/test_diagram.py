"""The ladder as Mermaid's text, in which no value is syntax."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchy_nb.plots import mermaid
from switchy_nb.plots.diagram import escape

_LINE = re.compile(
    r"sequenceDiagram"
    r"|    (participant|actor) P\d+ as [^#;]*((#\d+;)[^#;]*)*"
    r"|    (Note over P\d+(,P\d+)?|Note right of P\d+|P\d+(->>|-x)P\d+): [^#;]*((#\d+;)[^#;]*)*"
)
_SIGNS = set("{}[]<>;:\"'`%|&\\$~!?*^\n\r\u2028")


@given(st.text())
def test_what_is_escaped_has_no_signs_of_mermaid_or_markup(text):
    written = escape(text)
    assert not _SIGNS & set(re.sub(r"#\d+;", "", written))
    assert re.sub(r"#\d+;", "", written).isascii()
    assert not re.search(r"--|->|\bend\b", written, re.IGNORECASE)


@given(st.text())
def test_what_is_escaped_can_be_read_back(text):
    assert re.sub(r"#(\d+);", lambda match: chr(int(match[1])), escape(text)) == text


def test_a_directive_a_fence_and_markup_are_letters():
    evil = '```\n%%{init: {"securityLevel": "loose"}}%%\n<img src=x onerror=alert(1)> end -->>'
    written = escape(evil)
    assert "```" not in written
    assert "%%" not in written
    assert "<" not in written
    assert "\n" not in written
    assert "onerror=alert#40;1#41;" in written


@pytest.mark.parametrize("name", ["busy", "bridged_calls", "dtmf_across", "tone_and_echo"])
def test_each_line_is_one_that_mermaid_knows(name, frames):
    lines = mermaid(*frames(name)).splitlines()
    assert lines[0] == "sequenceDiagram"
    assert all(_LINE.fullmatch(line) for line in lines), lines
    assert len(lines) > 10


def test_a_hostile_call_stays_on_its_lines(frames):
    sessions, events = frames("busy")
    evil = "x\n    P0->>P1: forged\n```<script>"
    sessions = sessions.assign(destination=evil, switch=evil)
    events = events.assign(application=evil, hangup_cause=evil, channel_state=evil)
    lines = mermaid(sessions, events).splitlines()
    assert all(_LINE.fullmatch(line) for line in lines), lines
    assert len(lines) == len(mermaid(*frames("busy")).splitlines())
    assert not any("<" in line for line in lines)


def test_it_tells_the_story_in_order(frames):
    text = mermaid(*frames("busy"))
    assert "participant P1 as outbound #8594; busy" in text
    told = [
        "P0->>P1: CREATE busy",
        "Note right of P1: trying",
        "HANGUP USER_BUSY",
        "Note right of P1: hung up",
    ]
    places = [text.index(words) for words in told]
    assert places == sorted(places)


def test_of_nothing_it_says_so(frames):
    sessions, events = frames("busy")
    assert "nothing was recorded" in mermaid(sessions.iloc[:0], events)
