"""Refusing a keyword that there is not, with a hint at the one that was meant."""

import difflib
from collections.abc import Iterable


def refuse_unknown(what: str, given: Iterable[str], known: Iterable[str]) -> None:
    """Raise for keywords that `what` does not take, of those that it was given.

    Raises
    ------
    TypeError
        Naming the nearest keyword that there is.
    """
    known = tuple(known)
    for name in [name for name in given if name not in known]:
        near = difflib.get_close_matches(name, known, 1, 0.5)
        hint = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(known) or 'none'}"
        raise TypeError(f"{what} takes no keyword {name!r}; {hint}")
