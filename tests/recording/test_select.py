"""A part of a recording is a recording again, in which what belongs together still is."""

from datetime import UTC, datetime, timedelta, timezone
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

from switchy_nb.errors import RecordingError
from switchy_nb.recording import Recording
from switchy_nb.wire import Event


@pytest.fixture
def ten(record, commands_of) -> Recording:
    """Ten calls with the commands that made them, and a loss of the link in the middle."""
    recording = record("ten_calls")
    events = recording.events
    at = int(events["received"].iloc[0].value) // 1000
    for leg in recording.sessions.index[recording.sessions["direction"] == "outbound"]:
        for kind, command in (("api", f"uuid_kill {leg}"), ("api", "status")):
            recording.command_sent(kind, command, at, switch="fs")
    for job in recording.jobs.index:
        recording.command_sent("bgapi", "originate …", at, switch="fs", job=job)
    return recording


def test_a_call_has_all_that_belongs_to_it(ten):
    for call in ten.calls.index[:3]:
        part = ten.select(calls=call)
        pd.testing.assert_frame_equal(part.calls, ten.calls.loc[[call]])
        legs = ten.sessions[ten.sessions["call"] == call]
        pd.testing.assert_frame_equal(part.sessions, legs)
        job = ten.calls.loc[call, "job"]
        assert part.jobs.index.tolist() == [job]
        pd.testing.assert_frame_equal(part.jobs, ten.jobs.loc[[job]])
        assert set(part.commands["command"]) == {
            *(f"uuid_kill {leg}" for leg in legs.index[legs["direction"] == "outbound"]),
            "originate …",
        }
        theirs = ten.events["session"].isin(legs.index) | (ten.events["job"] == job)
        assert [part.event(n) for n in range(len(part))] == [
            ten.event(int(n)) for n in np.flatnonzero(theirs)
        ]


def test_several_calls_and_the_rest_make_the_whole(ten):
    first, rest = ten.calls.index[:4], ten.calls.index[4:]
    one, other = ten.select(calls=first), ten.select(calls=list(rest))
    assert len(one) + len(other) == len(ten.select(calls=ten.calls.index))
    joined = Recording.concat([one, other])
    whole = ten.select(calls=ten.calls.index)
    for name in ("sessions", "calls"):
        pd.testing.assert_frame_equal(
            getattr(joined, name).sort_index(), getattr(whole, name).sort_index()
        )


def test_a_leg_alone(ten):
    leg = ten.sessions.index[1]
    part = ten.select(sessions=leg)
    assert part.sessions.index.tolist() == [leg]
    assert set(part.events["session"].dropna()) == {leg}
    call = ten.sessions.loc[leg, "call"]
    both = ten.select(calls=call, sessions=ten.sessions.index)
    assert set(both.sessions.index) == set(ten.sessions.index[ten.sessions["call"] == call])


def test_what_was_selected_can_be_recorded_on_saved_and_selected_from(ten, tmp_path):
    part = ten.select(calls=ten.calls.index[:2])
    part.save(tmp_path / "x.parquet")
    again = Recording.load(tmp_path / "x.parquet")
    for name in ("events", "sessions", "calls", "jobs", "commands"):
        pd.testing.assert_frame_equal(getattr(part, name), getattr(again, name))
    n = part.append(ten.event(0), 5)
    assert n == len(part) - 1
    assert len(part.select(calls=part.calls.index[0]).calls) == 1


@pytest.mark.parametrize(
    "said",
    [
        lambda t: t,
        lambda t: t.to_pydatetime(),
        lambda t: str(t),
        lambda t: t.tz_localize(None).isoformat(),
        lambda t: t.tz_localize(None).to_datetime64(),
        lambda t: t.tz_convert(timezone(timedelta(hours=5))).to_pydatetime(),
        lambda t: t.tz_convert(timezone(timedelta(hours=-8))).isoformat(),
    ],
)
def test_times_can_be_said_in_many_ways(said, load):
    received = load.events["received"]
    since, until = received.iloc[8000], received.iloc[20000]
    part = load.select(since=said(since), until=said(until))
    expected = (received >= since) & (received < until)
    assert len(part) == expected.sum() > 0
    first = int(np.flatnonzero(expected)[0])
    assert part.event(0) == load.event(first)
    assert part.event(len(part) - 1) == load.event(first + len(part) - 1)


def test_times_that_follow_each_other_share_nothing_and_leave_nothing_out(load):
    received = load.events["received"]
    cuts = [None, *received.iloc[[9000, 21000]], None]
    parts = [load.select(since=a, until=b) for a, b in pairwise(cuts)]
    assert [len(part) > 0 for part in parts] == [True] * 3
    joined = Recording.concat(parts)
    pd.testing.assert_frame_equal(joined.events, load.events)
    pd.testing.assert_frame_equal(joined.calls, load.calls)


def test_commands_of_a_time_are_those_sent_then_or_whose_jobs_ended_then():
    recording = Recording(switch="fs")
    start = datetime(2026, 11, 23, 12, tzinfo=UTC)

    def us(seconds):
        return int((start + timedelta(seconds=seconds)).timestamp()) * 1_000_000

    recording.command_sent("bgapi", "early", us(0), job="job-1")
    recording.command_sent("bgapi", "gone", us(1), job="job-2")
    recording.command_sent("api", "then", us(10))
    recording.command_sent("api", "later", us(20))
    end = Event.make([("Event-Name", "BACKGROUND_JOB"), ("Job-UUID", "job-1")], "+OK")
    recording.append(end, us(10))
    part = recording.select(since=start + timedelta(seconds=5), until=start + timedelta(seconds=20))
    assert part.commands["command"].tolist() == ["early", "then"]
    assert part.jobs.index.tolist() == ["job-1"]


def test_what_happened_to_the_link_meanwhile_belongs_to_a_call(record):
    source = record("ten_calls")
    events = source.events
    call = source.calls.index[2]
    legs = source.sessions.index[source.sessions["call"] == call]
    rows = np.flatnonzero(events["session"].isin(legs))
    places = {0: "before", int(rows[0]) + 1: "meanwhile", int(rows[-1]) + 1: "after"}
    recording = Recording(switch="fs")
    for n in range(len(events)):
        at = events["received"].iloc[n].value // 1000
        if n in places:
            recording.mark_link(False, places[n], at)
            recording.mark_link(False, "another switch", at, switch="other")
        recording.append(source.event(n), at)
    part = recording.select(calls=call)
    assert part.header("Link-Reason").dropna().tolist() == ["meanwhile"]


def test_events_that_came_nobody_knows_when_are_in_no_time(data_of):
    raw = b"Event-Name: CUSTOM\n\n"
    data = b"Content-Length: %d\nContent-Type: text/event-plain\n\n%s" % (len(raw), raw)
    recording = Recording.from_bytes(data)
    assert len(recording.select()) == 1
    assert len(recording.select(since="1980")) == len(recording.select(until="2980")) == 0


def test_a_selection_of_nothing_is_the_whole(ten):
    whole = ten.select()
    for name in ("events", "sessions", "calls", "jobs", "commands"):
        pd.testing.assert_frame_equal(getattr(ten, name), getattr(whole, name))
    assert len(ten.select(calls=[])) == 0


def test_names_that_are_not_there_hint_at_the_nearest(ten):
    call = ten.calls.index[0]
    with pytest.raises(
        RecordingError, match=f"no call '{call}x' is recorded; the nearest is '{call}'"
    ):
        ten.select(calls=[call, call + "x"])
    leg = ten.sessions.index[0]
    with pytest.raises(RecordingError, match=f"no session .* the nearest is '{leg}'"):
        ten.select(sessions=leg[:-1])
    with pytest.raises(RecordingError, match="none is recorded"):
        Recording().select(calls="x")


def test_parts_of_the_frames_say_which_calls_and_legs(ten):
    busy = ten.calls[ten.calls["hangup_cause"] == "USER_BUSY"]
    assert 0 < len(busy) < 10
    assert ten.select(calls=busy).calls.index.tolist() == busy.index.tolist()
    legs = ten.sessions.head(3)
    assert ten.select(sessions=legs).sessions.index.tolist() == legs.index.tolist()
    with pytest.raises(RecordingError, match=r"no call '.*' is recorded"):
        ten.select(calls=ten.jobs)


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"call": "x"}, TypeError, "takes no 'call'; did you mean 'calls'"),
        ({"from": "x"}, TypeError, "takes no 'from'; there are calls, sessions, since, until"),
        ({"calls": 5}, TypeError, "calls are names, .* not 5"),
        ({"calls": [b"x"]}, TypeError, "calls are names, .* not b'x'"),
        ({"since": 1_795_000_000}, TypeError, "since is a datetime, .* not int"),
        ({"until": "tomorow"}, RecordingError, "until='tomorow' cannot be read as a time"),
        ({"since": ""}, RecordingError, "since='' "),
        ({"since": "NaT"}, RecordingError, "is no time"),
        ({"since": "2027", "until": "2026"}, RecordingError, "since=2027 is later than until=2026"),
    ],
)
def test_what_cannot_be_meant_is_refused(options, error, message, ten):
    with pytest.raises(error, match=message):
        ten.select(**options)
