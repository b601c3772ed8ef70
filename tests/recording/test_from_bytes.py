"""Recordings of the bytes that a connection received, however they were cut and mixed."""

import json
import random

import pandas as pd
import pytest
from helpers import events_in

from switchy_nb.errors import ProtocolError
from switchy_nb.recording import Recording
from switchy_nb.wire import Event, Parser

FRAMES = ("events", "sessions", "calls", "jobs", "commands")


def assert_same_frames(one, other):
    for name in FRAMES:
        pd.testing.assert_frame_equal(getattr(one, name), getattr(other, name))


@pytest.mark.parametrize("name", ["hostile_values", "bridged_calls", "wire_json"])
@pytest.mark.parametrize("seed", [1, 2])
def test_bytes_cut_at_random_places_give_the_same_frames(name, seed, data_of, record):
    data, rng = data_of(name), random.Random(seed)
    cuts = sorted(rng.sample(range(len(data)), 200))
    parser, pieced = Parser(), Recording(switch="fs")
    whole = record(name)
    received = iter(whole.events["received"])
    for start, end in zip([0, *cuts], [*cuts, len(data)], strict=True):
        for message in parser.feed(data[start:end]):
            if isinstance(message, Event):
                pieced.append(message, next(received).value // 1000)
    assert_same_frames(whole, pieced)


def test_json_events_give_the_frames_of_the_same_events_in_plain(data_of, record):
    data = data_of("wire_json")
    events = []
    for raw in events_in(data):
        pairs = json.loads(raw, object_pairs_hook=list, strict=False)
        body = dict(pairs).get("_body")
        lines = [
            (name, value if isinstance(value, str) else "ARRAY::" + "|:".join(value))
            for name, value in pairs
            if name not in ("_body", "Content-Length")
        ]
        events.append(Event.make(lines, body))
    as_json = record("wire_json")
    plain = Recording(switch="fs")
    for event, moment in zip(events, as_json.events["received"], strict=True):
        plain.append(event, moment.value // 1000)
    assert_same_frames(as_json, plain)
    assert len(as_json.sessions) == 2
    assert as_json.calls["caller_answer"].notna().all()
    assert as_json.jobs["ok"].all()


def test_log_lines_and_replies_between_events_are_passed_over(data_of, record):
    text = b"2026-11-23 [DEBUG] x.c:1 Event-Name: FORGED\nUnique-ID: forged\n\n"
    noise = b"Content-Type: log/data\nContent-Length: %d\nLog-Level: 7\n\n%s" % (len(text), text)
    noise += b"Content-Type: api/response\nContent-Length: 4\n\n+OK\n"
    raws = events_in(data_of("wire_with_log_lines"))
    mixed = b"".join(
        b"Content-Length: %d\nContent-Type: text/event-plain\n\n%s%s" % (len(raw), raw, noise)
        for raw in raws
    )
    recording = Recording.from_bytes(mixed, switch="fs")
    assert [recording.event(n).raw for n in range(len(recording))] == raws
    assert_same_frames(recording, record("wire_with_log_lines"))


def test_xml_events_are_refused_by_name(data_of):
    with pytest.raises(ProtocolError, match="text/event-xml"):
        Recording.from_bytes(data_of("wire_xml"))


def test_a_torn_end_costs_the_torn_event_only(data_of):
    data = data_of("busy")
    whole = Recording.from_bytes(data)
    torn = Recording.from_bytes(data[:-10])
    assert len(torn) == len(whole) - 1
    assert whole.torn == 0
    assert torn.torn == len(data[:-10]) - data.rfind(b"Content-Length: ", 0, data.rfind(b"Event-N"))
    assert f"{torn.torn:,} bytes held no whole event" in torn._repr_html_()


def test_events_without_a_time_of_arrival_came_when_they_were_made_but_in_order(record):
    events = record("ten_calls").events
    assert events["received"].is_monotonic_increasing
    assert (events["received"] >= events["time"]).all()
    assert (events["received"] == events["time"].cummax()).all()


def test_times_of_arrival_can_be_given(data_of):
    data = data_of("busy")
    times = [1_795_000_000_000_000 + 1_500 * n for n in range(len(events_in(data)))]
    events = Recording.from_bytes(data, received=times).events
    assert [moment.value // 1000 for moment in events["received"]] == times
    with pytest.raises(ValueError, match=r"shorter|longer"):
        Recording.from_bytes(data, received=times[1:])


def test_events_that_do_not_say_when_have_no_time():
    raw = b"Event-Name: CUSTOM\n\n"
    data = b"Content-Length: %d\nContent-Type: text/event-plain\n\n%s" % (len(raw), raw)
    recording = Recording.from_bytes(data)
    assert recording.events[["received", "time", "sequence", "switch"]].isna().all(axis=None)
    assert "when is not known" in recording._repr_html_()


def test_no_bytes_are_an_empty_recording():
    assert len(Recording.from_bytes(b"")) == 0
