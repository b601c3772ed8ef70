"""The tone language of ``tone_stream://`` and of ``gentones``, read into beats, and their samples.

A beat is some pitches for a time and then a silence. Reading a script computes no sample; any part
of a beat can be computed later, so that a tone of a day costs no more than the second of it that
somebody records. What else can be played is in `sounds`.

The language is that of FreeSWITCH's libteletone: commands end with ``;``.

``%(on,off,hz,hz,…)``
    A beat, in milliseconds and Hz.
``0``-``9 * # A``-``D``
    The key's two tones, for the default times.
``d=`` ``w=``
    The default times of tone and silence, in milliseconds (250 and 62.5 at first).
``v=``
    The level in dBm0, -63 to 0; -7 at first.
``>=`` ``<=`` ``+=``
    Fall or rise by so many dB (``+=``, 1 at first) each so many milliseconds.
``l=`` ``L=``
    Play the next beat, or all of it, so many times.
"""

import math
import re
from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

RATE = 8000
_PER_MS = RATE // 1000
#: a script may make so many beats: a command must not be able to fill the memory
_MOST_BEATS = 4096
_MOST_PITCHES = 18
_LOUDEST, _FAINTEST = 0.0, -63.0
#: the level in dBm0 of a sine as loud as 16 bits can hold (ITU-T G.711), and half the power
_FULL_SCALE = 3.14 + 3.02
#: samples carry this offset, as libteletone's do
_OFFSET = 128
_KEYS = {
    key: (row, column)
    for row, keys in zip(
        (697.0, 770.0, 859.0, 941.0), ("123A", "456B", "789C", "*0#D"), strict=True
    )
    for column, key in zip((1209.0, 1336.0, 1477.0, 1633.0), keys, strict=True)
}


@dataclass(frozen=True)
class Beat:
    """Some pitches, and the silence after them.

    Attributes
    ----------
    pitches : tuple of float
        In Hz; none is silence.
    on, off : int
        Samples at 8 kHz.
    level : float
        In dBm0, where it begins.
    fade : float
        What is added to the level after each `step` samples, in dB.
    step : int
        0 when the level stays.
    """

    pitches: tuple[float, ...]
    on: int
    off: int
    level: float = -7.0
    fade: float = 0.0
    step: int = 0

    def __len__(self) -> int:
        return self.on + self.off

    def read(self, start: int, count: int) -> "array[int]":
        """Compute `count` samples from sample `start` on; both lie within the beat."""
        sounding = max(0, min(count, self.on - start))
        out = array("h", bytes(2 * count))
        if sounding and self.pitches:
            if self.step:
                out[:sounding] = self._fading(start, sounding)
            elif all(pitch.is_integer() for pitch in self.pitches):
                second = array("h")
                second.frombytes(_second(self.pitches, self.level))
                begin = start % RATE
                rounds = (begin + sounding) // RATE + 1
                out[:sounding] = (second * rounds)[begin : begin + sounding]
            else:
                out[:sounding] = _sines(self.pitches, self.level, start, sounding)
        return out

    def _fading(self, start: int, count: int) -> "array[int]":
        out = array("h")
        end = start + count
        while start < end:
            steps = start // self.step
            if self.fade < 0:
                steps = min(steps, int((self.level - _FAINTEST) / -self.fade))
            elif self.fade > 0:
                steps = min(steps, int((_LOUDEST - self.level) / self.fade))
            last = min(end, (start // self.step + 1) * self.step)
            out += _sines(self.pitches, self.level + steps * self.fade, start, last - start)
            start = last
        return out


def _sines(pitches: tuple[float, ...], level: float, start: int, count: int) -> "array[int]":
    scale = int(10 ** ((level - _FULL_SCALE) / 20) * 32767 * math.sqrt(2))
    steps = [2 * math.pi * pitch / RATE for pitch in pitches]
    number = len(pitches)
    return array(
        "h",
        (
            int((_OFFSET + sum(int(scale * math.sin(step * n)) for step in steps)) / number)
            for n in range(start, start + count)
        ),
    )


@lru_cache(maxsize=64)
def _second(pitches: tuple[float, ...], level: float) -> bytes:
    """Compute one second of whole Hertz, which every later second repeats."""
    return _sines(pitches, level, 0, RATE).tobytes()


def key(digit: str, milliseconds: int, level: float = -7.0) -> Beat:
    """Give a telephone key as its two tones (ITU-T Q.23); silence for what is no key."""
    count = milliseconds * _PER_MS
    return Beat(_KEYS.get(digit.upper(), ()), count, 0, level)


@dataclass
class _Script:
    """A script while it is read: what its commands have set so far."""

    text: str
    beats: list[Beat] = field(default_factory=list)
    on: int = 2000
    off: int = 500
    level: float = -7.0
    fade: float = 1.0
    direction: int = 0
    step: int = 0
    loops: int = 0
    passes: int = 0

    def run(self) -> None:
        while True:
            self._pass()
            self.passes -= self.passes > 0
            if not self.passes or len(self.beats) >= _MOST_BEATS:
                return

    def _pass(self) -> None:
        at, text = 0, self.text
        while at < len(text):
            if text[at] in " \r\n":
                at += 1
                continue
            end = text.find(";", at)
            command = text[at : end if end >= 0 else len(text)]
            if command[1:2] == "=":
                self._set(command[0], command[2:])
                # libteletone reads on right after the name of a setting that nothing ends
                at = end + 1 if end >= 0 else at + 1
                continue
            if not self._play(command):
                return
            at = end + 1 if end >= 0 else len(text)

    def _set(self, name: str, value: str) -> None:
        if name == "d":
            self.on = _whole(value) * _PER_MS
        elif name == "w":
            self.off = _whole(value) * _PER_MS
        elif name == "v" and _FAINTEST <= (level := _number(value)) <= _LOUDEST:
            self.level = level
        elif name in "><":
            self.step = max(1, _whole(value) * _PER_MS)
            self.direction = -1 if name == ">" else 1
        elif name == "+":
            self.fade = _number(value)
        elif name == "l":
            self.loops = _whole(value)
        elif name == "L" and not self.passes and _whole(value) > 0:
            self.passes = _whole(value)

    def _play(self, command: str) -> bool:
        """Play what is in one command; False ends the pass, as a mistake does."""
        at = 0
        while at < len(command):
            if command[at] in " \r\n":
                at += 1
                continue
            on, off = self.on, self.off
            pitches: tuple[float, ...] = _KEYS.get(command[at], ())
            after = at + 1
            if command[at + 1 : at + 2] == "(":
                close = command.find(")", at)
                inside = command[at + 2 : close if close >= 0 else len(command)].split(",")
                after = close + 1 if close >= 0 else at + 1
                if len(inside) > 2 and command[at] == "%":
                    pitches = tuple(_pitches(inside[2:]))
                elif len(inside) != 2 or command[at] == "%":
                    return False
                on = _whole(inside[0]) * _PER_MS
                off = _whole(inside[1]) * _PER_MS
            if pitches:
                self._beat(pitches, on, off)
            at = after
        return True

    def _beat(self, pitches: tuple[float, ...], on: int, off: int) -> None:
        fade, step = (self.fade * self.direction, self.step) if self.direction else (0.0, 0)
        beat = Beat(pitches, max(0, on), max(0, off), self.level, fade, step)
        times = self.loops if self.loops else 1
        if times < 0:  # for ever: as long as a script may be
            times = _MOST_BEATS
        self.loops = 0
        self.beats += [beat] * min(times, _MOST_BEATS - len(self.beats))


def _pitches(words: list[str]) -> Iterator[float]:
    for word in words[:_MOST_PITCHES]:
        pitch = _number(word)
        if pitch <= 0:
            return
        yield pitch


def _whole(text: str) -> int:
    """Read a whole number as C's atoi does: 0 for what is none."""
    found = re.match(r"\s*[+-]?\d{1,9}", text)
    return int(found[0]) if found else 0


def _number(text: str) -> float:
    found = re.match(r"\s*[+-]?\d{0,10}(\.\d{0,10})?", text)
    try:
        return float(found[0]) if found else 0.0
    except ValueError:
        return 0.0


def read(script: str) -> tuple[Beat, ...]:
    """Read a script; what cannot be read makes no beat."""
    state = _Script(script)
    state.run()
    return tuple(state.beats)
