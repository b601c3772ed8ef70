"""The bytes of a real FreeSWITCH through the whole path: socket, link, listener, recording."""

from __future__ import annotations

import random
import re
from collections import Counter

import pytest
from helpers import Peer, Talk, events_in, eventually, recorded

from switchy_nb import EventListener
from switchy_nb.recording import Recording


def played(data: bytes, sizes: list[int]) -> EventListener:
    """A listener that has received `data` over a socket, cut into pieces of random sizes."""
    chance = random.Random(len(data))

    def script(talk: Talk) -> None:
        talk.login()
        if talk.hear() == "event plain all":
            at = 0
            while at < len(data):
                size = chance.choice(sizes)
                talk.say(data[at : at + size])
                at += size
        talk.wait()

    expected = len(events_in(data))
    with Peer(script) as peer:
        header = "variable_sip_h_X-switchy_originating_session"
        listener = EventListener(peer.host, peer.port, call_tracking_header=header, autorecon=False)
        listener.connect()
        listener.start()
        eventually(lambda: len(listener.recording) >= expected, 60)
        # what came is handled in order: the handler of the loss is the last to run
        for talk in tuple(peer.talks):
            talk.kill()
        listener.wait(30)
        assert not listener.is_alive()
        listener.disconnect()
    return listener


def facts(data: bytes) -> dict[str, object]:
    """What is so, read off the bytes with nothing of ours."""
    events = events_in(data)

    def header(raw: bytes, name: str) -> str | None:
        found = re.search(rf"^{name}: ([^\n]*)".encode(), raw.partition(b"\n\n")[0], re.MULTILINE)
        return found[1].decode() if found else None

    # the last one, if it comes twice: the name by which it was fired
    names = [re.findall(rb"^Event-Name: (.*)", raw, re.MULTILINE)[-1].decode() for raw in events]
    hangups = [raw for raw, name in zip(events, names, strict=True) if name == "CHANNEL_HANGUP"]
    return {
        "names": Counter(names),
        "legs": list(
            dict.fromkeys(
                header(raw, "Unique-ID")
                for raw, name in zip(events, names, strict=True)
                if name == "CHANNEL_CREATE"
            )
        ),
        "causes": Counter(header(raw, "Hangup-Cause") for raw in hangups),
        "first": header(hangups[0], "Unique-ID"),
        "sequence": [header(raw, "Event-Sequence") for raw in events],
    }


@pytest.mark.parametrize(
    "name",
    [
        "caller_hangs_up",
        "callee_hangs_up",
        "busy",
        "no_answer",
        "ten_calls",
        "bridged_calls",
        "tone_and_echo",
        "record_both_legs",
        "hostile_values",
    ],
)
def test_a_recorded_scenario_over_a_socket(name: str) -> None:
    data = recorded(f"{name}.events.raw.xz")
    known = facts(data)
    listener = played(data, [1, 3, 50, 777, 4000, 9000])
    recording = listener.recording
    events = recording.events
    own = events[~events["name"].isin(["LINK_UP", "LINK_DOWN"])]
    assert [recording.event(n).raw for n in own.index] == events_in(data)
    assert Counter(own["name"]) == known["names"]
    assert [str(s) for s in own["sequence"]] == known["sequence"]
    assert (events["name"] == "LINK_DOWN").sum() == 1
    sessions = recording.sessions
    assert set(known["legs"]) <= set(sessions.index)  # type: ignore[call-overload]
    ended = sessions[sessions.index.isin(known["legs"])]  # type: ignore[arg-type]
    assert Counter(ended["hangup_cause"]) == known["causes"]
    assert listener.hangup_causes == known["causes"]
    assert not listener.sessions
    assert not listener.calls
    assert (
        recording.events.loc[(events["name"] == "CHANNEL_HANGUP").idxmax(), "session"]
        == known["first"]
    )
    offline = Recording.from_bytes(data)
    for one, two in (
        (offline.calls, recording.calls),
        (offline.sessions, recording.sessions),
        (offline.jobs, recording.jobs),
    ):
        ours = [c for c in one.columns if c not in ("switch", "finished", "launched", "replied")]
        assert one[ours].equals(two[ours])


def test_six_hundred_calls() -> None:
    data = recorded("load_600_calls.raw.xz")
    listener = played(data, [65536, 1000, 200000, 7])
    recording = listener.recording
    assert len(recording) == 33002 + 1  # and the link's end
    calls, sessions = recording.calls, recording.sessions
    assert len(calls) == 600
    assert len(sessions) == 1200
    assert sessions["answered"].notna().all()
    assert (calls["sessions"] == 2).all()
    assert calls["caller_answer"].notna().all()
    assert listener.total_answered_sessions == 1200
    assert listener.hangup_causes == {"NORMAL_CLEARING": 1200}
    assert listener.count_failed() == 0
    assert not listener.sessions
    assert not listener._ending


def test_a_hostile_caller_forges_nothing() -> None:
    listener = played(recorded("hostile_values.events.raw.xz"), [9000])
    recording = listener.recording
    sessions = recording.sessions
    assert "forged" not in sessions.index
    assert "forged" not in set(recording.events["session"].dropna())
    assert "FORGED" not in set(recording.events["name"])
    custom = recording.events[recording.events["name"] == "CUSTOM"].index[0]
    event = recording.event(custom)
    assert event["line"] == "one\nEvent-Name: FORGED"
    assert event.body == "Unique-ID: forged\n\nthe body's end\n"
    names = recording.header("variable_sip_from_display").dropna()
    assert any("forged" in name for name in names)
    html = recording._repr_html_() + recording.wide().to_html() + sessions.to_html()
    assert "<img" not in html
    assert "onerror" in html
