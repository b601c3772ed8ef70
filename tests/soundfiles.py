"""WAV files for tests, and statistics of sound that varies: both the same each time."""

from __future__ import annotations

import wave
from pathlib import Path

import numpy as np
import pandas as pd
from callframes import START


def write_wav(path: Path, seconds: float, *, rate: int = 8000, channels: int = 1) -> Path:
    """Half a second of tone each second, digits between, and a little noise; 16 bits."""
    t = np.arange(int(seconds * rate)) / rate
    tone = 0.3 * np.sin(2 * np.pi * 1004 * t) * (t % 1.0 < 0.5)
    digit = 0.25 * (np.sin(2 * np.pi * 697 * t) + np.sin(2 * np.pi * 1209 * t)) * (t % 1.3 > 1.1)
    noise = np.random.default_rng(0).normal(0, 0.004, len(t))
    first = tone + digit + noise
    columns = [first, *[0.5 * np.roll(first, rate // 3)] * (channels - 1)]
    samples = (np.stack(columns, 1) * 32767).clip(-32768, 32767).astype("<i2")
    with wave.open(str(path), "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(samples.tobytes())
    return path


def quality_frame(count: int = 240, seed: int = 3) -> pd.DataFrame:
    """Statistics of legs, of which one in fifteen lost many packets."""
    chance = np.random.default_rng(seed)
    loss = np.where(
        chance.random(count) < 0.07, chance.uniform(0, 0.4, count), chance.exponential(0.002, count)
    )
    quality = 100 * (1 - loss)
    ended = START + pd.to_timedelta(np.sort(chance.uniform(0, 300, count)), unit="s")
    return pd.DataFrame(
        {
            "call": "a call",
            "switch": "fs",
            "direction": chance.choice(["outbound", "inbound"], count),
            "codec": "PCMU",
            "ended": ended,
            "packets": chance.integers(100, 1000, count).astype("float64"),
            # FreeSWITCH's own formula, of its share of packets without a flaw
            "mos": 1 + 0.035 * quality + 7e-6 * quality * (quality - 60) * (100 - quality),
            "quality": quality,
            "jitter_ms": chance.lognormal(1.2, 0.5, count) + loss * 200,
            "loss": loss,
            "interval_ms": 20.0,
            "flaws": np.round(loss * 100),
        },
        index=pd.Index([f"{at:08x}-leg" for at in chance.integers(0, 2**32, count)], name="uuid"),
    )
