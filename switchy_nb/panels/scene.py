"""What a timeline is drawn of, and its drawing, on a thread that nobody waits for. No widgets."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Any

from switchy_nb.panels.book import Book, Leg
from switchy_nb.plots.style import DPI

if TYPE_CHECKING:
    from switchy_nb.recording import Recording
    from switchy_nb.recording.following import Following

#: Legs that are drawn while calls go on: more cannot be told apart, and take seconds.
LANES = 40
#: Inches that a picture is wide at least, and at most, for text that can be read.
NARROWEST, WIDEST = 7.0, 14.0
#: Seconds by which a leg may have begun before a panel knew of it.
_AHEAD = 10.0


@dataclass(frozen=True, slots=True)
class Scene:
    """What is to be drawn.

    Attributes
    ----------
    legs : tuple of str
        The legs, by their ids, in the order of their lanes.
    words : str
        The same for those who do not see the picture.
    of : int
        How many legs there are, of which these are the newest.
    since : int
        When the first of them began at the earliest (µs since the epoch).
    """

    legs: tuple[str, ...]
    words: str
    of: int
    since: int


@dataclass(frozen=True, slots=True)
class Drawn:
    """A picture.

    Attributes
    ----------
    png : bytes
        The picture; empty if nothing has changed since the last one.
    took : float
        Seconds of the processor.
    """

    png: bytes
    took: float


def of_selected(legs: Sequence[Leg]) -> Scene | None:
    """Return the scene of the selected calls' legs; None if there are none."""
    return _scene("Timeline of the selected call.", legs, len(legs))


def of_all(book: Book, *, over: bool) -> Scene | None:
    """Return the scene of the newest calls: of those that are up, or of all (`over`)."""
    newest: list[Leg] = []
    for call in reversed(list(book.calls())):
        if len(newest) >= LANES and not over:
            break
        newest[:0] = [leg for leg in call if over or not leg.over]
    if over:
        return _scene("Timeline of all calls.", newest, len(newest), told=0)
    return _scene("Timeline of the calls that are up.", newest[-LANES:], book.up, told=0)


def _scene(title: str, legs: Sequence[Leg], count: int, told: int = 6) -> Scene | None:
    if not legs:
        return None
    words = [
        f"{leg.title}: {'ended, ' + leg.why if leg.over else leg.words}" for leg in legs[:told]
    ]
    began = time.time() - max(time.monotonic() - leg.began for leg in legs)
    said = " ".join([title, "; ".join(words)]).strip()
    return Scene(tuple(leg.uuid for leg in legs), said, count, int((began - _AHEAD) * 1e6))


class Artist:
    """Draws scenes of a recording, and remembers what it has read; for one thread at a time.

    Parameters
    ----------
    recording : Recording
        It may be growing.
    live : bool
        Whether it grows; one that does not is read as it is.
    """

    def __init__(self, recording: "Recording", *, live: bool) -> None:
        self.recording = recording
        self._live = live
        self._following: Following | None = None
        self._last: tuple[object, ...] = ()

    def draw(
        self, scene: Scene, clock: str, theme: str | None, width: int = 0, *, again: bool
    ) -> Drawn:
        """Draw a scene, some pixels wide (if it is known how many).

        One that would look like the last one is drawn only if it is wanted `again`.
        """
        from switchy_nb.recording.following import Following

        began = time.thread_time()
        following = self._following
        if following is None or following.legs != frozenset(scene.legs):
            since = scene.since if self._live else None
            following = self._following = Following(self.recording, scene.legs, since)
        grown = following.update()
        wanted = (scene.legs, clock, theme, width)
        if not (grown or again) and wanted == self._last:
            return Drawn(b"", time.thread_time() - began)
        part = following.part
        known = [leg for leg in scene.legs if leg in part.sessions.index]
        if not known:
            return Drawn(b"", time.thread_time() - began)  # its first event is still to come
        room: dict[str, Any] = {"width": min(max(width / DPI, NARROWEST), WIDEST)} if width else {}
        figure = part.timeline(sessions=known, clock=clock, theme=theme, **room)
        picture = BytesIO()
        figure.savefig(picture, format="png", facecolor="none", bbox_inches="tight", pad_inches=0.1)
        self._last = wanted
        return Drawn(picture.getvalue(), time.thread_time() - began)
