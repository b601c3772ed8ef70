"""WAV files: read in parts as 8 kHz samples of one channel, and written block by block.

Written are 16-bit PCM files; read are PCM of 8 to 32 bits, 32-bit float, µ-law and A-law (RIFF's
formats 1, 3, 7 and 6), of any rate and number of channels.
"""

import struct
from array import array
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from switchy_nb.simswitch.sound.tones import RATE

_PCM, _FLOAT, _ALAW, _ULAW, _EXTENSIBLE = 1, 3, 6, 7, 0xFFFE
#: a file of at most so many bytes is kept as it was when it was opened
_KEPT = 1 << 20
_HEADER = struct.Struct("<4sI4s4sIHHIIHH4sI")


@dataclass(frozen=True)
class Wav:
    """A WAV file that can be read.

    Attributes
    ----------
    rate, channels, width : int
        As in the file; width in bytes.
    coding : int
        RIFF's format tag.
    frames : int
        How many samples each channel has.
    begin : int
        Where the samples begin in the file.
    data : bytes or None
        All of the samples, when they are few.
    """

    path: Path
    rate: int
    channels: int
    width: int
    coding: int
    frames: int
    begin: int
    data: bytes | None = field(repr=False)

    @property
    def length(self) -> int:
        """How many samples it has at 8 kHz."""
        return self.frames * RATE // self.rate

    def read(self, start: int, count: int) -> "array[int]":
        """Read samples at 8 kHz; silence where the file has none, or is gone."""
        count = max(0, count)
        if self.rate == RATE:
            return _padded(self._mono(start, count), count)
        first = start * self.rate // RATE
        have = self._mono(first, count * self.rate // RATE + 2)
        out = array("h", bytes(2 * count))
        for n in range(count):
            exact = (start + n) * self.rate
            at, part = exact // RATE - first, exact % RATE
            if at + 1 < len(have):
                out[n] = have[at] + (have[at + 1] - have[at]) * part // RATE
            elif at < len(have):
                out[n] = have[at]
        return out

    def _mono(self, first: int, count: int) -> "array[int]":
        """Read samples at the file's own rate; the channels are added, as FreeSWITCH does."""
        size = self.width * self.channels
        count = max(0, min(count, self.frames - first))
        samples = self._decode(self._bytes(first * size, count * size))
        if self.channels == 1:
            return samples
        tracks = [samples[n :: self.channels] for n in range(self.channels)]
        return array("h", (max(-32768, min(32767, sum(s))) for s in zip(*tracks, strict=False)))

    def _bytes(self, at: int, count: int) -> bytes:
        if self.data is not None:
            return self.data[at : at + count]
        try:
            with self.path.open("rb") as file:
                file.seek(self.begin + at)
                return file.read(count)
        except OSError:  # taken away since it was opened
            return b""

    def _decode(self, raw: bytes) -> "array[int]":
        if self.coding == _ULAW:
            return array("h", (_ulaw(byte) for byte in raw))
        if self.coding == _ALAW:
            return array("h", (_alaw(byte) for byte in raw))
        if self.coding == _FLOAT:
            numbers = struct.unpack(f"<{len(raw) // 4}f", raw[: len(raw) // 4 * 4])
            return array("h", (int(max(-1.0, min(1.0, x)) * 32767) for x in numbers))
        if self.width == 1:
            return array("h", ((byte - 128) << 8 for byte in raw))
        if self.width > 2:  # the upper two bytes of each
            high = bytearray(len(raw) // self.width * 2)
            high[0::2] = raw[self.width - 2 :: self.width][: len(high) // 2]
            high[1::2] = raw[self.width - 1 :: self.width][: len(high) // 2]
            raw = bytes(high)
        return array("h", struct.unpack(f"<{len(raw) // 2}h", raw[: len(raw) // 2 * 2]))


def _padded(samples: "array[int]", count: int) -> "array[int]":
    return samples + array("h", bytes(2 * (count - len(samples))))


def _ulaw(byte: int) -> int:
    byte = ~byte & 0xFF
    size = (((byte & 0x0F) << 3) + 0x84 << (byte >> 4 & 7)) - 0x84
    return -size if byte & 0x80 else size


def _alaw(byte: int) -> int:
    byte ^= 0x55
    size, shift = (byte & 0x0F) << 4, byte >> 4 & 7
    size = size + 8 if not shift else size + 0x108 << shift - 1
    return size if byte & 0x80 else -size


def open_wav(path: Path) -> Wav | None:
    """Read a WAV file's header; None when it is none, or is of a kind that cannot be read."""
    try:
        with path.open("rb") as file:
            return _parse(path, file)
    except (OSError, ValueError, struct.error):
        return None


def _parse(path: Path, file: BinaryIO) -> Wav | None:
    riff, _, wave = struct.unpack("<4sI4s", file.read(12))
    if (riff, wave) != (b"RIFF", b"WAVE"):
        return None
    shape: tuple[int, ...] | None = None
    while head := file.read(8):
        name, size = struct.unpack("<4sI", head)
        if name == b"fmt ":
            chunk = file.read(size + size % 2)
            coding, channels, rate, _, _, bits = struct.unpack("<HHIIHH", chunk[:16])
            if coding == _EXTENSIBLE:
                (coding,) = struct.unpack("<H", chunk[24:26])
            shape = (coding, channels, rate, bits // 8)
        elif name == b"data":
            return _found(path, file, shape, size) if shape is not None else None
        else:
            file.seek(size + size % 2, 1)
    return None


def _found(path: Path, file: BinaryIO, shape: tuple[int, ...], size: int) -> Wav | None:
    coding, channels, rate, width = shape
    known = {_PCM: (1, 2, 3, 4), _FLOAT: (4,), _ALAW: (1,), _ULAW: (1,)}
    if width not in known.get(coding, ()) or not 1 <= channels <= 16 or not 0 < rate < 1_000_000:
        return None
    begin = file.tell()
    size = min(size, path.stat().st_size - begin)
    data = file.read(size) if size <= _KEPT else None
    return Wav(path, rate, channels, width, coding, size // (width * channels), begin, data)


class Writer:
    """A 16-bit WAV file that is being written; a context manager.

    Parameters
    ----------
    path : Path
        It is made anew, unless `append` is set and it is there.
    rate, channels : int
        Ignored where an existing file is added to: it keeps its own.

    Raises
    ------
    OSError
        If the file cannot be written.
    """

    def __init__(self, path: Path, rate: int = RATE, channels: int = 1, *, append: bool = False):
        old = open_wav(path) if append else None
        self._start = old.begin if old is not None else _HEADER.size
        self.rate = old.rate if old is not None else rate
        self.channels = old.channels if old is not None else channels
        self._file = path.open("r+b" if old is not None else "wb")
        if old is not None:
            self._file.seek(0, 2)
        else:
            self._file.write(self._header(0))

    def _header(self, size: int) -> bytes:
        width = 2 * self.channels
        return _HEADER.pack(
            *(b"RIFF", size + 36, b"WAVE", b"fmt ", 16, _PCM, self.channels),
            *(self.rate, self.rate * width, width, 16, b"data", size),
        )

    def write(self, samples: "array[int]") -> None:
        """Add samples; those of several channels take turns."""
        self._file.write(struct.pack(f"<{len(samples)}h", *samples))

    def __enter__(self) -> "Writer":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> int:
        """Write the header's sizes; give the size of the file in bytes."""
        if self._file.closed:
            return 0
        with self._file:
            self._file.seek(0, 2)
            size = self._file.tell()
            self._file.seek(4)
            self._file.write(struct.pack("<I", min(size - 8, 0xFFFFFFFF)))
            self._file.seek(self._start - 4)
            self._file.write(struct.pack("<I", min(size - self._start, 0xFFFFFFFF)))
        return size


def write(path: Path, samples: "array[int]") -> int:
    """Write samples of 8 kHz as a WAV file; give its size in bytes.

    Raises
    ------
    OSError
        If the file cannot be written.
    """
    with Writer(path) as file:
        file.write(samples)
        return file.close()
