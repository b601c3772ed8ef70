"""API commands and applications that the scenarios do not touch."""

from __future__ import annotations

import json
import re

import pytest
from simswitch.client import Client

from switchy_nb.simswitch import SimSwitch, Timing


def up(client: Client, number: str = "answer", **variables: str) -> tuple[str, str]:
    a = client.originate(number, **variables)
    b = client.peer(a)
    client.seen("CHANNEL_PARK", a)
    return a, b


def test_channels_and_calls_are_shown(client: Client) -> None:
    a, b = up(client)
    rows = json.loads(client.api("show channels as json"))
    assert rows["row_count"] == 2
    shown = {row["uuid"]: row for row in rows["rows"]}
    assert set(shown) == {a, b}
    assert shown[a]["callstate"] == "ACTIVE"
    assert (shown[b]["dest"], shown[b]["application"]) == ("answer", "park")
    assert client.api("show channels count") == "\n2 total.\n"
    assert json.loads(client.api("show calls count as json"))["row_count"] == 2
    lines = client.api("show channels").splitlines()
    assert lines[0].startswith("uuid,direction,created,")
    assert len(lines) == 5
    assert client.api(f"show channels like {a}").splitlines()[-1] == "1 total."
    assert client.api("show channels as xml").startswith('<result row_count="2">')


def test_a_bridge_is_one_call(client: Client) -> None:
    (a, _), (b, _) = up(client), up(client)
    client.api(f"uuid_bridge {a} {b}")
    client.seen("CALL_UPDATE", b, Direction="SEND")
    rows = json.loads(client.api("show bridged_calls as json"))["rows"]
    assert [(row["uuid"], row["b_uuid"]) for row in rows] == [(a, b)]
    assert json.loads(client.api("show calls as json"))["row_count"] == 3


def test_a_channel_is_dumped_in_every_format(client: Client) -> None:
    a, _ = up(client, note="Zoë")
    plain = client.api(f"uuid_dump {a}")
    assert f"Unique-ID: {a}\n" in plain
    assert "variable_note: Zo%C3%AB\n" in plain
    assert json.loads(client.api(f"uuid_dump {a} json"))["variable_note"] == "Zoë"
    assert f"<Unique-ID>{a}</Unique-ID>" in client.api(f"uuid_dump {a} xml")


def test_the_switch_tells_of_itself(client: Client) -> None:
    status = client.api("status")
    assert re.match(r"UP 0 years, 0 days, 0 hours, 0 minutes, \d+ seconds?, \d+ milli", status)
    assert "10000 session(s) max\n" in status
    assert client.api("version").startswith("FreeSWITCH Version 1.11.1")
    assert re.fullmatch(r"[\d.]+-release\n", client.api("version short"))
    assert re.fullmatch(r"\d+\n", client.api("uptime"))
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", client.api("strftime"))
    assert len(client.api("create_uuid")) == 36
    assert client.api("global_getvar domain") == "127.0.0.1"
    assert "mod_sofia" in client.api("show modules")
    assert client.api("fsctl") != client.api("fsctl sps")
    assert client.api("fsctl nope").startswith("-ERR Invalid command")


def test_its_heart_beats() -> None:
    with SimSwitch(timing=Timing(heartbeat=0.1)) as switch, Client(switch.port) as client:
        client.command("event plain HEARTBEAT")
        first, second = client.seen("HEARTBEAT"), client.seen("HEARTBEAT", count=2)
    assert first["Event-Info"] == "System Ready"
    assert first["Session-Count"] == "0"
    assert int(second["Uptime-msec"]) - int(first["Uptime-msec"]) >= 99


def test_the_profile_tells_of_itself(client: Client) -> None:
    text = client.api("sofia status profile external")
    facts = dict(re.findall(r"^(\S[^\t]*?) *\t(.*)$", text, re.M))
    assert facts["Context"] == "public"
    assert facts["SIP-IP"] == "127.0.0.1"
    assert facts["URL"] == "sip:mod_sofia@127.0.0.1:5080"
    assert "RUNNING" in client.api("sofia status")
    assert "<name>external</name>" in client.api("sofia xmlstatus")


def test_eval_and_expand(client: Client) -> None:
    a, _ = up(client, note="hello")
    assert client.api(f"eval uuid:{a} ${{variable_note}} ${{Unique-ID}}") == f"hello {a}"
    assert client.api("expand echo ${domain}") == "127.0.0.1"
    assert client.api("expand") == "-ERR No input\n"


def test_scheduled_things_happen_and_can_be_taken_away(client: Client) -> None:
    a, b = up(client)
    client.api(f"sched_api +1 none uuid_setvar {a} foo bar")
    client.api(f"sched_broadcast +1 {b} set::x=1")
    client.api(f"sched_hangup +60 {a}")
    client.seen("ADD_SCHEDULE", count=3)
    assert client.api(f"sched_del {a}") == "+OK Deleted: 1\n"
    client.seen("CHANNEL_EXECUTE_COMPLETE", b, Application="set")
    assert client.api(f"uuid_getvar {a} foo") == "bar"
    client.seen("DEL_SCHEDULE", count=3)
    assert client.api("show tasks").endswith("\n\n1 total.\n")  # the switch's own
    client.api(f"sched_transfer +1 {b} echo")
    client.seen("CHANNEL_EXECUTE", b, Application="echo")
    assert client.api(f"sched_hangup +0 {a} USER_BUSY") == "+OK\n"
    assert client.seen("CHANNEL_HANGUP", a)["Hangup-Cause"] == "USER_BUSY"


def test_hanging_up_by_a_variable(client: Client) -> None:
    one, _ = up(client, color="red")
    two, _ = up(client, color="blue")
    assert client.api("hupall NORMAL_CLEARING color red") == (
        "+OK hangup all channels matching [color]=[red] with cause: NORMAL_CLEARING\n"
    )
    client.seen("CHANNEL_DESTROY", count=2)
    assert client.api(f"uuid_exists {one}") == "false"
    assert client.api(f"uuid_exists {two}") == "true"


def test_messages_to_a_channel(client: Client) -> None:
    a, _ = up(client)
    message = f"sendmsg {a}\ncall-command: execute\nexecute-app-name: set\nexecute-app-arg: x=y"
    assert client.command(message + "\nevent-uuid: mine") == "+OK"
    done = client.seen("CHANNEL_EXECUTE_COMPLETE", a, Application="set")
    assert (done["Application-UUID"], done["variable_x"]) == ("mine", "y")
    told = client.seen("PRIVATE_COMMAND", a)
    assert told["execute-app-name"] == "set"
    client.command(f"sendmsg {a}\ncall-command: hangup\nhangup-cause: CALL_REJECTED")
    assert client.seen("CHANNEL_HANGUP", a)["Hangup-Cause"] == "CALL_REJECTED"


@pytest.mark.parametrize("leg", ["aleg", "bleg", "both"])
def test_a_broadcast_reaches_the_leg_that_was_meant(client: Client, leg: str) -> None:
    (a, _), (b, _) = up(client), up(client)
    client.api(f"uuid_bridge {a} {b}")
    client.seen("CALL_UPDATE", b, Direction="SEND")
    assert client.api(f"uuid_broadcast {a} set::x=1 {leg}") == "+OK Message sent\n"
    wanted = {"aleg": {a}, "bleg": {b}, "both": {a, b}}[leg]
    client.until(
        lambda: (
            {e["Unique-ID"] for e in client.found("CHANNEL_EXECUTE", Application="set")} == wanted
        )
    )


def test_a_parked_call_that_is_refused(client: Client) -> None:
    a = client.originate("park")
    b = client.peer(a)
    client.seen("CHANNEL_PARK", b)
    client.api(f"uuid_broadcast {b} ring_ready::")
    client.seen("CHANNEL_PROGRESS", a)
    client.api(f"uuid_broadcast {b} pre_answer::")
    client.seen("CHANNEL_PROGRESS_MEDIA", a)
    client.api(f"uuid_broadcast {b} respond::486")
    client.seen("CHANNEL_DESTROY", a)
    assert client.seen("CHANNEL_HANGUP", a)["variable_sip_term_status"] == "486"
    assert client.seen("BACKGROUND_JOB")["_body"] == "-ERR USER_BUSY\n"


def test_applications_that_set_things(client: Client) -> None:
    a, b = up(client)
    for what in ("'multiset::one=1 two=2'", "export::three=3", "unset::one"):
        before = len(client.found("CHANNEL_EXECUTE_COMPLETE", b))
        client.api(f"uuid_broadcast {b} {what}")
        client.seen("CHANNEL_EXECUTE_COMPLETE", b, count=before + 1)
    assert client.api(f"uuid_getvar {b} one") == "_undef_"
    assert client.api(f"uuid_getvar {b} two") == "2"
    assert client.api(f"uuid_getvar {b} three") == "3"
    client.api(f"uuid_broadcast {b} event::Event-Name=CUSTOM,Event-Subclass=my::own,k=v")
    told = client.seen("CUSTOM", b, Event_Subclass="my::own")
    assert told["k"] == "v"
    client.api(f"uuid_broadcast {b} transfer::echo")
    client.seen("CHANNEL_EXECUTE", b, Application="echo")
    assert client.api(f"uuid_exists {a}") == "true"


def test_a_bridge_that_fails_says_why(client: Client) -> None:
    busy = "sofia/external/busy@127.0.0.1:5080"
    a, b = up(client)
    client.api(f"uuid_setvar {b} continue_on_fail true")
    client.api(f"uuid_broadcast {b} bridge::{busy}")
    done = client.seen("CHANNEL_EXECUTE_COMPLETE", b, Application="bridge")
    assert done["variable_originate_disposition"] == "USER_BUSY"
    assert done["variable_DIALSTATUS"] == "BUSY"
    client.api(f"uuid_setvar {b} continue_on_fail false")
    client.api(f"uuid_broadcast {b} bridge::{busy}")
    assert client.seen("CHANNEL_HANGUP", b)["Hangup-Cause"] == "USER_BUSY"
    client.seen("CHANNEL_DESTROY", a)


def test_whoever_leaves_a_bridge_takes_the_other_along(client: Client) -> None:
    a = client.originate("answer", app="'&bridge(sofia/external/answer@127.0.0.1:5080)'")
    bridge = client.seen("CHANNEL_BRIDGE", a)
    other = bridge["Bridge-B-Unique-ID"]
    client.api(f"uuid_kill {other}")
    client.seen("CHANNEL_DESTROY", count=4)
    assert client.found("CHANNEL_UNBRIDGE", a)
    assert client.found("CHANNEL_HANGUP", a)[0]["Hangup-Cause"] == "NORMAL_CLEARING"


def test_a_bridge_is_left_by_transfer(client: Client) -> None:
    (a, _), (b, _) = up(client), up(client)
    client.api(f"uuid_bridge {a} {b}")
    client.seen("CALL_UPDATE", b, Direction="SEND")
    client.api(f"uuid_transfer {a} -both park")
    for leg in (a, b):
        client.seen("CHANNEL_PARK", leg, count=2)
    assert client.api(f"uuid_exists {b}") == "true"
    assert not client.found("CHANNEL_HANGUP")


def test_park_takes_a_channel_from_what_it_runs(client: Client) -> None:
    a = client.originate("echo")
    b = client.peer(a)
    client.seen("CHANNEL_PARK", a)
    assert client.api(f"uuid_park {b}") == "+OK\n"
    parked = client.seen("CHANNEL_PARK", b)
    assert parked["Channel-State"] == "CS_PARK"


def test_soaking_leaves_nothing_behind(client: Client) -> None:
    for _ in range(5):
        legs = [client.originate(n) for n in ("answer", "busy", "noanswer", "tone", "early")]
        client.until(lambda legs=legs: all(client.found("CHANNEL_CREATE", leg) for leg in legs))
        client.api("hupall")
        client.until(lambda legs=legs: all(client.found("CHANNEL_DESTROY", leg) for leg in legs))

    def every_leg_is_gone() -> bool:
        gone = {e["Unique-ID"] for e in client.found("CHANNEL_DESTROY")}
        return {e["Unique-ID"] for e in client.events if "Unique-ID" in e} == gone

    client.until(every_leg_is_gone, "the end of every leg")
    client.until(lambda: len(client.found("BACKGROUND_JOB")) == 25, "the end of every job")
    assert client.api("show channels count") == "\n0 total.\n"


def test_what_was_scheduled_for_a_call_goes_with_it(client: Client) -> None:
    a, _ = up(client)
    client.api(f"sched_hangup +60 {a}")
    client.api(f"sched_transfer 1 {a} echo")  # of a time long past, so that it would repeat
    client.seen("ADD_SCHEDULE", count=2)
    client.api(f"uuid_kill {a}")
    client.seen("CHANNEL_DESTROY", a)
    client.seen("DEL_SCHEDULE", count=2)
    assert client.api("show tasks").endswith("\n\n1 total.\n")  # the switch's own
