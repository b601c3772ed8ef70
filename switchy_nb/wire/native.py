"""The part of reading events that is written in C, where it was built; see `headers.c`.

It is built when the package is, if there is a C compiler (see ``hatch_build.py``). Without it, or
with ``SWITCHY_NB_PURE=1`` in the environment, those who call it do the same in Python. Any other
value than 1 does so too, but for those that say no: 0, ``false``, ``no``, ``off`` and nothing.

Places are addresses in memory, which whoever asks has to hold meanwhile.
"""

import ctypes
import os
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mmap import mmap

    import numpy as np

    Array = np.ndarray[Any, Any]

#: What this code can call; another one that was left behind by an older build is not used.
VERSION = 5
LIBRARY = Path(__file__).with_name("_headers.so")
_MOST_NAMES = 32_767
#: values of an environment variable that ask for nothing
_NO = frozenset({"", "0", "false", "no", "off"})
#: bytes of a head, at the least
_LEAST = len(b"Content-Length: 1\nContent-Type: text/event-plain\n\n")
#: Chosen anew by each process, so that nobody can send values that take long to tell apart.
_SEED = int.from_bytes(os.urandom(8), "little")

_NUMBER, _ADDRESS = ctypes.c_int64, ctypes.c_void_p
_FUNCTIONS = {
    "copy_values": [_ADDRESS, _ADDRESS, _NUMBER, _ADDRESS],
    "find_headers": [_ADDRESS, _ADDRESS, _NUMBER, _ADDRESS, _ADDRESS, _NUMBER, _ADDRESS, _ADDRESS],
    "number_values": [
        *(_ADDRESS, _ADDRESS, _NUMBER, _NUMBER),  # the values
        *(ctypes.c_uint64, _ADDRESS, _NUMBER),  # to work with
        *(ctypes.c_int32, _ADDRESS, _ADDRESS, _NUMBER, *[_ADDRESS] * 4),
    ],
}
#: what takes so little time that others may wait for the interpreter's lock meanwhile
_SHORT = {
    "find_events": [_ADDRESS, _NUMBER, _NUMBER, _NUMBER, _ADDRESS, _ADDRESS],
    "read_numbers": [_ADDRESS, _ADDRESS, _NUMBER, _NUMBER, _NUMBER, *[_ADDRESS] * 4],
}


class _Library:
    """The functions of the library, by the names that they have there without ``switchy_nb_``."""

    def __init__(self, path: str) -> None:
        for loaded, functions in (
            (ctypes.CDLL(path), _FUNCTIONS),
            (ctypes.PyDLL(path), _SHORT),
        ):
            if loaded.switchy_nb_headers_version() != VERSION:
                raise AttributeError(f"{path} is of another version")
            for name, arguments in functions.items():
                function = getattr(loaded, f"switchy_nb_{name}")
                function.argtypes = arguments
                function.restype = _NUMBER if name == "find_events" else None
                setattr(self, name, function)

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(name)


@cache
def library() -> _Library | None:
    """Return the library that was built; None where there is none that can be used."""
    if os.environ.get("SWITCHY_NB_PURE", "").strip().lower() not in _NO:
        return None
    try:
        return _Library(os.fspath(LIBRARY))
    except (OSError, AttributeError):
        return None


def frame(data: "mmap | bytes", start: int, end: int) -> tuple[list[int], list[int]] | None:
    """Find whole plain events that follow each other.

    Parameters
    ----------
    data : mmap or bytes
        What was received.
    start, end : int
        Where the first event's head may begin, and up to where there is anything.

    Returns
    -------
    starts, ends : list of int
        Where in `data` each event's own bytes begin and end. None where the library is not there.
    """
    import numpy as np

    loaded = library()
    if loaded is None:
        return None
    starts = np.empty((end - start) // _LEAST + 1, "int64")
    ends = np.empty_like(starts)
    count = loaded.find_events(
        address(data), start, end, len(starts), starts.ctypes.data, ends.ctypes.data
    )
    return starts[:count].tolist(), ends[:count].tolist()


def address(data: "mmap | bytes") -> int:
    """Say where in memory bytes are."""
    import numpy as np

    place: int = np.frombuffer(data, "uint8").ctypes.data if len(data) else 0
    return place


def bytes_at(start: int, end: int) -> bytes:
    """Return what is from one place to another."""
    return ctypes.string_at(start, end - start)


@lru_cache(64)
def _needles(names: tuple[str, ...]) -> tuple["Array", "Array"]:
    import numpy as np

    texts = [name.encode("utf-8", "surrogateescape").lower() + b":" for name in names]
    ends = np.cumsum([len(text) for text in texts]).astype("int64")
    return np.frombuffer(b"".join(texts), "uint8"), ends


def find(begins: "Array", ends: "Array", names: tuple[str, ...]) -> tuple["Array", "Array"] | None:
    """Find the first value of each of some headers in every event that has it.

    Parameters
    ----------
    begins, ends : array of int64
        Where each event begins and ends.
    names : tuple of str
        The headers, in any case.

    Returns
    -------
    starts, stops : array of int64
        Of shape (names, events): from where to where each value is; the start is −1 where an event
        has no such header. None where the library is not there, or this is more than it can do.
    """
    import numpy as np

    loaded = library()
    if loaded is None or not 0 < len(names) <= _MOST_NAMES:
        return None
    text, ends_of = _needles(names)
    begins, ends = np.ascontiguousarray(begins, "int64"), np.ascontiguousarray(ends, "int64")
    starts = np.empty((len(names), len(begins)), "int64")
    stops = np.empty_like(starts)
    # ctypes lets go of the interpreter's lock meanwhile; the arrays are held here.
    loaded.find_headers(
        begins.ctypes.data, ends.ctypes.data, len(begins),
        text.ctypes.data, ends_of.ctypes.data, len(names),
        starts.ctypes.data, stops.ctypes.data,
    )  # fmt: skip
    return starts, stops


@dataclass(frozen=True, slots=True)
class Numbered:
    """The different values of some headers, each once: header by header.

    Attributes
    ----------
    codes : array of int32
        Of shape (headers, events): the number of each event's value among those of its header.
    valid : array of uint8
        For each header a bit for each event, as Arrow has them: set where it has a value.
    there : list of int
        How many events have a value, for each header.
    plain : list of bool
        Whether all values mean what is written and say something: not empty, escaped or undefined,
        and all in ASCII.
    bounds : list of int
        The values of the header at place `n` are those from ``bounds[n]`` to ``bounds[n + 1]``.
    offsets : array of int64
        Where in `text` each value begins, and where the last one ends.
    text : array of uint8
        The values, one behind the other.
    """

    codes: "Array"
    valid: "Array"
    there: list[int]
    plain: list[bool]
    bounds: list[int]
    offsets: "Array"
    text: "Array"

    def values(self, header: int) -> list[bytes]:
        """Return the different values of one header."""
        first, end = self.bounds[header : header + 2]
        text = self.text[self.offsets[first] : self.offsets[end]].tobytes()
        offsets = (self.offsets[first : end + 1] - self.offsets[first]).tolist()
        return [text[a:b] for a, b in pairwise(offsets)]


def copy(begins: "Array", ends: "Array", into: "Array") -> None:
    """Put what is from some places to others one behind the other."""
    loaded = library()
    assert loaded is not None
    assert len(into) >= int((ends - begins).sum())
    loaded.copy_values(begins.ctypes.data, ends.ctypes.data, len(begins), into.ctypes.data)


def number(starts: "Array", stops: "Array", none: int) -> Numbered:
    """Number the different values that `find` found, in the order in which they come.

    Where an event has no value, its code is `none`.
    """
    import numpy as np

    loaded = library()
    assert loaded is not None, "what was found was found by it"
    names, events = starts.shape
    table = np.empty(1 << (2 * events).bit_length(), "int32")
    codes, firsts = np.empty(starts.shape, "int32"), np.empty(starts.shape, "int32")
    valid = np.empty((names, (events + 7) // 8), "uint8")
    counts, there = np.empty((2, names), "int64")
    plain = np.empty(names, bool)
    loaded.number_values(
        starts.ctypes.data, stops.ctypes.data, events, names,
        _SEED, table.ctypes.data, len(table),
        none, codes.ctypes.data, valid.ctypes.data, valid.shape[1],
        firsts.ctypes.data, counts.ctypes.data, there.ctypes.data, plain.ctypes.data,
    )  # fmt: skip
    bounds = [0, *counts.cumsum().tolist()]
    which = np.concatenate(
        [firsts[at, :count] + at * events for at, count in enumerate(counts.tolist())]
    )
    begins, ends = starts.ravel()[which], stops.ravel()[which]
    offsets = np.zeros(len(which) + 1, "int64")
    np.cumsum(ends - begins, out=offsets[1:])
    text = np.empty(int(offsets[-1]), "uint8")
    copy(begins, ends, text)
    return Numbered(codes, valid, there.tolist(), plain.tolist(), bounds, offsets, text)


def read_numbers(
    starts: "Array", stops: "Array", least: int, most: int
) -> tuple["Array", "Array", int, list[int]]:
    """Read values of one header that are one to eighteen digits.

    Parameters
    ----------
    starts, stops : array of int64
        Where the values are, as `find` found them.
    least, most : int
        Which numbers count.

    Returns
    -------
    numbers : array of int64
        What each says.
    valid : array of uint8
        A bit for each event, as Arrow has them: set where it is such a number.
    there : int
        How many are.
    others : list of int
        The events whose value is something else than digits.
    """
    import numpy as np

    loaded = library()
    assert loaded is not None, "what was found was found by it"
    numbers, others = np.empty((2, len(starts)), "int64")
    valid, counts = np.empty((len(starts) + 7) // 8, "uint8"), np.empty(2, "int64")
    loaded.read_numbers(
        starts.ctypes.data, stops.ctypes.data, len(starts), least, most,
        numbers.ctypes.data, valid.ctypes.data, others.ctypes.data, counts.ctypes.data,
    )  # fmt: skip
    return numbers, valid, int(counts[0]), others[: counts[1]].tolist()
