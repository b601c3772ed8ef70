"""Commands of the Event Socket, as a FreeSWITCH 1.11.1 answered the same bytes."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from simswitch.client import Client

from switchy_nb.simswitch.clients import levels
from switchy_nb.wire.serve import CommandParser

Connect = Callable[[], Client]

#: commands and replies, in this order on one connection
REPLIES = [
    ("event  plain  heartbeat", "+OK event listener enabled plain"),
    ("event plain\theartbeat", "-ERR no keywords supplied"),
    ("event json SWITCH_EVENT_HEARTBEAT", "+OK event listener enabled json"),
    ("event  xml  API", "+OK event listener enabled json"),
    ("event CUSTOM plain", "+OK event listener enabled json"),
    ("filter add a", "+OK filter added. [a]=[(null)]"),
    ("filter a ", "+OK filter added. [a]=[]"),
    ("filter  a b", "+OK filter added. [a]=[b]"),
    ("filter a", "-ERR invalid syntax"),
    ("log 99", "+OK log level 99 [63]"),
    ("log DISABLE", "+OK log level DISABLE [-1]"),
    ("nolog", "+OK no longer logging"),
    ("nolog", "-ERR not loging"),
    ("loginfo", "+OK log level info [6]"),
    ("sendmsg  nosuch ", "-ERR invalid session id [nosuch ]"),
    ("sendmsgnosuch", "-ERR invalid session id [nosuch]"),
    (" api hostname", "-ERR command not found"),
    ("linger 5", "-ERR not controlling a session"),
    ("divert_events on", "-ERR not controlling a session."),
    ("getvar uuid", "-ERR command not found"),
    ("myevents nosuch json", "-ERR invalid uuid"),
]


def test_replies_are_those_of_freeswitch(connect: Connect) -> None:
    client = connect()
    for command, reply in REPLIES:
        assert client.command(command) == reply, command


def parked(client: Client) -> str:
    leg = client.originate("answer")
    client.seen("CHANNEL_PARK", leg)
    return leg


def test_whoever_follows_a_call_controls_it(client: Client, connect: Connect) -> None:
    leg = parked(client)
    mine = connect()
    for command, reply in (
        (f"myevents {leg}", "+OK Events Enabled"),
        ("getvar uuid", leg),
        ("getvar nosuch", "-ERR command not found"),
        ("resume", "+OK"),
        ("divert_events", "-ERR missing value."),
        ("divert_events on", "+OK events diverted"),
        ("divert_events x", "+OK events not diverted"),
        ("linger x", "+OK will linger 0 seconds"),
        ("nolinger", "+OK will not linger"),
        ("linger", "+OK will linger"),
        ("sendmsg\ncall-command: execute\nexecute-app-name: set\nexecute-app-arg: a=b", "+OK"),
    ):
        assert mine.command(command) == reply, command
    assert mine.seen("CHANNEL_EXECUTE", leg)["Application-Data"] == "a=b"
    mine.send("connect\n\n")
    assert mine.reply().headers["Unique-ID"] == leg


def test_it_lingers_when_the_call_is_over(client: Client, connect: Connect) -> None:
    leg = parked(client)
    mine = connect()
    mine.command(f"myevents {leg}")
    assert mine.command("linger 0") == "+OK will linger 0 seconds"
    client.api(f"uuid_kill {leg}")
    mine.seen("CHANNEL_HANGUP_COMPLETE", leg)
    while (notice := mine.frame()).kind == "text/event-plain":
        continue
    assert notice.headers["Content-Disposition"] == "linger"
    assert notice.headers["Linger-Time"] == "0"
    with pytest.raises(EOFError):
        mine.until(lambda: False)
    assert mine.order[-1] == "text/disconnect-notice"


def test_a_job_names_the_call_that_its_client_follows(client: Client, connect: Connect) -> None:
    leg = parked(client)
    mine = connect()
    mine.command(f"myevents {leg}")
    mine.command("event plain BACKGROUND_JOB")
    mine.command("bgapi echo x\nJob-UUID: j")
    assert mine.seen("BACKGROUND_JOB")["Job-Owner-UUID"] == leg


def test_the_reply_comes_before_the_event_that_was_sent(client: Client) -> None:
    client.send("sendevent TRAP\nA: b\n\n")
    client.until(lambda: bool(client.found("TRAP")), "TRAP")
    kinds = client.order[-2:]
    assert kinds == ["command/reply", "text/event-plain"]


@pytest.mark.parametrize(
    ("command", "name"),
    [
        ("sendevent NOSUCH", "CUSTOM"),
        ("sendevent", "CUSTOM"),
        ("sendevent heartbeat extra", "CUSTOM"),
        ("sendeventHEARTBEAT", "HEARTBEAT"),
        ("sendevent\t clone", "CLONE"),
    ],
)
def test_what_is_sent_has_the_name_that_was_meant(client: Client, command: str, name: str) -> None:
    client.command(f"{command}\nMark: x")
    assert client.seen(name, Mark="x")["Command"] == command


def test_lists_are_put_together_and_empty_headers_go(client: Client) -> None:
    client.command("sendevent TRAP\nArr[1]: y\nArr[0]: x\nEmpty: \nMore: ARRAY::a|:b")
    event = client.seen("TRAP")
    assert event["Arr"] == "ARRAY::x|:y"
    assert event["More"] == "ARRAY::a|:b"
    assert "Empty" not in event


def test_what_is_sent_to_a_call_is_nobodys_else(client: Client) -> None:
    leg = parked(client)
    assert client.command(f"sendevent TRAP\nUnique-ID: {leg}").startswith("+OK ")
    client.command("sendevent TRAP\nUnique-ID: nosuch")
    client.seen("TRAP")
    assert [e["Unique-ID"] for e in client.found("TRAP")] == ["nosuch"]


def test_all_are_the_known_subclasses_when_it_is_taken_back(client: Client) -> None:
    client.command("nixevent TRAP")
    client.command("sendevent CUSTOM\nEvent-Subclass: mine::own")
    client.command("sendevent CUSTOM\nEvent-Subclass: sofia::register")
    client.seen("CUSTOM", Event_Subclass="sofia::register")
    assert not client.found("CUSTOM", Event_Subclass="mine::own")


def test_the_console_runs_several_commands_and_aliases(client: Client) -> None:
    console = "\nconsole_execute: true"
    assert client.command(f"api echo a;;echo b{console}") == "ab"
    assert client.command(f"api alias add hh echo{console}") == "+OK\n"
    assert client.command(f"api hh x{console}") == "\nExpand Alias [hh]->[echo x]\n\nx"
    answer = client.command(f"api echo a;;nosuch{console}")
    assert answer == "-ERR echo a;;nosuch Command not found!\n"


def test_a_return_ends_a_line_and_hides_those_between() -> None:
    (command,) = CommandParser().feed(b"sendevent X\nA: b\r\nC: d\n\n")
    assert command.line == "sendevent X"
    assert command.headers == (("C", "d"),)
    (command,) = CommandParser().feed(b"api echo a\rb\n\n")
    assert command.line == "api echo a"


def test_of_several_bodies_the_last_counts() -> None:
    data = b"sendevent X\nContent-Length: 3\nContent-Length: 2\n\nabcdenext\n\n"
    first, second = CommandParser().feed(data)
    assert first.body == "de"
    assert second.line == "next"


@pytest.mark.parametrize(
    ("text", "level"),
    [("debug", 7), ("-5", 0), ("63", 63), ("64", None), ("65", 63), ("x", None), ("disable", -1)],
)
def test_levels_are_read(text: str, level: int | None) -> None:
    assert levels.read(text) == level


def test_the_log_tells_the_story_of_a_call(client: Client, connect: Connect) -> None:
    logger = connect()
    client.api("fsctl loglevel debug")
    logger.command("log debug")
    leg = parked(client)
    client.api(f"uuid_kill {leg}")
    lines: list[str] = []
    while not any(f"Close Channel {name}" in line for line in lines for name in ("sofia/",)):
        frame = logger.frame()
        if frame.headers.get("User-Data") == leg:
            lines.append(frame.text)
    story = ("New Channel", "CS_INIT", "CS_ROUTING", "has been answered", "EXECUTE [depth=0]")
    at = [next(n for n, line in enumerate(lines) if word in line) for word in story]
    assert at == sorted(at)
    assert any("Hangup sofia/external" in line and "[NORMAL_CLEARING]" in line for line in lines)
