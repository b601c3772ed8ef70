"""WAV files: of every kind that is read, and as they are written."""

from __future__ import annotations

import math
import struct
import wave
from array import array
from pathlib import Path

import pytest
from simswitch.hearing import strength

from switchy_nb.simswitch.sound import wavs
from switchy_nb.simswitch.sound.tones import RATE


def sine(hertz: float, seconds: float, rate: int, size: float = 0.3) -> list[float]:
    step = 2 * math.pi * hertz / rate
    return [size * math.sin(step * n) for n in range(int(seconds * rate))]


def riff(path: Path, coding: int, rate: int, channels: int, width: int, data: bytes) -> Path:
    form = struct.pack("<HHIIHH", coding, channels, rate, rate * width * channels, 0, width * 8)
    body = b"WAVEfmt " + struct.pack("<I", 16) + form + b"LIST\x03\0\0\0abc\0"
    body += b"data" + struct.pack("<I", len(data)) + data
    path.write_bytes(b"RIFF" + struct.pack("<I", len(body)) + body)
    return path


def encoded(samples: list[float], width: int) -> bytes:
    if width == 1:
        return bytes(int(s * 127 + 128) for s in samples)
    limit = (1 << (8 * width - 1)) - 1
    return b"".join(int(s * limit).to_bytes(width, "little", signed=True) for s in samples)


@pytest.mark.parametrize("rate", [8000, 11025, 16000, 44100, 48000])
@pytest.mark.parametrize("width", [1, 2, 3, 4])
def test_pcm_of_any_width_and_rate(tmp_path: Path, rate: int, width: int) -> None:
    path = riff(tmp_path / "t.wav", 1, rate, 1, width, encoded(sine(440, 0.25, rate), width))
    wav = wavs.open_wav(path)
    assert wav is not None
    assert wav.length == len(sine(440, 0.25, rate)) * RATE // rate
    samples = wav.read(0, wav.length)
    assert strength(samples, 440) == pytest.approx(0.3 * 32767, rel=0.05)


def test_two_channels_are_added(tmp_path: Path) -> None:
    pairs = zip(sine(440, 0.25, RATE), sine(1000, 0.25, RATE), strict=True)
    path = riff(tmp_path / "s.wav", 1, RATE, 2, 2, encoded([s for p in pairs for s in p], 2))
    wav = wavs.open_wav(path)
    assert wav is not None
    for hertz in (440, 1000):
        assert strength(wav.read(0, 2000), hertz) == pytest.approx(0.3 * 32767, rel=0.05)


def test_float_ulaw_and_alaw(tmp_path: Path) -> None:
    floats = struct.pack("<2000f", *sine(440, 0.25, RATE))
    wav = wavs.open_wav(riff(tmp_path / "f.wav", 3, RATE, 1, 4, floats))
    assert wav is not None
    assert strength(wav.read(0, 2000), 440) == pytest.approx(0.3 * 32767, rel=0.05)
    # ITU-T G.711: both codes of silence, and the largest sizes
    ulaw = wavs.open_wav(riff(tmp_path / "u.wav", 7, RATE, 1, 1, bytes((0xFF, 0x7F, 0x80, 0))))
    alaw = wavs.open_wav(riff(tmp_path / "a.wav", 6, RATE, 1, 1, bytes((0xD5, 0x55, 0xAA, 0x2A))))
    assert ulaw is not None
    assert alaw is not None
    assert list(ulaw.read(0, 4)) == [0, 0, 32124, -32124]
    assert list(alaw.read(0, 4)) == [8, -8, 32256, -32256]


def test_a_long_file_is_read_from_the_disk_in_parts(tmp_path: Path) -> None:
    path = tmp_path / "long.wav"
    ramp = array("h", [n % 1000 for n in range(600_000)])
    wavs.write(path, ramp)
    wav = wavs.open_wav(path)
    assert wav is not None
    assert wav.data is None
    assert wav.read(555_555, 10) == ramp[555_555:555_565]
    path.unlink()
    assert not any(wav.read(0, 100))


@pytest.mark.parametrize(
    "data", [b"", b"RIFF", b"this is no sound at all", b"RIFF\0\0\0\0WAVEfmt "]
)
def test_what_is_no_wav_file(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "no.wav"
    path.write_bytes(data)
    assert wavs.open_wav(path) is None
    assert wavs.open_wav(tmp_path / "missing.wav") is None
    assert wavs.open_wav(riff(tmp_path / "mp3.wav", 85, RATE, 1, 1, b"123")) is None


def test_a_file_is_added_to(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    assert wavs.write(path, array("h", [1, 2])) == 48
    with wavs.Writer(path, 16000, 2, append=True) as file:
        assert (file.rate, file.channels) == (RATE, 1)
        file.write(array("h", [3]))
        assert file.close() == 50
    with wave.open(str(path)) as read:
        assert read.readframes(9) == struct.pack("<3h", 1, 2, 3)
