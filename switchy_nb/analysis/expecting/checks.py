"""What may be given to an expectation: names that exist, and numbers in the right unit."""

from collections.abc import Iterable
from numbers import Real
from typing import Any

from switchy_nb.analysis.causes import cause_names, find_cause
from switchy_nb.analysis.wording import hint
from switchy_nb.wire.names import EVENT_NAMES, RESERVED_SUBCLASSES

ENDS = ("caller", "callee")


def a_cause(name: object) -> str:
    """Return the name of a hangup cause as FreeSWITCH writes it.

    Raises
    ------
    ValueError
        If there is no such cause; the nearest is named.
    """
    cause = find_cause(name) if isinstance(name, str) else None
    if cause is None:
        raise ValueError(f"FreeSWITCH has no hangup cause {name!r}; {hint(name, cause_names())}")
    return cause.name


def an_event(name: object, subclasses: Iterable[str]) -> str:
    """Return the name of an event, or a subclass of CUSTOM.

    Raises
    ------
    ValueError
        If there is no such event; the nearest is named.
    """
    known = EVENT_NAMES | {"LINK_UP", "LINK_DOWN"}
    if isinstance(name, str):
        if name.upper() in known:
            return name.upper()
        if "::" in name or name in set(subclasses):
            return name
    every = sorted(known | RESERVED_SUBCLASSES | set(subclasses))
    raise ValueError(f"FreeSWITCH has no event {name!r}; {hint(name, every)}")


def an_end(name: object) -> str:
    """Return ``caller`` or ``callee``.

    Raises
    ------
    ValueError
        If it is neither.
    """
    if name not in ENDS:
        raise ValueError(f"a call is hung up by its 'caller' or its 'callee', not by {name!r}")
    return str(name)


def a_duration(value: Any, what: str) -> float:
    """Return seconds.

    Raises
    ------
    ValueError
        If it is no number, or a negative one.
    """
    if isinstance(value, bool) or not isinstance(value, Real) or not float(value) >= 0:
        raise ValueError(f"{what} is a number of seconds, such as 1.5, not {value!r}")
    return float(value)


def a_range(value: Any, what: str) -> tuple[float, float]:
    """Return the two ends of a range of seconds.

    Raises
    ------
    ValueError
        If it is none.
    """
    try:
        low, high = value
    except (TypeError, ValueError):
        raise ValueError(
            f"{what} is a pair of seconds, such as (0.9, 1.2), not {value!r}"
        ) from None
    ends = a_duration(low, what), a_duration(high, what)
    if ends[0] > ends[1]:
        raise ValueError(f"{what}={value!r}: the first is above the second, and nothing between")
    return ends


def a_column(name: object, columns: Iterable[object]) -> str:
    """Return the name of a column.

    Raises
    ------
    ValueError
        If there is none; the nearest is named.
    """
    known = [str(column) for column in columns]
    if name not in known:
        raise ValueError(f"the frame has no column {name!r}; {hint(name, known)}")
    return str(name)
