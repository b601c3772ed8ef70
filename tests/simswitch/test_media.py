"""What recordings of calls hold: tones as tones, an echo as an echo, digits as two tones."""

from __future__ import annotations

from pathlib import Path

import pytest
from simswitch.client import Client
from simswitch.hearing import PLAIN, loud, read, runs, strength

from switchy_nb.simswitch import SimSwitch

HALF_A_SECOND = 25


def answered(client: Client, number: str) -> tuple[str, str]:
    """Place a call that is answered and parked; give both legs."""
    a = client.originate(number)
    b = client.peer(a)
    client.seen("CHANNEL_PARK", a)
    return a, b


def play(client: Client, leg: str, sound: str, count: int = 1) -> None:
    """Have a leg play something, to its end."""
    client.api(f"uuid_broadcast {leg} {sound}")
    client.seen("PLAYBACK_STOP", leg, count)


def quiet(client: Client, leg: str, milliseconds: int, count: int) -> None:
    """Let time pass: the leg plays silence to its end."""
    play(client, leg, f"silence_stream://{milliseconds}", count)


def stopped(client: Client, *legs: str) -> list[Path]:
    """End the recordings of some legs; give their files, which are there when it is said."""
    files = []
    for leg in legs:
        count = len(client.found("RECORD_START", leg))
        assert client.api(f"uuid_record {leg} stop all") == "+OK Success\n"
        event = client.seen("RECORD_STOP", leg, count)
        path = Path(event["Record-File-Path"])
        if path.exists():
            assert event["variable_record_file_size"] == str(path.stat().st_size)
        files.append(path)
    return files


def start(client: Client, where: Path, *legs: str, given: str = "") -> None:
    for leg in legs:
        path = where / f"{leg}.wav"
        assert client.api(f"uuid_record {leg} start {path} 0 {given}") == "+OK Success\n"


def test_a_recording_holds_what_was_played(client: Client, tmp_path: Path) -> None:
    a, b = answered(client, "answer")
    start(client, tmp_path, a, b)
    play(client, a, "tone_stream://%(300,0,440)")
    quiet(client, a, 700, 2)
    for samples in [channels[0] for channels in map(read, stopped(client, a, b))]:
        assert strength(samples, 440) * len(samples) == pytest.approx(PLAIN * 2400, rel=0.1)
        assert strength(samples, 1000) < 300
        assert sum(loud(samples)) == 15


def test_both_ends_of_an_endless_tone(client: Client, tmp_path: Path) -> None:
    a, b = answered(client, "tone")
    start(client, tmp_path, a, b)
    quiet(client, a, 1000, 1)
    near, far = (read(path)[0] for path in stopped(client, a, b))
    assert runs(far) == [(False, 1), (True, len(far) // 160 - 1)]
    for samples in (near, far):
        assert strength(samples[1600:], 1004) == pytest.approx(PLAIN, rel=0.05)


def test_an_echo_comes_back(client: Client, tmp_path: Path) -> None:
    a, b = answered(client, "echo")
    start(client, tmp_path, a, b)
    play(client, a, "tone_stream://%(300,0,500)")
    quiet(client, a, 900, 2)
    # it comes back after two frames, twenty rounds of the tone: so tone and echo add up
    for channels in map(read, stopped(client, a, b)):
        (samples,) = channels
        assert sum(loud(samples)) == pytest.approx(17, abs=2)
        assert strength(samples, 500) * len(samples) == pytest.approx(PLAIN * 4800, rel=0.15)


def test_digits_are_heard_in_a_recording(client: Client, tmp_path: Path) -> None:
    a, b = answered(client, "answer")
    client.seen("CHANNEL_PARK", b)
    start(client, tmp_path, a, b)
    client.api(f"uuid_send_dtmf {a} 5@1600")
    assert client.seen("DTMF", b)["DTMF-Duration"] == "1600"
    for path in stopped(client, a, b):
        samples = read(path)[0]
        # ten frames; FreeSWITCH's first two of a recording are silent
        for hertz in (770, 1336):
            assert strength(samples, hertz) * len(samples) > PLAIN / 2 * 160 * 7


def test_what_is_held_is_not_recorded(client: Client, tmp_path: Path) -> None:
    a, b = answered(client, "tone")
    start(client, tmp_path, a)
    client.api(f"uuid_hold {a}")
    client.seen("CHANNEL_HOLD", b)
    client.api(f"uuid_hold off {a}")
    client.seen("CHANNEL_UNHOLD", b)
    begun, ended = client.found("RECORD_START", a)[0], stopped(client, a)[0]
    last = client.found("RECORD_STOP", a)[0]
    took = int(last["Event-Date-Timestamp"]) - int(begun["Event-Date-Timestamp"])
    held = int(client.seen("CHANNEL_UNHOLD", a)["Event-Date-Timestamp"]) - int(
        client.seen("CHANNEL_HOLD", a)["Event-Date-Timestamp"]
    )
    assert held > 0
    assert len(read(ended)[0]) // 160 <= max(1, (took - held) // 20_000 - HALF_A_SECOND + 2)


def test_a_recording_opens_early_media(client: Client, tmp_path: Path) -> None:
    a = client.originate("park")
    b = client.peer(a)
    client.seen("CHANNEL_PARK", b)
    start(client, tmp_path, b)
    client.seen("CHANNEL_PROGRESS_MEDIA", a)
    stopped(client, b)


def test_three_legs_of_a_bridge(client: Client, tmp_path: Path) -> None:
    a, b = answered(client, "tone")
    c, d = answered(client, "answer")
    client.api(f"uuid_bridge {a} {c}")
    client.seen("CHANNEL_BRIDGE")
    start(client, tmp_path, a, b, c, d)
    quiet(client, d, 300, 1)
    play(client, d, "tone_stream://%(300,0,440)", 2)
    quiet(client, d, 700, 3)
    for path in stopped(client, a, b, c, d):
        samples = read(path)[0]
        assert strength(samples[3200:], 1004) > PLAIN / 2
        heard = strength(samples, 440) * len(samples)
        assert heard == pytest.approx(PLAIN * 2400, rel=0.15)


@pytest.mark.parametrize(
    ("given", "channels", "left", "right"),
    [
        ("{RECORD_STEREO=true}", 2, 1004, 440),
        ("{RECORD_STEREO_SWAP=true}", 2, 440, 1004),
        ("{RECORD_READ_ONLY=true}", 1, 1004, 0),
        ("{RECORD_WRITE_ONLY=true}", 1, 440, 0),
    ],
)
def test_which_way_is_recorded(
    client: Client, tmp_path: Path, given: str, channels: int, left: int, right: int
) -> None:
    a, _b = answered(client, "tone")
    start(client, tmp_path, a, given=given)
    play(client, a, "tone_stream://%(900,0,440)")
    (path,) = stopped(client, a)
    tracks = read(path, channels=channels)
    for track, hertz in zip(tracks, (left, right), strict=False):
        assert strength(track[1600:], hertz) == pytest.approx(PLAIN, rel=0.3)
        assert strength(track[1600:], 1444 - hertz) < PLAIN / 10
    event = client.seen("RECORD_STOP", a)
    name, value = given[1:-1].split("=")
    assert event[f"Recording-Variable-{name}"] == value


def test_rates_lengths_and_what_is_thrown_away(client: Client, tmp_path: Path) -> None:
    a, _b = answered(client, "tone")
    wide, short, bridged = (tmp_path / f"{name}.wav" for name in ("wide", "short", "bridged"))
    client.api(f"uuid_record {a} start {wide} 0 {{record_sample_rate=16000}}")
    client.api(f"uuid_record {a} start {short} 0 {{RECORD_MIN_SEC=3}}")
    client.api(f"uuid_record {a} start {bridged} 0 {{RECORD_BRIDGE_REQ=true}}")
    quiet(client, a, 700, 1)
    stopped(client, a)
    causes = {
        Path(e["Record-File-Path"]).stem: e["Record-Completion-Cause"]
        for e in client.found("RECORD_STOP", a)
    }
    assert causes == {
        "wide": "success-maxtime",
        "short": "input-too-short",
        "bridged": "empty-file",
    }
    assert wide.exists()
    assert not short.exists()
    assert not bridged.exists()
    (samples,) = read(wide, rate=16000)
    assert strength(samples[3200:], 1004, 16000) == pytest.approx(PLAIN, rel=0.1)
    event = client.found("RECORD_STOP", a)[0]
    assert int(event["variable_record_samples"]) * 2 == len(samples)


def test_a_recording_is_masked_and_paused(client: Client, tmp_path: Path) -> None:
    a, b = answered(client, "tone")
    path = tmp_path / "m.wav"
    assert client.api(f"uuid_record {a} mask {path}") == "-ERR Cannot mask recording session!\n"
    start(client, tmp_path, b)
    path = tmp_path / f"{b}.wav"
    quiet(client, a, 700, 1)
    for verb, count in (("mask", 2), ("unmask", 3), ("pause", 4), ("resume", 5)):
        assert client.api(f"uuid_record {b} {verb} {path}") == "+OK Success\n"
        quiet(client, a, 200, count)
    samples = read(stopped(client, b)[0])[0]
    assert [now for now, _ in runs(samples)] == [False, True, False, True]
    lengths = [frames for _, frames in runs(samples)]
    assert lengths[2] >= 10
    event = client.found("RECORD_STOP", b)[0]
    took = int(event["Event-Date-Timestamp"]) - int(
        client.found("RECORD_START", b)[0]["Event-Date-Timestamp"]
    )
    assert sum(lengths) <= took // 20_000 - 9


def test_recordings_are_added_to(client: Client, tmp_path: Path) -> None:
    a, b = answered(client, "tone")
    client.api(f"uuid_setvar {b} RECORD_APPEND true")
    sizes = []
    for count in (1, 2):
        start(client, tmp_path, b)
        quiet(client, a, 100, count)
        sizes.append(stopped(client, b)[0].stat().st_size)
    assert sizes[1] > sizes[0] > 44


def test_a_recording_ends_with_its_call(client: Client, tmp_path: Path) -> None:
    a, _ = answered(client, "answer")
    path = tmp_path / "x.wav"
    client.api(f"uuid_record {a} start {path}")
    # a second time is no mistake, and no second recording
    assert client.api(f"uuid_record {a} start {path}") == "+OK Success\n"
    assert f"<target>{path}</target>" in client.api(f"uuid_buglist {a}")
    quiet(client, a, 100, 1)
    client.api(f"uuid_kill {a}")
    end = client.seen("CHANNEL_HANGUP_COMPLETE", a)
    assert end["variable_record_samples"] == str(len(read(path)[0]))
    (event,) = client.found("RECORD_STOP", a)
    assert event["Record-Completion-Cause"] == "success-silence"
    names = client.names(a)
    assert names.index("RECORD_STOP") < names.index("MEDIA_BUG_STOP")
    assert names.index("MEDIA_BUG_STOP") < names.index("CHANNEL_HANGUP_COMPLETE")


def test_a_hundred_recordings_that_end_at_once(switch: SimSwitch, client: Client) -> None:
    where = Path(client.api("global_getvar recordings_dir"))
    a, b = answered(client, "tone")
    for n in range(50):
        for leg in (a, b):
            client.api(f"uuid_record {leg} start {where}/{leg}-{n}.wav")
    quiet(client, a, 100, 1)
    client.api(f"uuid_kill {a}")
    for leg in (a, b):
        client.seen("CHANNEL_HANGUP_COMPLETE", leg)
        stops = client.found("RECORD_STOP", leg)
        assert [e["Record-File-Path"] for e in stops] == [
            f"{where}/{leg}-{n}.wav" for n in range(50)
        ]
    assert len(list(switch.file(where).glob("*.wav"))) == 100


def test_what_cannot_be_recorded_says_so(client: Client, tmp_path: Path) -> None:
    a, _ = answered(client, "answer")
    assert client.api(f"uuid_record {a} stop /nope.wav") == "-ERR Cannot stop record session!\n"
    for path in ("/proc/no/such.wav", f"{tmp_path}/x.xyz", f"{tmp_path}/x"):
        answer = client.api(f"uuid_record {a} start {path}")
        assert answer == "-ERR Cannot record session!\n"
    assert client.api(f"uuid_record {a} start").startswith("-USAGE")
    assert client.api(f"uuid_record {a} bogus /x.wav").startswith("-USAGE")
    assert client.api("uuid_record nobody start /x.wav") == "-ERR Cannot locate session!\n"


def test_a_recording_has_a_limit_in_the_clocks_seconds(client: Client, tmp_path: Path) -> None:
    a, _ = answered(client, "tone")
    client.api(f"uuid_record {a} start {tmp_path}/l.wav 1")
    begun = int(client.seen("RECORD_START", a)["Event-Date-Timestamp"])
    ended = int(client.seen("RECORD_STOP", a)["Event-Date-Timestamp"])
    assert 0 <= ended - (begun // 1_000_000 + 1) * 1_000_000 < 900_000


def test_silence_ends_a_recording(client: Client, tmp_path: Path) -> None:
    a, b = answered(client, "answer")
    start(client, tmp_path, a, given="{RECORD_INITIAL_TIMEOUT_MS=600}")
    event = client.seen("RECORD_STOP", a)
    assert event["Record-Completion-Cause"] == "no-input-timeout"
    start(client, tmp_path, b, given="{RECORD_FINAL_TIMEOUT_MS=300}")
    play(client, a, "tone_stream://%(300,0,440)")
    assert client.seen("RECORD_STOP", b)["Record-Completion-Cause"] == "success-silence"
