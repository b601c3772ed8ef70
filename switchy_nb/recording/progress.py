"""A progress bar for work on large recordings, where there is somebody to look at it.

What the work is, is not known here. Nothing is shown in scripts, tests and terminals, nor for what
is done within a second.
"""

import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sized
from typing import Any, TypeVar

from switchy_nb.errors import ConfigurationError

T = TypeVar("T")

#: What takes less than this (seconds) is done before anybody has read what it would say.
_SOON = 1.0


def progress(
    iterable: Iterable[T],
    *,
    total: int | None = None,
    what: str = "",
    show: bool | None = None,
    size: Callable[[T], int] | None = None,
) -> Iterator[T]:
    """Give the items of an iterable, with a bar that tells how far it is.

    The bar is taken away when the work is over, or was interrupted: what is left is what the work
    itself has to say.

    Parameters
    ----------
    iterable : iterable
        The pieces of the work; an interrupt is obeyed between two of them.
    total : int, optional
        How many there are; by default ``len(iterable)``, where it has one.
    what : str
        What is done, in a word or two.
    show : bool, optional
        True for a bar in any case and from the beginning, False for none. By default there is one
        in a notebook, for work that takes longer than a second.
    size : callable, optional
        How much of `total` an item is; 1 where it is not given.

    Raises
    ------
    ConfigurationError
        If a bar was asked for with ``show=True`` and tqdm, which draws it, is not installed.
    """
    if total is None and isinstance(iterable, Sized):
        total = len(iterable)
    if show is False or (show is None and not in_notebook()):
        return iter(iterable)
    return _shown(iterable, total, what, size or (lambda _: 1), asked=show is True)


def in_notebook() -> bool:
    """Whether this code runs in a notebook's kernel, which can show widgets."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    return getattr(shell, "kernel", None) is not None


def _shown(
    iterable: Iterable[T], total: int | None, what: str, size: Callable[[T], int], *, asked: bool
) -> Iterator[T]:
    bar = _bar(0, total, what, asked=True) if asked else None
    since = time.monotonic()
    looked = asked
    done = 0
    try:
        for item in iterable:
            yield item
            step = size(item)
            done += step
            if bar is not None:
                bar.update(step)
            elif not looked and time.monotonic() - since > _SOON and done != total:
                looked = True
                bar = _bar(done, total, what, asked=False)
    finally:
        if bar is not None:
            bar.close()


def _bar(done: int, total: int | None, what: str, *, asked: bool) -> Any:
    """Make a bar; None where tqdm is not installed and nobody insists."""
    try:
        from tqdm.auto import tqdm
    except ImportError as exc:
        if not asked:
            return None
        raise ConfigurationError(
            "a progress bar was asked for (progress=True), and tqdm, which draws it, is not "
            "installed: pip install 'switchy_nb[lab]'"
        ) from exc
    return tqdm(total=total, initial=done, desc=what or None, leave=False)
