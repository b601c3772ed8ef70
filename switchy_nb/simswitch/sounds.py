"""Sounds as samples: tone streams, silence, DTMF pairs, WAV files. 8 kHz, 16 bits, one channel."""

import math
import re
import wave
from array import array
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

RATE = 8000
#: a beat or a pause of a tone stream is at most so long (ms), and one round of it so many samples:
#: a command must not be able to fill the memory
_LONGEST_BEAT = 99_999
_LONGEST_SAMPLES = 300 * RATE
#: FreeSWITCH's tone generator plays at -7 dB unless told otherwise
DEFAULT_DB = -7.0

_TONE = re.compile(r"%\(\s*(\d+)\s*,\s*(\d+)\s*((?:,\s*[\d.]+\s*)*)\)")
_DTMF_ROWS = (697, 770, 852, 941)
_DTMF_COLUMNS = (1209, 1336, 1477, 1633)
_DTMF_KEYS = ("123A", "456B", "789C", "*0#D")


@dataclass(frozen=True)
class Sound:
    """Something that can be played.

    Attributes
    ----------
    samples : array of int16
        One round of it.
    loops : int
        How many rounds; -1 for ever.
    kind : str
        What ``Playback-File-Type`` says, or "" for a file.
    """

    samples: "array[int]"
    loops: int = 1
    kind: str = ""

    @property
    def seconds(self) -> float | None:
        """How long it plays; None for ever."""
        return None if self.loops < 0 else self.loops * len(self.samples) / RATE

    def cut(self, start: int, count: int) -> "array[int]":
        """Take `count` samples from sample `start` on; silence after the end."""
        size = len(self.samples)
        total = count if self.loops < 0 else max(0, min(count, self.loops * size - start))
        out = array("h")
        if size and total > 0:
            begin = start % size
            rounds = (begin + total) // size + 1
            out = (self.samples * rounds)[begin : begin + total]
        return out + array("h", bytes(2 * (count - len(out))))


def open_sound(path: str, sounds_dir: Path) -> Sound | None:
    """Find what ``playback`` is asked for; None if there is no such file."""
    if path.startswith("tone_stream://"):
        return tone_stream(path.removeprefix("tone_stream://"))
    if path.startswith("silence_stream://"):
        return _silence(path.removeprefix("silence_stream://"))
    file = Path(path)
    return _wav(file if file.is_absolute() else sounds_dir / file)


def tone_stream(spec: str) -> Sound:
    """Read FreeSWITCH's tone language: ``%(on,off,hz,…)``, ``v=dB``, ``l=loops``, ``loops=``."""
    volume, loops = DEFAULT_DB, 1
    samples = array("h")
    for part in spec.split(";"):
        name, _, value = part.strip().partition("=")
        if name.lower() in ("loops", "l") and re.fullmatch(r"-?\d+", value):
            loops = int(value)
        elif name.lower() == "v" and re.fullmatch(r"-?\d+(\.\d+)?", value):
            volume = float(value)
        else:
            for found in _TONE.finditer(part):
                pitches = tuple(float(f) for f in found[3].split(",") if f.strip())
                beat = _tone(_capped(found[1]), pitches, volume)
                beat.extend(array("h", bytes(2 * (_capped(found[2]) * RATE // 1000))))
                if len(samples) + len(beat) <= _LONGEST_SAMPLES:
                    samples.extend(beat)
    return Sound(samples, loops, "tone_stream")


def dtmf(digit: str, milliseconds: int) -> "array[int]":
    """Write a digit as its two tones (ITU-T Q.23); silence for what is no digit."""
    for row, keys in enumerate(_DTMF_KEYS):
        if digit.upper() in keys:
            pitches = (float(_DTMF_ROWS[row]), float(_DTMF_COLUMNS[keys.index(digit.upper())]))
            return _tone(milliseconds, pitches, DEFAULT_DB)
    return array("h", bytes(2 * (milliseconds * RATE // 1000)))


@lru_cache(maxsize=64)
def _tone_bytes(milliseconds: int, pitches: tuple[float, ...], volume: float) -> bytes:
    count = milliseconds * RATE // 1000
    level = 32767 * 10 ** (volume / 20) / max(1, len(pitches))
    steps = [2 * math.pi * pitch / RATE for pitch in pitches]
    out = array("h", (int(level * sum(math.sin(s * n) for s in steps)) for n in range(count)))
    return out.tobytes()


def _tone(milliseconds: int, pitches: tuple[float, ...], volume: float) -> "array[int]":
    out = array("h")
    out.frombytes(_tone_bytes(milliseconds, pitches, min(volume, 0.0)))
    return out


def _capped(milliseconds: str) -> int:
    return int(milliseconds) if len(milliseconds) < 6 else _LONGEST_BEAT


def _silence(spec: str) -> Sound:
    found = re.match(r"-?\d{1,12}", spec)
    milliseconds = int(found[0]) if found else 0
    one = array("h", bytes(2 * (RATE // 1000)))
    return Sound(one, -1 if milliseconds < 0 else milliseconds)


def _wav(path: Path) -> Sound | None:
    try:
        with wave.open(str(path), "rb") as file:
            if file.getsampwidth() != 2:
                return None
            rate, channels = file.getframerate(), file.getnchannels()
            data = array("h")
            data.frombytes(file.readframes(file.getnframes()))
    except (OSError, EOFError, wave.Error):
        return None
    data = data[::channels]
    if rate != RATE and rate > 0:
        count = len(data) * RATE // rate
        data = array("h", (data[n * rate // RATE] for n in range(count)))
    return Sound(data, 1, "")


def write_wav(path: Path, samples: "array[int]") -> int:
    """Write samples as a WAV file; give its size in bytes.

    Raises
    ------
    OSError
        If the file cannot be written.
    """
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(samples.tobytes())
    return path.stat().st_size
