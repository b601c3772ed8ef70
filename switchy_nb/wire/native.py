"""The part of reading events that is written in C, where it was built; see `headers.c`.

It is built when the package is, if there is a C compiler (see ``hatch_build.py``). Without it, or
with ``SWITCHY_NB_PURE=1`` in the environment, those who call it do the same in Python.
"""

import ctypes
import os
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mmap import mmap

    import numpy as np

    Array = np.ndarray[Any, Any]

#: What this code can call; another one that was left behind by an older build is not used.
VERSION = 3
LIBRARY = Path(__file__).with_name("_headers.so")
_MOST_NAMES = 32_767
#: bytes of a head, at the least
_LEAST = len(b"Content-Length: 1\nContent-Type: text/event-plain\n\n")


@cache
def library() -> ctypes.CDLL | None:
    """Return the library that was built; None where there is none that can be used."""
    if os.environ.get("SWITCHY_NB_PURE"):
        return None
    try:
        loaded = ctypes.CDLL(os.fspath(LIBRARY))
        version = loaded.switchy_nb_headers_version()
    except (OSError, AttributeError):
        return None
    if version != VERSION:
        return None
    number, address = ctypes.c_int64, ctypes.c_void_p
    loaded.switchy_nb_find_headers.restype = None
    loaded.switchy_nb_find_headers.argtypes = [
        *(address, address, address, number),  # the events
        *(address, address, number),  # the names
        *(address, address),
    ]
    loaded.switchy_nb_find_events.restype = number
    loaded.switchy_nb_find_events.argtypes = [address, number, number, number, address, address]
    return loaded


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
        Where each event's own bytes begin and end. None where the library is not there.
    """
    import numpy as np

    loaded = library()
    if loaded is None:
        return None
    starts = np.empty((end - start) // _LEAST + 1, "int64")
    ends = np.empty_like(starts)
    count = loaded.switchy_nb_find_events(
        np.frombuffer(data, "uint8").ctypes.data, start, end, len(starts),
        starts.ctypes.data, ends.ctypes.data,
    )  # fmt: skip
    return starts[:count].tolist(), ends[:count].tolist()


@lru_cache(64)
def _needles(names: tuple[str, ...]) -> tuple["Array", "Array"]:
    import numpy as np

    texts = [name.encode("utf-8", "surrogateescape").lower() + b":" for name in names]
    ends = np.cumsum([len(text) for text in texts]).astype("int64")
    return np.frombuffer(b"".join(texts), "uint8"), ends


def find(
    data: "Array", begins: "Array", ends: "Array", names: tuple[str, ...]
) -> tuple["Array", "Array"] | None:
    """Find the first value of each of some headers in every event that has it.

    Parameters
    ----------
    data : array of uint8
        What holds the events.
    begins, ends : array of int64
        Where in it each event begins and ends.
    names : tuple of str
        The headers, in any case.

    Returns
    -------
    starts, stops : array of int64
        Of shape (names, events): from where to where each value is in `data`; the start is −1 where
        an event has no such header. None where the library is not there, or this is more than it
        can do.
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
    loaded.switchy_nb_find_headers(
        data.ctypes.data, begins.ctypes.data, ends.ctypes.data, len(begins),
        text.ctypes.data, ends_of.ctypes.data, len(names),
        starts.ctypes.data, stops.ctypes.data,
    )  # fmt: skip
    return starts, stops
