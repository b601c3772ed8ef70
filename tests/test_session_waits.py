"""Waiting on a leg: for a state, an event, a function."""

from __future__ import annotations

import asyncio
import threading

import pytest
from legs import Recorder, event

from switchy_nb.errors import ConfigurationError, LinkLost, TimeoutError
from switchy_nb.legstate import State
from switchy_nb.recording import Recording
from switchy_nb.session import Session
from switchy_nb.sources import sent_from
from switchy_nb.wire import Event


@pytest.fixture
def link() -> Recorder:
    return Recorder()


@pytest.fixture
def sess(link: Recorder) -> Session:
    return Session(event("CHANNEL_CREATE", Call_Direction="outbound", Caller_ID="x"), con=link)


def later(sess: Session, *events: Event) -> None:
    def come() -> None:
        for each in events:
            sess.update(each)
            sess.notify()

    threading.Timer(0.05, come).start()


def test_waiting_for_a_state(sess: Session) -> None:
    later(sess, event("CHANNEL_PROGRESS"), event("CHANNEL_ANSWER"))
    assert sess.wait("answered", 5) is True
    assert sess.wait(State.ANSWERED, 0) is True


def test_waiting_for_events_takes_each_of_them_once(sess: Session) -> None:
    one, two = (event("DTMF", DTMF_Digit=d) for d in "12")
    sess.update(one)
    later(sess, two)
    assert sess.wait("DTMF", 5) == one
    assert sess.wait("DTMF", 5) == two
    with pytest.raises(TimeoutError, match=r"waited 0\.0 s for DTMF"):
        sess.wait("DTMF", 0)


def test_two_who_wait_for_the_same_get_one_each(sess: Session) -> None:
    got: list[str] = []
    threads = [
        threading.Thread(target=lambda: got.append(sess.wait("DTMF", 5)["DTMF-Digit"]))
        for _ in range(2)
    ]
    for thread in threads:
        thread.start()
    later(sess, event("DTMF", DTMF_Digit="1"), event("DTMF", DTMF_Digit="2"))
    for thread in threads:
        thread.join(10)
    assert sorted(got) == ["1", "2"]


def test_no_event_is_lost_to_a_wait_that_is_given_up(sess: Session) -> None:
    total = 500

    def come() -> None:
        for n in range(total):
            sess.update(event("DTMF", DTMF_Digit=str(n)))
            sess.notify()

    coming = threading.Thread(target=come)
    coming.start()
    got: list[str] = []
    while len(got) < total:
        try:
            got.append(sess.wait("DTMF", 0.0005)["DTMF-Digit"])
        except TimeoutError:
            assert coming.is_alive() or len(got) >= total or sess._untaken["DTMF"]
    coming.join(10)
    assert got == [str(n) for n in range(total)]


def test_nobody_waits_for_a_listener_that_has_ended(link: Recorder) -> None:
    sess = Session(event("CHANNEL_CREATE"), con=link, listening=lambda: False)
    for what in ("answered", "CHANNEL_ANSWER", lambda leg: False):
        with pytest.raises(LinkLost, match="nobody listens"):
            sess.wait(what, 60)  # type: ignore[arg-type]


def test_waiting_for_a_subclass_and_for_a_function(sess: Session) -> None:
    later(sess, event("CUSTOM", Event_Subclass="conference::x"))
    assert sess.wait("conference::x", 5)["Event-Name"] == "CUSTOM"
    assert sess.wait("CUSTOM", 0)["Event-Subclass"] == "conference::x"
    threading.Timer(0.05, sess.vars.__setitem__, ("n", 3)).start()
    assert sess.wait(lambda leg: leg.vars.get("n"), 5) == 3


def test_a_timeout_tells_what_was_seen_instead(sess: Session) -> None:
    for each in (
        event("CHANNEL_STATE"),
        event("CHANNEL_PROGRESS"),
        event("CHANNEL_HANGUP", Hangup_Cause="USER_BUSY"),
    ):
        sess.update(each)
    with pytest.raises(TimeoutError) as caught:
        sess.wait("answered", 0.1)
    assert str(caught.value) == (
        "waited 0.1 s for answered on leg; saw CREATE, PROGRESS, HANGUP (USER_BUSY)"
    )


def test_a_leg_that_is_gone_ends_the_wait_at_once(sess: Session) -> None:
    later(sess, event("CHANNEL_HANGUP", Hangup_Cause="USER_BUSY"), event("CHANNEL_DESTROY"))
    with pytest.raises(TimeoutError, match=r"answered.*HANGUP \(USER_BUSY\).*gone"):
        sess.wait("answered", 60)
    with pytest.raises(TimeoutError, match="gone"):
        sess.wait("CHANNEL_BRIDGE", 60)


def test_a_function_that_raises_raises_where_it_is_waited_for(sess: Session) -> None:
    with pytest.raises(ZeroDivisionError):
        sess.wait(lambda leg: 1 / 0, 5)


def test_what_cannot_be_waited_for_suggests_what_can(sess: Session) -> None:
    with pytest.raises(ConfigurationError, match="did you mean 'answered'"):
        sess.wait("anwsered", 5)


def test_a_lost_link_ends_the_wait_at_once(sess: Session) -> None:
    threading.Timer(0.05, sess.fail_waiters, [LinkLost("the link was lost")]).start()
    with pytest.raises(LinkLost):
        sess.wait("answered", 60)
    assert sess.waiters == []


def test_no_waiter_is_left_behind(sess: Session) -> None:
    with pytest.raises(TimeoutError):
        sess.wait("answered", 0.01)
    assert sess.waiters == []


@pytest.fixture
def recorded(link: Recorder) -> Session:
    return Session(event("CHANNEL_CREATE"), con=link, recording=Recording())


def waits(sess: Session) -> list[list[object]]:
    assert sess.recording is not None
    return sess.recording.commands[["kind", "command", "ok", "reply"]].to_numpy().tolist()


def test_waits_are_rows_among_the_commands(recorded: Session) -> None:
    later(recorded, event("CHANNEL_PROGRESS"), event("CHANNEL_ANSWER"), event("DTMF"))
    recorded.wait("answered", 5)
    recorded.wait("DTMF", 5)
    recorded.wait(lambda leg: [leg.uuid], 5)
    with sent_from("cell 12"), pytest.raises(TimeoutError):
        asyncio.run(recorded.until(State.HUNGUP, 0))
    assert waits(recorded) == [
        ["wait", "answered leg", True, "True"],
        ["wait", "DTMF leg", True, "DTMF"],
        ["wait", "a function leg", True, "list"],
        [
            "wait",
            "hungup leg",
            False,
            "waited 0.0 s for hungup on leg; saw CREATE, PROGRESS, ANSWER, DTMF",
        ],
    ]
    commands = recorded.recording.commands  # type: ignore[union-attr]
    assert commands["source"].tolist()[-1] == "cell 12"
    assert set(commands["switch"]) == {Recorder.switch}
    assert (commands["took_s"] >= 0).all()
    assert commands["took_s"].iloc[0] < 5


def test_a_wait_is_a_row_from_its_beginning_and_holds_nobody_up(recorded: Session) -> None:
    def look(leg: Session) -> str:
        assert leg.recording is not None
        return str(leg.recording.commands["replied"].isna().sum())

    assert recorded.wait(look, 5) == "1"


def test_what_interrupts_a_wait_is_told(recorded: Session) -> None:
    def interrupted(leg: Session) -> bool:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        recorded.wait(interrupted, 5)
    assert waits(recorded) == [["wait", "interrupted leg", False, "KeyboardInterrupt"]]


def test_what_is_no_wait_or_is_not_to_be_noted_leaves_no_row(recorded: Session) -> None:
    with pytest.raises(ConfigurationError):
        recorded.wait("answred", 5)
    recorded.update(event("CHANNEL_ANSWER"))
    assert recorded.wait("answered", 5, noted=False)
    assert waits(recorded) == []
