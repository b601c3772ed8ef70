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
from itertools import accumulate, pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from mmap import mmap

    import numpy as np

    Array = np.ndarray[Any, Any]

#: What this code can call; another one that was left behind by an older build is not used.
VERSION = 9
LIBRARY = Path(__file__).with_name("_headers.so")
_MOST_NAMES = 32_767
_NEWLINE = 10
#: different lines that there is room for at first, twice
_SLOTS = 64 * 1024
#: bytes of different values that there is room for at first
_ROOM = 256 * 1024
#: values of an environment variable that ask for nothing
_NO = frozenset({"", "0", "false", "no", "off"})
#: bytes of a head, at the least
_LEAST = len(b"Content-Length: 1\nContent-Type: text/event-plain\n\n")
#: Chosen anew by each process, so that nobody can send values that take long to tell apart.
_SEED = int.from_bytes(os.urandom(8), "little")

_NUMBER, _ADDRESS = ctypes.c_int64, ctypes.c_void_p


class _Reading(ctypes.Structure):
    """What is read of many events at once: `reading` in `headers.c`, which says what the fields are."""

    _fields_ = (
        *(("events", _NUMBER), ("from_", _ADDRESS), ("to", _ADDRESS)),
        *(("count", _NUMBER), ("texts", _NUMBER), ("numbers", _NUMBER)),
        *(("names", _ADDRESS), ("ends_of", _ADDRESS), ("starts", _ADDRESS), ("ends", _ADDRESS)),
        ("found", _NUMBER),
        *(("seed", ctypes.c_uint64), ("table", _ADDRESS), ("slots", _NUMBER)),
        *(("none", _NUMBER), ("codes", _ADDRESS), ("valid", _ADDRESS), ("stride", _NUMBER)),
        *(("firsts", _ADDRESS), ("counts", _ADDRESS), ("there", _ADDRESS), ("plain", _ADDRESS)),
        *(("text", _ADDRESS), ("room", _NUMBER), ("offsets", _ADDRESS), ("size", _NUMBER)),
        *(("least", _ADDRESS), ("most", _ADDRESS), ("values", _ADDRESS), ("counted", _ADDRESS)),
        *(("others", _ADDRESS), ("tallies", _ADDRESS)),
    )


_FUNCTIONS = {
    "count_lines": [_ADDRESS, _ADDRESS, _NUMBER, _ADDRESS],
    "number_lines": [
        *(_ADDRESS, _ADDRESS, _NUMBER),
        *(ctypes.c_uint64, _ADDRESS, _NUMBER),
        *(_ADDRESS, _ADDRESS, _ADDRESS),
    ],
    "copy_values": [_ADDRESS, _ADDRESS, _NUMBER, _ADDRESS],
    "read_headers": [ctypes.POINTER(_Reading)],
}
#: what takes so little time that others may wait for the interpreter's lock meanwhile
_SHORT = {"find_events": [_ADDRESS, _NUMBER, _NUMBER, _NUMBER, _ADDRESS, _ADDRESS]}
#: those that say how many there are
_COUNTING = frozenset({"find_events", "count_lines", "number_lines"})


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
                function.restype = _NUMBER if name in _COUNTING else None
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


def frame(
    data: "mmap | bytes", start: int, end: int
) -> tuple[list[int], list[int], list[int]] | None:
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
    odd : list of int
        Which of them do not end with an empty line.
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
    starts, ends = starts[:count], ends[:count]
    # Two bytes an event: which are there, since a head alone takes more.
    last = np.frombuffer(data, "uint8")
    odd = np.flatnonzero((last[ends - 1] != _NEWLINE) | (last[ends - 2] != _NEWLINE))
    return starts.tolist(), ends.tolist(), odd.tolist()


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


class Digits(NamedTuple):
    """A header that is read as a number: its name, and which numbers count."""

    name: str
    least: int = 0
    most: int = 10**18 - 1


@dataclass(frozen=True, slots=True)
class Read:
    """What was read of many events.

    Attributes
    ----------
    starts, stops : array of int64
        Of shape (headers, events): from where to where each value is; the start is −1 where an event
        has no such header.
    codes : array of int32
        Of shape (texts, events): the number of each event's value among those of its header.
    valid : array of uint8
        For each text a bit for each event, as Arrow has them: set where it has a value.
    there : list of int
        How many events have a value, for each text.
    plain : list of bool
        Of each text, whether all values mean what is written and say something: not empty, escaped
        or undefined, and all in ASCII.
    bounds : list of int
        The different values of the text at place `n` are those from ``bounds[n]`` to
        ``bounds[n + 1]``.
    offsets : array of int64
        Where in `text` each different value begins, and where the last one ends.
    text : array of uint8
        The different values, one behind the other, in the order in which they came.
    numbers : array of int64
        Of shape (numbers, events): what each says.
    counted : array of uint8
        For each number a bit for each event: set where it is one that counts.
    tallies : list of list of int
        For each number, how many count, and how many values are something else than digits.
    others : array of int64
        The events of the latter.
    """

    starts: "Array"
    stops: "Array"
    codes: "Array"
    valid: "Array"
    there: list[int]
    plain: list[bool]
    bounds: list[int]
    offsets: "Array"
    text: "Array"
    numbers: "Array"
    counted: "Array"
    tallies: list[list[int]]
    others: "Array"

    def span(self, at: int) -> tuple[int, int]:
        """From where to where among `offsets` those of one text's different values are."""
        first, end = self.bounds[at : at + 2]
        return first, end + 1

    def values(self, at: int) -> list[bytes]:
        """Return the different values of one text."""
        offsets = self.offsets[slice(*self.span(at))].tolist()
        text = self.text[offsets[0] : offsets[-1]].tobytes()
        return [text[a - offsets[0] : b - offsets[0]] for a, b in pairwise(offsets)]


def read(
    begins: "Array",
    ends: "Array",
    texts: tuple[str, ...],
    found: tuple[str, ...] = (),
    numbers: tuple[Digits, ...] = (),
    *,
    none: int = 0,
    places: tuple["Array", "Array"] | None = None,
) -> Read | None:
    """Find the first value of each of some headers in every event that has it.

    Parameters
    ----------
    begins, ends : array of int64
        Where each event begins and ends.
    texts, found : tuple of str
        Headers, in any case, of which the different values are wanted, and those of which only where
        they are.
    numbers : tuple of Digits
        Headers that are numbers.
    none : int
        The code of an event that has no value.
    places : tuple of arrays, optional
        The `starts` and `stops` of these headers, where they were read before.

    Returns
    -------
    Read or None
        None where the library is not there, or this is more than it can do.
    """
    import numpy as np

    loaded = library()
    names = (*texts, *found, *(number.name for number in numbers))
    if loaded is None or not 0 < len(names) <= _MOST_NAMES:
        return None
    events, stride = len(begins), (len(begins) + 7) // 8
    needles, ends_of = _needles(names)
    begins, ends = np.ascontiguousarray(begins, "int64"), np.ascontiguousarray(ends, "int64")
    starts, stops = places or np.empty((2, len(names), events), "int64")
    codes, firsts = np.empty((2, len(texts), events), "int32")
    valid, plain = np.empty((len(texts), stride), "uint8"), np.empty(len(texts), bool)
    counts, there = np.empty((2, len(texts)), "int64")
    slots = 1 << (2 * events).bit_length()
    table = np.empty(len(texts) * slots, "int32")
    offsets = np.empty(len(texts) * events + 1, "int64")
    values, others = np.empty((2, len(numbers), events), "int64")
    counted, tallies = (
        np.empty((len(numbers), stride), "uint8"),
        np.empty((len(numbers), 2), "int64"),
    )
    limits = np.array([(n.least, n.most) for n in numbers], "int64").reshape(-1, 2).T.copy()
    text = np.empty(_ROOM if texts else 0, "uint8")
    reading = _Reading(
        events, begins.ctypes.data, ends.ctypes.data,
        len(names), len(texts), len(numbers),
        needles.ctypes.data, ends_of.ctypes.data, starts.ctypes.data, stops.ctypes.data,
        places is not None,
        _SEED, table.ctypes.data, slots,
        none, codes.ctypes.data, valid.ctypes.data, stride,
        firsts.ctypes.data, counts.ctypes.data, there.ctypes.data, plain.ctypes.data,
        text.ctypes.data, len(text), offsets.ctypes.data, 0,
        limits[0].ctypes.data, limits[1].ctypes.data, values.ctypes.data, counted.ctypes.data,
        others.ctypes.data, tallies.ctypes.data,
    )  # fmt: skip
    # ctypes lets go of the interpreter's lock meanwhile; the arrays are held here.
    loaded.read_headers(ctypes.byref(reading))
    if reading.size > len(text):
        text = np.empty(reading.size, "uint8")
        reading.text, reading.room = text.ctypes.data, len(text)
        loaded.read_headers(ctypes.byref(reading))
    bounds = [0, *accumulate(counts.tolist())]
    return Read(
        starts, stops, codes, valid, there.tolist(), plain.tolist(), bounds,
        offsets[: bounds[-1] + 1], text, values, counted, tallies.tolist(), others,
    )  # fmt: skip


def lines(begins: "Array", ends: "Array") -> tuple["Array", "Array", list[bytes]] | None:
    """Number the different lines of the heads of events, in the order in which they come.

    Parameters
    ----------
    begins, ends : array of int64
        Where each event begins and ends.

    Returns
    -------
    codes : array of int32
        The number of each line, event by event.
    counts : array of int64
        How many lines each event has.
    different : list of bytes
        The lines, by their numbers. None where the library is not there.
    """
    import numpy as np

    loaded = library()
    if loaded is None:
        return None
    begins, ends = np.ascontiguousarray(begins, "int64"), np.ascontiguousarray(ends, "int64")
    events = begins.ctypes.data, ends.ctypes.data, len(begins)
    counts = np.empty(len(begins), "int64")
    codes = np.empty(loaded.count_lines(*events, counts.ctypes.data), "int32")
    slots, known = _SLOTS // 4, -1
    while known < 0:
        slots *= 4
        table, (starts, stops) = np.empty(slots, "int32"), np.empty((2, slots // 2), "int64")
        known = loaded.number_lines(
            *events, _SEED, table.ctypes.data, slots,
            codes.ctypes.data, starts.ctypes.data, stops.ctypes.data,
        )  # fmt: skip
    places = zip(starts[:known].tolist(), stops[:known].tolist(), strict=True)
    return codes, counts, [bytes_at(start, stop) for start, stop in places]


def copy(begins: "Array", ends: "Array", into: "Array") -> None:
    """Put what is from some places to others one behind the other; `into` has room for it."""
    loaded = library()
    assert loaded is not None, "who asks for a copy has looked whether there is a library"
    loaded.copy_values(begins.ctypes.data, ends.ctypes.data, len(begins), into.ctypes.data)
