"""Some headers of many plain events at once: where they are, which values there are, what numbers say.

It is done in C (see `native`); where that is not there, whoever asks has to do without. What values
mean, and how they are decoded, is not known here.
"""

import ctypes
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

from switchy_nb.wire import native

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, Any]

_MOST_NAMES = 32_767
#: bytes of different values that there is room for at first
_ROOM = 256 * 1024
_BYTES = {"int64": 8, "int32": 4, "uint8": 1}


class Digits(NamedTuple):
    """A header that is read as a number: its name, and which numbers count."""

    name: str
    least: int = 0
    most: int = 10**18 - 1


class Sought(NamedTuple):
    """Headers that are looked for, in any case.

    Attributes
    ----------
    texts : tuple of str
        Those of which the different values are wanted.
    numbers : tuple of Digits
        Those that are numbers.
    others : tuple of str
        Those of which only where they are is wanted.
    """

    texts: tuple[str, ...]
    numbers: tuple[Digits, ...] = ()
    others: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """All of them, as they are numbered."""
        return (*self.texts, *self.others, *(number.name for number in self.numbers))

    def does_for(self, other: "Sought") -> bool:
        """Whether what is read here has what `other` wants read; where other headers are, is not."""
        return (self.texts, self.numbers) == (other.texts, other.numbers)


@dataclass(frozen=True, slots=True)
class Read:
    """What was read of many events.

    Attributes
    ----------
    sought : Sought
        The headers.
    starts, stops : array of int64
        Of shape (headers, events): from where to where in memory each value is; the start is −1 where
        an event has no such header. Where several readings were joined, of the numbers alone, which
        are the last ones.
    codes : array of int32
        Of shape (texts, events): the number of each event's value among those of its header.
    valid : array of uint8
        Of shape (texts, bytes): a bit for each event, as Arrow has them: set where it has a value.
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
        Of shape (numbers, bytes): a bit for each event, set where it is one that counts.
    tallies : list of (int, int)
        For each number, how many count, and how many values are something else than digits.
    others : array of int64
        The events of the latter.
    """

    sought: Sought
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
    tallies: list[tuple[int, int]]
    others: "Array"
    #: the same for who goes on in C: it points into these arrays
    reading: native.Reading

    @property
    def count(self) -> int:
        """How many events were read."""
        return int(self.reading.events)

    def span(self, at: int) -> tuple[int, int]:
        """From where to where among `offsets` those of one text's different values are."""
        first, end = self.bounds[at : at + 2]
        return first, end + 1

    def values(self, at: int) -> list[bytes]:
        """Return the different values of one text."""
        offsets = self.offsets[slice(*self.span(at))].tolist()
        text = self.text[offsets[0] : offsets[-1]].tobytes()
        return [text[a - offsets[0] : b - offsets[0]] for a, b in pairwise(offsets)]


def read(begins: "Array", ends: "Array", sought: Sought, *, none: int = -1) -> Read | None:
    """Find the first value of each of some headers in every event that has it.

    Parameters
    ----------
    begins, ends : array of int64
        Where each event begins and ends: addresses of what is held meanwhile.
    sought : Sought
        The headers.
    none : int
        The code of an event that has no value.

    Returns
    -------
    Read or None
        None where the library is not there, or this is more than it can do.
    """
    import numpy as np

    library, names, events = native.library(), sought.names, len(begins)
    if library is None or not 0 < len(names) <= _MOST_NAMES:
        return None
    begins, ends = np.ascontiguousarray(begins, "int64"), np.ascontiguousarray(ends, "int64")
    texts, slots = len(sought.texts), 1 << (2 * events).bit_length()
    fixed = _fixed(sought)
    kept, places = _arrays(
        starts=("int64", len(names), events),
        stops=("int64", len(names), events),
        **_results(sought, events, texts * events),
    )
    work, more = _arrays(table=("int32", texts * slots), firsts=("int32", texts * events))
    text = np.empty(_ROOM if texts else 0, "uint8")
    reading = native.Reading(
        events=events, begins=begins.ctypes.data, ends=ends.ctypes.data,
        slots=slots, none=none, stride=_stride(events),
        text=text.ctypes.data, room=len(text),
        **fixed.fields, **places, **_sums(sought, places["counts"]), **more,
    )  # fmt: skip
    # ctypes lets go of the interpreter's lock meanwhile; all that it is told of is held here.
    library.read_headers(ctypes.byref(reading))
    if reading.size > len(text):
        text = np.empty(reading.size, "uint8")
        reading.text, reading.room = text.ctypes.data, len(text)
        library.read_headers(ctypes.byref(reading))
    del work, fixed
    return _made(sought, kept, text, reading)


def join(reads: Sequence[Read], *, none: int = 0) -> Read:
    """Make one of what was read of events that follow each other, by the same texts and numbers.

    Parameters
    ----------
    reads : sequence of Read
        In the order of the events; the code of an event without a value is −1 in them.
    none : int
        What it shall be.
    """
    import numpy as np

    library, sought = native.library(), reads[0].sought._replace(others=())
    assert library is not None, "without it nothing was read"
    assert all(each.sought.does_for(sought) for each in reads), "they are of different headers"
    fixed = _fixed(sought)
    parts = (native.Reading * len(reads))(*(each.reading for each in reads))
    events, known = sum(each.count for each in reads), sum(each.bounds[-1] for each in reads)
    kept, places = _arrays(**_results(sought, events, known))
    # no text has more different values than there are events, or values of all texts
    most = min(events, known)
    slots = 1 << (2 * most).bit_length()
    work, more = _arrays(table=("int32", slots), firsts=("int32", most))
    text = np.empty(sum(each.reading.size for each in reads), "uint8")
    reading = native.Reading(
        events=events, slots=slots, none=none, stride=_stride(events),
        text=text.ctypes.data, room=len(text),
        **fixed.fields, **places, **_sums(sought, places["counts"]), **more,
    )  # fmt: skip
    library.join_readings(ctypes.byref(reading), parts, len(reads))
    del work, fixed
    last = [slice(len(each.starts) - len(sought.numbers), None) for each in reads]
    for name in ("starts", "stops"):
        of_numbers = [getattr(each, name)[rows] for each, rows in zip(reads, last, strict=True)]
        kept[name] = np.concatenate(of_numbers, axis=1)
    return _made(sought, kept, text, reading)


class _Fixed(NamedTuple):
    """What is the same whenever some headers are looked for; the fields point into the arrays."""

    fields: dict[str, int]
    held: tuple["Array", ...]


@lru_cache(64)
def _fixed(sought: Sought) -> _Fixed:
    import numpy as np

    names = [name.encode("utf-8", "surrogateescape").lower() + b":" for name in sought.names]
    needles, ends_of = np.frombuffer(b"".join(names), "uint8"), np.cumsum([*map(len, names)])
    least = np.array([number.least for number in sought.numbers], "int64")
    most = np.array([number.most for number in sought.numbers], "int64")
    fields = {
        "count": len(names), "texts": len(sought.texts), "numbers": len(sought.numbers),
        "names": needles.ctypes.data, "ends_of": ends_of.ctypes.data,
        "least": least.ctypes.data, "most": most.ctypes.data, "seed": native.SEED,
    }  # fmt: skip
    return _Fixed(fields, (needles, ends_of, least, most))


def _results(sought: Sought, events: int, known: int) -> dict[str, Any]:
    """Say which arrays hold what is read of some events, whose texts have so many different values."""
    texts, numbers, stride = len(sought.texts), len(sought.numbers), _stride(events)
    return {
        "counts": ("int64", 3 * texts + 2 * numbers),  # with what follows it, see `_sums`
        "offsets": ("int64", known + 1),
        "values": ("int64", numbers, events),
        "others": ("int64", numbers, events),
        "codes": ("int32", texts, events),
        "valid": ("uint8", texts, stride),
        "counted": ("uint8", numbers, stride),
    }


def _sums(sought: Sought, place: int) -> dict[str, int]:
    """Say where the few numbers are that tell of each text and number: one behind the other."""
    step = len(sought.texts) * _BYTES["int64"]
    return {"there": place + step, "plain": place + 2 * step, "tallies": place + 3 * step}


def _stride(events: int) -> int:
    """The bytes that have a bit for each event."""
    return (events + 7) // 8


def _arrays(**wanted: Any) -> tuple[dict[str, "Array"], dict[str, int]]:
    """Return arrays of some types and shapes in one piece of memory, and their addresses.

    Eleven are needed for each batch, however small: to ask for each by itself takes as long as reading.
    """
    import numpy as np

    places, size = dict[str, int](), 0
    for name, (kind, *shape) in wanted.items():
        places[name] = size
        size += -(-math.prod(shape) * _BYTES[kind] // 8) * 8
    memory = np.empty(size, "uint8")
    arrays = {
        name: np.ndarray(shape, kind, memory, places[name])
        for name, (kind, *shape) in wanted.items()
    }
    base = memory.ctypes.data
    return arrays, {name: base + place for name, place in places.items()}


def _made(sought: Sought, kept: dict[str, "Array"], text: "Array", reading: native.Reading) -> Read:
    text = text[: reading.size].copy()  # much of the room is left
    reading.text, reading.room = text.ctypes.data, len(text)
    reading.table = reading.firsts = None  # nobody holds them any more
    texts, sums = len(sought.texts), kept["counts"].tolist()
    bounds = [0, *accumulate(sums[:texts])]
    there, plain, tallies = sums[texts : 2 * texts], sums[2 * texts : 3 * texts], sums[3 * texts :]
    return Read(
        sought, kept["starts"], kept["stops"], kept["codes"], kept["valid"],
        there, list(map(bool, plain)), bounds, kept["offsets"][: bounds[-1] + 1], text,
        kept["values"], kept["counted"], list(pairwise(tallies))[::2], kept["others"], reading,
    )  # fmt: skip
