"""How much of a long recording is kept, and where: a user's wish, checked."""

import os
from dataclasses import dataclass
from math import inf
from pathlib import Path

from switchy_nb.errors import ConfigurationError


@dataclass(frozen=True, slots=True, kw_only=True)
class Keep:
    """What a recording keeps in memory; give one of the three.

    Parameters
    ----------
    events : int, optional
        The last so many events.
    seconds : float, optional
        What was received in so many seconds before the newest event.
    spill : path, optional
        Everything, but on disk: a file that is made anew, or a folder to make one in. In memory
        stay only the events since the last few thousand.

    Raises
    ------
    ConfigurationError
        If none or several are given, or a number is not positive.
    """

    events: int | None = None
    seconds: float | None = None
    spill: str | os.PathLike[str] | None = None

    def __post_init__(self) -> None:
        given = {
            name: value
            for name in ("events", "seconds", "spill")
            if (value := getattr(self, name)) is not None
        }
        if len(given) != 1:
            raise ConfigurationError(
                f"Keep takes one of events=, seconds= and spill=, and got {', '.join(given) or 'none'}"
                "; leave keep out to have everything in memory"
            )
        for name, value in given.items():
            if name == "spill":
                continue
            wanted = int if name == "events" else (int, float)
            if isinstance(value, bool) or not isinstance(value, wanted) or not 0 < value < inf:
                raise ConfigurationError(
                    f"Keep({name}={value!r}): give a {'whole ' if name == 'events' else ''}number "
                    "over 0"
                )

    def spill_file(self, stamp: str) -> Path | None:
        """The file to spill to, which has a name of its own where only a folder is given."""
        if self.spill is None:
            return None
        place = Path(self.spill)
        return place / f"recording-{stamp}.arrows" if place.is_dir() else place

    def __str__(self) -> str:
        if self.events is not None:
            return f"the last {self.events:,} events are kept"
        if self.seconds is not None:
            return f"the last {self.seconds:,g} seconds are kept"
        return f"the events are kept in {os.fspath(self.spill or '')}"
