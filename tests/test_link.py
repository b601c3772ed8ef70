"""Reading at full speed: what slows it down, and what does not."""

from __future__ import annotations

import gevent
import pytest
from helpers import SECRET, Peer, Talk, eventually

from switchy_nb import link
from switchy_nb.connection import Connection
from switchy_nb.wire import Batch, Event

EVENT = b"Event-Name: X\nFill: " + b"x" * 4000 + b"\n\n"
MESSAGE = b"Content-Length: %d\nContent-Type: text/event-plain\n\n" % len(EVENT) + EVENT


def count(kept: list[Batch | Event]) -> int:
    return sum(len(events) if isinstance(events, Batch) else 1 for events in kept)


@pytest.mark.parametrize(("messages", "pauses"), [(2000, True), (20, False)])
def test_who_holds_on_to_what_was_read_does_not_hold_up_the_reader(
    monkeypatch: pytest.MonkeyPatch, messages: int, pauses: bool
) -> None:
    kept: list[Batch | Event] = []
    paused: list[float] = []
    sleep = gevent.sleep

    def script(talk: Talk) -> None:
        talk.login()
        talk.say(MESSAGE * messages)
        talk.wait()

    def pause(seconds: float = 0) -> None:
        paused.append(seconds)
        sleep(0)

    monkeypatch.setattr(link, "AHEAD", -1)  # as if far too much were held all the time
    monkeypatch.setattr(gevent, "sleep", pause)
    with Peer(script) as peer:
        con = Connection(
            peer.host, peer.port, SECRET, on_events=lambda events, _: kept.append(events)
        )
        con.connect()
        eventually(lambda: count(kept) == messages)
        con.disconnect()
    raws = [list(e.raws()) if isinstance(e, Batch) else [e.raw] for e in kept]
    assert [raw for some in raws for raw in some] == [EVENT] * messages
    longest = len(MESSAGE) * messages / link.PACE
    assert sum(seconds for seconds in paused if seconds) <= longest
    assert any(seconds == link.PAUSE for seconds in paused) is pauses
