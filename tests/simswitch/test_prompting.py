"""read and play_and_get_digits: what they collect, and what they make of it."""

from __future__ import annotations

import pytest
from simswitch.client import Client, Headers

PROMPT = "tone_stream://%(60,0,440)"
BAD = "tone_stream://%(20,0,1000)"


def asked(client: Client, app: str, data: str, digits: str) -> tuple[str, Headers]:
    """Ask a parked leg, and have it receive digits once the prompt plays; give what came of it."""
    a = client.originate("answer")
    client.seen("CHANNEL_PARK", a)
    text = f"sendmsg {a}\ncall-command: execute\nexecute-app-name: {app}"
    client.command(f"{text}\nexecute-app-arg: {data}")
    if digits:
        client.seen("PLAYBACK_START", a)
        client.api(f"uuid_recv_dtmf {a} {digits}")
    return a, client.seen("CHANNEL_EXECUTE_COMPLETE", a, Application=app)


@pytest.mark.parametrize(
    ("data", "digits", "result", "value", "end"),
    [
        (f"2 4 {PROMPT} res 2000 #", "12#", "success", "12", "#"),
        (f"2 3 {PROMPT} res 2000 #", "123", "success", "123", None),
        (f"1 4 {PROMPT} res 1000 +#", "12#", "success", "12#", "#"),
        (f"1 4 {PROMPT} res 1000 =#", "12", "failure", "12", None),
        (f"1 4 {PROMPT} res 1000 # 200", "12", "timeout", "12", None),
        (f"2 4 {PROMPT} res 1000 # 200", "1", "failure", "1", None),
        (f"1 1 {PROMPT} res 1000 #", "#", None, None, None),
        ("1 4 silence res 1000 #", "", "failure", None, None),
    ],
)
def test_read(
    client: Client, data: str, digits: str, result: str | None, value: str | None, end: str | None
) -> None:
    _, event = asked(client, "read", data, digits)
    if result is not None:
        assert event["variable_read_result"] == result
    assert event.get("variable_res") == value
    assert event.get("variable_read_terminator_used") == end


def test_a_digit_stops_the_prompt(client: Client) -> None:
    a, _ = asked(client, "read", "1 4 tone_stream://%(9000,0,440) res 1000 #", "1#")
    assert client.seen("PLAYBACK_STOP", a)["Playback-Status"] == "break"


def test_a_good_answer(client: Client) -> None:
    data = f"2 4 2 2000 # {PROMPT} {BAD} res \\d+"
    a, event = asked(client, "play_and_get_digits", data, "12#")
    assert event["variable_res"] == "12"
    assert len(client.found("PLAYBACK_START", a)) == 1


def test_a_bad_answer_is_asked_again(client: Client) -> None:
    data = f"1 3 2 1000 # {PROMPT} {BAD} res ^9"
    a, event = asked(client, "play_and_get_digits", data, "1#")
    assert event["variable_res_invalid"] == "1"
    assert "variable_res" not in event
    assert event["variable_read_result"] == "failure"
    played = [e["Playback-File-Path"] for e in client.found("PLAYBACK_START", a)]
    assert played == [PROMPT, BAD, PROMPT, BAD]


def test_digits_typed_into_the_bad_prompt_count_for_the_next_try(client: Client) -> None:
    a = client.originate("answer")
    client.seen("CHANNEL_PARK", a)
    slow = "tone_stream://%(400,0,1000)"
    text = f"sendmsg {a}\ncall-command: execute\nexecute-app-name: play_and_get_digits"
    client.command(f"{text}\nexecute-app-arg: 1 3 2 1000 # {PROMPT} {slow} res ^9")
    client.seen("PLAYBACK_START", a)
    client.api(f"uuid_recv_dtmf {a} 1#")
    client.seen("PLAYBACK_START", a, 2)
    client.api(f"uuid_recv_dtmf {a} 9#")
    event = client.seen("CHANNEL_EXECUTE_COMPLETE", a, Application="play_and_get_digits")
    assert event["variable_res"] == "9"


def test_nothing_is_an_answer_where_none_is_wanted(client: Client) -> None:
    data = f"0 3 1 1000 # {PROMPT} {BAD} res \\d+"
    a, event = asked(client, "play_and_get_digits", data, "#")
    assert event["variable_read_terminator_used"] == "#"
    assert len(client.found("PLAYBACK_START", a)) == 1


def test_after_the_last_try_the_call_goes_elsewhere(client: Client) -> None:
    data = f"1 5 1 1000 # {PROMPT} {BAD} res \\d+ 500 'busy XML default'"
    a, _ = asked(client, "play_and_get_digits", data, "")
    assert client.seen("CHANNEL_HANGUP", a)["Hangup-Cause"] == "USER_BUSY"


def test_a_pattern_that_is_none_matches_nothing(client: Client) -> None:
    data = f"1 3 1 1000 # {PROMPT} {BAD} res ("
    _, event = asked(client, "play_and_get_digits", data, "1#")
    assert event["variable_res_invalid"] == "1"
