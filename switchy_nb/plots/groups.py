"""Calls in groups by a column, with a colour for each: the same for the same thing everywhere."""

import difflib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from switchy_nb.plots.style import OTHER, SERIES, cause_colour
from switchy_nb.plots.text import clean

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

_UNKNOWN = "not known"


@dataclass(frozen=True, slots=True)
class Group:
    """Some of the calls.

    Attributes
    ----------
    name : str
        What they have in common, fit to be drawn.
    colour : str
        Of all that is drawn of them.
    rows : array of bool
        Which they are.
    """

    name: str
    colour: str
    rows: "np.ndarray[Any, Any]"


def groups_of(frame: "pd.DataFrame", by: str, most: int = len(SERIES)) -> list[Group]:
    """Group rows by a column of text; the rarest share the last group.

    They are in the order of the alphabet, causes by how many there are of each, and what has an
    order of its own (an ordered categorical) in that.

    Raises
    ------
    ValueError
        If there is no such column; the nearest is named.
    """
    import pandas as pd

    column = column_of(frame, by)
    kind = column.dtype
    rank: dict[Any, int] = {}
    if isinstance(kind, pd.CategoricalDtype) and kind.ordered:
        rank = {name: at for at, name in enumerate(kind.categories)}
    values = column.astype(object)
    values = values.where(values.notna(), _UNKNOWN)
    counts = values.value_counts()
    names = sorted(counts.index, key=lambda name: (-counts[name], str(name)))
    shown, rest = names[:most], names[most:]
    if len(rest) == 1:
        shown, rest = names, []
    if by != "hangup_cause":
        shown = sorted(shown, key=lambda name: (rank.get(name, len(rank)), str(name)))
    groups = [
        Group(clean(str(name), 28), _colour(by, str(name), at), (values == name).to_numpy())
        for at, name in enumerate(shown)
    ]
    if rest:
        groups.append(Group(f"{len(rest)} others", OTHER, values.isin(rest).to_numpy()))
    return groups


def column_of(frame: "pd.DataFrame", name: str) -> "pd.Series[Any]":
    """Return a column.

    Raises
    ------
    ValueError
        If there is none; the nearest is named.
    """
    if name not in frame.columns:
        near = difflib.get_close_matches(str(name), [str(c) for c in frame.columns], n=1)
        hint = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(frame.columns)}"
        raise ValueError(f"there is no column {name!r}; {hint}")
    return frame[name]


def choose(value: object, known: "list[str] | tuple[str, ...]", what: str) -> str:
    """Return `value` if it is one of the known words.

    Raises
    ------
    ValueError
        If it is not; the nearest is named.
    """
    if isinstance(value, str) and value in known:
        return value
    near = difflib.get_close_matches(str(value), known, n=1)
    hint = f"did you mean {near[0]!r}?" if near else f"it is {' or '.join(map(repr, known))}"
    raise ValueError(f"{value!r} is no {what}; {hint}")


def _colour(by: str, name: str, at: int) -> str:
    if name == _UNKNOWN:
        return OTHER
    return cause_colour(name) if by == "hangup_cause" else SERIES[at % len(SERIES)]
