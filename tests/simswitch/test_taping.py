"""The applications that record: what ``record`` takes, and what ends it."""

from __future__ import annotations

from pathlib import Path

import pytest
from simswitch.client import Client, Headers
from simswitch.hearing import PLAIN, loud, read, strength


def taped(client: Client, number: str, data: str, **variables: str) -> tuple[str, str]:
    """Have the caller's leg run ``record``; give both legs when it has begun."""
    a = client.originate(number, **variables)
    b = client.peer(a)
    client.seen("CHANNEL_PARK", a)
    text = f"sendmsg {a}\ncall-command: execute\nexecute-app-name: record"
    client.command(f"{text}\nexecute-app-arg: {data}")
    client.seen("RECORD_START", a)
    return a, b


def ended(client: Client, leg: str) -> Headers:
    return client.seen("CHANNEL_EXECUTE_COMPLETE", leg, Application="record")


def test_only_what_was_received_is_taken(client: Client, tmp_path: Path) -> None:
    path = tmp_path / "r.wav"
    a, b = taped(client, "answer", str(path))
    client.api(f"uuid_broadcast {b} tone_stream://%(400,0,440)")
    client.seen("PLAYBACK_STOP", b)
    client.api(f"uuid_break {a}")
    end = ended(client, a)
    samples = read(path)[0]
    assert len(samples) == pytest.approx(3200, abs=320)
    assert strength(samples, 440) == pytest.approx(PLAIN, rel=0.1)
    assert end["variable_record_samples"] == str(len(samples))
    assert end["variable_record_ms"] == str(len(samples) // 8)
    assert end["variable_record_file_size"] == str(path.stat().st_size)
    assert end["variable_silence_hits_exhausted"] == "false"
    (stop,) = client.found("RECORD_STOP", a)
    assert stop["Record-File-Path"] == str(path)
    assert "Record-Completion-Cause" not in stop
    assert stop["Event-Calling-Function"] == "switch_ivr_record_file_event"
    assert not client.found("MEDIA_BUG_START", a)


def test_nothing_received_is_an_empty_file_unless_it_is_filled(
    client: Client, tmp_path: Path
) -> None:
    for fill, size in (("false", 44), ("true", 3000)):
        path = tmp_path / f"{fill}.wav"
        a, _b = taped(client, "answer", str(path), record_fill_cng=fill)
        client.api(f"uuid_broadcast {a} silence_stream://300")
        client.seen("PLAYBACK_STOP", a)
        client.api(f"uuid_break {a}")
        ended(client, a)
        assert path.stat().st_size >= size
        assert (path.stat().st_size == 44) is (fill == "false")


def test_the_other_end_hears_faint_noise_meanwhile(client: Client, tmp_path: Path) -> None:
    _a, b = taped(client, "answer", f"{tmp_path}/r.wav")
    client.api(f"uuid_setvar {b} RECORD_PRE_BUFFER_FRAMES 1")
    client.api(f"uuid_record {b} start {tmp_path}/b.wav")
    client.api(f"uuid_broadcast {b} silence_stream://200")
    client.seen("PLAYBACK_STOP", b)
    client.api(f"uuid_record {b} stop all")
    client.seen("RECORD_STOP", b)
    samples = read(tmp_path / "b.wav")[0]
    assert 5 < max(samples) < 50


@pytest.mark.parametrize(("digit", "ends"), [("*", True), ("1", False)])
def test_a_digit_ends_it(client: Client, tmp_path: Path, digit: str, ends: bool) -> None:
    a, _ = taped(client, "tone", f"{tmp_path}/r.wav")
    client.api(f"uuid_recv_dtmf {a} {digit}")
    client.seen("DTMF", a)
    if not ends:
        assert not client.found("RECORD_STOP", a)
        client.api(f"uuid_break {a}")
    end = ended(client, a)
    assert end.get("variable_playback_terminator_used") == ("*" if ends else None)


def test_its_limit_is_in_the_clocks_seconds(client: Client, tmp_path: Path) -> None:
    a, _ = taped(client, "tone", f"{tmp_path}/r.wav 1")
    begun = int(client.seen("RECORD_START", a)["Event-Date-Timestamp"])
    over = int(ended(client, a)["Event-Date-Timestamp"])
    assert 0 <= over - (begun // 1_000_000 + 2) * 1_000_000 < 900_000


def test_silence_ends_it(client: Client, tmp_path: Path) -> None:
    path = tmp_path / "r.wav"
    a, b = taped(client, "answer", f"{path} 20 500 1")
    client.api(f"uuid_broadcast {b} tone_stream://%(300,0,440)")
    end = ended(client, a)
    assert end["variable_silence_hits_exhausted"] == "true"
    assert all(loud(read(path)[0]))


def test_other_rates(client: Client, tmp_path: Path) -> None:
    path = tmp_path / "r.wav"
    a, _b = taped(client, "tone", str(path), record_rate="16000")
    client.api(f"uuid_broadcast {a} silence_stream://200")
    client.seen("PLAYBACK_STOP", a)
    client.api(f"uuid_break {a}")
    ended(client, a)
    (samples,) = read(path, rate=16000)
    assert strength(samples, 1004, 16000) == pytest.approx(PLAIN, rel=0.1)


def test_what_cannot_be_written_ends_the_call(client: Client) -> None:
    a = client.originate("answer", app="&record(/proc/no/such.wav)")
    assert client.seen("CHANNEL_HANGUP", a)["Hangup-Cause"] == "DESTINATION_OUT_OF_ORDER"


def test_record_session_and_its_variables(client: Client, tmp_path: Path) -> None:
    path = tmp_path / "s.wav"
    data = f"{path} +9 {{foo=bar,RECORD_STEREO=true}}"
    a = client.originate("tone")
    client.seen("CHANNEL_PARK", a)
    text = f"sendmsg {a}\ncall-command: execute\nexecute-app-name:"
    client.command(f"{text} record_session\nexecute-app-arg: {data}")
    event = client.seen("RECORD_START", a)
    assert event["Recording-Variable-foo"] == "bar"
    client.api(f"uuid_broadcast {a} silence_stream://600")
    client.seen("PLAYBACK_STOP", a)
    client.command(f"{text} stop_record_session\nexecute-app-arg: {path}")
    assert client.seen("RECORD_STOP", a)["Recording-Variable-foo"] == "bar"
    left, right = read(path, channels=2)
    assert any(loud(left))
    assert not any(loud(right))
