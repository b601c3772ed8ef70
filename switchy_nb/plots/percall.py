"""Values of whole calls, by which a timeline sorts its lanes and colours them."""

import difflib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from switchy_nb.plots.groups import groups_of
from switchy_nb.plots.style import LATENCIES, OTHER, Theme, scale_of
from switchy_nb.plots.text import clean

if TYPE_CHECKING:
    import pandas as pd

#: What people call the columns that they look for most.
_ALIASES = {"cause": "hangup_cause", "latency": "call_setup_latency", "started": "created"}
#: What colours stand for where no column is asked for.
STATE = "state"


@dataclass(frozen=True, slots=True)
class Colours:
    """A colour for each call, and what it stands for.

    Attributes
    ----------
    of : dict
        By the calls' keys.
    named : tuple of (str, str)
        Names and their colours; of numbers there are none.
    scale : tuple of (float, float, str) or None
        From which number to which the colours go, and what the number is.
    """

    of: dict[str, str]
    named: tuple[tuple[str, str], ...] = ()
    scale: tuple[float, float, str] | None = None


def calls_of(sessions: "pd.DataFrame") -> list[str]:
    """Return the calls' keys, in the order of their first legs."""
    keys = sessions["call"].where(sessions["call"].notna(), sessions.index.to_series())
    return [str(key) for key in dict.fromkeys(keys)]


def values_of(
    name: str, sessions: "pd.DataFrame", calls: "pd.DataFrame | None"
) -> "pd.Series[Any]":
    """Return a value of each call: from the frame of calls, else of its first leg.

    Raises
    ------
    ValueError
        If neither frame has such a column; the nearest is named.
    """
    name = _ALIASES.get(name, name)
    keys = calls_of(sessions)
    if calls is not None and name in calls:
        return calls[name].reindex(keys)
    if name in sessions:
        key = sessions["call"].where(sessions["call"].notna(), sessions.index.to_series())
        return sessions.groupby(key, sort=False)[name].first().reindex(keys)
    known = [*sessions.columns, *(calls.columns if calls is not None else ()), *_ALIASES]
    near = difflib.get_close_matches(str(name), known, n=1)
    hint = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(known)}"
    raise ValueError(f"calls and legs have no column {name!r}; {hint}")


def sorted_calls(
    sort: str | None, sessions: "pd.DataFrame", calls: "pd.DataFrame | None"
) -> list[str]:
    """Return the calls' keys in order; with a ``-`` before the column's name the largest first."""
    if sort is None:
        return calls_of(sessions)
    values = values_of(sort.removeprefix("-"), sessions, calls)
    ordered = values.sort_values(
        ascending=not sort.startswith("-"), kind="stable", na_position="last"
    )
    return [str(key) for key in ordered.index]


def in_order(sessions: "pd.DataFrame", order: Sequence[str]) -> "pd.DataFrame":
    """Return legs in the order of their calls."""
    place = {key: at for at, key in enumerate(order)}
    keys = sessions["call"].where(sessions["call"].notna(), sessions.index.to_series())
    return sessions.iloc[keys.map(place).argsort(kind="stable").to_numpy()]


def colours_of(
    colour: str, sessions: "pd.DataFrame", calls: "pd.DataFrame | None", theme: Theme
) -> Colours | None:
    """Give each call a colour by a column; None where states have theirs."""
    import pandas as pd

    if colour == STATE:
        return None
    name = _ALIASES.get(colour, colour)
    values = values_of(name, sessions, calls)
    if pd.api.types.is_numeric_dtype(values.dtype) and not pd.api.types.is_bool_dtype(values.dtype):
        return _scaled(name, values, theme)
    groups = groups_of(pd.DataFrame({name: values.astype("object")}), name)
    of = {
        str(key): group.colour
        for group in groups
        for key, mine in zip(values.index, group.rows, strict=True)
        if mine
    }
    return Colours(of, tuple((group.name, group.colour) for group in groups))


def in_seconds(name: str) -> bool:
    """Return whether a column of the calls or legs holds durations."""
    return name in LATENCIES or name.endswith("_s") or name == "call_duration"


def _scaled(name: str, values: "pd.Series[Any]", theme: Theme) -> Colours:
    from matplotlib.colors import to_hex

    numbers = values.to_numpy("float64", na_value=float("nan"))
    known = numbers[numbers == numbers]
    if not len(known):
        return Colours(dict.fromkeys(map(str, values.index), OTHER), (("not known", OTHER),))
    low, high = float(known.min()), float(known.max())
    colours = scale_of(theme)
    wide = (high - low) or 1.0
    of = {
        str(key): to_hex(colours((number - low) / wide)) if number == number else OTHER
        for key, number in zip(values.index, numbers, strict=True)
    }
    missing = (("not known", OTHER),) if len(known) < len(numbers) else ()
    seconds = in_seconds(name)
    own = name.removesuffix("_s").replace("_", " ") if seconds else name
    words = LATENCIES.get(name, (clean(own),))[0]
    return Colours(of, missing, (low, high, f"{words} (s)" if seconds else words))
