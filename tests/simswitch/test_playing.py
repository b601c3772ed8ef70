"""playback and its kin: what they play, what ends them, what they say of it."""

from __future__ import annotations

from pathlib import Path

import pytest
from simswitch.client import Client, Headers
from simswitch.hearing import PLAIN, read, runs, strength

from switchy_nb.simswitch.sound import tones, wavs

TONE = "tone_stream://%(5000,0,440)"


def run(client: Client, app: str, data: str, **variables: str) -> str:
    """Have a parked leg run an application; give the leg."""
    a = client.originate("answer", **variables)
    client.seen("CHANNEL_PARK", a)
    arg = f"\nexecute-app-arg: {data}" if data else ""
    client.command(f"sendmsg {a}\ncall-command: execute\nexecute-app-name: {app}{arg}")
    return a


def done(client: Client, leg: str, app: str = "playback") -> Headers:
    return client.seen("CHANNEL_EXECUTE_COMPLETE", leg, Application=app)


def span(client: Client, leg: str) -> float:
    """Say how long (s) the leg's first sound played."""
    times = [
        int(client.found(name, leg)[0]["Event-Date-Timestamp"])
        for name in ("PLAYBACK_START", "PLAYBACK_STOP")
    ]
    return (times[1] - times[0]) / 1e6


@pytest.mark.parametrize(
    ("data", "seconds", "samples"),
    [
        ("tone_stream://%(100,100,440)", 0.2, 1600),
        ("{loops=2}tone_stream://%(100,100,440)", 0.4, 3200),
        ("silence_stream://300,1400", 0.3, 2400),
        ("file_string://tone_stream://%(100,0,440)!silence_stream://100", 0.45, 3600),
        ("tone_stream://nonsense", 0.0, 0),
    ],
)
def test_how_long_it_plays(client: Client, data: str, seconds: float, samples: int) -> None:
    a = run(client, "playback", data)
    end = done(client, a)
    assert end["Application-Response"] == "FILE PLAYED"
    assert end["variable_playback_samples"] == end["variable_playback_last_offset_pos"]
    assert end["variable_playback_samples"] == str(samples)
    assert end["variable_playback_ms"] == str(samples // 8)
    assert seconds <= span(client, a) < seconds + 0.5


def test_what_stands_in_braces_is_told(client: Client) -> None:
    a = run(client, "playback", "{loops=1,foo=bar}tone_stream://%(20,0,440)")
    done(client, a)
    for name in ("PLAYBACK_START", "PLAYBACK_STOP"):
        event = client.found(name, a)[0]
        assert (event["loops"], event["foo"]) == ("1", "bar")
        assert "Playback-File-Type" not in event


def test_a_file_string_tells_of_its_parts(client: Client) -> None:
    data = "file_string://tone_stream://%(40,0,440)!missing.wav!silence_stream://40"
    a = run(client, "playback", data)
    done(client, a)
    told = [
        (e["Event-Subclass"], e["File"])
        for e in client.found("CUSTOM")
        if e["Event-Subclass"].startswith("filestring::")
    ]
    assert told == [
        ("filestring::open", "tone_stream://%(40,0,440)"),
        ("filestring::close", "tone_stream://%(40,0,440)"),
        ("filestring::fail", "missing.wav"),
        ("filestring::open", "silence_stream://40"),
        ("filestring::close", "silence_stream://40"),
    ]
    assert len(client.found("PLAYBACK_START", a)) == 1


@pytest.mark.parametrize("data", ["missing.wav", "foo://bar", "tone_stream://path=/etc/hostname"])
def test_a_missing_file_is_no_playback(client: Client, data: str) -> None:
    a = run(client, "playback", data)
    assert done(client, a)["Application-Response"] == "FILE NOT FOUND"
    assert not client.found("PLAYBACK_START", a)


def test_nothing_to_play_is_a_mistake(client: Client) -> None:
    a = run(client, "playback", "")
    assert done(client, a)["Application-Response"] == "PLAYBACK ERROR"


@pytest.mark.parametrize("rate", [8000, 16000, 44100])
def test_files_of_other_rates_are_counted_in_their_own(
    client: Client, tmp_path: Path, rate: int
) -> None:
    path = tmp_path / "clip.wav"
    with wavs.Writer(path, rate) as file:
        file.write(tones.read("%(900,0,300)")[0].read(0, rate * 2 // 10))
    a = run(client, "playback", str(path))
    end = done(client, a)
    assert end["variable_playback_samples"] == str(rate * 2 // 10)
    assert end["variable_playback_last_offset_pos"] == "1600"
    assert 0.2 <= span(client, a) < 0.7


def test_one_may_begin_in_the_midst(client: Client, tmp_path: Path) -> None:
    path = tmp_path / "clip.wav"
    wavs.write(path, tones.read("%(300,0,300)")[0].read(0, 2400))
    a = run(client, "playback", f"{path}@@800")
    end = done(client, a)
    assert end["variable_playback_samples"] == "1600"
    assert end["variable_playback_last_offset_pos"] == "2400"


@pytest.mark.parametrize(
    ("wanted", "digit", "ends"),
    [
        ("", "*", True),
        ("1#", "1", True),
        ("any", "7", True),
        ("none", "*", False),
        ("1", "2", False),
    ],
)
def test_digits_that_end_it(client: Client, wanted: str, digit: str, ends: bool) -> None:
    variables = {"playback_terminators": wanted} if wanted else {}
    a = run(client, "playback", TONE, **variables)
    client.seen("PLAYBACK_START", a)
    client.api(f"uuid_recv_dtmf {a} {digit}")
    client.seen("DTMF", a)
    if not ends:
        assert not client.found("PLAYBACK_STOP", a)
        client.api(f"uuid_break {a}")
    end = done(client, a)
    assert client.seen("PLAYBACK_STOP", a)["Playback-Status"] == "break"
    assert end.get("variable_playback_terminator_used") == (digit if ends else None)
    assert end["Application-Response"] == "FILE PLAYED"
    # five seconds, of which FreeSWITCH reads 16384 samples at once
    assert int(end["variable_playback_samples"]) % 16384 == 0
    assert int(end["variable_playback_last_offset_pos"]) % 160 == 0


def test_a_hangup_is_a_mistake(client: Client) -> None:
    a = run(client, "playback", TONE)
    client.seen("PLAYBACK_START", a)
    client.api(f"uuid_kill {a}")
    assert done(client, a)["Application-Response"] == "PLAYBACK ERROR"
    assert client.seen("PLAYBACK_STOP", a)["Playback-Status"] == "done"


def test_several_names_with_a_delimiter(client: Client) -> None:
    data = "tone_stream://%(40,0,440)!missing.wav!tone_stream://%(60,0,620)"
    a = run(client, "playback", data, playback_delimiter="!", playback_sleep_val="0")
    end = done(client, a)
    paths = [e["Playback-File-Path"] for e in client.found("PLAYBACK_START", a)]
    assert paths == ["tone_stream://%(40,0,440)", "tone_stream://%(60,0,620)"]
    assert end["variable_playback_last_offset_pos"] == "800"


def test_a_time_limit(client: Client) -> None:
    a = run(client, "playback", TONE, playback_timeout_sec="2")
    assert done(client, a)["Application-Response"] == "PLAYBACK ERROR"
    assert 2.0 <= span(client, a) < 2.5


def test_playing_again_and_again(client: Client) -> None:
    a = run(client, "loop_playback", "+3 tone_stream://%(40,0,440)")
    done(client, a, "loop_playback")
    assert len(client.found("PLAYBACK_STOP", a)) == 3
    b = run(client, "endless_playback", "tone_stream://%(40,0,440)")
    client.seen("PLAYBACK_STOP", b, 4)
    client.api(f"uuid_kill {b}")
    done(client, b, "endless_playback")


def test_gentones_says_nothing(client: Client) -> None:
    a = run(client, "gentones", "%(50,50,440)|2")
    end = done(client, a, "gentones")
    begun = client.seen("CHANNEL_EXECUTE", a, Application="gentones")
    took = int(end["Event-Date-Timestamp"]) - int(begun["Event-Date-Timestamp"])
    assert 200_000 <= took < 700_000
    assert not client.found("PLAYBACK_START", a)


def test_what_plays_is_paused_moved_and_made_louder(client: Client, tmp_path: Path) -> None:
    path = tmp_path / "clip.wav"
    three = [tones.Beat((hertz,), 8000, 0).read(0, 8000) for hertz in (400.0, 800.0, 1200.0)]
    wavs.write(path, three[0] + three[1] + three[2])
    a = client.originate("answer")
    b = client.peer(a)
    client.seen("CHANNEL_PARK", a)
    assert client.api(f"uuid_fileman {a} pause") == "-ERR No file handle!\n"
    assert client.api("uuid_fileman x pause") == "-ERR No such channel!\n"
    assert client.api(f"uuid_fileman {a}").startswith("-USAGE")
    client.api(f"uuid_setvar {b} RECORD_PRE_BUFFER_FRAMES 1")
    client.api(f"uuid_record {b} start {tmp_path}/b.wav")
    client.api(f"uuid_broadcast {a} {path}")
    client.seen("PLAYBACK_START", a)
    for command in ("pause", "pause", "volume:-3", "seek:1900"):
        assert client.api(f"uuid_fileman {a} {command}") == "+OK\n"
    client.seen("PLAYBACK_STOP", a)
    assert 1.1 <= span(client, a) < 2.0
    client.api(f"uuid_record {b} stop all")
    samples = read(tmp_path / "b.wav")[0]
    tail = samples[-160 * 30 : -160 * 10]
    assert strength(tail, 1200) == pytest.approx(PLAIN * 0.4, rel=0.15)
    assert len(samples) < 2.2 * 8000
    assert runs(samples)[0][0] is False
