"""One Event Socket connection, safe to use from any thread.

Its socket lives on the hub thread (see `hub` and `link`); here are the calls that other threads
make, the order of replies, and coming back after a lost link. What events mean is not known here:
each is handed to whom the connection was told to.
"""

import logging
import time
import uuid
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from enum import Enum
from typing import Any

import gevent
import gevent.lock

from switchy_nb.commandlog import CommandLog, noted
from switchy_nb.errors import (
    AccessDenied,
    APIError,
    AuthenticationError,
    ConfigurationError,
    ConnectionError,
    LinkLost,
    TimeoutError,
)
from switchy_nb.hub import Hub, get_hub
from switchy_nb.link import Handlers, Link, Reply, Secret, Slot, one_by_one, port_number
from switchy_nb.subscriptions import Subscriptions
from switchy_nb.waiting import Deadline, block_on
from switchy_nb.wire import Batch, Event, LogLine, encode_command

log = logging.getLogger(__name__)


class LinkState(Enum):
    """What became of a link that was up."""

    DOWN = "down"
    #: it came back, and was subscribed and filtered as before
    UP = "up"
    #: it does not come back by itself
    GONE = "gone"


#: Seconds between two attempts to come back: short at first, then no more often than the longest.
RETRY_FIRST, RETRY_LONGEST = 0.1, 2.0


class Connection(Subscriptions):
    """A connection to one switch's Event Socket.

    Parameters
    ----------
    host : str
        Name or address; IPv6 too.
    port : int or str
        The Event Socket's port.
    auth : str
        The secret. It is shown nowhere.
    timeout : float
        Seconds that connecting, and each command without a timeout of its own, may take.
    autorecon : float or bool
        After a lost link: how many seconds to try to come back; True for ever, False not at all.
    on_event, on_link, on_log : callable, optional
        ``on_event(event, received)``, ``on_link(state, reason, received)`` and ``on_log(line)``, with
        `received` in µs since the epoch. They are called on the hub thread and must not block.
    on_events : callable, optional
        In place of `on_event`, to have plain events that came together as a `Batch`.
    on_warning : callable, optional
        ``on_warning(text)``, of what came that is not as it should be. Without, it is logged.
    commands : CommandLog, optional
        Who keeps the commands.
    """

    def __init__(
        self,
        host: str,
        port: int | str = 8021,
        auth: str = "ClueCon",
        *,
        timeout: float = 10.0,
        autorecon: float | bool = False,
        on_event: Callable[[Event, int], None] | None = None,
        on_events: Callable[[Batch | Event, int], None] | None = None,
        on_link: Callable[[LinkState, str, int], None] | None = None,
        on_log: Callable[[LogLine], None] | None = None,
        on_warning: Callable[[str], None] | None = None,
        commands: CommandLog | None = None,
    ) -> None:
        super().__init__()
        self.host = host.strip("[]") if ":" in host else host  # [::1], as in a URL
        self.port = port_number(port)
        self.timeout = timeout
        self.autorecon = _seconds(autorecon)
        self.commands = commands
        self._secret = Secret(auth)
        self._on_events = on_events or one_by_one(self._guarded(on_event))
        self._on_link, self._on_log, self._on_warning = on_link, on_log, on_warning or log.warning
        self._link: Link | None = None
        self._returning: Any = None
        self._opening: Any = None
        self._wanted = self._used = False

    @property
    def switch(self) -> str:
        """What the frames call this switch: ``host:port``."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    def __repr__(self) -> str:
        state = "connected" if self.connected() else "disconnected"
        return f"<{type(self).__name__} {self.switch} [{state}]>"

    # --- life --------------------------------------------------------------------------

    def connect(self, timeout: float | None = None) -> None:
        """Connect and log in; nothing happens if it is connected already.

        Raises
        ------
        UnknownHost, Unreachable, NotAnEventSocket, AuthenticationError, AccessDenied
            Each says what was tried and what to do.
        TimeoutError
            If the peer is mute.
        """
        if self.connected():
            return
        seconds = self.timeout if timeout is None else timeout
        hub = self._hub("connect")
        self._used = self._wanted = True
        try:
            # The greenlet keeps the deadline itself; the margin is for handing over.
            hub.run(
                lambda: self._open(seconds), seconds + 1, lambda: f"{self.switch} to be connected"
            )
        except BaseException:
            self._wanted = self.connected()
            raise

    def disconnect(self) -> None:
        """Say goodbye and close. Twice is fine, and so is `connect` afterwards."""
        if not self._used:
            return
        self._wanted = False
        self._hub("disconnect").run(
            self._close, 3.0, lambda: f"the connection to {self.switch} to be closed", kill=False
        )

    def another(self) -> "Connection":
        """Return another connection to the same switch, not connected, that tells nobody anything."""
        return Connection(self.host, self.port, self._secret, timeout=self.timeout)

    def __enter__(self) -> "Connection":
        self.connect()
        return self

    def __exit__(self, *_: object) -> None:
        self.disconnect()

    def connected(self) -> bool:
        """Whether the link is up."""
        link = self._link
        return link is not None and bool(link.connected)

    def _open(self, timeout: float) -> None:
        """Open the link, unless it is up or not wanted any more; one greenlet at a time."""
        deadline = Deadline(timeout)
        with self._turn():
            if self.connected():
                return
            on = self._guarded(self._on_events), self._guarded(self._on_log)
            handlers = Handlers(*on, self._guarded(self._on_warning), self._lost)
            link = Link(self.host, self.port, self._secret, handlers)
            try:
                link.open(deadline.left)
                for line in self._standing:
                    link.ask(line, encode_command(line), deadline.left)
                if not (self._wanted and link.connected):
                    raise LinkLost(f"disconnected from {self.switch} while it was being connected")
            except BaseException:
                link.close()
                raise
            self._link = link

    def _close(self) -> None:
        returning, self._returning = self._returning, None
        if returning is not None:
            returning.kill(block=False)
        link, self._link = self._link, None
        if link is not None:
            link.stop()

    def _turn(self) -> Any:
        # made on the hub thread, to which it belongs
        if self._opening is None:
            self._opening = gevent.lock.BoundedSemaphore()
        return self._opening

    # --- commands ----------------------------------------------------------------------

    def send(
        self,
        line: str,
        headers: Mapping[str, str] | None = None,
        body: str | None = None,
        *,
        timeout: float | None = None,
    ) -> Reply:
        """Send one command of the Event Socket itself and wait for its reply.

        Parameters
        ----------
        line : str
            Such as ``log 7`` or ``sendevent CUSTOM``.
        headers : mapping, optional
            What follows it as headers.
        body : str, optional
            What follows those.
        timeout : float, optional
            Seconds; the connection's own where it is not given.

        Raises
        ------
        CommandError
            If it holds a line break.
        LinkLost
            If there is no link, or it is lost before the reply.
        TimeoutError
            If no reply comes in time. A later one is not taken for another command's.
        """
        seconds = self.timeout if timeout is None else timeout
        sent = time.monotonic()
        future = self.post(line, headers, body)

        def describe() -> str:
            state = "is up" if self.connected() else "is down"
            return (
                f"the reply of {self.switch} to `{_short(line)}`; nothing came in "
                f"{time.monotonic() - sent:.1f} s, and the link {state}"
            )

        return block_on(future, seconds, describe)

    def post(
        self,
        line: str,
        headers: Mapping[str, str] | None = None,
        body: str | None = None,
        *,
        job: str | None = None,
    ) -> "Future[Reply]":
        """Send one command and return at once with a future of its reply; see `send`."""
        data = encode_command(line, headers, body)
        hub = self._hub(line)
        future: Future[Reply] = Future()
        future.set_running_or_notify_cancel()  # a reply always finds its place taken
        link = self._link
        if link is None or not link.connected:
            raise LinkLost(f"tried `{_short(line)}`: {self._why_down()}")
        done, fail = noted(self.commands, self.switch, line, job, future)
        hub.post(link.request, data, Slot(_short(line), done, fail))
        return future

    def api(self, cmd: str, timeout: float | None = None, *, errcheck: bool = True) -> str:
        """Run a command of the switch in the foreground; return what it answers.

        Parameters
        ----------
        cmd : str
            Such as ``status``.
        timeout : float, optional
            Seconds. The switch does nothing else on this connection meanwhile.
        errcheck : bool
            Raise on ``-ERR`` and ``-USAGE``.

        Raises
        ------
        APIError
            If the switch answers ``-ERR`` or ``-USAGE``.
        """
        reply = self.send(f"api {cmd}", timeout=timeout)
        if errcheck and not reply.ok:
            said = reply.text.strip()
            raise APIError(
                f"tried `{_short(cmd)}` on {self.switch}: it answered {said!r}", reply=reply.text
            )
        return reply.text

    def cmd(self, cmd: str, timeout: float | None = None) -> str:
        """Run a command as `api` does; return its answer without surrounding white space."""
        return self.api(cmd, timeout).strip()

    def bgapi(self, cmd: str, job_uuid: str | None = None, timeout: float | None = None) -> str:
        """Run a command of the switch in the background.

        Parameters
        ----------
        cmd : str
            Such as ``originate …``.
        job_uuid : str, optional
            The job's id; chosen here where it is not given, so that whoever waits for the job can
            be there before it is sent.

        Returns
        -------
        str
            The job's id, that ``BACKGROUND_JOB`` comes with.
        """
        job = job_uuid or str(uuid.uuid4())
        seconds = self.timeout if timeout is None else timeout
        future = self.post(f"bgapi {cmd}", {"Job-UUID": job}, job=job)
        reply = block_on(future, seconds, lambda: f"{self.switch} to take `{_short(cmd)}`")
        self.check(reply, f"bgapi {cmd}")
        return job

    def check(self, reply: Reply, line: str) -> None:
        """Raise `APIError` if the switch refused the command `line`."""
        if not reply.ok:
            raise APIError(
                f"tried `{_short(line)}` on {self.switch}: it answered {reply.text.strip()!r}",
                reply=reply.text,
            )

    # --- on the hub thread -------------------------------------------------------------

    def _lost(self, link: Link, reason: str) -> None:
        if link is not self._link:
            return
        self._link = None
        log.warning("the link to %s was lost: %s", self.switch, reason)
        self._tell(LinkState.DOWN, reason)
        if self._wanted and self.autorecon:
            self._returning = gevent.spawn(self._come_back)
        else:
            self._tell(LinkState.GONE, reason)

    def _come_back(self) -> None:
        deadline = Deadline(None if self.autorecon is True else float(self.autorecon))
        pause = RETRY_FIRST
        state, reason = LinkState.GONE, "it did not come back; connect again"
        while not deadline.over:
            gevent.sleep(min(pause, deadline.left))
            pause = min(pause * 2, RETRY_LONGEST)
            try:
                self._open(min(self.timeout, max(deadline.left, 0.1)))
                state, reason = LinkState.UP, "it came back"
            except (AuthenticationError, AccessDenied) as exc:
                reason = str(exc)
            except (ConnectionError, TimeoutError) as exc:
                log.info("the link to %s is not back yet: %s", self.switch, exc)
                continue
            except Exception as exc:
                # nobody else would hear of it, and nobody would be told that it is over
                log.exception("coming back to %s failed", self.switch)
                reason = str(exc)
            break
        self._returning = None
        log.warning("the link to %s is %s: %s", self.switch, state.value, reason)
        self._tell(state, reason)

    def _tell(self, state: LinkState, reason: str) -> None:
        self._guarded(self._on_link)(state, reason, time.time_ns() // 1000)

    def _guarded(self, function: Callable[..., None] | None) -> Callable[..., None]:
        """Wrap who listens so that it cannot end the reader."""

        def call(*args: object) -> None:
            try:
                if function is not None:
                    function(*args)
            except Exception:
                log.exception("%r failed on the hub thread", function)

        return call

    def _hub(self, what: str) -> Hub:
        hub = get_hub()
        if hub.is_current():
            raise ConfigurationError(
                f"tried `{_short(what)}` on the hub thread, where nothing may block; "
                "call it from another thread"
            )
        return hub

    def _why_down(self) -> str:
        if self._returning is not None:
            return f"the link to {self.switch} is down, and being brought back; try again"
        return f"not connected to {self.switch}; call connect() first"


def _seconds(autorecon: Any) -> float | bool:
    if not isinstance(autorecon, int | float) or autorecon < 0:
        raise ConfigurationError(f"autorecon is seconds, True or False, and not {autorecon!r}")
    return autorecon


def _short(text: str) -> str:
    return text if len(text) <= 120 else f"{text[:117]}…"
