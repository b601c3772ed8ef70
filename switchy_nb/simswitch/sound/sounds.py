"""What can be played: tone streams, silence, WAV files, and several of them one after the other.

A sound is opened at once and computed later, part by part, by whoever wants to hear it. The tone
language is in `tones`, the files' format in `wavs`.
"""

import random
import re
from array import array
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from operator import add
from pathlib import Path
from typing import Protocol

from switchy_nb.simswitch.sound import tones, wavs
from switchy_nb.simswitch.sound.tones import RATE

#: from what the switch calls a file to where it is kept
Local = Callable[[Path], Path]
#: FreeSWITCH reads what it plays in blocks of so many samples
_BLOCK = 16384
#: a ``file_string`` whose first file is there begins with so much silence (samples)
_LEAD_IN = RATE // 4
_PARAMS = re.compile(r"\s*\{([^{}]*)\}")


class Source(Protocol):
    """Samples at 8 kHz, computed where they are asked for."""

    @property
    def length(self) -> int | None:
        """How many there are; None for no end."""

    def read(self, start: int, count: int) -> "array[int]":
        """Compute `count` of them, from `start` on."""


@dataclass(frozen=True)
class Samples:
    """Samples that are there."""

    data: "array[int]"

    @property
    def length(self) -> int:
        """How many there are."""
        return len(self.data)

    def read(self, start: int, count: int) -> "array[int]":
        """Take some of them."""
        return self.data[start : start + count]


@dataclass(frozen=True)
class Silence:
    """Silence, or the faint noise that FreeSWITCH writes for it.

    Attributes
    ----------
    length : int or None
        In samples.
    divisor : int
        What the noise of full scale is divided by; 0 for none.
    """

    length: int | None
    divisor: int = 0

    def read(self, start: int, count: int) -> "array[int]":
        """Compute some of it."""
        if not self.divisor:
            return array("h", bytes(2 * count))
        noise = array("h")
        noise.frombytes(_noise(self.divisor))
        begin = start % RATE
        return (noise * ((begin + count) // RATE + 1))[begin : begin + count]


@lru_cache(maxsize=16)
def _noise(divisor: int) -> bytes:
    chance = random.Random(divisor)
    return array("h", (int(chance.randint(-32768, 32767) / divisor) for _ in range(RATE))).tobytes()


class Tones:
    """Beats, one after the other."""

    def __init__(self, beats: Sequence[tones.Beat]) -> None:
        self._beats = beats
        self._ends = list(accumulate(len(beat) for beat in beats))

    @property
    def length(self) -> int:
        """How many samples there are."""
        return self._ends[-1] if self._ends else 0

    def read(self, start: int, count: int) -> "array[int]":
        """Compute some of them."""
        out = array("h")
        for beat, end in zip(self._beats, self._ends, strict=True):
            begin = end - len(beat)
            if end <= start or len(out) == count:
                continue
            first = max(start, begin)
            out += beat.read(first - begin, min(end - first, count - len(out)))
        return out


@dataclass(frozen=True)
class Item:
    """One part of a ``file_string``; a sound of None could not be opened."""

    name: str
    sound: "Sound | None"


@dataclass(frozen=True)
class Sound:
    """Something that can be played.

    Attributes
    ----------
    source : Source
        One round of it.
    loops : int
        How many rounds; -1 for ever.
    kind : str
        What ``Playback-File-Type`` says, or "" for none.
    path : str
        What ``Playback-File-Path`` says.
    params : tuple of (str, str)
        What was given in braces before it.
    rate : int
        The rate of its file, in which FreeSWITCH counts ``playback_samples``.
    items : tuple of Item
        The parts of a ``file_string``.
    seekable : bool
        Whether one may go to another place in it.
    """

    source: Source
    loops: int = 1
    kind: str = ""
    path: str = ""
    params: tuple[tuple[str, str], ...] = ()
    rate: int = RATE
    items: tuple[Item, ...] = ()
    seekable: bool = False

    @property
    def length(self) -> int | None:
        """How many samples it plays; None for ever."""
        one = self.source.length
        if one == 0:
            return 0
        return None if one is None or self.loops < 0 else one * max(1, self.loops)

    @property
    def seconds(self) -> float | None:
        """How long it plays; None for ever."""
        return None if self.length is None else self.length / RATE

    def cut(self, start: int, count: int) -> "array[int]":
        """Take `count` samples from sample `start` on; silence after the end."""
        out = array("h")
        one, length = self.source.length, self.length
        total = count if length is None else max(0, min(count, length - start))
        while one != 0 and len(out) < total:
            at = start + len(out)
            begin = at if one is None else at % one
            wanted = total - len(out) if one is None else min(total - len(out), one - begin)
            out += self.source.read(begin, wanted)
        return out + array("h", bytes(2 * (count - len(out))))

    def taken(self, played: int, start: int = 0) -> int:
        """Count the samples that FreeSWITCH reads to play some, at the rate of the file.

        It reads on when less than a frame is left of what it has.
        """
        blocks = (played // _BLOCK + 1) * _BLOCK
        if self.length is not None:
            blocks = min(blocks, self.length - start)
        return max(0, blocks) * self.rate // RATE


def of_samples(samples: "array[int]", loops: int = 1) -> Sound:
    """Make a sound of samples."""
    return Sound(Samples(samples), loops)


def open_sound(path: str, sounds_dir: Path, local: Local = Path) -> Sound | None:
    """Open what ``playback`` is asked for; None if there is no such thing.

    Parameters
    ----------
    path : str
        ``{name=value,…}`` may stand before it.
    sounds_dir : Path
        Where the names of files begin that say no folder.
    local : callable
        Says where a file that the switch names is kept on this machine.
    """
    params, rest = read_params(path)
    scheme, found, place = rest.partition("://")
    loops = next((value for name, value in params if name == "loops"), None)
    if not found:
        return _file(path, rest, sounds_dir, params, local)
    if scheme.lower() == "tone_stream":
        sound = None if place.lower().startswith("path=") else tone_stream(place)
        kind = "tone_stream" if path.lower().startswith("tone_stream:") else ""
        if sound is None:
            return None
        times = _whole(loops, 1) if loops is not None else sound.loops
        return Sound(sound.source, times, kind, path, params)
    if scheme.lower() == "silence_stream":
        length, _, divisor = place.partition(",")
        milliseconds = _whole(length, 0)
        samples = milliseconds * RATE // 1000 if milliseconds > 0 else None
        return Sound(Silence(samples, max(0, _whole(divisor, 0))), path=path, params=params)
    if scheme.lower() == "file_string":
        return _chain(path, place, sounds_dir, params, local)
    return None


def read_params(text: str) -> tuple[tuple[tuple[str, str], ...], str]:
    """Take ``{name=value,…}`` from the beginning of a text."""
    params: list[tuple[str, str]] = []
    while found := _PARAMS.match(text):
        for pair in found[1].split(","):
            name, equals, value = pair.partition("=")
            if equals and name.strip():
                params.append((name.strip(), value.strip().strip("'")))
        text = text[found.end() :]
    return tuple(params), text.strip() if params else text


def _file(
    path: str, name: str, sounds_dir: Path, params: tuple[tuple[str, str], ...], local: Local
) -> Sound | None:
    if not name or "\0" in name:
        return None
    file = Path(name)
    full = file if file.is_absolute() else sounds_dir / file
    if not file.suffix:
        full = full.with_name(f"{full.name}.wav")
    wav = wavs.open_wav(local(full))
    if wav is None:
        return None
    # the path as FreeSWITCH shows it: with what stands in braces, and where the name begins
    shown = path[: len(path) - len(name)] + str(full)
    return Sound(wav, path=shown, params=params, rate=wav.rate, seekable=True)


@dataclass(frozen=True)
class _Joined:
    sounds: tuple[Sound, ...]

    @property
    def length(self) -> int | None:
        total = 0
        for sound in self.sounds:
            if sound.length is None:
                return None
            total += sound.length
        return total

    def read(self, start: int, count: int) -> "array[int]":
        out = array("h")
        begin = 0
        for sound in self.sounds:
            size = sound.length
            if size is None or begin + size > start:
                first = max(0, start - begin)
                wanted = count - len(out)
                out += sound.cut(first, wanted if size is None else min(wanted, size - first))
                start = begin + first + (wanted if size is None else min(wanted, size - first))
            if size is None or len(out) >= count:
                break
            begin += size
        return out


def _chain(
    path: str, place: str, sounds_dir: Path, params: tuple[tuple[str, str], ...], local: Local
) -> Sound | None:
    items = tuple(
        Item(name, open_sound(name, sounds_dir, local))
        for name in (n.strip() for n in place.split("!"))
    )
    sounds = [item.sound for item in items if item.sound is not None]
    if not sounds:
        return None
    if items[0].sound is not None:
        sounds.insert(0, Sound(Silence(_LEAD_IN)))
    return Sound(_Joined(tuple(sounds)), path=path, params=params, items=items)


def boundaries(sound: Sound) -> list[int]:
    """Say at which samples the parts of a ``file_string`` end."""
    at = _LEAD_IN if sound.items and sound.items[0].sound is not None else 0
    ends: list[int] = []
    for item in sound.items:
        if item.sound is None:
            continue
        if item.sound.length is None:
            break
        at += item.sound.length
        ends.append(at)
    return ends


def tone_stream(spec: str) -> Sound:
    """Read what follows ``tone_stream://``: the tone language, and ``;loops=`` behind it."""
    at = spec.lower().find(";loops=")
    loops = 1
    if at >= 0:
        loops, spec = _whole(spec[at + 7 :], 1), spec[:at]
    return Sound(Tones(tones.read(spec)), loops, "tone_stream")


def _whole(text: str, default: int) -> int:
    found = re.match(r"\s*[+-]?\d{1,9}", text)
    return int(found[0]) if found else default


#: the levels that ``level`` and ``volume`` can be set to, and what they multiply by
LEVELS = {-4: 0.2, -3: 0.4, -2: 0.6, -1: 0.8, 0: 1.0, 1: 1.3, 2: 2.3, 3: 3.3, 4: 4.3}


def scaled(samples: "array[int]", level: int) -> "array[int]":
    """Make samples louder or fainter, by one of FreeSWITCH's four steps either way."""
    factor = LEVELS[max(-4, min(4, level))]
    if factor == 1.0:
        return samples
    return array("h", (max(-32768, min(32767, int(s * factor))) for s in samples))


def mixed(one: "array[int]", two: "array[int]") -> "array[int]":
    """Add samples; what is too loud is cut."""
    try:
        return array("h", map(add, one, two))
    except OverflowError:
        return array("h", (max(-32768, min(32767, a + b)) for a, b in zip(one, two, strict=True)))
