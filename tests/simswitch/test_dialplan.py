"""The dial plan, dial strings, expansion: reading what users write."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from simswitch.client import Client

from switchy_nb.errors import SimulationError
from switchy_nb.simswitch import Dialplan, SimSwitch, Step, dialplan, dialstring, rule
from switchy_nb.simswitch.expand import expand


@pytest.mark.parametrize(
    ("number", "steps"),
    [
        ("answer", ["answer", "park"]),
        ("echo", ["answer", "echo"]),
        ("tone", ["answer", "playback"]),
        ("ringanswer", ["ring_ready", "sleep", "answer", "park"]),
        ("busy", ["hangup"]),
        ("noanswer", ["ring_ready", "sleep"]),
        ("early", ["pre_answer", "playback"]),
        ("hangup-NO_ANSWER", ["hangup"]),
        ("park", ["park"]),
        ("5551234", ["park"]),
    ],
)
def test_the_plan_it_starts_with(number: str, steps: list[str]) -> None:
    found, _ = Dialplan(dialplan.default_rules()).find(number)
    assert [step.application for step in found] == steps
    if number.startswith("hangup-"):
        assert found[0].data == "NO_ANSWER"


def test_a_number_of_ones_own_comes_first() -> None:
    plan = Dialplan(dialplan.default_rules())
    plan["7001"] = [dialplan.answer(), dialplan.sleep(0.5), dialplan.hangup("USER_BUSY")]
    steps, match = plan.find("7001")
    assert steps == [Step("answer"), Step("sleep", "500"), Step("hangup", "USER_BUSY")]
    assert match is not None
    assert plan.find("17001")[0] == [Step("park")]


def test_what_is_no_rule_is_an_error() -> None:
    plan = Dialplan()
    with pytest.raises(SimulationError, match="no steps"):
        plan["1"] = []
    with pytest.raises(SimulationError, match=re.escape("make steps with")):
        plan["1"] = ["answer"]  # type: ignore[list-item]
    with pytest.raises(SimulationError, match="no regular expression"):
        rule("(", [dialplan.answer()])
    assert plan.find("1") == ([], None)


def test_a_plan_of_ones_own_is_run() -> None:
    plan = Dialplan([rule("^(7)(.*)$", [dialplan.set_variable("rest", "$2"), dialplan.park()])])
    with SimSwitch(dialplan=plan) as switch, Client(switch.port) as client:
        client.command("event plain all")
        a = client.originate("7123")
        b = client.peer(a)
        client.seen("CHANNEL_PARK", b)
        assert client.api(f"uuid_getvar {b} rest") == "123"
        assert client.api(f"uuid_getvar {b} DP_MATCH") == "ARRAY::7123|:7|:123"
        client.originate("800")
        job = client.seen("BACKGROUND_JOB")
        assert job["_body"] == "-ERR UNALLOCATED_NUMBER\n" or "NO_ROUTE" in job["_body"]


@pytest.mark.parametrize(
    ("text", "variables", "rounds"),
    [
        ("sofia/external/1@h:5", [], [["sofia/external/1@h:5"]]),
        ("{a=1,b='x, y'}loopback/1", [("a", "1"), ("b", "x, y")], [["loopback/1"]]),
        (r"{a=x\,y}loopback/1", [("a", "x,y")], [["loopback/1"]]),
        ("{^^;a=1,2;b=3}loopback/1", [("a", "1,2"), ("b", "3")], [["loopback/1"]]),
        ("{a=1}{b=2}loopback/1", [("a", "1"), ("b", "2")], [["loopback/1"]]),
        (
            "<a=1>loopback/1,loopback/2|error/x",
            [("a", "1")],
            [["loopback/1", "loopback/2"], ["error/x"]],
        ),
        ("{a={x},b=2}loopback/1", [("a", "{x}"), ("b", "2")], [["loopback/1"]]),
        ("", [], []),
    ],
)
def test_dial_strings(text: str, variables: list[tuple[str, str]], rounds: list[list[str]]) -> None:
    dial = dialstring.parse(text)
    assert list(dial.variables) == variables
    assert [[str(t) for t in r] for r in dial.rounds] == rounds


def test_the_variables_of_one_leg() -> None:
    (targets,) = dialstring.parse("{a=1}[a=2,b=3]loopback/1,[b='4|5']loopback/2").rounds
    assert [t.variables for t in targets] == [(("a", "2"), ("b", "3")), (("b", "4|5"),)]


def test_expansion() -> None:
    known = {"a": "1", "name": "a", "circle": "${circle}", "long": "abcdef"}
    called: list[tuple[str, str]] = []

    def call(name: str, args: str) -> str:
        called.append((name, args))
        return "<" + args + ">"

    def expanded(text: str) -> str:
        return expand(text, known.get, call)

    assert expanded("x ${a} ${none} y") == "x 1  y"
    assert expanded("${${name}}") == "1"
    assert expanded("${long:2:3} ${long:-2}") == "cde ef"
    assert expanded("${echo(${a} b)}") == "<1 b>"
    assert called == [("echo", "1 b")]
    assert expanded("${circle}") == "${circle}"


# -- where calls go ------------------------------------------------------------------------


def job_of(client: Client, dial: str) -> str:
    before = len(client.found("BACKGROUND_JOB"))
    client.command(f"bgapi originate {dial} &park()")
    return client.seen("BACKGROUND_JOB", count=before + 1)["_body"]


def test_a_host_that_is_not_its_own_cannot_be_reached(client: Client) -> None:
    a = client.originate("sofia/external/x@127.0.0.1:5999")
    assert client.seen("BACKGROUND_JOB")["_body"] == "-ERR NORMAL_TEMPORARY_FAILURE\n"
    hangup = client.seen("CHANNEL_HANGUP", a)
    assert hangup["variable_sip_term_status"] == "503"
    assert job_of(client, "sofia/external/x@no.such.host") == "-ERR NORMAL_TEMPORARY_FAILURE\n"


def test_an_address_that_never_answers_times_out(client: Client) -> None:
    dial = "{originate_timeout=1}sofia/external/x@192.0.2.77:5060"
    assert job_of(client, dial) == "-ERR NO_ANSWER\n"


def test_a_proxy_is_accepted(client: Client) -> None:
    a = client.originate("sofia/external/park@pbx.example;fs_path=sip:127.0.0.1:5080")
    made = client.seen("CHANNEL_CREATE", client.peer(a))
    assert made["Caller-Destination-Number"] == "park"
    assert made["variable_sip_to_host"] == "pbx.example"


@pytest.mark.parametrize("number", ["answer", "busy"])
def test_loopback(client: Client, number: str) -> None:
    a = client.originate(f"loopback/{number}")
    b = client.peer(a)
    body = client.seen("BACKGROUND_JOB")["_body"]
    assert body == (f"+OK {a}\n" if number == "answer" else "-ERR USER_BUSY\n")
    made = client.seen("CHANNEL_CREATE", b)
    assert made["Channel-Name"] == f"loopback/{number}-b"
    assert made["Channel-Read-Codec-Name"] == "L16"
    client.api("hupall NORMAL_CLEARING")
    client.seen("CHANNEL_DESTROY", count=2)
    end = client.seen("CHANNEL_HANGUP_COMPLETE", a)
    assert "variable_sip_hangup_disposition" not in end


def test_the_next_is_tried_when_one_fails(client: Client) -> None:
    here = "127.0.0.1:5080"
    dial = f"error/USER_BUSY|sofia/external/busy@{here}|sofia/external/answer@{here}"
    body = job_of(client, "{ignore_early_media=true}" + dial)
    assert body.startswith("+OK ")


def test_the_first_to_answer_wins(client: Client) -> None:
    here = "127.0.0.1:5080"
    body = job_of(client, f"sofia/external/ringanswer@{here},sofia/external/answer@{here}")
    winner = body.removeprefix("+OK ").strip()
    loser = client.seen("CHANNEL_HANGUP", Call_Direction="outbound")
    assert loser["Hangup-Cause"] == "LOSE_RACE"
    assert loser["Unique-ID"] != winner


def test_a_uuid_is_used_once(client: Client) -> None:
    a = client.originate("answer")
    client.seen("CHANNEL_PARK", a)
    dial = f"{{origination_uuid={a}}}sofia/external/answer@127.0.0.1:5080"
    assert job_of(client, dial) == "-ERR DESTINATION_OUT_OF_ORDER\n"


def test_sessions_run_out(client: Client) -> None:
    assert client.api("fsctl max_sessions 2") == "+OK max sessions: 2\n"
    a = client.originate("answer")
    client.seen("CHANNEL_PARK", a)
    assert job_of(client, "loopback/answer") == "-ERR DESTINATION_OUT_OF_ORDER\n"
    client.api("hupall")
    client.seen("CHANNEL_DESTROY", count=2)
    assert job_of(client, "loopback/answer").startswith("+OK ")


@pytest.mark.parametrize(
    ("exten", "application"),
    [("echo", "echo"), ("'set:x=1,park:' inline", "park"), ("&sleep(50)", "sleep")],
)
def test_where_an_answered_call_may_go(client: Client, exten: str, application: str) -> None:
    a = client.originate("answer", app=exten)
    assert (
        client.seen("CHANNEL_EXECUTE", a, Application=application)["Call-Direction"] == "outbound"
    )


def test_an_unknown_application_hangs_up(client: Client) -> None:
    a = client.originate("answer", app="&nosuchapp(1)")
    hangup = client.seen("CHANNEL_HANGUP", a)
    assert hangup["Hangup-Cause"] == "DESTINATION_OUT_OF_ORDER"
    assert not client.found("CHANNEL_EXECUTE", a)


def test_steps_are_what_the_functions_say() -> None:
    made: list[tuple[Callable[[], Step], Step]] = [
        (dialplan.pre_answer, Step("pre_answer")),
        (dialplan.ring_ready, Step("ring_ready")),
        (dialplan.echo, Step("echo")),
        (lambda: dialplan.playback("x"), Step("playback", "x")),
        (lambda: dialplan.bridge("loopback/1"), Step("bridge", "loopback/1")),
    ]
    for make, step in made:
        assert make() == step
