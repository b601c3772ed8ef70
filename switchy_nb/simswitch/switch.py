"""`SimSwitch`: a FreeSWITCH simulated in this process, on a thread and a socket of its own."""

import threading
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from types import TracebackType

from switchy_nb.errors import SimulationError
from switchy_nb.simswitch.clients.faults import Faults
from switchy_nb.simswitch.life import Life
from switchy_nb.simswitch.limits import Limits
from switchy_nb.simswitch.plan.dialplan import Dialplan, default_rules
from switchy_nb.simswitch.server import Server, Work
from switchy_nb.simswitch.settings import (
    Settings,
    Timing,
    read_acl,
    read_limit,
    read_password,
    read_port,
    read_sip,
    read_speed,
)


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
    speed : float
        How many of the switch's seconds pass in one of ours: 10 runs an hour of calls in six
        minutes. Its clock, its timers and the sounds that it plays all keep to it.
    stepped_clock : bool
        True moves the clock in steps of 20 ms, as a real FreeSWITCH's.
    seed : int, optional
        Makes uuids, tags, ports and chances repeat.
    dialplan : Dialplan, optional
        What calls do; by default the plan that is documented.
    timing : Timing, optional
        How long things take.
    max_sessions, sps : int
        How many sessions there may be at once, and (less one) begin in a second.
    recordings_dir : str or Path, optional
        Where recordings go, and stay; by default they go when the switch stops (see `file`).

    Attributes
    ----------
    dialplan : Dialplan
        What calls do, by the number that they dial. It may be changed at any time.
    hosts : Hosts
        What other hosts do with calls: carriers, and devices in the middle. Without an entry a
        host cannot be reached.
    faults : Faults
        What goes wrong, on demand.

    Raises
    ------
    ConfigurationError
        If `sip`, `port`, `password`, `acl`, `speed` or a limit cannot be.
    """

    def __init__(
        self,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        password: str = "ClueCon",
        sip: str = "127.0.0.1:5080",
        acl: Iterable[str] | None = None,
        speed: float = 1.0,
        stepped_clock: bool = False,
        seed: int | None = None,
        dialplan: Dialplan | None = None,
        timing: Timing | None = None,
        max_sessions: int = Limits.max_sessions,
        sps: int = Limits.sessions_per_second,
        recordings_dir: str | Path | None = None,
    ) -> None:
        self._settings = Settings(
            sip=read_sip(sip),
            host=host,
            port=read_port(port),
            password=read_password(password),
            acl=read_acl(acl),
            stepped_clock=stepped_clock,
            speed=read_speed(speed),
            seed=seed,
            dialplan=dialplan if dialplan is not None else Dialplan(default_rules()),
            timing=timing or Timing(),
            recordings_dir=Path(recordings_dir) if recordings_dir is not None else None,
            max_sessions=read_limit("max_sessions", max_sessions),
            sps=read_limit("sps", sps),
        )
        self.host = host
        self.password = password
        self.sip = sip
        self.dialplan = self._settings.dialplan
        self.hosts = self._settings.hosts
        self.faults = Faults(self._call, seed)
        self._port = port
        self._life: Life | None = None
        self._lock = threading.Lock()

    def __repr__(self) -> str:
        state = "running" if self.running else "stopped"
        return f"<SimSwitch {self.host}:{self.port} {state}>"

    @property
    def port(self) -> int:
        """The port it listens on; 0 before the first start, if any would do."""
        return self._port

    @property
    def speed(self) -> float:
        """How many of the switch's seconds pass in one of ours."""
        return self._settings.speed

    @property
    def running(self) -> bool:
        """Whether it is up."""
        return self._life is not None and self._life.alive

    def file(self, path: str | Path) -> Path:
        """Say where a file that the switch names is kept on this machine, while it runs.

        The switch says that it is installed in ``/usr/local/freeswitch``, as FreeSWITCH is; what is
        below that is kept in a temporary directory.

        Raises
        ------
        SimulationError
            If the switch is stopped.
        """
        life = self._life
        server = life.server if life is not None and life.alive else None
        if server is None:
            raise SimulationError(f"{path} was gone with the switch; look while it runs")
        return server.core.files.local(path)

    def start(self) -> "SimSwitch":
        """Start to listen; does nothing if it does already.

        A switch that is started again has the port that it had.

        Raises
        ------
        SimulationError
            If the address is taken, or cannot be listened on.
        """
        life = self._life
        if life is not None and life.mine:
            if life.ending:
                raise SimulationError("a switch that stops cannot be started from its own thread")
            return self
        with self._lock:
            if self._life is not None:
                if self._life.alive and not self._life.ending:
                    return self
                self._life.stop()
            self._life = Life(replace(self._settings, port=self._port), self.faults)
            self._life.start()
            if self._life.server is not None:
                self._port = self._life.server.port
            return self

    def stop(self) -> None:
        """End all calls and connections, and wait for the thread; does nothing twice.

        From the switch's own thread, where the functions of the dial plan run, it does not wait.

        Raises
        ------
        SimulationError
            If the thread does not end.
        """
        life = self._life
        if life is not None and life.mine:
            life.leave()
            return
        with self._lock:
            if self._life is not None:
                self._life.stop()
                self._life = None

    def __enter__(self) -> "SimSwitch":
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()

    def _call(self, do: Callable[[Server], Work]) -> None:
        life = self._life
        if life is not None:
            life.call(do)
