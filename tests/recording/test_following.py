"""Legs that are followed are those that `select` gives, however the recording has grown meanwhile."""

from __future__ import annotations

import pandas as pd
import pytest

from switchy_nb.recording import Recording
from switchy_nb.recording.following import Following
from switchy_nb.wire import Event

FRAMES = ("events", "sessions", "calls", "jobs", "commands")


def same(one: Recording, other: Recording) -> None:
    for frame in FRAMES:
        pd.testing.assert_frame_equal(getattr(one, frame), getattr(other, frame))
    assert [one.event(n) for n in range(len(one))] == [other.event(n) for n in range(len(other))]


@pytest.fixture
def whole(record) -> Recording:
    """Ten calls, and the commands that name some of their legs."""
    recorded = record("ten_calls")
    recording = Recording(switch="fs")
    for n, row in recorded.events.iterrows():
        if pd.isna(row["job"]):
            recording.append(recorded.event(n), row["received"].value // 1000)
    legs = recording.sessions.index
    created = recording.sessions["created"]
    for leg in legs[:4]:
        sent = created[leg].value // 1000 - 500
        command = f"originate {{origination_uuid={leg}}}x &park()"
        recording.command_sent("bgapi", command, sent, job=f"job-{leg}")
        token = recording.command_sent("api", f"uuid_kill {leg}", sent + 9, source="cell 3")
        recording.command_replied(token, sent + 20, True, "+OK")
        pairs = [("Event-Name", "BACKGROUND_JOB"), ("Job-UUID", f"job-{leg}")]
        recording.append(Event.make(pairs, f"+OK {leg}\n"), sent + 30)
    recording.command_sent("api", "status", 10)
    return recording


def grown(whole: Recording, at: int, recording: Recording) -> None:
    """Append the rows of `whole` from where `recording` ends up to `at`."""
    received = whole.events["received"]
    for n in range(len(recording), at):
        recording.append(whole.event(n), received[n].value // 1000, "fs")


@pytest.mark.parametrize("legs", [slice(0, 2), slice(3, 4), slice(0, 20)])
def test_it_is_what_select_gives(whole, legs):
    chosen = list(whole.sessions.index[legs])
    following = Following(whole, chosen)
    assert following.update()
    same(following.part, whole.select(sessions=chosen))
    assert not following.update()


def test_it_takes_in_what_comes(whole):
    legs = list(whole.sessions.index[:2])
    growing = Recording(switch="fs")
    following = Following(growing, legs)
    part = following.part
    for at in (0, 60, 61, 200, len(whole)):
        grown(whole, at, growing)
        if at == 61:
            growing.flush()
        following.update()
        rows = growing.events["session"].isin(legs).sum()
        assert len(following.part) == rows
    assert following.part is part
    events = growing.select(sessions=legs).events
    # without the command that began a job, nothing tells here that it is theirs
    expected = events[events["job"].isna()].reset_index(drop=True)
    pd.testing.assert_frame_equal(part.events.reset_index(drop=True), expected)


def test_a_reply_that_comes_later_is_taken_in(whole):
    leg = whole.sessions.index[9]
    following = Following(whole, [leg])
    following.update()
    token = whole.command_sent("api", f"uuid_hold {leg}", 10, source="panel calls")
    assert following.update()
    assert following.part.commands["reply"].isna().all()
    whole.command_replied(token, 20, True, "+OK")
    assert following.update()
    assert following.part.commands[["reply", "source"]].to_numpy().tolist() == [
        ["+OK", "panel calls"]
    ]
    whole.command_sent("api", "status", 30)
    assert not following.update()


def test_what_happened_to_the_link_meanwhile_belongs_to_them(whole):
    growing = Recording(switch="fs")
    growing.mark_link(True, "connected", 1)
    grown(whole, 300, growing)
    growing.mark_link(False, "it died", whole.events["received"][299].value // 1000)
    following = Following(growing, [whole.sessions.index[0]])
    following.update()
    links = following.part.events["name"].str.startswith("LINK")
    assert following.part.events["name"][links].tolist() == ["LINK_DOWN"]


def test_what_is_older_is_not_looked_through():
    recording = Recording()
    for n in range(300):
        pairs = [("Event-Name", "X"), ("Unique-ID", "leg"), ("N", str(n))]
        recording.append(Event.make(pairs), n * 10)
        if n % 100 == 99:
            recording.flush()
    following = Following(recording, ["leg"], since=1500)
    following.update()
    assert following.part.header("N").tolist() == [str(n) for n in range(100, 300)]
