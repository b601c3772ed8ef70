"""One life of one socket to a switch: logged in once, read until it ends.

It runs on the hub thread only. greenswitch gives the connection its shape and its greenlets; its
reader, its parser and its `send` are replaced, since they decode before they split, wait for ever
on a silent peer and send what holds a newline as several commands. What to do when a link is lost
is not decided here (see `connection`).
"""

import logging
import socket as _socket
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import gevent
import gevent.event
import gevent.socket
from greenswitch.esl import InboundESL

from switchy_nb.errors import (
    AccessDenied,
    AuthenticationError,
    ConfigurationError,
    ConnectionError,
    LinkLost,
    NotAnEventSocket,
    ProtocolError,
    SwitchyError,
    TimeoutError,
    UnknownHost,
    Unreachable,
)
from switchy_nb.waiting import Deadline
from switchy_nb.wire import (
    ApiResponse,
    AuthRequest,
    Batch,
    CommandReply,
    Disconnect,
    Event,
    LogLine,
    Message,
    Parser,
    Rejection,
    auth_command,
)
from switchy_nb.wire.slab import LARGEST

log = logging.getLogger(__name__)

Reply = CommandReply | ApiResponse

#: Beyond so much memory (bytes) that is held of what was read, reading pauses for moments (seconds):
#: memory that is used again is much faster than new memory. But never is it slower for it than so
#: many bytes a second, which is more than a switch says: nobody holds up the reader.
AHEAD, PAUSE, PACE = 48 * 1024 * 1024, 0.002, 100e6
#: While bytes keep coming, let the hub's other work in after this many seconds.
SLICE = 0.005
#: What a switch says of a client that had not read its last 100,000 events.
_TOO_SLOW = "killed listener because of lost events"
#: A host that vanished without a word is noticed in under a minute: an idle peer is probed after
#: 15 s, and given up after two probes (s, s, number) or what it did not acknowledge for 30 s (ms).
KEEPALIVE = {"TCP_KEEPIDLE": 15, "TCP_KEEPINTVL": 15, "TCP_KEEPCNT": 2, "TCP_USER_TIMEOUT": 30000}


class Secret(str):
    """A password that does not show itself where it is printed."""

    __slots__ = ()

    def __new__(cls, text: str) -> "Secret":
        """Wrap a password once, however often it is wrapped."""
        return super().__new__(cls, text.reveal() if isinstance(text, Secret) else text)

    def __repr__(self) -> str:
        return "'***'"

    def __str__(self) -> str:
        return "***"

    def __format__(self, spec: str) -> str:
        return format("***", spec)

    def reveal(self) -> str:
        """Return the password itself, for the login."""
        return str.__str__(self)


@dataclass(frozen=True, slots=True)
class Handlers:
    """What a link tells, and to whom. They are called on the hub thread and must not block."""

    events: Callable[[Batch | Event, int], None]
    log: Callable[[LogLine], None]
    warning: Callable[[str], None]
    lost: Callable[["Link", str], None]


@dataclass(frozen=True, slots=True)
class Slot:
    """Somebody who waits for the reply to one command."""

    command: str
    reply: Callable[[Reply], None]
    fail: Callable[[SwitchyError], None]


class Link(InboundESL):  # type: ignore[misc]  # greenswitch has no types
    """An authenticated Event Socket, from `open` to `close` or to its loss."""

    def __init__(self, host: str, port: int, secret: Secret, handlers: Handlers) -> None:
        super().__init__(host, port, secret)
        peer = self.peer = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        self._secret = secret
        self._handlers = handlers
        self._parser = Parser(lambda text: handlers.warning(f"{peer}: {text}"))  # without self
        #: what came in one piece with a message of the login
        self._early: list[Message] = []
        self._waiting: deque[Slot] = deque()
        self._outgoing: deque[bytes] = deque()
        self._wake = gevent.event.Event()
        self._farewell, self._patience = "", 0.0  # the latter in seconds that reading may pause
        self.sock: Any = None
        self._greenlets: list[Any] = []

    # --- opening -----------------------------------------------------------------------

    def open(self, timeout: float) -> None:
        """Connect and log in, within `timeout` seconds.

        Raises
        ------
        UnknownHost, Unreachable, NotAnEventSocket, AuthenticationError, AccessDenied, TimeoutError
        """
        deadline = Deadline(timeout)
        try:
            self.sock = self._dial(deadline)
            self._login(deadline, timeout)
        except BaseException as exc:
            if self.sock is not None:
                self.sock.close()
            secret = self._secret.reveal()
            if isinstance(exc, SwitchyError) and secret in str(exc):
                # a peer that sends back what it hears must not make the error tell it
                raise type(exc)(str(exc).replace(secret, "***")) from None
            raise
        self.connected = True
        self.start_event_handlers()

    def _dial(self, deadline: Deadline) -> Any:
        tried = f"tried to reach the Event Socket at {self.peer}"
        try:
            self.host.encode("idna")
        except UnicodeError as exc:
            raise UnknownHost(f"{tried}: {self.host!r} cannot be the name of a host") from exc
        try:
            sock = gevent.socket.create_connection((self.host, self.port), timeout=deadline.left)
        except _socket.gaierror as exc:
            raise UnknownHost(
                f"{tried}: the name {self.host!r} does not resolve ({exc.strerror}). "
                "Check its spelling, or give an address"
            ) from exc
        except _socket.timeout as exc:
            raise TimeoutError(
                f"{tried}: no answer within {deadline.seconds:.1f} s. Is the host up, and does a "
                "firewall let this machine through to that port?"
            ) from exc
        except OSError as exc:
            raise Unreachable(
                f"{tried}: {exc.strerror or exc}. Is FreeSWITCH running, is mod_event_socket "
                "loaded, and does `listen-ip` in event_socket.conf.xml admit more than its own host?"
            ) from exc
        sock.setsockopt(_socket.IPPROTO_TCP, _socket.TCP_NODELAY, 1)
        sock.setsockopt(_socket.SOL_SOCKET, _socket.SO_KEEPALIVE, 1)
        for option, value in KEEPALIVE.items():
            if hasattr(_socket, option):
                sock.setsockopt(_socket.IPPROTO_TCP, getattr(_socket, option), value)
        return sock

    def _login(self, deadline: Deadline, timeout: float) -> None:
        first = self._expect(deadline, timeout, "greeting")
        if isinstance(first, Rejection):
            raise AccessDenied(
                f"{self.peer} turned us away before the login ({first.text.strip()!r}): this "
                "machine's address is not on the access list that FreeSWITCH checks, "
                "`apply-inbound-acl` in event_socket.conf.xml (`loopback.auto` by default). Add a "
                "list that admits it, or come through an ssh tunnel"
            )
        if not isinstance(first, AuthRequest):
            raise NotAnEventSocket(
                f"{self.peer} began with {first!r} instead of asking for the secret: "
                "it is no Event Socket that one can log in to"
            )
        self.sock.settimeout(max(deadline.left, 0.001))
        try:
            self.sock.sendall(auth_command(self._secret.reveal()))
        except OSError as exc:
            raise Unreachable(f"{self.peer} broke off during the login: {exc}") from exc
        reply = self._expect(deadline, timeout, "answer to the login")
        if not isinstance(reply, CommandReply) or not reply.text.startswith("+OK"):
            said = reply.text if isinstance(reply, CommandReply) else repr(reply)
            raise AuthenticationError(
                f"{self.peer} does not accept the secret (it said {said!r}). It is the `password` "
                "in FreeSWITCH's event_socket.conf.xml"
            )
        self.sock.settimeout(None)

    def _expect(self, deadline: Deadline, timeout: float, what: str) -> Message:
        if self._early:
            return self._early.pop(0)
        while True:
            self.sock.settimeout(max(deadline.left, 0.001))
            try:
                data = self.sock.recv(8192)
                messages = self._parser.feed(data) if data else []
            except _socket.timeout as exc:
                raise TimeoutError(
                    f"{self.peer} accepted the connection, but no {what} came within "
                    f"{timeout:.1f} s ({self._parser.pending} bytes of a message did). Is that "
                    "port FreeSWITCH's Event Socket (8021 by default), and is FreeSWITCH alive?"
                ) from exc
            except ProtocolError as exc:
                raise NotAnEventSocket(
                    f"{self.peer} does not speak the Event Socket protocol: {exc}. "
                    "FreeSWITCH's port is 8021 by default"
                ) from exc
            except OSError as exc:
                raise Unreachable(f"{self.peer} broke off during the login: {exc}") from exc
            if not data:
                raise NotAnEventSocket(
                    f"{self.peer} accepted the connection and closed it before the {what} came. "
                    "Is that port FreeSWITCH's Event Socket (8021 by default)?"
                )
            if messages:
                self._early = messages[1:]
                return messages[0]

    def start_event_handlers(self) -> None:
        """Start the reader and the writer, where greenswitch starts its own."""
        self._greenlets = [gevent.spawn(self.receive_events), gevent.spawn(self._write)]

    # --- while it is up ----------------------------------------------------------------

    def request(self, data: bytes, slot: Slot) -> None:
        """Send a command; its reply, or the link's loss, comes to `slot`. Does not block."""
        if not self.connected:
            slot.fail(LinkLost(f"tried `{slot.command}`: the link to {self.peer} is down"))
            return
        self._waiting.append(slot)
        self._outgoing.append(data)
        self._wake.set()

    def ask(self, command: str, data: bytes, timeout: float) -> Reply:
        """Send a command and wait for its reply, in a greenlet.

        Raises
        ------
        LinkLost, TimeoutError
        """
        result: Any = gevent.event.AsyncResult()
        self.request(data, Slot(command, result.set, result.set_exception))
        with gevent.Timeout(timeout, False):
            reply: Reply = result.get()
            return reply
        raise TimeoutError(f"waited {timeout:.1f} s for the reply of {self.peer} to `{command}`")

    def receive_events(self) -> None:
        """Read until the link ends: the reader's greenlet."""
        reason = "the switch closed the connection"
        slice_end = time.monotonic() + SLICE
        try:
            messages: Sequence[Message | Batch] = self._early
            count = 1  # what came with the login
            while count:
                received = time.time_ns() // 1000
                for message in messages:
                    self._take(message, received)
                if self._parser.error is not None:
                    raise self._parser.error
                # A busy socket is read without ever waiting: others must get their turn.
                if time.monotonic() > slice_end:
                    gevent.sleep(0)
                    slice_end = time.monotonic() + SLICE
                self._fall_back(count)
                with self._parser.room() as room:
                    count = self.sock.recv_into(room)
                messages = self._parser.received(count) if count else ()
        except OSError as exc:
            reason = f"{exc.strerror or exc}"
        except ProtocolError as exc:
            self._farewell = self._farewell or f"what came could not be read: {exc}"
        except Exception as exc:
            # a link whose reader has ended must not look as if it were up
            log.exception("reading from %s failed", self.peer)
            self._farewell = self._farewell or f"reading failed: {exc!r}"
        if torn := self._parser.pending:
            reason += f", in the middle of a message: {torn:,} bytes of it had come"
        self._lose(self._farewell or reason)

    def _fall_back(self, count: int) -> None:
        """Let who compresses what was read catch up; for no longer than reading so much may take."""
        self._patience = min(self._patience + count / PACE, LARGEST / PACE)
        while self._parser.ahead > AHEAD and self._patience >= PAUSE:
            self._patience -= PAUSE
            gevent.sleep(PAUSE)

    def _take(self, message: Message | Batch, received: int) -> None:
        if isinstance(message, Batch | Event):
            self._handlers.events(message, received)
        elif isinstance(message, CommandReply | ApiResponse):
            if not self._waiting:
                raise ProtocolError(f"a reply to no command came: {message!r}")
            self._waiting.popleft().reply(message)
        elif isinstance(message, LogLine):
            self._handlers.log(message)
        elif isinstance(message, Disconnect):
            # The end comes by itself; a lingering switch has events to send first.
            first_line = message.text.partition("\n")[0]
            self._farewell = f"the switch said goodbye ({first_line!r})"
            if _TOO_SLOW in message.text:
                self._farewell = (
                    "the switch dropped us for being too slow, and events were lost "
                    f"({_TOO_SLOW!r})"
                )

    def _write(self) -> None:
        while True:
            self._wake.wait()
            self._wake.clear()
            data = b"".join(self._outgoing)
            self._outgoing.clear()
            try:
                self.sock.sendall(data)
            except OSError as exc:
                # The reader sees the end as well; it may first have replies to read.
                self._farewell = self._farewell or f"{exc.strerror or exc}"
                return

    def _lose(self, reason: str) -> None:
        if not self.connected:
            return
        self.close()
        self._fail_all(reason)
        self._handlers.lost(self, reason)

    def _fail_all(self, reason: str) -> None:
        waiting, self._waiting = self._waiting, deque()
        for slot in waiting:
            slot.fail(
                LinkLost(
                    f"tried `{slot.command}`: the link to {self.peer} was lost before the reply "
                    f"came ({reason}). Whether the switch acted on it is not known"
                )
            )

    # --- ending ------------------------------------------------------------------------

    def stop(self) -> None:
        """Say ``exit`` and close, within a second; the switch is told, not asked."""
        try:
            if self.connected:
                self.ask("exit", b"exit\n\n", 1.0)
        except (ConnectionError, TimeoutError) as exc:
            self._farewell = str(exc)  # it is closed all the same
        finally:
            self.close()
            self._fail_all("it was disconnected here")

    def close(self) -> None:
        """Close the socket and end the greenlets, at once."""
        self.connected = False
        if self.sock is not None:
            self.sock.close()
        current = gevent.getcurrent()
        for greenlet in self._greenlets:
            if greenlet is not current:
                greenlet.kill(block=False)


def one_by_one(function: Callable[[Event, int], None]) -> Callable[[Batch | Event, int], None]:
    """Have a function that takes one event called for each of a batch."""

    def each(events: Batch | Event, received: int) -> None:
        for event in events if isinstance(events, Batch) else (events,):
            function(event, received)

    return each


def port_number(port: int | str) -> int:
    """Read a port's number; `ConfigurationError` if it cannot be one."""
    try:
        number = int(port)
    except ValueError:
        number = -1
    if not 0 < number < 65536:
        raise ConfigurationError(f"{port!r} is no port; FreeSWITCH's is 8021 by default")
    return number
