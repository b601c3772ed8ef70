"""What the headers hold: times that agree, causes, X-headers, ids, hostile values."""

from __future__ import annotations

import pytest
from simswitch.client import Client, Headers

from switchy_nb.simswitch import SimSwitch, Timing


def ended_call(client: Client, number: str = "ringanswer") -> tuple[Headers, Headers]:
    a = client.originate(number)
    b = client.peer(a)
    client.seen("CHANNEL_PARK", a)
    client.api(f"uuid_kill {a}")
    client.seen("CHANNEL_DESTROY", count=2)
    return client.seen("CHANNEL_HANGUP_COMPLETE", a), client.seen("CHANNEL_HANGUP_COMPLETE", b)


def test_times_and_durations_agree(client: Client) -> None:
    for end in ended_call(client):
        created = int(end["Caller-Channel-Created-Time"])
        rang = int(end["Caller-Channel-Progress-Time"])
        answered = int(end["Caller-Channel-Answered-Time"])
        hungup = int(end["Caller-Channel-Hangup-Time"])
        assert created < rang < answered < hungup
        assert int(end["variable_uduration"]) == hungup - created
        assert int(end["variable_billusec"]) == hungup - answered
        assert int(end["variable_answerusec"]) == answered - created
        assert int(end["variable_progressusec"]) == rang - created
        assert int(end["variable_mduration"]) == hungup // 1000 - created // 1000
        assert end["variable_start_uepoch"] == str(created)
        assert 900 < int(end["variable_answermsec"]) < 3000
        assert hungup <= int(end["Event-Date-Timestamp"])


def test_the_two_legs_share_one_sip_call(client: Client) -> None:
    one, two = ended_call(client, "answer")
    for name in ("sip_call_id", "sip_from_tag", "sip_to_tag", "sip_cseq"):
        assert one[f"variable_{name}"] == two[f"variable_{name}"], name
    assert one["variable_remote_media_port"] == two["variable_local_media_port"]
    assert one["variable_local_media_port"] == two["variable_remote_media_port"]
    assert two["Caller-Caller-ID-Number"] == "1112223333"
    assert two["Caller-Destination-Number"] == "answer"


def test_media_counts_follow_what_was_sent(client: Client) -> None:
    a = client.originate("tone")
    b = client.peer(a)
    client.seen("PLAYBACK_START", b)
    client.seen("CHANNEL_PARK", a)
    client.command("bgapi msleep 300")
    client.seen("BACKGROUND_JOB", count=2)
    client.api(f"uuid_kill {a}")
    client.seen("CHANNEL_DESTROY", count=2)
    one, two = client.seen("CHANNEL_HANGUP_COMPLETE", a), client.seen("CHANNEL_HANGUP_COMPLETE", b)
    packets = int(one["variable_rtp_audio_in_packet_count"])
    assert packets >= 14
    assert int(one["variable_rtp_audio_in_raw_bytes"]) == packets * 172
    assert one["variable_rtp_audio_out_packet_count"] == "0"
    assert int(two["variable_rtp_audio_out_packet_count"]) >= packets
    assert one["variable_rtp_audio_in_mos"] == "4.50"


def test_x_headers_pass_to_the_callee(client: Client) -> None:
    a = client.originate("park", **{"sip_h_X-switchy_app": "'Tone Play'", "other": "stays"})
    b = client.peer(a)
    made = client.seen("CHANNEL_CREATE", b)
    assert made["variable_sip_h_X-switchy_app"] == "Tone Play"
    assert "variable_other" not in made


def test_x_headers_pass_through_a_bridge(client: Client) -> None:
    a = client.originate("answer", app="'&bridge(sofia/external/echo@127.0.0.1:5080)'")
    client.seen("CHANNEL_BRIDGE", a)
    told = client.found("CHANNEL_CREATE")
    assert len(told) == 4
    assert {e["variable_sip_h_X-switchy_originating_session"] for e in told} == {a}


def test_sequence_numbers_are_taken_when_an_event_is_made(client: Client) -> None:
    ended_call(client, "answer")
    numbers = [int(e["Event-Sequence"]) for e in client.events]
    assert len(set(numbers)) == len(numbers)
    others = [int(e["Event-Sequence"]) for e in client.events if e["Event-Name"] != "API"]
    assert others == sorted(others)


def test_the_stepped_clock_moves_every_20_ms() -> None:
    with SimSwitch(stepped_clock=True) as switch, Client(switch.port) as client:
        client.command("event plain all")
        for end in ended_call(client, "answer"):
            assert int(end["Event-Date-Timestamp"]) % 20_000 == 0
            assert int(end["variable_uduration"]) % 20_000 == 0


def test_a_seed_makes_ids_repeat() -> None:
    drawn = []
    for _ in range(2):
        with SimSwitch(seed=7) as switch, Client(switch.port) as client:
            client.command("event plain CHANNEL_CREATE")
            client.originate("park", origination_uuid="mine")
            client.until(lambda made=client: len(made.events) == 2)
            drawn.append(
                [
                    (e["Core-UUID"], e["Unique-ID"], e.get("variable_local_media_port"))
                    for e in client.events
                ]
            )
    assert drawn[0] == drawn[1]
    assert drawn[0][0][1] == "mine"


def test_caller_id_without_any(client: Client) -> None:
    client.command("bgapi originate sofia/external/park@127.0.0.1:5080 &park")
    client.until(lambda: len(client.found("CHANNEL_CREATE")) == 2, "both legs")
    one, two = client.found("CHANNEL_CREATE")
    assert one["Caller-Caller-ID-Number"] == "0000000000"
    assert "Caller-Caller-ID-Name" not in one
    assert two["Caller-Caller-ID-Name"] == two["Caller-Caller-ID-Number"] == "0000000000"


HOSTILE = [
    "x%0AUnique-ID: forged",
    "a\\, b",
    "<img src=x onerror=alert(1)>",
    "Zoë ☎ 電話",
    "ARRAY::a|:b",
    "100%",
    "a: b: c",
    "${hostname}",
]


@pytest.mark.parametrize("value", HOSTILE)
def test_a_hostile_value_forges_nothing(client: Client, value: str) -> None:
    a = client.originate("answer", evil=f"'{value}'", origination_caller_id_name=f"'{value}'")
    b = client.peer(a)
    client.seen("CHANNEL_PARK", a)
    client.api(f"uuid_kill {a}")
    client.seen("CHANNEL_DESTROY", count=2)
    assert {e["Unique-ID"] for e in client.events if "Unique-ID" in e} == {a, b}
    made = client.seen("CHANNEL_CREATE", a)
    wanted = value.replace("\\,", ",").replace("%0A", "\n")
    # what holds a variable's name is not taken from a dial string as a variable
    assert made.get("variable_evil") == (None if "${" in value else wanted)
    assert client.seen("CHANNEL_CREATE", b)["Caller-Caller-ID-Name"] == wanted


def test_no_value_becomes_a_second_command(client: Client) -> None:
    a = client.originate("answer")
    client.seen("CHANNEL_PARK", a)
    client.api(f"uuid_setvar {a} x one%0A%0Aapi hupall")
    assert client.api(f"uuid_getvar {a} x") == "one%0A%0Aapi hupall"
    client.api(f"uuid_broadcast {a} set::y=1")
    told = client.seen("CHANNEL_EXECUTE", a, Application="set")
    assert told["variable_x"] == "one\n\napi hupall"
    assert client.api(f"uuid_exists {a}") == "true"


def test_an_event_that_a_client_sends_keeps_its_lines(client: Client) -> None:
    body = "Unique-ID: forged\n\nthe body's end\n"
    client.send(
        "sendevent CUSTOM\nEvent-Subclass: probe::multi\nline: one%0AEvent-Name: FORGED\n"
        f"colon: a: b: c\nempty: \ncontent-length: {len(body)}\n\n{body}"
    )
    assert client.reply().headers["Reply-Text"].startswith("+OK ")
    event = client.seen("CUSTOM")
    assert event["line"] == "one\nEvent-Name: FORGED"
    assert event["colon"] == "a: b: c"
    assert "empty" not in event
    assert event["_body"] == body
    assert event["Command"] == "sendevent CUSTOM"


def test_a_timing_of_ones_own() -> None:
    timing = Timing(network=0.05, invite=0.1)
    with SimSwitch(timing=timing) as switch, Client(switch.port) as client:
        client.command("event plain all")
        one, _ = ended_call(client, "answer")
    assert int(one["variable_answermsec"]) >= 150
