"""What a replay answers to a client's commands, and what it sends after them."""

from __future__ import annotations

import socket
from contextlib import closing

import pytest
from replaying import START, Bare, ManualTimer, heartbeats, scenario, served

from switchy_nb.recording import Recording
from switchy_nb.wire import AuthRequest, CommandReply, Disconnect, Message, Parser

# --- what a client orders ---------------------------------------------------------------------


def test_a_wrong_secret_and_commands_before_the_login() -> None:
    with served(heartbeats(0), password="s3cret") as made:
        client = Bare(made, "wrong")
        assert client.greeting == "-ERR invalid"
        client.rest()
        assert isinstance(client.last, Disconnect)
        client.close()
        client = Bare(made, "s3cret")
        assert client.greeting == "+OK accepted"
        client.close()
        with closing(socket.create_connection((made.host, made.port), timeout=20)) as sock:
            sock.sendall(b"api status\n\n")
            parser = Parser()
            heard: list[Message] = []
            while len(heard) < 2:
                heard += parser.feed(sock.recv(4096))
            assert [type(m) for m in heard] == [AuthRequest, CommandReply]
            assert heard[1].text == "-ERR command not found"  # type: ignore[union-attr]
        assert "s3cret" not in repr(made)


@pytest.mark.parametrize(
    ("order", "reply"),
    [
        ("event", "-ERR no keywords supplied"),
        ("event plain NO_SUCH_EVENT", "-ERR no keywords supplied"),
        ("events json channel_answer", "+OK event listener enabled json"),
        ("nixevent", "-ERR no keywords supplied"),
        ("nixevent CHANNEL_ANSWER", "+OK events nixed"),
        ("noevents", "-ERR not listening for events"),
        ("filter Event-Name HEARTBEAT", "+OK filter added. [Event-Name]=[HEARTBEAT]"),
        ("filter delete all", "+OK filter deleted. [all][]"),
        ("filter alone", "-ERR invalid syntax"),
        ("log 7", "+OK log level 7 [7]"),
        ("log nonsense", "-ERR invalid log level"),
        ("nolog", "-ERR not loging"),
        ("linger", "-ERR not controlling a session"),
        ("nolinger", "-ERR not controlling a session"),
        ("divert_events on", "-ERR not controlling a session."),
        ("myevents 11111111-2222-3333-4444-555555555555 json", "-ERR invalid uuid"),
        ("nonsense", "-ERR command not found"),
        ("exit", "+OK bye"),
    ],
)
def test_replies_are_those_of_a_switch(order: str, reply: str) -> None:
    with served(heartbeats(0)) as made, closing(Bare(made)) as client:
        assert client.ask(order) == reply


def test_what_would_act_is_refused_by_name() -> None:
    with served(heartbeats(0)) as made, closing(Bare(made)) as client:
        for order in ("sendmsg 1234", "sendevent CUSTOM", "bgapi originate x y", "api uuid_kill 1"):
            answer = client.ask(order)
            assert answer.startswith("-ERR this is a replay of a recording, no switch")
            assert "\n" not in answer.strip()


def test_only_what_was_subscribed_to_comes() -> None:
    recording = scenario("bridged_calls")
    names = list(recording.events["name"])
    with served(recording) as made, closing(Bare(made)) as client:
        client.ask("filter Event-Name CHANNEL_ANSWER")
        client.ask("filter Event-Name CHANNEL_BRIDGE")
        client.ask("event plain CHANNEL_ANSWER CHANNEL_HANGUP CHANNEL_BRIDGE")
        wanted = [n for n in names if n in ("CHANNEL_ANSWER", "CHANNEL_BRIDGE")]
        assert [event.name for event in client.take(len(wanted))] == wanted
        made.wait(20)
        assert client.ask("noevents") == "+OK no longer listening for events"
        assert client.events == []


def test_nixevent_leaves_the_others() -> None:
    recording = scenario("bridged_calls")
    timer = ManualTimer()
    with served(recording, 1.0, timer=timer) as made, closing(Bare(made)) as client:
        made.pause()
        client.ask("event plain all")
        client.ask("nixevent CHANNEL_STATE CHANNEL_CALLSTATE")
        made.resume()
        timer.advance(made.duration + 1)
        gone = ("CHANNEL_STATE", "CHANNEL_CALLSTATE")
        wanted = [n for n in recording.events["name"] if n not in gone]
        assert [event.name for event in client.take(len(wanted))] == wanted


def test_myevents_follows_one_leg_and_says_goodbye_with_it() -> None:
    recording = scenario("bridged_calls")
    events = recording.events
    uuid = str(recording.sessions.index[1])
    with served(recording) as made, closing(Bare(made)) as client:
        assert client.ask(f"myevents {uuid}") == "+OK Events Enabled"
        heard = client.rest()
        assert isinstance(client.last, Disconnect)
    own = events[events["session"] == uuid]
    names = list(own["name"])
    until = names[: names.index("CHANNEL_HANGUP") + 1]
    assert {event["Unique-ID"] for event in heard} == {uuid}
    assert [e.name for e in heard] == [n for n in until if n in {e.name for e in heard}]
    assert heard[-1].name == "CHANNEL_HANGUP"


# --- recorded answers -------------------------------------------------------------------------


def asked() -> Recording:
    recording = heartbeats(0, 1, 2)
    for second, reply in ((0.5, "first\n"), (1.5, "second\n")):
        token = recording.command_sent("api", "status", START + int(second * 1e6) - 1000)
        recording.command_replied(token, START + int(second * 1e6), True, reply)
    token = recording.command_sent("api", "lost", START)
    recording.command_replied(token, START, False, "tried `lost`: the link was lost")
    token = recording.command_sent("api", "show nonsense", START)
    recording.command_replied(token, START, False, "-USAGE: show …\n")
    return recording


def test_commands_are_answered_as_they_were_then() -> None:
    timer = ManualTimer()
    with served(asked(), 1.0, timer=timer) as made, closing(Bare(made)) as client:
        assert client.ask("api status") == "first\n"
        client.ask("event plain all")
        timer.advance(1.6)
        client.take(2)
        assert client.ask("api status") == "second\n"
        assert client.ask("api show nonsense") == "-USAGE: show …\n"
        assert "this is a replay" in client.ask("api lost")
        made.seek(1.0)
        assert client.ask("api  status ") == "first\n"


def test_a_job_is_answered_with_its_recorded_end() -> None:
    recording = scenario("wrong_commands")
    job = recording.jobs.iloc[0]
    with served(recording) as made, closing(Bare(made)) as client:
        client.ask("event plain BACKGROUND_JOB")
        made.wait(20)
        client.take(int((recording.events["name"] == "BACKGROUND_JOB").sum()))
        client.sock.sendall(f"bgapi {job['command']}\nJob-UUID: mine\n\n".encode())
        reply = client.next()
        assert isinstance(reply, CommandReply)
        assert (reply.text, reply.headers["Job-Uuid"]) == ("+OK Job-UUID: mine", "mine")
        (ended,) = client.take(1)
    assert ended["Job-UUID"] == "mine"
    assert (ended.body or "").strip() == job["result"]
    assert ended["Job-Command"] == str(job["command"]).split()[0]


def test_a_job_of_a_command_that_was_asked_in_the_foreground() -> None:
    with served(asked()) as made, closing(Bare(made)) as client:
        client.ask("event json BACKGROUND_JOB")
        made.wait(20)
        client.sock.sendall(b"bgapi status\n\n")
        reply = client.next()
        assert isinstance(reply, CommandReply)
        (ended,) = client.take(1)
    assert ended.body == "second\n"
    assert reply.text == f"+OK Job-UUID: {ended['Job-UUID']}"


def test_whether_a_leg_is_up_is_known() -> None:
    recording = scenario("caller_hangs_up")
    uuid = str(recording.sessions.index[0])
    with served(recording, 1.0, timer=ManualTimer()) as made, closing(Bare(made)) as client:
        assert client.ask(f"api uuid_exists {uuid}") == "false"
        made.seek(made.duration / 2)
        assert client.ask(f"api uuid_exists {uuid}") == "true"
        assert client.ask("api uuid_exists nobody") == "false"
