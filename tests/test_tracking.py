"""What is kept of legs and calls that are over, and for how long: fed with a real switch's events."""

from __future__ import annotations

import gc
import re
import weakref
from collections.abc import Iterator

import pytest
from helpers import events_in, eventually, recorded

from switchy_nb import tracking
from switchy_nb.dispatch import Callbacks, take_event, take_rows
from switchy_nb.errors import ConfigurationError
from switchy_nb.models import Call
from switchy_nb.recording import Keep, Recording
from switchy_nb.recording.segment import Segment
from switchy_nb.recording.store import SEGMENT_ROWS
from switchy_nb.session import Session
from switchy_nb.tracking import Tracker
from switchy_nb.wire import Batch, Event
from switchy_nb.wire.batch import Glimpses
from switchy_nb.wire.slab import Slab

#: a leg that never ends
LASTING = b"Event-Name: CHANNEL_CREATE\nUnique-ID: lasting-leg\nCall-Direction: inbound\n\n"


class Link:
    """Where the legs' commands would go."""

    host = switch = "fs"


class Tracked:
    """A tracker and its recording, as a listener keeps them."""

    def __init__(self, keep: Keep | None = None) -> None:
        self.recording = Recording(switch="fs", keep=keep)
        self.tracker = Tracker(lambda: None, lambda: True, self.recording)
        self.tracker._tx = Link()  # type: ignore[assignment]
        self.tracker.app_id_headers = []
        self.callbacks = Callbacks()
        self._moment = 1_795_418_600_000_000

    def take(self, raws: list[bytes]) -> None:
        """Take events in as one piece."""
        ends, size = [], 0
        for raw in raws:
            ends.append(size := size + len(raw))
        batch = Batch(Slab(b"".join(raws)), [0, *ends[:-1]], ends)
        self._moment += 1_000_000
        for placed in self.recording.keep_batch(batch, self._moment, "fs"):
            assert placed.batch is not None
            take_rows(self.tracker, self.callbacks, placed.run, placed.batch)

    def segments(self) -> int:
        """How many segments are in memory, whoever holds them."""
        gc.collect()
        mine = {id(segment) for segment in self.recording._store._segments}
        held = [o for o in gc.get_objects() if type(o) is Segment and len(o) and id(o) not in mine]
        return len(held)


@pytest.fixture(scope="module")
def calls() -> list[bytes]:
    """Ten real calls, four of which failed."""
    return events_in(recorded("ten_calls.events.raw.xz"))


@pytest.fixture
def no_gc() -> Iterator[None]:
    gc.collect()
    gc.disable()
    yield
    gc.enable()


def turned(calls: list[bytes], turn: int) -> list[bytes]:
    """The same calls again, of other legs."""
    return [re.sub(rb"([0-9a-f]{8})-[0-9a-f]{4}-", rb"\1-%04d-" % turn, raw) for raw in calls]


@pytest.mark.parametrize("keep", [Keep(events=100), Keep(seconds=2)])
def test_legs_that_are_listed_hold_no_more_than_their_own_events(
    calls: list[bytes], keep: Keep
) -> None:
    tracked = Tracked(keep)
    before = tracked.segments()
    tracked.take([LASTING])
    turns = 4 * SEGMENT_ROWS // len(calls)
    for turn in range(turns):
        tracked.take(turned(calls, turn))
    legs = [leg for legs in tracked.tracker.failed_sessions.values() for leg in legs]
    assert len(legs) > turns
    assert len(tracked.recording._store._segments) < 4
    # What is not compressed yet when it is let go of is let go of a little later.
    eventually(lambda: tracked.segments() - before <= 2)

    told = dict[str, list[bytes]]()
    for turn in range(turns):
        for raw in turned(calls, turn):
            found = re.search(rb"\nUnique-ID: (.+)\n", raw)
            if found:
                told.setdefault(found[1].decode(), []).append(raw)
    for leg in legs:
        names = [Event(raw).name for raw in told[leg.uuid]]
        first, last = names.index("CHANNEL_CREATE"), names.index("CHANNEL_DESTROY")
        assert leg.events.peek().raw == told[leg.uuid][last]
        kept = [event.raw for event in reversed(list(leg.events))]
        assert kept == told[leg.uuid][first : last + 1]
        assert leg.hangup_cause in tracked.tracker.failed_sessions
    assert tracked.tracker.sessions["lasting-leg"].is_inbound()


def test_where_everything_is_kept_nothing_is_kept_twice(calls: list[bytes]) -> None:
    tracked = Tracked()
    for turn in range(2 * SEGMENT_ROWS // len(calls)):
        tracked.take(turned(calls, turn))
    tracked.recording.flush()
    assert not list(tracked.recording._store._holders._holders)


@pytest.mark.usefixtures("no_gc")
def test_calls_that_are_over_are_gone_from_memory_without_the_garbage_collector(
    calls: list[bytes],
) -> None:
    tracked, seen = Tracked(), set[weakref.ref[Call | Session]]()

    def created(session: Session) -> None:
        session.vars["mine"] = session.call.vars["ours"] = 1
        seen.update((weakref.ref(session), weakref.ref(session.call)))

    tracked.callbacks.add("CHANNEL_CREATE", "default", created)
    for turn in range(5):
        tracked.take(turned(calls, turn))
        tracked.tracker.failed_sessions.clear()
    assert not tracked.tracker.sessions
    assert len(seen) > 100
    # The call that was over last is held until the next one is.
    assert sum(ref() is not None for ref in seen) <= len(["the call", "its first leg", "its last"])


def test_who_holds_a_call_or_its_first_leg_has_all_of_it(calls: list[bytes]) -> None:
    tracked, ended = Tracked(), list[Session]()
    held, firsts, lasts = list[Call](), list[Session](), list[Session]()

    def created(session: Session) -> None:
        session.vars["number"] = len(tracked.tracker.calls)
        if session is not session.call.first:
            place = len(held) + len(firsts) + len(lasts)
            (held, firsts, lasts)[place % 3].append(
                (session.call, session.call.first, session)[place % 3]  # type: ignore[arg-type]
            )

    def destroyed(session: Session) -> None:
        assert session.call.first.call is session.call
        ended.append(session)

    tracked.callbacks.add("CHANNEL_CREATE", "default", created)
    tracked.callbacks.add("CHANNEL_DESTROY", "default", destroyed)
    for turn in range(2):
        tracked.take(turned(calls, turn))
    tracked.tracker.failed_sessions.clear()
    assert len(ended) > 30, "all calls were whole when their ends were told"
    ended.clear()
    tracked.tracker._over = None
    for call in held:
        assert call.last is not None
        assert call.last.ended
        assert call.last.call is call
        assert call.recorded().uuid == call.uuid
        with pytest.raises(ConfigurationError, match="nobody held on to the leg that began it"):
            call.first  # noqa: B018
    for first in firsts:
        assert first.call.first is first
        assert first.call.last is not None
        assert first.call.get_peer(first) is first.call.last
        assert first.call.get_peer(first.call.last) is first
    for last in lasts:
        with pytest.raises(ConfigurationError, match=r"the call of the leg .* is over"):
            last.call  # noqa: B018
        assert last.vars["number"]


@pytest.mark.parametrize(
    "left_out",
    [
        ["CHANNEL_DESTROY"],
        ["CHANNEL_HANGUP_COMPLETE", "CHANNEL_DESTROY"],
        ["CHANNEL_HANGUP_COMPLETE"],
    ],
)
def test_legs_are_let_go_of_with_the_last_event_that_comes_of_them(
    left_out: list[str], calls: list[bytes]
) -> None:
    tracked, whole = Tracked(), Tracked()
    tracked.tracker.leave_out(left_out)
    sent = [raw for raw in calls if Event(raw).name not in left_out]
    for turn in range(3):
        tracked.take(turned(sent, turn))
        whole.take(turned(calls, turn))
        assert tracked.tracker.count_sessions() == len(tracked.tracker.ending) == 0
    assert tracked.tracker.hangup_causes == whole.tracker.hangup_causes
    assert sum(whole.tracker.hangup_causes.values()) == 60
    assert len(tracked.recording.sessions) == len(whole.recording.sessions) == 60


def test_legs_whose_last_events_were_dropped_are_let_go_of_one_day(
    calls: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tracking, "_MOST_ENDING", 5)
    tracked = Tracked()
    tracked.take([raw for raw in calls if Event(raw).name != "CHANNEL_DESTROY"])
    assert len(tracked.tracker.ending) == 5
    assert sum(tracked.tracker.hangup_causes.values()) == 20


def state_of_leg(leg: Session) -> list[bool]:
    names = ("ringing", "answered", "parked", "bridged", "hungup", "ended")
    return [getattr(leg, name) for name in names]


def state_of(tracker: Tracker) -> dict[str, object]:
    """All that is kept of legs and calls, in a form to compare."""
    legs = [leg for some in tracker.failed_sessions.values() for leg in some]
    legs += [*tracker.sessions.values(), *tracker.ending.values()]
    return {
        "causes": tracker.hangup_causes,
        "failed": {
            cause: [leg.uuid for leg in some] for cause, some in tracker.failed_sessions.items()
        },
        "answered": tracker.total_answered_sessions,
        "apps": +tracker.sessions_per_app,
        "calls": {
            uuid: [leg.uuid for leg in call.sessions] for uuid, call in tracker.calls.items()
        },
        "legs": [
            (leg.uuid, leg.times, leg.events.names, leg.hangup_cause, *state_of_leg(leg))
            for leg in legs
        ],
    }


TOLD = ("CHANNEL_ANSWER", "CHANNEL_HANGUP", "CHANNEL_DESTROY", "CHANNEL_PARK", "CODEC")


@pytest.mark.parametrize("wanted", [(), TOLD], ids=["nobody", "callbacks"])
@pytest.mark.parametrize(
    "name", ["ten_calls", "hostile_values", "bridged_calls", "parked_then_answered"]
)
@pytest.mark.parametrize("left_out", [[], ["CHANNEL_DESTROY"], ["CHANNEL_ANSWER", "CODEC"]])
def test_events_that_come_together_are_taken_in_as_each_alone(
    name: str, left_out: list[str], wanted: tuple[str, ...]
) -> None:
    raws = [
        r for r in events_in(recorded(f"{name}.events.raw.xz")) if Event(r).name not in left_out
    ]
    # also an end that is told twice, and events of legs that nobody knows
    ends = [raw for raw in raws if Event(raw).name == "CHANNEL_HANGUP"]
    raws = [*ends[:1], *raws[:-9], *ends, *raws[-9:], *ends]
    states, heard = [], []
    for size in (0, 1, 10, 100, len(raws)):
        tracked, told = Tracked(), list[object]()
        for event in wanted:

            def tell(*models: object, event: str = event, told: list[object] = told) -> None:
                first = models[0]
                assert isinstance(first, Session | Event)
                said = [first.get(h) for h in ("Event-Name", "Hangup-Cause", "Event-Sequence")]
                told.append((event, isinstance(first, Session), *said))

            tracked.callbacks.add(event, "default", tell)
        tracked.tracker.leave_out(left_out)
        if not size:  # each alone, and all of it read
            for raw in raws:
                take_event(tracked.tracker, tracked.callbacks, Event(raw))
        else:
            for at in range(0, len(raws), size):
                tracked.take(raws[at : at + size])
        states.append(state_of(tracked.tracker))
        heard.append(told)
    assert states == states[:1] * 5
    assert heard == heard[:1] * 5
    assert bool(heard[0]) is bool(wanted)


def test_a_handler_in_the_trackers_place_has_every_event(calls: list[bytes]) -> None:
    tracked, seen = Tracked(), list[Event]()
    tracker = tracked.tracker

    def answered(event: Event) -> bool:
        seen.append(event)
        return False

    tracker.remove_handler("CHANNEL_ANSWER", tracker.handlers["CHANNEL_ANSWER"])
    tracker.add_handler("CHANNEL_ANSWER", answered)
    tracked.take(calls)
    assert {event.name for event in seen} == {"CHANNEL_ANSWER"}
    assert (len(seen), tracker.total_answered_sessions) == (14, 0)
    tracker.remove_handler("CHANNEL_ANSWER", answered)
    tracked.take(turned(calls, 1))
    assert len(seen) == 14


def test_what_a_callback_reads_stays_where_it_is_recorded(calls: list[bytes]) -> None:
    tracked, read = Tracked(), list[str]()
    for event in ("CHANNEL_ANSWER", "CHANNEL_PARK", "CHANNEL_HANGUP"):
        tracked.callbacks.add(event, "default", lambda leg: read.append(leg["Event-Sequence"]))
    for raw in (*calls[:-1], *turned(calls, 1)[:-1]):
        tracked.take([raw])
    tracked.take(turned(calls, 2)[:-1])
    legs = [leg for some in tracked.tracker.failed_sessions.values() for leg in some]
    assert len(read) > 100
    assert legs
    for leg in legs:
        assert not [event for event in leg.events._events if isinstance(event, Event)]


@pytest.mark.parametrize(
    "stamp",
    ["1795418662398602", "0", "007", "", "x", "12x", "9" * 17, "9" * 18, "9" * 19, "%31", "-1"],
)
def test_when_an_event_was_made_is_the_same_at_a_glance(stamp: str) -> None:
    raw = f"Event-Name: CHANNEL_ANSWER\nUnique-ID: u\nEvent-Date-Timestamp: {stamp}\n\n".encode()
    batch = Batch(
        Slab(raw * 20), [n * len(raw) for n in range(20)], [(n + 1) * len(raw) for n in range(20)]
    )
    glanced = Glimpses(batch, Recording().sought).event(7)
    assert glanced.moment == Event(raw).moment


@pytest.mark.parametrize("count", [1, 20])
def test_a_leg_is_one_however_it_is_spelled_and_whatever_came_with_it(count: int) -> None:
    tracked = Tracked()
    names = ["CHANNEL_CREATE", "CHANNEL_PROGRESS", *["CHANNEL_STATE"] * count, "CHANNEL_ANSWER"]
    for spelling in (b"u1", b"u%31"):
        tracked.take(
            [b"Event-Name: %s\nUnique-ID: %s\n\n" % (n.encode(), spelling) for n in names[:-1]]
        )
        leg = tracked.tracker.sessions["u1"]
        assert leg.ringing
    plain = [b"Event-Name: %s\nUnique-ID: u2\n\n" % name.encode() for name in names]
    for other in (b"Unique-ID: %752", b"unique-id: u2"):
        for first in (0, 1):
            mixed = Tracked()
            spelled = [raw.replace(b"Unique-ID: u2", other) for raw in plain]
            mixed.take([(plain, spelled)[at % 2 == first][at] for at in range(len(names))])
            leg = mixed.tracker.sessions["u2"]
            assert leg.answered
            assert leg.events.names == names
            assert not [event for event in leg.events._events if isinstance(event, Event)]


@pytest.mark.parametrize(
    "name", ["CHANNEL_CREATE", "CHANNEL_ANSWER", "CHANNEL_HANGUP", "HEARTBEAT"]
)
def test_no_event_of_somebodys_own_is_taken_for_freeswitchs(
    name: str, caplog: pytest.LogCaptureFixture
) -> None:
    tracked, told = Tracked(), list[object]()
    tracked.callbacks.add(name, "default", told.append)
    tracked.callbacks.add("CUSTOM", "default", told.append)
    forged = b"Event-Name: CUSTOM\nEvent-Subclass: %s\nUnique-ID: lasting-leg\n\n" % name.encode()
    tracked.take([forged])
    assert not tracked.tracker.sessions
    tracked.callbacks.remove("CUSTOM", "default", told.append)
    told.clear()
    tracked.take([LASTING, forged])
    leg = tracked.tracker.sessions["lasting-leg"]
    assert leg.events.names == ["CHANNEL_CREATE", "CUSTOM"]
    assert (leg.answered, leg.hungup, tracked.tracker.total_answered_sessions) == (False, False, 0)
    assert told == [leg] * (name == "CHANNEL_CREATE")
    assert leg._untaken.take(name) is (leg.events.arrived(0) if name == "CHANNEL_CREATE" else None)
    assert "CUSTOM" in leg.saw()
    assert not caplog.records


@pytest.mark.parametrize("count", [1, 20])
def test_an_end_that_is_said_again_changes_no_time(count: int) -> None:
    tracked, told = Tracked(), list[Session]()
    tracked.callbacks.add("CHANNEL_HANGUP", "default", told.append)
    said = b"Event-Name: CHANNEL_HANGUP\nUnique-ID: lasting-leg\nEvent-Date-Timestamp: %d000000\n\n"
    tracked.take([LASTING] * count + [said % 5, said % 8])
    (leg,) = tracked.tracker.ending.values()
    assert told == [leg]
    assert leg.times["hangup"] == 5
    assert sum(tracked.tracker.hangup_causes.values()) == 1
