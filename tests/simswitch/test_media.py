"""Sounds, and what recordings hold: tones as tones, echoes as echoes, digits as two tones."""

from __future__ import annotations

import math
import wave
from array import array
from pathlib import Path

import pytest
from simswitch.client import Client

from switchy_nb.simswitch import sounds
from switchy_nb.simswitch.sounds import RATE


def strength(samples: array[int], hertz: float) -> float:
    """Amplitude of one frequency in the samples (a single bin of the Fourier transform)."""
    if not samples:
        return 0.0
    step = 2 * math.pi * hertz / RATE
    real = sum(s * math.cos(step * n) for n, s in enumerate(samples))
    imag = sum(s * math.sin(step * n) for n, s in enumerate(samples))
    return 2 * math.hypot(real, imag) / len(samples)


def read(path: Path) -> array[int]:
    with wave.open(str(path)) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (RATE, 1, 2)
        samples = array("h")
        samples.frombytes(file.readframes(file.getnframes()))
    return samples


def test_a_tone_stream_is_its_tones() -> None:
    sound = sounds.tone_stream("v=-7;%(200,50,440,620);loops=3")
    assert (sound.loops, len(sound.samples)) == (3, 2000)
    assert sound.seconds == pytest.approx(0.75)
    on, off = sound.samples[:1600], sound.samples[1600:]
    level = 32767 * 10 ** (-7 / 20) / 2
    for hertz in (440, 620):
        assert strength(on, hertz) == pytest.approx(level, rel=0.05)
    assert strength(on, 1000) < level / 20
    assert not any(off)


@pytest.mark.parametrize(
    ("path", "seconds"),
    [
        ("tone_stream://%(251,0,1004);loops=-1", None),
        ("silence_stream://-1", None),
        ("silence_stream://1500,1400", 1.5),
        ("tone_stream://nonsense", 0.0),
    ],
)
def test_how_long_streams_last(tmp_path: Path, path: str, seconds: float | None) -> None:
    sound = sounds.open_sound(path, tmp_path)
    assert sound is not None
    assert sound.seconds == seconds


def test_a_wav_file_is_read_back_and_a_missing_one_is_not(tmp_path: Path) -> None:
    tone = sounds.tone_stream("%(300,0,500)").samples
    assert sounds.write_wav(tmp_path / "t.wav", tone) == 44 + 2 * len(tone)
    sound = sounds.open_sound("t.wav", tmp_path)
    assert sound is not None
    assert sound.samples == tone
    assert sounds.open_sound("missing.wav", tmp_path) is None
    (tmp_path / "no.wav").write_bytes(b"this is no sound")
    assert sounds.open_sound(str(tmp_path / "no.wav"), tmp_path) is None


def test_loops_are_cut_anywhere() -> None:
    sound = sounds.Sound(array("h", [1, 2, 3]), loops=2)
    assert list(sound.cut(2, 6)) == [3, 1, 2, 3, 0, 0]
    endless = sounds.Sound(array("h", [1, 2, 3]), loops=-1)
    assert list(endless.cut(4, 5)) == [2, 3, 1, 2, 3]


def test_a_digit_is_its_two_tones() -> None:
    samples = sounds.dtmf("5", 100)
    for hertz in (770, 1336):
        assert strength(samples, hertz) > 5000
    assert strength(samples, 941) < 500
    assert not any(sounds.dtmf("?", 100))


def recorded_call(client: Client, number: str, what: str) -> tuple[array[int], array[int]]:
    """Record both legs while `what` plays on the caller's, for some tenths of a second."""
    a = client.originate(number)
    b = client.peer(a)
    client.seen("CHANNEL_PARK", a)
    where = Path(client.api("global_getvar recordings_dir"))
    for leg in (a, b):
        assert client.api(f"uuid_record {leg} start {leg}.wav") == "+OK Success\n"
    client.api(f"uuid_broadcast {a} {what}")
    client.seen("PRIVATE_COMMAND", a)
    for leg in (a, b):
        assert client.api(f"uuid_record {leg} stop all") == "+OK Success\n"
        stopped = client.seen("RECORD_STOP", leg)
        assert stopped["Record-File-Path"] == str(where / f"{leg}.wav")
        samples = read(where / f"{leg}.wav")
        assert stopped["variable_record_samples"] == str(len(samples))
        assert stopped["variable_record_file_size"] == str(44 + 2 * len(samples))
    return read(where / f"{a}.wav"), read(where / f"{b}.wav")


def test_a_recording_holds_what_was_played(client: Client) -> None:
    near, far = recorded_call(client, "answer", "tone_stream://%(300,0,440)")
    level = 32767 * 10 ** (-7 / 20)
    for samples in (near, far):
        assert RATE * 0.3 <= len(samples) < RATE * 5
        assert strength(samples, 440) * len(samples) == pytest.approx(level * 2400, rel=0.1)
        assert strength(samples, 1000) < 500


def test_an_echo_comes_back(client: Client) -> None:
    near, far = recorded_call(client, "echo", "tone_stream://%(300,0,440)")
    alone = 32767 * 10 ** (-7 / 20) * 2400
    # tone and echo add up on the near leg, until they clip
    assert strength(near, 440) * len(near) > alone * 1.2
    assert strength(far, 440) * len(far) > alone * 1.2


def test_digits_are_heard_in_a_recording(client: Client) -> None:
    a = client.originate("answer")
    b = client.peer(a)
    client.seen("CHANNEL_PARK", a)
    client.seen("CHANNEL_PARK", b)
    where = Path(client.api("global_getvar recordings_dir"))
    client.api(f"uuid_record {b} start d.wav")
    client.api(f"uuid_send_dtmf {a} 5@1600")
    client.seen("DTMF", b)
    client.api(f"uuid_record {b} stop d.wav")
    samples = read(where / "d.wav")
    assert strength(samples, 770) * len(samples) > 5000 * 1000
    assert strength(samples, 1336) * len(samples) > 5000 * 1000


def test_a_recording_ends_with_its_call(client: Client) -> None:
    a = client.originate("answer")
    client.seen("CHANNEL_PARK", a)
    where = Path(client.api("global_getvar recordings_dir"))
    client.api(f"uuid_record {a} start x.wav")
    assert client.api(f"uuid_record {a} start x.wav") == "-ERR Cannot record session!\n"
    assert str(where / "x.wav") in client.api(f"uuid_buglist {a}")
    client.api(f"uuid_kill {a}")
    end = client.seen("CHANNEL_HANGUP_COMPLETE", a)
    assert end["variable_record_samples"] == str(len(read(where / "x.wav")))
    assert client.found("RECORD_STOP", a)


def test_what_cannot_be_recorded_says_so(client: Client) -> None:
    a = client.originate("answer")
    client.seen("CHANNEL_PARK", a)
    assert client.api(f"uuid_record {a} stop /nope.wav") == "-ERR Cannot stop record session!\n"
    assert client.api(f"uuid_record {a} start /proc/no/such.wav") == "-ERR Cannot record session!\n"
    parked = client.originate("park")
    b = client.peer(parked)
    client.seen("CHANNEL_PARK", b)
    assert client.api(f"uuid_record {b} start y.wav") == "-ERR Cannot record session!\n"


def test_playing_a_file_takes_as_long_as_the_file(client: Client) -> None:
    where = Path(client.api("global_getvar recordings_dir"))
    sounds.write_wav(where / "clip.wav", sounds.tone_stream("%(400,0,300)").samples)
    a = client.originate("answer", app=f"'&playback({where}/clip.wav)'")
    stop = client.seen("PLAYBACK_STOP", a)
    start = client.seen("PLAYBACK_START", a)
    took = int(stop["Event-Date-Timestamp"]) - int(start["Event-Date-Timestamp"])
    assert took >= 400_000
    assert stop["variable_playback_samples"] == "3200"
    assert "Playback-File-Type" not in start


def test_a_missing_file_is_no_playback(client: Client) -> None:
    a = client.originate("answer", app="&playback(missing.wav)")
    done = client.seen("CHANNEL_EXECUTE_COMPLETE", a)
    assert done["Application-Response"] == "FILE NOT FOUND"
    assert not client.found("PLAYBACK_START")
