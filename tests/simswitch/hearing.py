"""What is in a sound: how strong a pitch is in samples, and what a WAV file holds, for tests."""

from __future__ import annotations

import math
import wave
from array import array
from pathlib import Path

from switchy_nb.simswitch.sound.tones import RATE

#: the size of a sine at -7 dBm0, and the samples of a frame of 20 ms
PLAIN = 10 ** ((-7 - 6.16) / 20) * 32767 * math.sqrt(2)
FRAME = 160


def strength(samples: array[int], hertz: float, rate: int = RATE) -> float:
    """Amplitude of one frequency in the samples (a single bin of the Fourier transform)."""
    if not samples:
        return 0.0
    step = 2 * math.pi * hertz / rate
    real = sum(s * math.cos(step * n) for n, s in enumerate(samples))
    imag = sum(s * math.sin(step * n) for n, s in enumerate(samples))
    return 2 * math.hypot(real, imag) / len(samples)


def read(path: Path, *, rate: int = RATE, channels: int = 1) -> list[array[int]]:
    """Read a WAV file of 16 bits; one array for each channel."""
    with wave.open(str(path)) as file:
        shape = (file.getframerate(), file.getnchannels(), file.getsampwidth())
        assert shape == (rate, channels, 2)
        samples = array("h")
        samples.frombytes(file.readframes(file.getnframes()))
    return [samples[n::channels] for n in range(channels)]


def loud(samples: array[int]) -> list[bool]:
    """Say of each frame whether anything is heard in it."""
    return [
        max(map(abs, samples[at : at + FRAME])) > 1000
        for at in range(0, len(samples) - FRAME + 1, FRAME)
    ]


def runs(samples: array[int]) -> list[tuple[bool, int]]:
    """Say for how many frames in a row there is sound, and silence."""
    out: list[tuple[bool, int]] = []
    for now in loud(samples):
        if out and out[-1][0] is now:
            out[-1] = (now, out[-1][1] + 1)
        else:
            out.append((now, 1))
    return out
