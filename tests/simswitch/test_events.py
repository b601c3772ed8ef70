"""How events are made: numbers, times, headers that are written once, three formats."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable

import pytest
from simswitch.client import Client

from switchy_nb.simswitch import SimSwitch, events, headers
from switchy_nb.simswitch.calls.channel import Channel
from switchy_nb.simswitch.clock import Clock
from switchy_nb.simswitch.events import EventMaker, Identity
from switchy_nb.wire import Event
from switchy_nb.wire.serve import Block, Pair, plain_lines
from switchy_nb.wire.subscription import EventFormat

OWN: list[Pair] = [("Task-Desc", "a b\nForged: yes"), ("Task-List", ("x", "y")), ("Task-Group", "")]


@pytest.fixture
def maker() -> EventMaker:
    return EventMaker(Identity("the-core", "host", "127.0.0.1", "::1"), Clock())


def test_every_event_takes_the_next_number_and_the_time(maker: EventMaker) -> None:
    before = Clock().now()
    made = [maker.make(events.HEARTBEAT) for _ in range(3)]
    after = Clock().now()
    assert [e.header("Event-Sequence") for e in made] == ["1", "2", "3"]
    stamps = [int(e.header("Event-Date-Timestamp") or 0) for e in made]
    assert stamps == sorted(stamps)
    assert before - 1_000_000 < stamps[0] <= stamps[-1] < after + 1_000_000
    assert made[0].header("event-calling-function") == "send_heartbeat"


def test_an_event_that_nobody_hears_takes_a_number_too(maker: EventMaker) -> None:
    maker.skip()
    assert maker.make(events.HEARTBEAT).header("Event-Sequence") == "2"
    assert maker.sequence == 2


def test_the_dates_are_those_of_the_timestamp(
    maker: EventMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    for now, gmt in (
        (1_700_000_000_999_999, "Tue, 14 Nov 2023 22:13:20 GMT"),
        (1_700_000_001_000_000, "Tue, 14 Nov 2023 22:13:21 GMT"),
    ):
        monkeypatch.setattr(maker._clock, "now", lambda now=now: now)
        event = maker.make(events.HEARTBEAT)
        assert event.header("Event-Date-GMT") == gmt
        assert event.header("Event-Date-Timestamp") == str(now)


def test_the_three_formats_tell_the_same(maker: EventMaker) -> None:
    event = maker.make(events.ADD_SCHEDULE, OWN, body="a body\n")
    plain = Event(event.frame(EventFormat.PLAIN).partition(b"\n\n")[2])
    as_json = json.loads(event.frame(EventFormat.JSON).partition(b"\n\n")[2])
    root = ElementTree.fromstring(event.frame(EventFormat.XML).partition(b"\n\n")[2])
    elements = root.find("headers")
    assert elements is not None
    names = [name for name, _ in event.pairs]
    assert list(dict.fromkeys(plain)) == [*names, "Content-Length"]
    assert list(as_json) == [*names, "Content-Length", "_body"]
    assert list(dict.fromkeys(e.tag for e in elements)) == names
    assert plain["Task-Desc"] == as_json["Task-Desc"] == "a b\nForged: yes"
    assert "Forged" not in plain
    assert plain.array("Task-List") == as_json["Task-List"] == ["x", "y"]
    assert (plain["Task-Group"], as_json["Task-Group"]) == ("", "")
    assert plain.body == as_json["_body"] == "a body\n"
    assert (root.findtext("body") or "").startswith("a body\n")


def test_a_frame_is_made_once_for_all_clients(maker: EventMaker) -> None:
    event = maker.make(events.HEARTBEAT)
    for fmt in EventFormat:
        assert event.frame(fmt) is event.frame(fmt)


def test_a_header_is_found_without_regard_to_case_and_the_first_counts(maker: EventMaker) -> None:
    event = maker.make(events.HEARTBEAT, [("Twice", "1"), ("twice", "2")])
    assert event.header("TWICE") == "1"
    assert event.header("none") is None


def test_what_a_client_sends_stands_before_the_usual_headers(maker: EventMaker) -> None:
    event = maker.sent_by_client("CUSTOM", [("Event-Subclass", "my::own"), ("A", "b")], "text")
    assert event.pairs[:3] == [
        ("Event-Subclass", "my::own"),
        ("A", "b"),
        ("Event-Name", "CUSTOM"),
    ]
    assert (event.name, event.subclass, event.body) == ("CUSTOM", "my::own", "text")


def wanted_of(channel: Channel) -> list[Pair]:
    """Write a channel's headers anew, from what is in the channel now."""
    pairs = headers._of_state(channel)
    if channel.profile is not None:
        pairs += channel.profile.pairs("Caller")
    if channel.other is not None:
        pairs.append(("Other-Type", channel.other[0]))
        pairs += channel.other[1].pairs("Other-Leg")
    return pairs


def answered(client: Client) -> str:
    leg = client.originate("answer")
    client.seen("CHANNEL_PARK", leg)
    return leg


def plain_call(client: Client) -> None:
    client.api(f"uuid_kill {answered(client)}")


def transferred_and_held(client: Client) -> None:
    leg = answered(client)
    client.api(f"uuid_hold {leg}")
    client.seen("CHANNEL_HOLD", leg)
    client.api(f"uuid_hold off {leg}")
    client.seen("CHANNEL_UNHOLD", leg)
    client.api(f"uuid_transfer {leg} echo")
    client.seen("CHANNEL_EXECUTE", leg, Application="echo")
    client.api(f"uuid_setvar {leg} a_variable one")
    client.api(f"uuid_setvar {leg} a_variable two")
    client.api(f"uuid_setvar {leg} a_variable")
    client.api(f"uuid_kill {leg}")


def bridged(client: Client) -> None:
    one, two = answered(client), answered(client)
    client.api(f"uuid_bridge {one} {two}")
    client.seen("CHANNEL_BRIDGE", one)
    client.api(f"uuid_kill {two}")


def refused(client: Client) -> None:
    leg = client.originate("busy")
    client.seen("CHANNEL_DESTROY", leg)


@pytest.mark.parametrize("story", [plain_call, transferred_and_held, bridged, refused])
def test_what_is_remembered_is_what_is_so(
    client: Client, monkeypatch: pytest.MonkeyPatch, story: Callable[[Client], None]
) -> None:
    remembering = headers.of_channel
    compared: list[bool] = []

    def of_channel(channel: Channel, shown: headers.Remembered) -> list[Block]:
        blocks = remembering(channel, shown)
        pairs = wanted_of(channel)
        shown_pairs = [pair for block in blocks for pair in block.pairs]
        text = "".join(block.plain for block in blocks)
        compared.append((shown_pairs, text) == (pairs, "".join(plain_lines(pairs))))
        variables = channel.variables.block()
        names = [(f"variable_{name}", value) for name, value in channel.variables.items()]
        written = (list(variables.pairs), variables.plain)
        compared.append(written == (names, "".join(plain_lines(names))))
        return blocks

    monkeypatch.setattr(headers, "of_channel", of_channel)
    story(client)
    client.until(lambda: client.api("show channels count") == "\n0 total.\n", "the end of all")
    assert len(compared) > 40
    assert all(compared)


def test_events_that_no_client_hears_are_not_made(
    switch: SimSwitch, connect: Callable[[], Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[str] = []
    of_channel = EventMaker.of_channel

    def counted(
        self: EventMaker, kind: events.Kind, channel: Channel, own: tuple[Pair, ...] = ()
    ) -> events.SwitchEvent:
        made.append(kind.name)
        return of_channel(self, kind, channel, own)

    monkeypatch.setattr(EventMaker, "of_channel", counted)
    some = connect()
    some.command("event plain CHANNEL_ANSWER CHANNEL_DESTROY")
    first = some.originate("answer")
    before = int(some.seen("CHANNEL_ANSWER", first)["Event-Sequence"])
    some.api(f"uuid_kill {first}")
    last = some.seen("CHANNEL_DESTROY", first)
    assert set(made) == {"CHANNEL_ANSWER", "CHANNEL_DESTROY"}
    # the numbers of those that were not made are skipped
    assert int(last["Event-Sequence"]) - before > len(made)
