"""The part of reading events that is written in C, where it was built; see `headers.c` and `lines.c`.

It is built when the package is, if there is a C compiler (see ``hatch_build.py``). Without it, or
with ``SWITCHY_NB_PURE=1`` in the environment, those who call it do the same in Python. Any other
value than 1 does so too, but for those that say no: 0, ``false``, ``no``, ``off`` and nothing.

Places are addresses in memory, which whoever asks has to hold meanwhile.
"""

import ctypes
import os
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mmap import mmap

    import numpy as np

    Array = np.ndarray[Any, Any]

#: What this code can call; another one that was left behind by an older build is not used.
VERSION = 11
LIBRARY = Path(__file__).with_name("_headers.so")
#: different lines that there is room for at first, twice
_SLOTS = 64 * 1024
#: values of an environment variable that ask for nothing
_NO = frozenset({"", "0", "false", "no", "off"})
#: bytes of a head, at the least
_LEAST = len(b"Content-Length: 1\nContent-Type: text/event-plain\n\n")
#: Chosen anew by each process, so that nobody can send values that take long to tell apart.
SEED = int.from_bytes(os.urandom(8), "little")

_NUMBER, _ADDRESS = ctypes.c_int64, ctypes.c_void_p


class Reading(ctypes.Structure):
    """What is read of many events at once: `reading` in `headers.c`, which says what the fields are."""

    _fields_ = (
        *(("events", _NUMBER), ("begins", _ADDRESS), ("ends", _ADDRESS)),
        *(("count", _NUMBER), ("texts", _NUMBER), ("numbers", _NUMBER)),
        *(("names", _ADDRESS), ("ends_of", _ADDRESS), ("starts", _ADDRESS), ("stops", _ADDRESS)),
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
    "read_headers": [ctypes.POINTER(Reading)],
    "join_readings": [ctypes.POINTER(Reading), ctypes.POINTER(Reading), _NUMBER],
}
#: what takes so little time that others may wait for the interpreter's lock meanwhile
_SHORT = {
    "find_events": [
        *(_ADDRESS, _NUMBER, _NUMBER, _NUMBER),
        *(_ADDRESS, _ADDRESS, _ADDRESS, ctypes.POINTER(_NUMBER)),
    ]
}
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


def frame(data: "mmap | bytes", start: int, end: int) -> "tuple[Array, Array, list[int]] | None":
    """Find whole plain events that follow each other.

    Parameters
    ----------
    data : mmap or bytes
        What was received.
    start, end : int
        Where the first event's head may begin, and up to where there is anything.

    Returns
    -------
    starts, ends : array of int64
        Where in `data` each event's own bytes begin and end. None where the library is not there.
    odd : list of int
        Which of them end neither with an empty line nor where they say themselves that they end.
    """
    import numpy as np

    loaded = library()
    if loaded is None:
        return None
    most, odds = (end - start) // _LEAST + 1, _NUMBER()
    room = np.empty((3, most), "int64")
    place = room.ctypes.data
    places = place, place + room.nbytes // 3, place + 2 * room.nbytes // 3
    count = loaded.find_events(address(data), start, end, most, *places, ctypes.byref(odds))
    starts, ends = room[:2, :count].copy()  # much of the room is left
    return starts, ends, room[2, : odds.value].tolist()


def address(data: "mmap | bytes") -> int:
    """Say where in memory bytes are."""
    import numpy as np

    place: int = np.frombuffer(data, "uint8").ctypes.data if len(data) else 0
    return place


def bytes_at(start: int, end: int) -> bytes:
    """Return what is from one place to another."""
    return ctypes.string_at(start, end - start)


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
            *events, SEED, table.ctypes.data, slots,
            codes.ctypes.data, starts.ctypes.data, stops.ctypes.data,
        )  # fmt: skip
    places = zip(starts[:known].tolist(), stops[:known].tolist(), strict=True)
    return codes, counts, [bytes_at(start, stop) for start, stop in places]
