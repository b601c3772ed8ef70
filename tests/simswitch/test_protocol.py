"""The Event Socket protocol: login, replies, subscriptions, filters."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

import pytest
from simswitch.client import Client

from switchy_nb.simswitch import SimSwitch, Timing

Connect = Callable[[], Client]


# -- login ---------------------------------------------------------------------------------


def test_a_wrong_secret_ends_the_connection(switch: SimSwitch) -> None:
    with Client(switch.port, login=False) as client:
        assert client.frame().kind == "auth/request"
        assert client.command("auth wrong") == "-ERR invalid"
        notice = client.frame()
        assert notice.kind == "text/disconnect-notice"
        assert len(notice.body) == 67
        with pytest.raises(EOFError):
            client.frame()


def test_before_the_login_other_commands_are_unknown(switch: SimSwitch) -> None:
    with Client(switch.port, login=False) as client:
        client.frame()
        assert client.command("api status") == "-ERR command not found"
        assert client.command("auth ClueCon") == "+OK accepted"


def test_a_client_that_says_nothing_is_sent_away() -> None:
    with (
        SimSwitch(timing=Timing(login=0.1)) as switch,
        Client(switch.port, login=False) as client,
    ):
        assert client.frame().kind == "auth/request"
        assert client.frame().kind == "text/disconnect-notice"
        with pytest.raises(EOFError):
            client.frame()


def test_the_access_list_rejects_rudely() -> None:
    with SimSwitch(acl=["10.0.0.0/8"]) as switch, Client(switch.port, login=False) as client:
        rejection = client.frame()
        assert rejection.kind == "text/rude-rejection"
        assert rejection.text == "Access Denied, go away.\n"
        assert client.frame().kind == "text/disconnect-notice"
        with pytest.raises(EOFError):
            client.frame()


def test_the_access_list_admits_whom_it_names() -> None:
    with SimSwitch(acl=["127.0.0.0/8"]) as switch, Client(switch.port) as client:
        assert client.api("hostname")


@pytest.mark.parametrize("farewell", ["exit", "EXIT", "..."])
def test_goodbye(client: Client, farewell: str) -> None:
    assert client.command(farewell) == "+OK bye"
    assert client.frame().kind == "text/disconnect-notice"
    with pytest.raises(EOFError):
        client.frame()


# -- replies -------------------------------------------------------------------------------

#: what FreeSWITCH 1.11.1 replies, one after the other, on one connection
CONVERSATION = [
    ("event", "-ERR no keywords supplied"),
    ("event plain NO_SUCH_EVENT", "-ERR no keywords supplied"),
    ("event plain ALL", "+OK event listener enabled plain"),
    ("event json CHANNEL_ANSWER CUSTOM a::b c", "+OK event listener enabled json"),
    ("event CHANNEL_HANGUP", "+OK event listener enabled json"),
    ("Events Plain heartbeat", "+OK event listener enabled plain"),
    ("nixevent", "-ERR no keywords supplied"),
    ("nixevent CHANNEL_ANSWER FOO", "+OK events nixed"),
    ("noevents", "+OK no longer listening for events"),
    ("noevents", "-ERR not listening for events"),
    ("filter", "-ERR command not found"),
    ("filter a", "-ERR invalid syntax"),
    ("FILTER a b", "+OK filter added. [a]=[b]"),
    ("filter add a b c", "+OK filter added. [a]=[b c]"),
    ("filter delete a", "+OK filter deleted. [a][]"),
    ("filter delete a b", "+OK filter deleted. [a][b]"),
    ("filter delete all", "+OK filter deleted. [all][]"),
    ("filter delete", "-ERR invalid syntax"),
    ("log", "+OK log level  [7]"),
    ("log 3", "+OK log level 3 [3]"),
    ("log foo", "-ERR invalid log level"),
    ("nolog", "+OK no longer logging"),
    ("nolog", "-ERR not loging"),
    ("linger", "-ERR not controlling a session"),
    ("linger 5", "-ERR not controlling a session"),
    ("nolinger", "-ERR not controlling a session"),
    ("divert_events on", "-ERR not controlling a session."),
    ("myevents", "-ERR command not found"),
    ("sendmsg", "-ERR invalid session id []"),
    ("sendmsg x", "-ERR invalid session id [x]"),
    ("auth x", "-ERR command not found"),
    ("connect", "-ERR command not found"),
    ("nonsense", "-ERR command not found"),
    ("api", "-ERR command not found"),
    ("api no_such_command now", "-ERR no_such_command Command not found!\n"),
    ("api uuid_kill", "-USAGE: <uuid> [cause]\n"),
    ("api uuid_kill x", "-ERR No such channel!\n"),
    ("api uuid_answer x", "-ERROR\n"),
    ("api uuid_getvar x y", "-ERR No such channel!\n"),
    ("api uuid_getvar x", "-USAGE: <uuid> <var>\n"),
    ("api uuid_broadcast x y", "-ERR invalid uuid\n"),
    ("api uuid_record x start y", "-ERR Cannot locate session!\n"),
    ("api uuid_send_dtmf x 1", "-ERR Cannot locate session!\n"),
    ("api uuid_bridge a b", "-ERR Invalid uuid\n"),
    ("api uuid_transfer x y", "-ERR No such channel!\n"),
    ("api uuid_media x", "-ERR Operation failed\n"),
    ("api uuid_exists x", "false"),
    ("api sched_hangup +1 x", "-ERR No such channel!\n"),
    ("api sched_del 999", "+OK Deleted: 0\n"),
    ("api originate sofia/nosuchprofile/1@127.0.0.1 &park", "-ERR INVALID_PROFILE\n"),
    ("api originate sofia/gateway/nosuch/1 &park", "-ERR INVALID_GATEWAY\n"),
    ("api originate nosuchendpoint/1 &park", "-ERR CHAN_NOT_IMPLEMENTED\n"),
    ("api originate user/nobody &park", "-ERR SUBSCRIBER_ABSENT\n"),
    ("api echo", "-ERR no reply\n"),
    ("api echo a  b", "a  b"),
    ("api global_getvar nope", "-ERR no reply\n"),
    ("api module_exists mod_sofia", "true"),
    ("api module_exists mod_nope", "false"),
    ("api show channels", "\n0 total.\n"),
    ("api show calls count", "\n0 total.\n"),
    ("api show channels as json", '{"row_count": 0}\n'),
    ("api fsctl sps 500", "+OK sessions per second: 500\n"),
    ("api fsctl loglevel 3", "+OK log level: ERR [3]\n"),
    ("api strftime %Y|x", "1970-01-01 00:00:00"),
    ("api url_encode a b&c", "a%20b%26c"),
    ("api url_decode a%20b", "a b"),
    ("api md5 x", "9dd4e461268c8034f5c8564e155c67a6"),
    ("api cond 1 == 1 ? y : n", "y"),
    ("api regex foo|^f", "true"),
    ("api sofia status profile nope", "Invalid Profile!\n"),
    ("api global_setvar x=1", "+OK"),
    ("api global_getvar x", "1"),
    ("api hupall", "+OK hangup all channels with cause MANAGER_REQUEST\n"),
]


def test_replies_are_freeswitchs_word_for_word(connect: Connect) -> None:
    client = connect()
    for command, reply in CONVERSATION:
        assert client.command(command) == reply, command


def test_a_background_job_has_the_uuid_that_was_chosen(client: Client) -> None:
    client.send("bgapi uuid_exists nobody\nJob-UUID: my-own\n\n")
    frame = client.reply()
    assert frame.headers["Reply-Text"] == "+OK Job-UUID: my-own"
    assert frame.headers["Job-UUID"] == "my-own"
    job = client.seen("BACKGROUND_JOB")
    assert (job["Job-UUID"], job["Job-Command"], job["Job-Command-Arg"]) == (
        "my-own",
        "uuid_exists",
        "nobody",
    )
    assert job["_body"] == "false"


def test_a_job_never_comes_before_its_reply(client: Client) -> None:
    client.order.clear()
    for _ in range(50):
        client.send("bgapi echo hi\n\n")
    client.until(lambda: len(client.found("BACKGROUND_JOB")) == 50)
    replies = jobs = 0
    names = iter(client.events)
    for kind in client.order:
        if kind == "command/reply":
            replies += 1
        elif kind == "text/event-plain":
            jobs += next(names)["Event-Name"] == "BACKGROUND_JOB"
        assert jobs <= replies


def test_replies_come_in_the_order_of_the_commands(client: Client) -> None:
    client.send("".join(f"api echo {n}\n\n" for n in range(20)))
    assert [client.reply().text for _ in range(20)] == [str(n) for n in range(20)]


def test_no_event_is_sent_while_an_api_command_of_that_connection_runs(
    client: Client, connect: Connect
) -> None:
    other = connect()
    other.command("event plain all")
    client.order.clear()
    client.send("api msleep 200\n\n")
    leg = other.originate("answer")
    other.seen("CHANNEL_PARK", leg)
    client.reply()
    assert client.order == ["api/response"]
    client.seen("CHANNEL_PARK", leg)


def test_an_api_event_is_older_than_what_it_caused_and_comes_after(client: Client) -> None:
    leg = client.originate("answer")
    job = client.seen("BACKGROUND_JOB")
    api = client.found("API")[0]
    created = client.found("CHANNEL_CREATE", leg)[0]
    assert int(api["Event-Sequence"]) < int(created["Event-Sequence"]) < int(job["Event-Sequence"])
    assert client.events.index(api) > client.events.index(created)


# -- subscriptions -------------------------------------------------------------------------


def test_only_what_was_asked_for_is_sent(connect: Connect) -> None:
    client = connect()
    client.command("event plain CHANNEL_ANSWER CHANNEL_DESTROY")
    leg = client.originate("answer")
    client.seen("CHANNEL_ANSWER", leg)
    client.command("nixevent CHANNEL_ANSWER")
    client.api("hupall")
    client.seen("CHANNEL_DESTROY", count=2)
    assert {e["Event-Name"] for e in client.events} == {"CHANNEL_ANSWER", "CHANNEL_DESTROY"}


def test_nothing_is_sent_to_whom_asked_for_nothing(connect: Connect) -> None:
    client, other = connect(), connect()
    other.command("event plain all")
    leg = other.originate("busy")
    other.seen("CHANNEL_DESTROY", leg)
    assert client.api("uuid_exists x") == "false"
    assert client.events == []


def test_all_but_one(connect: Connect) -> None:
    client = connect()
    client.command("event plain ALL")
    client.command("nixevent CHANNEL_STATE")
    leg = client.originate("busy")
    client.seen("CHANNEL_DESTROY", leg)
    assert not client.found("CHANNEL_STATE")
    assert client.found("CHANNEL_CALLSTATE")


def fire(client: Client, subclass: str) -> None:
    assert client.command(f"sendevent CUSTOM\nEvent-Subclass: {subclass}").startswith("+OK ")


def test_subclasses_of_custom_are_chosen_by_name(connect: Connect) -> None:
    client = connect()
    client.command("event plain CHANNEL_ANSWER CUSTOM a::b c::d")
    for subclass in ("a::b", "x::y", "c::d"):
        fire(client, subclass)
    client.seen("CUSTOM", count=2)
    client.command("nixevent CUSTOM a::b")
    fire(client, "a::b")
    fire(client, "c::d")
    client.seen("CUSTOM", count=3)
    assert [e["Event-Subclass"] for e in client.events] == ["a::b", "c::d", "c::d"]


def test_every_format_says_the_same(connect: Connect) -> None:
    plain, as_json, xml = connect(), connect(), connect()
    plain.command("event plain BACKGROUND_JOB")
    as_json.command("event json BACKGROUND_JOB")
    xml.command("event xml BACKGROUND_JOB")
    plain.command("bgapi echo <&>\nJob-UUID: j")
    one = plain.seen("BACKGROUND_JOB")
    frame = as_json.frame()
    assert frame.kind == "text/event-json"
    two = json.loads(frame.body)
    assert two.pop("_body") == one.pop("_body") == "<&>"
    assert two == one
    frame = xml.frame()
    assert frame.kind == "text/event-xml"
    assert "<Job-UUID>j</Job-UUID>" in frame.text
    assert "<body>&lt;&amp;&gt;</body>" in frame.text


def test_my_events_are_those_of_one_channel(client: Client, connect: Connect) -> None:
    leg = client.originate("answer")
    other = client.originate("answer")
    client.seen("CHANNEL_PARK", leg)
    client.seen("CHANNEL_PARK", other)
    mine = connect()
    assert mine.command(f"myevents {leg}") == "+OK Events Enabled"
    assert mine.command(f"myevents {leg}") == "-ERR aready enabled."
    client.api("hupall")
    mine.seen("CHANNEL_HANGUP_COMPLETE", leg)
    notice = mine.frame()
    assert notice.kind == "text/disconnect-notice"
    assert notice.headers["Controlled-Session-UUID"] == leg
    assert {e["Unique-ID"] for e in mine.events} == {leg}


def test_log_lines_come_to_whom_asked(client: Client, connect: Connect) -> None:
    logger = connect()
    assert client.api("fsctl loglevel info") == "+OK log level: INFO [6]\n"
    assert logger.command("log INFO") == "+OK log level INFO [6]"
    leg = client.originate("answer")
    client.seen("CHANNEL_PARK", leg)
    frame = logger.frame()
    assert frame.kind == "log/data"
    assert frame.headers["Log-Level"] == "5"
    assert frame.headers["User-Data"] == leg
    assert re.match(r"\d{4}-\d\d-\d\d .* \[NOTICE\] switch_channel.c:1143 New Ch", frame.text)
    assert frame.text.endswith(f"[{leg}]\n")
    while not frame.text.startswith("EXECUTE [depth=0] sofia/external/"):
        frame = logger.frame()
    assert frame.headers["Text-Channel"] == "1"


# -- filters -------------------------------------------------------------------------------


def fired(client: Client, *commands: str) -> list[str]:
    """What of some CUSTOM events gets through the filters."""
    for command in commands:
        assert client.command(command).startswith("+OK")
    for color, size in (("red", "1"), ("Blue", "2"), ("green", "3")):
        client.command(f"sendevent CUSTOM\nEvent-Subclass: f\nColor: {color}\nSize: {size}")
    client.command("filter delete all")
    fire(client, "end")
    client.seen("CUSTOM", Event_Subclass="end")
    return [e["Color"] for e in client.found("CUSTOM", Event_Subclass="f")]


@pytest.mark.parametrize(
    ("filters", "through"),
    [
        ([], ["red", "Blue", "green"]),
        (["filter Color blue"], ["Blue"]),
        (["filter color RED", "filter Size 3"], ["red", "green"]),
        (["filter Color /e+n/"], ["green"]),
        (["filter Color /BLUE/i"], ["Blue"]),
        (["filter Color /[/"], []),
        (["filter Nothing here"], []),
        (["filter Size -2"], []),
        (["filter Event-Subclass f", "filter Size -2"], ["red", "green"]),
        (["filter Size -2", "filter Event-Subclass f"], ["red", "green"]),
        (["filter Color red", "filter delete Color red"], ["red", "Blue", "green"]),
        (
            ["filter Color red", "filter Color blue", "filter delete Color"],
            ["red", "Blue", "green"],
        ),
    ],
)
def test_filters(connect: Connect, filters: list[str], through: list[str]) -> None:
    client = connect()
    client.command("event plain CUSTOM f end")
    assert fired(client, *filters) == through


def test_a_filter_on_the_channel_hides_job_results(connect: Connect) -> None:
    client = connect()
    client.command("event plain all")
    client.command("filter Unique-ID nobody")
    client.command("bgapi echo x")
    client.command("filter delete all")
    fire(client, "end")
    client.seen("CUSTOM")
    assert not client.found("BACKGROUND_JOB")
