"""What panels that belong together share: the calls, the one selection, the log, and a thread.

A part (see `part`) asks its board what there is and posts to it what was clicked. All of that
happens on the board's own thread, the desk, where nothing may block.
"""

import asyncio
import logging
import threading
import time
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from switchy_nb.client import Client
from switchy_nb.errors import ConfigurationError
from switchy_nb.panels.book import Book, Leg
from switchy_nb.panels.desk import Desk
from switchy_nb.panels.script import Script
from switchy_nb.panels.source import Live, Source, source_of
from switchy_nb.panels.status import Status, Tone
from switchy_nb.panels.text import plain
from switchy_nb.panels.views import of_selection
from switchy_nb.sync import Caller

if TYPE_CHECKING:
    from switchy_nb.recording import Recording

T = TypeVar("T")

log = logging.getLogger(__name__)

#: Seconds between two repaints at least: the page gets no more than 8 a second.
TICK = 0.125
#: Of the time, at most one part in so many goes into repainting.
SHARE = 24
NOT_CONNECTED = "Nothing is connected yet: connect to a switch first."


def pause(took: float) -> float:
    """Return how many seconds to wait after a repaint, by how many it took."""
    return max(TICK, (SHARE - 1) * took)


class Painter(Protocol):
    """What a board repaints."""

    def repaint(self, *, out_of_sight: bool = False) -> None:
        """Show how things are, if it is in sight (or even if not); raises nothing."""


class Board:
    """What the parts of a panel share.

    Parameters
    ----------
    target : Caller, Client or Recording, optional
        Whose calls; without one, nothing is connected until `use` is called.

    Attributes
    ----------
    desk : Desk
        The thread: `post` puts work there from any other, ``desk.run`` begins a coroutine there,
        ``desk.beside`` does there what takes long.
    source : Source or None
        Where the calls come from.
    chosen : tuple of str
        The ids of the selected legs, in the order in which they were selected. A leg that was
        just dialled may be among them before there is a record of it.
    chosen_by : str
        The page's view that selected them; empty if it was anything else.
    script : Script
        What was clicked, as lines of Python.
    """

    def __init__(self, target: object = None) -> None:
        self.source: Source | None = None if target is None else source_of(target)
        self.chosen: tuple[str, ...] = ()
        self.chosen_by = ""
        self.script = Script(has_caller=self.caller is not None)
        self.trouble: Status | None = None
        where = self.source.recording.switch if self.source else "nothing"
        self.desk = Desk(where or "recording", self._failed)
        self._nothing = Book()
        #: the connections that were opened here, and whether there may be more
        self._own: list[Caller] = []
        self._closed = False
        self._lock = threading.Lock()
        self._painters: list[Painter] = []

    # --- life; from the thread that makes the panel ------------------------------------------

    def start(self) -> None:
        """Begin to follow the source, and to repaint."""
        if self.source is not None:
            self.source.open()
        self.desk.start()
        self.desk.post(lambda: self.desk.run(self._keep_painted()))

    def close(self) -> None:
        """End the thread, and the connections that were opened here; twice is fine.

        Other links, and their calls, stay as they are.
        """
        self.desk.close()
        if self.source is not None:
            self.source.close()
        with self._lock:
            self._closed = True
            own, self._own = self._own, []
        for caller in own:
            caller.close()

    def post(self, function: Callable[..., object], *arguments: Any) -> None:
        """Have a function called on the desk's thread, and return at once; from any thread."""
        self.desk.post(function, *arguments)

    # --- what there is; on the desk's thread --------------------------------------------------

    @property
    def book(self) -> Book:
        """The legs."""
        return self._nothing if self.source is None else self.source.book

    @property
    def recording(self) -> "Recording | None":
        """Every event so far; None if nothing is connected."""
        return None if self.source is None else self.source.recording

    @property
    def live(self) -> Live | None:
        """The switch that can be commanded; None if there is none (`off` says why)."""
        return self.source if isinstance(self.source, Live) and not self.source.off else None

    @property
    def growing(self) -> bool:
        """Whether more may happen: on a switch, or in a replay."""
        return isinstance(self.source, Live)

    @property
    def client(self) -> Client:
        """Who commands the switch.

        Raises
        ------
        ConfigurationError
            If there is none, or nobody listens to it, saying so.
        """
        if self.live is None:
            raise ConfigurationError(self.off)
        if not self.live.listener.is_alive():
            raise ConfigurationError(f"{self.live.link.text} (on the tab Connect, or in a cell)")
        return self.live.client

    @property
    def caller(self) -> Caller | None:
        """The `Caller`, where that is what the panel was given."""
        return self.source.caller if isinstance(self.source, Live) else None

    @property
    def owns_caller(self) -> bool:
        """Whether the caller was connected here, and is closed when it is left."""
        return self.caller is not None and self.caller in self._own

    @property
    def off(self) -> str:
        """Why controls that command a switch are off; empty where they are on."""
        return NOT_CONNECTED if self.source is None else self.source.off

    @property
    def link(self) -> Status:
        """What the panel is on, and whether it is there."""
        if self.trouble is not None:
            return self.trouble
        return Status(NOT_CONNECTED) if self.source is None else self.source.link

    @property
    def leg(self) -> Leg | None:
        """The leg that was selected first."""
        return self.book.find(self.chosen[0]) if self.chosen else None

    @property
    def legs(self) -> list[Leg]:
        """The selected legs."""
        return [leg for uuid in self.chosen if (leg := self.book.find(uuid)) is not None]

    @property
    def recording_name(self) -> str:
        """What the recording is called in a cell."""
        if self.live is None:
            return "recording"
        return "caller.recording" if self.caller else "client.listener.recording"

    @property
    def legs_of_calls(self) -> list[Leg]:
        """All legs of the calls that the selected legs belong to, in the order of their coming."""
        uuids = {leg.uuid: leg for chosen in self.legs for leg in self.book.of_call(chosen)}
        return list(uuids.values())

    def selected(self) -> "Recording":
        """Return a recording of the calls that the selected legs belong to; from any thread.

        Raises
        ------
        ConfigurationError
            If nothing is selected.
        """
        legs = self.legs_of_calls
        if self.recording is None or not legs:
            raise ConfigurationError(
                "nothing is selected: choose a call in the panel, or select() one by its leg's uuid"
            )
        return self.recording.select(sessions=[leg.uuid for leg in legs])

    # --- what is done; on the desk's thread ---------------------------------------------------

    def choose(self, uuids: Iterable[str], *, expected: bool = False, by: str = "") -> None:
        """Select legs in place of those that are; `expected` ones need not be known yet."""
        self.chosen = tuple(u for u in dict.fromkeys(uuids) if expected or self.book.find(u))
        self.chosen_by = by

    def choose_more(self, uuids: Iterable[str], *, turn: bool = False, by: str = "") -> None:
        """Select legs beside those that are; with `turn`, no longer those that are already."""
        known = tuple(dict.fromkeys(u for u in uuids if self.book.find(u)))
        kept = tuple(u for u in self.chosen if not (turn and u in known))
        self.chosen = (*kept, *(u for u in known if u not in self.chosen))
        self.chosen_by = by

    def named(self, legs: Iterable[Leg]) -> list[str]:
        """Return legs' ids as expressions for a cell."""
        return [self.script.uuid(leg, self.book.of_call(leg)) for leg in legs]

    def tell_selection(self) -> None:
        """Have the selection among the lines of what was clicked."""
        legs = self.named(self.legs_of_calls)
        self.script.looked("selection", of_selection(self.recording_name, legs))

    def use(self, source: Source | None) -> None:
        """Follow another source from now on; the old one's calls and links stay as they are."""
        if self.source is not None:
            self.source.close()
        self.source, self.chosen, self.trouble = source, (), None
        self.chosen_by = ""
        if source is not None:
            source.open()
        with self._lock:
            left = [own for own in self._own if own is not self.caller]
            self._own = [own for own in self._own if own is self.caller]
        for caller in left:
            self.desk.run(self.apart(caller.close))

    async def opened(self, connect: Callable[[], Caller]) -> Caller:
        """Open a connection that ends with the board, or when another source is used; see `apart`."""

        def work() -> Caller:
            caller = connect()
            with self._lock:
                if not self._closed:
                    self._own.append(caller)
                    return caller
            caller.close()  # too late: nobody is there any more
            raise ConfigurationError("the panel was closed while it was connecting")

        return await self.apart(work)

    async def apart(self, function: Callable[[], T]) -> T:
        """Call what may take long on a thread of its own, which does not hold up the board's end."""
        done: Future[T] = Future()
        done.set_running_or_notify_cancel()  # who waits may go; what was begun ends as it ends

        def work() -> None:
            try:
                done.set_result(function())
            except BaseException as exc:
                done.set_exception(exc)

        threading.Thread(target=work, name="switchy_nb panel connecting", daemon=True).start()
        return await asyncio.wrap_future(done)

    def join(self, painter: Painter) -> None:
        """Repaint a part from now on."""
        self._painters.append(painter)
        painter.repaint(out_of_sight=True)

    def leave(self, painter: Painter) -> None:
        """Repaint a part no more."""
        if painter in self._painters:
            self._painters.remove(painter)

    # -------------------------------------------------------------------------------------------

    async def _keep_painted(self) -> None:
        self.repaint()  # the first one imports what it needs, and counts for nothing
        await asyncio.sleep(TICK)
        while True:
            before = time.thread_time()
            self.repaint()
            took = time.thread_time() - before
            await asyncio.sleep(pause(took))

    def repaint(self) -> None:
        """Take in what happened, and show it."""
        if self.source is not None:
            self.source.refresh()
        for painter in tuple(self._painters):
            painter.repaint()

    def _failed(self, error: Exception) -> None:
        name = type(error).__name__
        self.trouble = Status(
            f"The panel failed ({name}: {plain(error, 160)}); the log has the details", Tone.BAD
        )
