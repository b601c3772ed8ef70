"""`SimSwitch`: a FreeSWITCH simulated in this process, on a thread and a socket of its own."""

import asyncio
import contextlib
import ipaddress
import shutil
import tempfile
import threading
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType

from switchy_nb.errors import ConfigurationError, SimulationError
from switchy_nb.simswitch import heartbeat
from switchy_nb.simswitch.clock import Clock, Ids
from switchy_nb.simswitch.core import Core, Timing
from switchy_nb.simswitch.dialplan import Dialplan, default_rules
from switchy_nb.simswitch.listener import Listener
from switchy_nb.simswitch.network import parse_uri

#: how long start() and stop() wait for the switch's thread, in seconds
_PATIENCE = 10.0


class SimSwitch:
    """A simulated FreeSWITCH with a real Event Socket.

    It runs on one daemon thread of its own; a program may leave without stopping it. Several may
    run in one process.

    Parameters
    ----------
    host : str
        The address to listen on.
    port : int
        The port; 0 takes any free one.
    password : str
        The secret of the Event Socket.
    sip : str
        ``host:port`` of the SIP profile ``external``: calls to it come back into the switch.
        Nothing listens there.
    acl : iterable of str, optional
        Networks that are let in; by default every address is.
    stepped_clock : bool
        True moves the clock in steps of 20 ms, as a real FreeSWITCH's.
    seed : int, optional
        Makes uuids, tags and ports repeat.
    dialplan : Dialplan, optional
        What calls do; by default the plan that is documented.
    timing : Timing, optional
        How long things take.
    recordings_dir : str or Path, optional
        Where recordings go, and stay; by default a temporary directory that stop() removes.

    Raises
    ------
    ConfigurationError
        If `sip` or `acl` cannot be read.
    """

    def __init__(
        self,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        password: str = "ClueCon",
        sip: str = "127.0.0.1:5080",
        acl: Iterable[str] | None = None,
        stepped_clock: bool = False,
        seed: int | None = None,
        dialplan: Dialplan | None = None,
        timing: Timing | None = None,
        recordings_dir: str | Path | None = None,
    ) -> None:
        uri = parse_uri(sip)
        if uri is None or uri.user:
            raise ConfigurationError(f"sip={sip!r} is no address; write it as 'host:port'")
        self.host = host
        self.password = password
        self.sip = sip
        self.dialplan = dialplan if dialplan is not None else Dialplan(default_rules())
        self._sip = uri
        self._acl = _networks(acl)
        self._asked_port = self._port = port
        self._stepped = stepped_clock
        self._seed = seed
        self._timing = timing or Timing()
        self._recordings_dir = Path(recordings_dir) if recordings_dir is not None else None
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: asyncio.Event | None = None
        self._lock = threading.Lock()

    def __repr__(self) -> str:
        state = "running" if self.running else "stopped"
        return f"<SimSwitch {self.host}:{self.port} {state}>"

    @property
    def port(self) -> int:
        """The port it listens on; 0 before the first start, if any would do."""
        return self._port

    @property
    def running(self) -> bool:
        """Whether it is up."""
        return self._thread is not None and self._thread.is_alive()

    def start(self) -> "SimSwitch":
        """Start to listen; does nothing if it does already.

        Raises
        ------
        SimulationError
            If the address is taken, or cannot be listened on.
        """
        with self._lock:
            if self.running:
                return self
            ready: threading.Event = threading.Event()
            failure: list[BaseException] = []
            self._thread = threading.Thread(
                target=self._run, args=(ready, failure), name="simswitch", daemon=True
            )
            self._thread.start()
            if not ready.wait(_PATIENCE):
                raise SimulationError(f"the simulated switch did not start within {_PATIENCE} s")
            if failure:
                self._thread.join(_PATIENCE)
                self._thread = None
                raise SimulationError(
                    f"the simulated switch cannot listen on {self.host}:{self._asked_port}: "
                    f"{failure[0]}; use port=0 for any free port"
                ) from failure[0]
            return self

    def stop(self) -> None:
        """End all calls and connections, and wait for the thread; does nothing twice."""
        with self._lock:
            thread, loop, stop = self._thread, self._loop, self._stop
            self._thread = None
            if thread is None or not thread.is_alive():
                return
            if loop is not None and stop is not None:
                with contextlib.suppress(RuntimeError):  # it ended by itself in the meantime
                    loop.call_soon_threadsafe(stop.set)
            thread.join(_PATIENCE)

    def __enter__(self) -> "SimSwitch":
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()

    # -- on the switch's own thread --------------------------------------------------------

    def _run(self, ready: threading.Event, failure: list[BaseException]) -> None:
        loop = asyncio.new_event_loop()
        try:
            loop.run_until_complete(self._serve(loop, ready, failure))
        finally:
            loop.run_until_complete(loop.shutdown_asyncgens())
            loop.close()

    async def _serve(
        self,
        loop: asyncio.AbstractEventLoop,
        ready: threading.Event,
        failure: list[BaseException],
    ) -> None:
        directory = Path(tempfile.mkdtemp(prefix="simswitch-"))
        try:
            core = self._core(loop, directory)
            try:
                server = await loop.create_server(
                    lambda: Listener(core), self.host, self._asked_port
                )
            except OSError as error:
                failure.append(error)
                ready.set()
                return
            self._port = server.sockets[0].getsockname()[1]
            heartbeat.begin(core)
            self._loop, self._stop = loop, asyncio.Event()
            ready.set()
            await self._stop.wait()
            server.close()
            for listener in tuple(core.listeners):
                listener.close()
            await core.shutdown()
            await asyncio.sleep(0)
        finally:
            shutil.rmtree(directory, ignore_errors=True)

    def _core(self, loop: asyncio.AbstractEventLoop, directory: Path) -> Core:
        core = Core(
            loop,
            sip=self._sip,
            directory=directory,
            clock=Clock(stepped=self._stepped),
            ids=Ids(self._seed),
            dialplan=self.dialplan,
            timing=self._timing,
            password=self.password,
            acl=self._acl,
            recordings_dir=self._recordings_dir,
        )
        core.recordings_dir.mkdir(parents=True, exist_ok=True)
        core.sounds_dir.mkdir()
        return core


Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def _networks(acl: Iterable[str] | None) -> tuple[Network, ...] | None:
    if acl is None:
        return None
    out = []
    for entry in [acl] if isinstance(acl, str) else acl:
        try:
            out.append(ipaddress.ip_network(entry, strict=False))
        except ValueError as error:
            raise ConfigurationError(f"acl: {entry!r} is no network: {error}") from error
    return tuple(out)
