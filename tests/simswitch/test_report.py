"""What CHANNEL_HANGUP_COMPLETE counts: packets that follow what was sent, times that agree."""

from __future__ import annotations

import pytest
from simswitch.client import Client, Headers


def ended(client: Client, *legs: str) -> list[Headers]:
    client.api(f"uuid_kill {legs[0]}")
    return [client.seen("CHANNEL_HANGUP_COMPLETE", leg) for leg in legs]


def call(client: Client, number: str, play: str = "", *, milliseconds: int = 600) -> list[Headers]:
    """Make a call of some length, with something that the caller plays; give both reports."""
    a = client.originate(number)
    b = client.peer(a)
    client.seen("CHANNEL_PARK", a)
    # the called leg's own parking lasts as long as the caller's sleep
    text = f"sendmsg {a}\ncall-command: execute\nexecute-app-name:"
    if play:
        client.command(f"{text} playback\nexecute-app-arg: {play}")
        client.seen("PLAYBACK_STOP", a)
    else:
        client.command(f"{text} sleep\nexecute-app-arg: {milliseconds}")
        client.seen("CHANNEL_EXECUTE_COMPLETE", a, Application="sleep")
    return ended(client, a, b)


def count(event: Headers, name: str) -> int:
    return int(event[f"variable_rtp_audio_{name}"])


def frames(event: Headers) -> int:
    return int(event["variable_billmsec"]) // 20


def test_a_tone_goes_one_way(client: Client) -> None:
    a, b = call(client, "tone")
    assert count(b, "out_packet_count") == pytest.approx(frames(b), abs=3)
    assert count(a, "in_packet_count") == pytest.approx(count(b, "out_packet_count"), abs=2)
    assert count(a, "in_raw_bytes") == 172 * count(a, "in_media_packet_count")
    assert count(a, "in_skip_packet_count") <= 3
    assert count(a, "out_packet_count") == count(b, "in_packet_count") == 0
    assert count(b, "in_skip_packet_count") == pytest.approx(frames(b), abs=3)
    assert a["variable_rtp_audio_in_mean_interval"] == "20.00"
    assert b["variable_rtp_audio_in_mean_interval"] == "0.00"
    assert a["variable_rtp_audio_in_mos"] == "4.50"


def test_nothing_is_sent_by_legs_that_are_parked(client: Client) -> None:
    for event in call(client, "answer"):
        assert count(event, "out_packet_count") == count(event, "in_packet_count") == 0
        assert count(event, "in_skip_packet_count") == pytest.approx(frames(event), abs=3)


def test_an_echo_sends_only_what_came(client: Client) -> None:
    a, b = call(client, "echo", "tone_stream://%(300,0,440)")
    assert count(a, "out_packet_count") == 15
    assert count(b, "in_packet_count") == pytest.approx(15, abs=1)
    assert count(b, "out_packet_count") == pytest.approx(15, abs=2)


def test_a_digit_is_packets_of_its_own(client: Client) -> None:
    a = client.originate("answer")
    b = client.peer(a)
    client.seen("CHANNEL_PARK", b)
    client.seen("CHANNEL_PARK", a)
    client.api(f"uuid_send_dtmf {a} 12")
    client.seen("DTMF", b, 2)
    one, two = ended(client, a, b)
    # a quarter of a second each, and the end said thrice
    assert count(one, "out_dtmf_packet_count") == count(two, "in_dtmf_packet_count") == 30
    assert count(one, "out_raw_bytes") == count(two, "in_raw_bytes") == 480
    assert count(one, "out_packet_count") == count(two, "in_media_packet_count") == 0
    assert count(two, "in_packet_count") == 30


def test_while_a_call_is_held_nothing_is_sent(client: Client) -> None:
    a = client.originate("tone")
    b = client.peer(a)
    client.seen("CHANNEL_PARK", a)
    client.api(f"uuid_hold {a}")
    client.seen("CHANNEL_HOLD", b)
    client.api(f"uuid_hold off {a}")
    client.seen("CHANNEL_UNHOLD", b)
    _, two = ended(client, a, b)
    held = int(two["variable_hold_accum_ms"])
    assert held > 100
    assert count(two, "out_packet_count") <= frames(two) - held // 20 + 3


def test_a_bridge_passes_on_what_comes(client: Client) -> None:
    a, c = client.originate("tone"), client.originate("answer")
    b, d = client.peer(a), client.peer(c)
    client.seen("CHANNEL_PARK", a)
    client.seen("CHANNEL_PARK", c)
    client.api(f"uuid_bridge {a} {c}")
    client.seen("CHANNEL_BRIDGE")
    client.api(f"uuid_broadcast {d} silence_stream://400")
    client.seen("PLAYBACK_STOP", d)
    reports = dict(zip("abcd", ended(client, a, b, c, d), strict=True))
    passed = count(reports["c"], "out_packet_count")
    assert 18 <= passed <= count(reports["a"], "in_packet_count")
    assert count(reports["d"], "in_packet_count") == pytest.approx(passed, abs=2)
    assert count(reports["d"], "out_packet_count") == 20
    assert count(reports["a"], "out_packet_count") == pytest.approx(20, abs=2)


def test_early_media_counts_before_the_answer(client: Client) -> None:
    a = client.originate("early", ignore_early_media="false")
    b = client.peer(a)
    client.seen("CHANNEL_PARK", a)
    client.api(f"uuid_broadcast {a} silence_stream://300")
    client.seen("PLAYBACK_STOP", a)
    one, two = ended(client, a, b)
    assert count(two, "out_packet_count") >= 15
    assert count(one, "in_packet_count") == pytest.approx(count(two, "out_packet_count"), abs=2)
    assert (one["variable_billsec"], one["variable_billmsec"]) == ("0", "0")


def test_times_agree(client: Client) -> None:
    for event in call(client, "ringanswer", milliseconds=100):
        start, answer, end = (
            int(event[f"variable_{name}_uepoch"]) for name in ("start", "answer", "end")
        )
        assert start < answer < end <= int(event["Event-Date-Timestamp"])
        assert int(event["variable_billusec"]) == end - answer
        assert int(event["variable_uduration"]) == end - start
        assert int(event["variable_answerusec"]) == answer - start
        assert int(event["variable_start_epoch"]) == start // 1_000_000
        assert int(event["Caller-Channel-Answered-Time"]) == answer
        assert int(event["Caller-Channel-Hangup-Time"]) <= end


def test_many_sounds_are_counted_as_one(client: Client) -> None:
    a = client.originate("answer")
    b = client.peer(a)
    client.seen("CHANNEL_PARK", a)
    text = f"sendmsg {a}\ncall-command: execute\nexecute-app-name: loop_playback"
    client.command(f"{text}\nexecute-app-arg: +40 tone_stream://%(20,0,440)")
    client.seen("CHANNEL_EXECUTE_COMPLETE", a, Application="loop_playback")
    one, two = ended(client, a, b)
    assert count(one, "out_packet_count") == pytest.approx(40, abs=10)
    assert count(two, "in_packet_count") == pytest.approx(count(one, "out_packet_count"), abs=2)
