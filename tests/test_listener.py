from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from helpers import eventually

from switchy_nb import Client, EventListener
from switchy_nb.errors import ConfigurationError, JobError, LinkLost, TimeoutError
from switchy_nb.pytest_plugin import Switch
from switchy_nb.session import Session
from switchy_nb.wire import Event


@pytest.fixture
def listener(switch: Switch) -> Iterator[EventListener]:
    made = EventListener(switch.host, switch.port, switch.password)
    yield made
    made.disconnect()


@pytest.fixture
def client(switch: Switch, listener: EventListener) -> Iterator[Client]:
    """A started pair."""
    made = Client(switch.host, switch.port, switch.password, listener=listener)
    listener.connect()
    made.connect()
    listener.start()
    yield made
    if made.connected() and listener.is_alive():
        made.hangup_own()
    made.disconnect()


def place(client: Client, switch: Switch, number: str = "answer") -> Session:
    job = client.originate(switch.url(number))
    session = client.listener.sessions[job.get(20)]
    session.wait("parked", 5)
    return session


# --- life ------------------------------------------------------------------------------


def test_start_up(listener: EventListener) -> None:
    with pytest.raises(ConfigurationError, match="connect"):
        listener.start()
    listener.connect()
    assert listener.connected()
    assert listener.status() == {"rx": True, "tx": True}
    assert not listener.is_alive()
    listener.start()
    assert listener.is_alive()
    with pytest.raises(ConfigurationError, match="disconnect"):
        listener.connect()
    assert "listening" in repr(listener)


def test_disconnect_twice_and_connect_again(listener: EventListener) -> None:
    listener.disconnect()
    for _ in range(2):
        listener.connect()
        listener.start()
        listener.disconnect()
        listener.disconnect()
        assert not listener.is_alive()
        assert not listener.connected()
        listener.wait(1)


def test_events_between_connect_and_start_count(switch: Switch, listener: EventListener) -> None:
    listener.connect()
    with_events = threading.Event()
    listener.add_callback("MINE::now", "default", with_events.set)
    listener._tx.send("sendevent CUSTOM", {"Event-Subclass": "MINE::now"})
    eventually(lambda: "MINE::now" in set(listener.recording.events["subclass"].dropna()))
    assert not with_events.is_set()
    listener.start()
    assert with_events.wait(5)


def test_unsubscribe(listener: EventListener) -> None:
    assert listener.unsubscribe("CHANNEL_ANSWER")
    assert not listener.unsubscribe(["CALL_UPDATE"])
    with pytest.raises(ConfigurationError, match="unsubscribed"):
        listener.add_handler("CALL_UPDATE", lambda event: (True, None))
    with pytest.raises(ConfigurationError, match="subclass"):
        listener.unsubscribe("CUSTOM")
    listener.unsubscribe("TRAP")
    listener.connect()
    listener.start()
    listener._tx.send("sendevent TRAP")
    listener._tx.send("sendevent GENERAL")
    eventually(lambda: "GENERAL" in set(listener.recording.events["name"]))
    assert "TRAP" not in set(listener.recording.events["name"])
    with pytest.raises(ConfigurationError, match="disconnect"):
        listener.unsubscribe("GENERAL")


def test_get_new_con(listener: EventListener) -> None:
    listener.connect()
    seen: list[Event] = []
    con = listener.get_new_con(
        register_events=True, on_event=lambda event, received: seen.append(event)
    )
    con.send("sendevent CUSTOM", {"Event-Subclass": "MINE::now"})
    eventually(lambda: "MINE::now" in [e.subclass for e in tuple(seen)])
    con.disconnect()


# --- what it tracks --------------------------------------------------------------------


def test_a_call_from_its_first_event_to_its_last(client: Client, switch: Switch) -> None:
    listener = client.listener
    near = place(client, switch)
    call = near.call
    far = call.last
    assert far is not None
    assert call.first is near
    assert listener.calls == {near.uuid: call}
    assert listener.count_calls() == 1
    assert listener.count_sessions() == 2
    assert list(call.sessions) == [near, far]
    assert call.get_peer(near) is far
    assert call.get_peer(far) is near
    assert call.get_peer(None) is None
    assert near.bg_job is not None
    assert near.times["req_originate"] == near.bg_job.launch_time
    assert listener.count_jobs() == 1
    assert listener.total_answered_sessions == 2
    assert "2 legs up" in repr(call)
    call.hangup()
    eventually(lambda: not listener.sessions)
    assert not listener.calls
    assert listener.count_jobs() == 0
    assert listener.hangup_causes == {"NORMAL_CLEARING": 2}
    assert listener.count_failed() == 0
    assert sum(listener.sessions_per_app.values()) == 0
    assert not listener.own
    assert call.first is near
    near.wait("CHANNEL_DESTROY", 5)
    far.wait("CHANNEL_DESTROY", 5)
    eventually(lambda: not listener._ending)
    listener.reset()
    assert not listener.hangup_causes
    assert listener.total_answered_sessions == 0


def test_many_calls_at_once(client: Client, switch: Switch) -> None:
    listener = client.listener
    jobs = [client.originate(switch.url("answer")) for _ in range(10)]
    for job in jobs:
        job.get(20)
    eventually(lambda: listener.count_sessions() == 20)
    assert listener.count_calls() == 10
    assert all(len(call.sessions) == 2 for call in listener.calls.values())
    assert client.hangup_own() == []
    eventually(lambda: listener.count_sessions() == 0)
    assert len(listener.recording.calls) == 10


# --- callbacks -------------------------------------------------------------------------


def test_a_callback_that_raises_hurts_nobody(
    client: Client, switch: Switch, caplog: pytest.LogCaptureFixture
) -> None:
    seen: list[str] = []

    def bad(sess: Session) -> None:
        raise ValueError("on purpose")

    group = "default"
    client.listener.add_callback("CHANNEL_CREATE", group, bad)
    client.listener.add_callback("CHANNEL_CREATE", group, lambda sess: seen.append(sess.uuid))
    near = place(client, switch)
    assert near.uuid in seen
    assert "on purpose" in caplog.text


def test_a_callback_that_sleeps_holds_up_callbacks_but_not_the_recording(
    client: Client, switch: Switch
) -> None:
    asleep, go_on = threading.Event(), threading.Event()

    def sleeper(sess: Session) -> None:
        asleep.set()
        go_on.wait(5)

    client.listener.add_callback("CHANNEL_CREATE", "default", sleeper)
    job = client.originate(switch.url("answer"))
    assert asleep.wait(5)
    recording = client.listener.recording
    eventually(lambda: (recording.events["name"] == "CHANNEL_ANSWER").sum() == 2)
    assert client.cmd("uuid_exists " + str(job.sess_uuid)) == "true"
    with pytest.raises(TimeoutError, match="job"):
        job.get(0.1)
    go_on.set()
    assert job.get(10) == job.sess_uuid


def test_disconnecting_while_a_callback_sleeps(client: Client, switch: Switch) -> None:
    asleep, go_on, over = threading.Event(), threading.Event(), threading.Event()

    def sleeper(sess: Session) -> None:
        asleep.set()
        go_on.wait(30)
        over.set()

    client.listener.add_callback("CHANNEL_CREATE", "default", sleeper)
    job = client.originate(switch.url("noanswer"))
    assert asleep.wait(5)
    client.listener.disconnect()
    assert not over.is_set(), "it waited for the callback"
    assert not client.listener.is_alive()
    with pytest.raises(LinkLost):
        job.get(5)
    client.listener.connect()
    client.listener.start()
    go_on.set()
    client.api(f"uuid_kill {job.sess_uuid}", exc=False)


def test_callbacks_get_what_they_take(client: Client, switch: Switch) -> None:
    calls: list[object] = []
    listener, group = client.listener, "default"
    assert not listener.add_callback("CHANNEL_HANGUP", group, "no function")
    assert not listener.add_callback("CHANNEL_HANGUP", group, Session)
    listener.add_callback("CHANNEL_HANGUP", group, lambda sess: calls.append((sess,)))
    listener.add_callback("CHANNEL_HANGUP", group, lambda sess, job: calls.append((sess, job)))
    listener.add_callback("CHANNEL_HANGUP", group, calls.append, "given", prepend=True)
    near = place(client, switch)
    job = near.bg_job
    near.hangup()
    near.wait("hungup", 5)
    eventually(lambda: len(calls) >= 5)
    assert (near,) in calls
    assert (near, job) in calls
    assert calls[0] == "given"


def test_a_handler_in_the_listeners_place(client: Client, switch: Switch) -> None:
    taken: list[Event] = []

    def handler(event: Event) -> tuple[bool, None]:
        taken.append(event)
        return True, None

    client.listener.add_handler("CHANNEL_PARK", handler)
    with pytest.raises(ConfigurationError, match="already"):
        client.listener.add_handler("CHANNEL_PARK", handler)
    job = client.originate(switch.url("answer"))
    job.get(20)
    eventually(lambda: len(taken) == 2)
    client.listener.remove_handler("CHANNEL_PARK", handler)
    near = place(client, switch)
    assert near.parked


def test_a_callback_must_not_wait(client: Client, switch: Switch) -> None:
    caught: list[BaseException] = []

    def waits(sess: Session) -> None:
        try:
            sess.wait("hungup", 60)
        except ConfigurationError as exc:
            caught.append(exc)

    client.listener.add_callback("CHANNEL_CREATE", "default", waits)
    place(client, switch)
    assert "callback must not wait" in str(caught[0])


def test_a_callback_must_not_wait_for_a_job_either(client: Client, switch: Switch) -> None:
    caught: list[BaseException] = []

    def waits(sess: Session) -> None:
        try:
            client.bgapi("status").get(60)
        except ConfigurationError as exc:
            caught.append(exc)
        try:
            client.listener.wait()
        except ConfigurationError as exc:
            caught.append(exc)

    client.listener.add_callback("CHANNEL_CREATE", "default", waits)
    place(client, switch)
    assert len(caught) >= 2


def test_what_ended_while_nobody_listened_is_let_go(client: Client, switch: Switch) -> None:
    listener = client.listener
    ends, stays = place(client, switch), place(client, switch)
    listener.disconnect()
    client.api(f"uuid_kill {ends.uuid}")
    eventually(lambda: client.cmd(f"uuid_exists {ends.call.last}") == "false")
    listener.connect()
    listener.start()
    eventually(lambda: listener.count_sessions() == 2)
    assert list(listener.calls) == [stays.uuid]
    assert ends.hungup
    assert not stays.hungup
    assert listener.own == {stays.uuid}
    assert sum(listener.sessions_per_app.values()) == 2


def test_waitfor(client: Client, switch: Switch) -> None:
    near = place(client, switch)
    client.listener.add_callback(
        "DTMF", "default", lambda sess: near.vars.__setitem__("heard", sess["DTMF-Digit"])
    )
    far = near.call.last
    assert far is not None
    far.send_dtmf("5")
    near.wait(lambda leg: leg.vars.get("heard"), 5)
    assert client.listener.waitfor(near, "heard", 1)
    with pytest.raises(TimeoutError, match=r"vars\['other'\]"):
        client.listener.waitfor(near, "other", 0.05)


def test_jobs_of_others_and_jobs_that_fail(client: Client) -> None:
    job = client.bgapi("no_such_command now")
    with pytest.raises(JobError, match="no_such_command"):
        job.get(10)
    assert client.listener.count_jobs() == 0
    assert client.bgapi("status").get(10).startswith("UP")
    mine = client.listener.register_job("11111111-1111-1111-1111-111111111111")
    client._con.bgapi("uuid_exists nobody", mine.uuid)
    assert mine.get(10) == "false"
