"""The order that FreeSWITCH's events keep, within a leg and between the two."""

from __future__ import annotations

from simswitch.client import Client, Headers


def at(client: Client, event: Headers) -> int:
    return client.events.index(event)


def test_an_outgoing_leg_is_set_up_in_order(client: Client) -> None:
    a = client.originate("answer")
    client.seen("CHANNEL_PARK", a)
    mine = [(e["Event-Name"], e["Channel-State"]) for e in client.events if e.get("Unique-ID") == a]
    assert mine[:6] == [
        ("CHANNEL_OUTGOING", "CS_NONE"),
        ("CHANNEL_STATE", "CS_INIT"),
        ("CHANNEL_CREATE", "CS_INIT"),
        ("CHANNEL_ORIGINATE", "CS_INIT"),
        ("CHANNEL_STATE", "CS_ROUTING"),
        ("CHANNEL_STATE", "CS_CONSUME_MEDIA"),
    ]


def test_what_changes_a_call_state_comes_before_the_change(client: Client) -> None:
    a = client.originate("ringanswer")
    client.seen("CHANNEL_PARK", a)
    for name, state in (("CHANNEL_PROGRESS", "RINGING"), ("CHANNEL_ANSWER", "ACTIVE")):
        cause = client.seen(name, a)
        change = client.seen("CHANNEL_CALLSTATE", a, Channel_Call_State=state)
        assert at(client, change) == at(client, cause) + 1


def test_a_leg_ends_in_order(client: Client) -> None:
    a = client.originate("answer")
    client.seen("CHANNEL_PARK", a)
    client.api(f"uuid_kill {a}")
    client.seen("CHANNEL_STATE", a, Channel_State="CS_DESTROY")
    names = client.names(a)
    assert names[names.index("CHANNEL_HANGUP") :] == [
        "CHANNEL_HANGUP",
        "CHANNEL_UNPARK",
        "CHANNEL_EXECUTE_COMPLETE",
        "CHANNEL_STATE",
        "CHANNEL_CALLSTATE",
        "CHANNEL_STATE",
        "CHANNEL_HANGUP_COMPLETE",
        "CHANNEL_DESTROY",
        "CHANNEL_STATE",
    ]


def test_whoever_hangs_up_is_gone_first(client: Client) -> None:
    for killed in (0, 1):
        a = client.originate("answer")
        b = client.peer(a)
        client.seen("CHANNEL_PARK", a)
        client.seen("CHANNEL_PARK", b)
        first, second = (a, b) if killed == 0 else (b, a)
        client.api(f"uuid_kill {first}")
        client.seen("CHANNEL_DESTROY", second)
        one, two = client.seen("CHANNEL_HANGUP", first), client.seen("CHANNEL_HANGUP", second)
        assert at(client, one) < at(client, two)
        assert two["variable_sip_term_status"] == "200"
        end = client.seen("CHANNEL_HANGUP_COMPLETE", first)
        assert end["variable_sip_hangup_disposition"] == "send_bye"
        end = client.seen("CHANNEL_HANGUP_COMPLETE", second)
        assert end["variable_sip_hangup_disposition"] == "recv_bye"


def test_a_failed_job_says_the_cause_and_comes_after_the_hangup(client: Client) -> None:
    for number, cause in (
        ("busy", "USER_BUSY"),
        ("hangup-UNALLOCATED_NUMBER", "UNALLOCATED_NUMBER"),
        ("hangup-CALL_REJECTED", "CALL_REJECTED"),
        ("hangup-NETWORK_OUT_OF_ORDER", "NETWORK_OUT_OF_ORDER"),
    ):
        before = len(client.found("BACKGROUND_JOB"))
        a = client.originate(number)
        job = client.seen("BACKGROUND_JOB", count=before + 1)
        assert job["_body"] == f"-ERR {cause}\n"
        hangup = client.found("CHANNEL_HANGUP", a)[0]
        assert hangup["Hangup-Cause"] == cause
        assert at(client, hangup) < at(client, job)


def test_without_a_channel_there_are_only_the_api_and_the_job(client: Client) -> None:
    client.command("bgapi originate nosuchendpoint/1 &park")
    job = client.seen("BACKGROUND_JOB")
    assert job["_body"] == "-ERR CHAN_NOT_IMPLEMENTED\n"
    assert [e["Event-Name"] for e in client.events] == ["API", "BACKGROUND_JOB"]


def test_early_media_is_enough_unless_it_is_ignored(client: Client) -> None:
    a = client.originate("early", ignore_early_media="false")
    assert client.seen("BACKGROUND_JOB")["_body"] == f"+OK {a}\n"
    parked = client.seen("CHANNEL_PARK", a)
    assert parked["Answer-State"] == "early"
    client.api("hupall")
    client.seen("CHANNEL_DESTROY", count=2)
    b = client.originate("early", originate_timeout="1")
    client.seen("CHANNEL_PROGRESS_MEDIA", b)
    assert client.seen("BACKGROUND_JOB", count=2)["_body"] == "-ERR NO_ANSWER\n"


def test_playback_is_told_in_order(client: Client) -> None:
    a = client.originate("answer", app="&playback(silence_stream://100)")
    client.seen("CHANNEL_STATE", a, Channel_State="CS_DESTROY")
    names = client.names(a)
    start = names.index("CHANNEL_EXECUTE")
    assert names[start : start + 5] == [
        "CHANNEL_EXECUTE",
        "PLAYBACK_START",
        "PLAYBACK_STOP",
        "CHANNEL_EXECUTE_COMPLETE",
        "CHANNEL_HANGUP",
    ]
    stop = client.found("PLAYBACK_STOP", a)[0]
    assert stop["Playback-Status"] == "done"
    assert (stop["variable_playback_ms"], stop["variable_playback_samples"]) == ("100", "800")


def test_broadcasts_wait_for_each_other_and_break_ends_one(client: Client) -> None:
    a = client.originate("answer")
    client.seen("CHANNEL_PARK", a)
    for length in (5000, 6000):
        client.api(f"uuid_broadcast {a} silence_stream://{length}")
    client.seen("PLAYBACK_START", a)
    client.api(f"uuid_break {a}")
    second = client.seen("PLAYBACK_START", a, count=2)
    assert second["Playback-File-Path"] == "silence_stream://6000"
    assert client.found("PLAYBACK_STOP", a)[0]["Playback-Status"] == "break"
    assert len(client.found("PRIVATE_COMMAND", a)) == 1
    client.api(f"uuid_break {a} all")
    client.seen("PRIVATE_COMMAND", a, count=2)


def test_a_bridge_is_told_on_its_first_leg_only(client: Client) -> None:
    a, b = client.originate("answer"), client.originate("answer")
    client.seen("CHANNEL_PARK", a)
    client.seen("CHANNEL_PARK", b)
    client.api(f"uuid_bridge {a} {b}")
    bridge = client.seen("CHANNEL_BRIDGE")
    assert (bridge["Bridge-A-Unique-ID"], bridge["Bridge-B-Unique-ID"]) == (a, b)
    assert bridge["Unique-ID"] == a
    for leg in (a, b):
        assert len(client.found("CHANNEL_EXECUTE", leg, Application="uuid_bridge")) == 1
        assert not client.found("CHANNEL_EXECUTE_COMPLETE", leg, Application="uuid_bridge")
    client.api(f"uuid_kill {b}")
    client.seen("CHANNEL_DESTROY", count=4)
    assert [e["Unique-ID"] for e in client.found("CHANNEL_UNBRIDGE")] == [a]
    assert len(client.found("CHANNEL_BRIDGE")) == 1


def test_digits_are_told_when_an_application_takes_them(client: Client) -> None:
    a = client.originate("answer")
    b = client.peer(a)
    client.seen("CHANNEL_PARK", a)
    client.seen("CHANNEL_PARK", b)
    client.api(f"uuid_send_dtmf {a} 12#@400")
    client.seen("DTMF", b, count=3)
    assert [e["DTMF-Digit"] for e in client.found("DTMF")] == ["1", "2", "#"]
    assert {e["DTMF-Source"] for e in client.found("DTMF", b)} == {"RTP"}
    client.api(f"uuid_recv_dtmf {a} 9")
    assert client.seen("DTMF", a)["DTMF-Source"] == "APP"


def test_hold_reaches_the_other_end(client: Client) -> None:
    a = client.originate("answer")
    b = client.peer(a)
    client.seen("CHANNEL_PARK", a)
    client.seen("CHANNEL_PARK", b)
    client.api(f"uuid_hold {a}")
    for leg in (a, b):
        assert client.seen("CHANNEL_HOLD", leg)["Channel-Call-State"] == "HELD"
    assert client.seen("CUSTOM", b, Event_Subclass="sofia::reinvite")
    client.api(f"uuid_hold off {a}")
    for leg in (a, b):
        held = client.seen("CHANNEL_UNHOLD", leg)
        assert int(held["Caller-Channel-Hold-Accum"]) > 0
        client.seen("CHANNEL_CALLSTATE", leg, Original_Channel_Call_State="UNHELD")


def test_a_transfer_runs_the_dial_plan_again(client: Client) -> None:
    a = client.originate("answer")
    b = client.peer(a)
    client.seen("CHANNEL_PARK", a)
    client.seen("CHANNEL_PARK", b)
    assert client.api(f"uuid_transfer {b} echo") == "+OK\n"
    there = client.seen("CHANNEL_EXECUTE", b, Application="echo")
    assert (there["Caller-RDNIS"], there["Caller-Destination-Number"]) == ("answer", "echo")
    assert there["Caller-Profile-Index"] == "2"
    assert client.api(f"uuid_transfer {b} set:q=1,park: inline") == "+OK\n"
    client.seen("CHANNEL_PARK", b, count=2)
    assert client.api(f"uuid_getvar {b} q") == "1"
