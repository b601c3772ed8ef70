"""`Replay`: the thread, the socket and the controls; what is played to whom is in `player`."""

import asyncio
import contextlib
import difflib
import inspect
import threading
from collections.abc import Callable
from concurrent.futures import TimeoutError as FutureTimeout
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import TYPE_CHECKING, Any, TypeVar

from switchy_nb.errors import ConfigurationError, RecordingError, TimeoutError
from switchy_nb.replay.client import Client
from switchy_nb.replay.clock import Clock, Timer, WallTimer
from switchy_nb.replay.player import Player
from switchy_nb.replay.tape import Tape
from switchy_nb.waiting import TICK, Deadline

if TYPE_CHECKING:
    import pandas as pd

    from switchy_nb.recording import Recording

T = TypeVar("T")

#: Seconds to start, to stop, and for a client to read the last words.
_PATIENCE, _LAST_WORDS = 10.0, 0.5


class Replay:
    """A recording that is served as an Event Socket; `replay` makes and starts one.

    All clients share one clock, as they do on a switch. It stands at the beginning until `wait_for`
    of them have subscribed to events; whoever comes later hears what comes from then on. As fast
    as possible (``speed=None``) there is no common now: each client then hears everything, from
    the beginning (or where `seek` went) on, as fast as it reads. Nothing is ever left out for a
    slow reader.

    It runs on one daemon thread of its own; several may run at once.

    Parameters
    ----------
    recording : Recording
        What to play, as it is now.
    speed : float or None
        Seconds of the recording for one of ours; None plays as fast as the clients read.
    host, port, password
        Where to listen, and the secret; port 0 takes any free one.
    switch : str, optional
        Play only what came from this switch, as the column ``switch`` calls it.
    cut_links : bool
        Show where the link was lost: the clients are cut off there, and let in again when it came
        back; those that subscribe again then hear everything since. Otherwise such rows are passed
        over. They are never sent as events.
    wait_for : int
        How many clients must have subscribed before it begins.
    timer : Timer, optional
        The time that passes, for tests.

    Raises
    ------
    RecordingError
        If the recording holds nothing to play.
    ConfigurationError
        If an option cannot be.
    """

    def __init__(
        self,
        recording: "Recording",
        *,
        speed: float | None = 1.0,
        host: str = "127.0.0.1",
        port: int = 0,
        password: str = "ClueCon",
        switch: str | None = None,
        cut_links: bool = False,
        wait_for: int = 1,
        timer: Timer | None = None,
    ) -> None:
        if speed is not None:
            _check_speed(speed)
        if wait_for < 1:
            raise ConfigurationError(
                f"wait_for is a number of clients, 1 or more, not {wait_for!r}"
            )
        if not 0 <= port <= 65535:
            raise ConfigurationError(
                f"port is a number from 0 (any that is free) to 65535, not {port!r}"
            )
        self.host = host
        self.password = password
        self._port = port
        self._tape = Tape(recording, switch)
        self._clock = Clock(timer or WallTimer(), 1.0 if speed is None else speed)
        self._rush = speed is None
        self._cut_links = cut_links
        self._wait_for = wait_for
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._player: Player | None = None
        self._stop: asyncio.Event | None = None
        self._ended = threading.Event()

    def __repr__(self) -> str:
        state = "stopped"
        if self.running:
            state = f"at {self.position:.1f} of {self.duration:.1f} s"
        return f"<Replay of {len(self._tape):,} rows on {self.host}:{self.port}, {state}>"

    # --- life -------------------------------------------------------------------------------

    @property
    def port(self) -> int:
        """The port it listens on; 0 before the first start, if any would do."""
        return self._port

    @property
    def running(self) -> bool:
        """Whether it listens."""
        return self._player is not None

    def start(self) -> "Replay":
        """Start to listen; does nothing if it does already.

        Raises
        ------
        ConfigurationError
            If the address is taken, or cannot be listened on.
        """
        with self._lock:
            if self.running:
                return self
            ready = threading.Event()
            failure: list[OSError] = []
            thread = threading.Thread(
                target=self._run, args=(ready, failure), name="switchy_nb replay", daemon=True
            )
            thread.start()
            if not ready.wait(_PATIENCE):
                raise TimeoutError(f"the replay did not start within {_PATIENCE} s; try again")
            if failure:
                thread.join(_PATIENCE)
                raise ConfigurationError(
                    f"the replay cannot listen on {self.host}:{self._port}: {failure[0]}; "
                    "use port=0 for any free port"
                ) from failure[0]
            self._thread = thread
            return self

    def stop(self) -> None:
        """Say goodbye to all clients, and end the thread; does nothing twice."""
        with self._lock:
            thread, player, stop = self._thread, self._player, self._stop
            self._thread = self._player = None
            if thread is None or player is None or stop is None:
                return
            with contextlib.suppress(RuntimeError):  # it ended by itself in the meantime
                player.loop.call_soon_threadsafe(stop.set)
            thread.join(_PATIENCE)

    def __enter__(self) -> "Replay":
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()

    # --- where it is ------------------------------------------------------------------------

    @property
    def duration(self) -> float:
        """Seconds from the first arrival that was recorded to the last."""
        return self._tape.duration

    @property
    def position(self) -> float:
        """How far it is, in seconds since the first arrival.

        As fast as possible it is how far the slowest client is.
        """
        player = self._player
        return 0.0 if player is None else player.position

    @property
    def time(self) -> "pd.Timestamp":
        """The moment of the recording that it is at."""
        import pandas as pd

        moment = self._tape.start + round(self.position * 1e6)
        return pd.Timestamp(moment, unit="us", tz="UTC")

    @property
    def clients(self) -> int:
        """How many clients have subscribed to events."""
        player = self._player
        return 0 if player is None else len(player.listeners)

    @property
    def ended(self) -> bool:
        """Whether it is at its end, and all clients have been sent all of it."""
        return self._ended.is_set()

    def wait(self, timeout: float | None = None) -> None:
        """Wait until it has ended.

        Raises
        ------
        TimeoutError
            If it has not in time; nothing is stopped by that.
        """
        deadline = Deadline(timeout)
        while not self._ended.wait(min(TICK, deadline.left)):
            if not self.running:
                raise ConfigurationError("the replay is stopped, so it comes to no end; start() it")
            if deadline.over:
                raise TimeoutError(
                    f"waited {timeout:.1f} s for the end of the replay; it is {self!r}, with "
                    f"{self.clients} client(s) that subscribed of {self._wait_for} to wait for"
                )

    # --- controls ---------------------------------------------------------------------------

    @property
    def speed(self) -> float | None:
        """Seconds of the recording for one of ours; it may be changed, but not to None or from it."""
        return None if self._rush else self._clock.speed

    @speed.setter
    def speed(self, speed: float) -> None:
        if self._rush or speed is None:
            raise ConfigurationError(
                "a replay that is as fast as possible has no speed to change, and none becomes one: "
                "make another with replay(recording, speed=…)"
            )
        _check_speed(speed)

        def change(player: Player) -> None:
            self._clock.speed = speed
            player.go_on()

        self._do(change)

    def pause(self) -> None:
        """Send no more events until `resume`; commands are answered."""
        self._do(Player.pause)

    def resume(self) -> None:
        """Go on; or begin, whoever listens."""
        self._do(Player.resume)

    def seek(self, to: "float | timedelta | datetime | str") -> None:
        """Go to a moment; all clients hear what follows it, once more if they heard it before.

        Parameters
        ----------
        to : float, timedelta, datetime or str
            Seconds since the first arrival, or a moment of the recording (``"2026-11-23 07:24"``;
            UTC where it names no zone).

        Raises
        ------
        RecordingError
            If it is before the recording's first second, or after its last.
        """
        seconds = self._seconds(to)
        if not 0 <= seconds <= self.duration:
            raise RecordingError(
                f"{to!r} is not in the recording, which is {self.duration:.3f} s long and begins "
                f"at {_moment(self._tape.start)} (UTC)"
            )
        self._do(lambda player: player.seek(seconds))

    def _seconds(self, to: "float | timedelta | datetime | str") -> float:
        if isinstance(to, timedelta):
            return to.total_seconds()
        if isinstance(to, str):
            try:
                to = datetime.fromisoformat(to)
            except ValueError as exc:
                raise ConfigurationError(
                    f"{to!r} is no moment; write it as 2026-11-23 07:24:22.5, or give seconds"
                ) from exc
        try:
            if isinstance(to, datetime):  # as pandas' NaT is, which has no timestamp
                moment = to if to.tzinfo is not None else to.replace(tzinfo=UTC)
                return moment.timestamp() - self._tape.start / 1e6
            return float(to)
        except (TypeError, ValueError) as exc:
            raise ConfigurationError(f"seek takes seconds or a moment, and not {to!r}") from exc

    def _do(self, what: Callable[[Player], None]) -> None:
        """Have something done on the replay's thread, and wait for it."""
        player = self._player
        if player is None:
            raise ConfigurationError("the replay is stopped; call start() first")

        async def run() -> None:
            what(player)

        future = asyncio.run_coroutine_threadsafe(run(), player.loop)
        try:
            future.result(_PATIENCE)
        except FutureTimeout as exc:
            raise TimeoutError(f"the replay did not obey within {_PATIENCE} s") from exc

    # --- on the replay's own thread -----------------------------------------------------------

    def _run(self, ready: threading.Event, failure: list[OSError]) -> None:
        with asyncio.Runner() as runner:
            runner.run(self._serve(ready, failure))

    async def _serve(self, ready: threading.Event, failure: list[OSError]) -> None:
        loop = asyncio.get_running_loop()
        self._ended.clear()
        self._clock.hold()
        self._clock.move(0.0)
        player = Player(
            loop,
            tape=self._tape,
            clock=self._clock,
            rush=self._rush,
            cut_links=self._cut_links,
            wait_for=self._wait_for,
            password=self.password,
            changed=lambda ended: self._ended.set() if ended else self._ended.clear(),
        )
        try:
            server = await loop.create_server(lambda: Client(player), self.host, self._port)
        except OSError as error:
            failure.append(error)
            ready.set()
            return
        self._port = server.sockets[0].getsockname()[1]
        self._stop = asyncio.Event()
        self._player = player
        ready.set()
        try:
            await self._stop.wait()
        finally:
            server.close()
            await player.close(_LAST_WORDS)


_OPTIONS = tuple(inspect.signature(Replay).parameters)[1:]


def replay(recording: "Recording", speed: float | None = 1.0, **options: Any) -> Replay:
    """Serve a recording as if it were a switch, and return when it listens.

    Give ``host``, ``port`` and ``password`` of what is returned to `sync_caller`, `EventListener`,
    greenswitch or any other client of the Event Socket. It begins when the first one subscribes to
    events.

    Parameters
    ----------
    recording : Recording
        What to play.
    speed : float or None
        Seconds of the recording for one of ours; None plays as fast as the clients read.
    **options
        As of `Replay`: ``host``, ``port``, ``password``, ``switch``, ``cut_links``, ``wait_for``.

    Returns
    -------
    Replay
        It runs until it is stopped, or to the end of a ``with`` block.

    Raises
    ------
    RecordingError
        If the recording holds nothing to play.
    ConfigurationError
        If an option cannot be, or the address cannot be listened on.
    """
    for name in options:
        if name not in _OPTIONS:
            near = difflib.get_close_matches(name, _OPTIONS, 1)
            hint = f"; did you mean {near[0]!r}?" if near else f"; there are {', '.join(_OPTIONS)}"
            raise TypeError(f"replay() takes no {name!r}{hint}")
    return Replay(recording, speed=speed, **options).start()


def _check_speed(speed: Any) -> None:
    number = isinstance(speed, int | float) and not isinstance(speed, bool)
    if not (number and 0 < speed < float("inf")):
        raise ConfigurationError(
            f"a speed is a number above 0, and not {speed!r}; None is as fast as possible"
        )


def _moment(microseconds: int) -> str:
    return datetime.fromtimestamp(microseconds / 1e6, UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
