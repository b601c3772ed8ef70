"""The listener: from a switch's events to sessions, calls and jobs, and to who waits for them.

Events arrive on the hub thread, where they are recorded and queued; everything else is done on the
listener's own dispatcher thread, one event after the other. Commands are not placed here (see
`client`).
"""

import logging
import queue
import threading
from collections import deque
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from functools import partial
from typing import Any

from switchy_nb.connection import Connection, LinkState
from switchy_nb.dispatch import Callbacks, take_event, take_rows
from switchy_nb.errors import ConfigurationError, LinkLost, SwitchyError
from switchy_nb.link import Secret
from switchy_nb.recording import Recording
from switchy_nb.recording.at_hand import AtHand
from switchy_nb.recording.store import Placed
from switchy_nb.session import Session
from switchy_nb.tracking import Tracker
from switchy_nb.waiting import TICK, Deadline, Waiter, block_on
from switchy_nb.wire import Batch, Event

log = logging.getLogger(__name__)

#: Events, other work for the dispatcher's thread, and None for its end.
Inbox = queue.SimpleQueue[Placed | Event | Callable[[], None] | None]

#: seconds that `disconnect` lets a callback finish
PATIENCE = 1.0


class EventListener(Tracker):
    """Tracks what happens on one switch.

    Parameters
    ----------
    host, port, auth
        The switch's Event Socket, and its secret.
    call_tracking_header : str
        The event header that the legs of one call have in common.
    app_id_headers : iterable of str
        The event headers that name the app group of a leg, the first one found counts.
    autorecon : float or bool
        After a lost link: how many seconds to try to come back; True for ever, False not at all.
    max_limit : float
        The most calls that a load generator may have up on this switch at once.
    recording : Recording, optional
        Where every event goes; a new one in memory where it is not given.
    timeout : float
        Seconds that connecting, and each command, may take.
    """

    HOST = "127.0.0.1"
    PORT = 8021
    AUTH = "ClueCon"

    def __init__(
        self,
        host: str = HOST,
        port: int | str = PORT,
        auth: str = AUTH,
        call_tracking_header: str = "variable_call_uuid",
        app_id_headers: Iterable[str] | None = None,
        autorecon: float | bool = 30,
        max_limit: float = float("inf"),
        *,
        recording: Recording | None = None,
        timeout: float = 10.0,
    ) -> None:
        name = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        own = recording if recording is not None else Recording(switch=name)
        super().__init__(self.may_block, self.is_alive, own)
        self.host = host
        self.max_limit = max_limit
        self.autorecon = autorecon
        self._auth = Secret(auth)
        self._rx = Connection(
            host, port, auth, timeout=timeout, autorecon=autorecon,
            on_events=self._arrived, on_link=self._link_changed, on_warning=self.recording.warn,
        )  # fmt: skip
        self.port = self._rx.port
        self._rx.commands = self.recording
        self._tx = Connection(
            host, port, auth, timeout=timeout, autorecon=autorecon, commands=self.recording
        )
        self.call_tracking_header = call_tracking_header
        self.app_id_headers = list(app_id_headers or ())
        self.callbacks = Callbacks()
        self._inbox: Inbox = queue.SimpleQueue()
        self._at_hand = AtHand()
        self._thread: threading.Thread | None = None
        self._ended = threading.Event()

    # --- life --------------------------------------------------------------------------

    def connect(self) -> None:
        """Connect to the switch and subscribe to all events that are not unsubscribed from.

        Raises
        ------
        ConfigurationError
            If it is listening already.
        ConnectionError, TimeoutError
            If there is no such switch, or it doesn't let us in; see `Connection.connect`.
        """
        if self.is_alive():
            raise ConfigurationError(f"{self!r} is listening already; call disconnect() first")
        # nothing of an earlier link counts any more
        self._inbox, self._at_hand = queue.SimpleQueue(), AtHand()
        # What was up before may have ended unseen; of what is new, all is still to be told.
        self._inbox.put(self._resync)
        try:
            for con in self.iter_cons().values():
                con.connect()
            self._rx.subscribe()
            if self._unsubscribed:
                self._rx.unsubscribe(self._unsubscribed)
        except BaseException:
            self.disconnect()
            raise

    def start(self) -> None:
        """Start to handle events, on a thread of its own. Those that came since `connect` count."""
        if not self._rx.connected():
            raise ConfigurationError(f"{self!r} has no link to listen to; call connect() first")
        if not self.is_alive():
            self._ended = threading.Event()
            self._thread = threading.Thread(
                target=self._dispatch,
                args=(self._inbox, self._at_hand, self._ended),
                name=f"switchy_nb listener {self._rx.switch}",
                daemon=True,
            )
            self._thread.start()

    def disconnect(self) -> None:
        """Stop listening and close the links. Whoever still waits gets an error at once.

        Twice is fine, and so is `connect` afterwards.
        """
        thread, self._thread = self._thread, None
        own = thread is None or thread is threading.current_thread()
        with ExitStack() as stack:  # all of it, whatever one step raises or who interrupts it
            stack.callback(
                self._fail_all, LinkLost(f"the listener to {self._rx.switch} was disconnected")
            )
            for con in self.iter_cons().values():
                stack.callback(con.disconnect)
            # A new inbox: whatever the old thread still does, it ends there.
            inbox, self._inbox = self._inbox, queue.SimpleQueue()
            inbox.put(None)
        if not own and not self._ended.wait(PATIENCE):
            log.warning("a callback is still running; its thread ends when it returns")

    def is_alive(self) -> bool:
        """Whether events are being handled."""
        return self._thread is not None and not self._ended.is_set()

    def connected(self) -> bool:
        """Whether all links are up."""
        return all(self.status().values())

    def status(self) -> dict[str, bool]:
        """Which of the links are up: that of the events, and that of the legs' commands."""
        return {name: con.connected() for name, con in self.iter_cons().items()}

    def iter_cons(self) -> dict[str, Connection]:
        """The links by name."""
        return {"rx": self._rx, "tx": self._tx}

    def wait(self, timeout: float | None = None) -> None:
        """Wait until the listener ends: it is disconnected, or the link is lost for good."""
        self.may_block()
        # Not Thread.join: interrupted, it takes the thread for ended (CPython's bpo-45274).
        deadline = Deadline(timeout)
        while self.is_alive() and not deadline.over:
            self._ended.wait(min(TICK, deadline.left))

    def get_new_con(
        self,
        server: str | None = None,
        port: int | str | None = None,
        auth: str | None = None,
        register_events: bool = False,
        **options: Any,
    ) -> Connection:
        """Return a connection of its own to this switch (or another), connected.

        Parameters
        ----------
        register_events : bool
            Subscribe it to all events; give ``on_event`` to have them.
        **options
            As for `Connection`.
        """
        con = Connection(
            server or self.host, port or self.port, auth or self._auth.reveal(), **options
        )
        con.connect()
        if register_events:
            con.subscribe()
        return con

    def __repr__(self) -> str:
        state = (
            "listening" if self.is_alive() else "connected" if self.connected() else "disconnected"
        )
        return f"<{type(self).__name__} {self._rx.switch} [{state}]>"

    # --- who wants to know -------------------------------------------------------------

    def add_callback(
        self,
        evname: str,
        ident: str,
        callback: Any,
        *args: Any,
        prepend: bool = False,
        **kwargs: Any,
    ) -> bool:
        """Have `callback(sess)` called for events of a name, of legs with the app group `ident`.

        Parameters
        ----------
        evname : str
            The event's name, or a CUSTOM event's subclass.
        ident : str
            The app group; ``"default"`` has the legs (and the other events) of no group.
        callback : callable
            Called on the dispatcher thread. What it raises is logged and hurts nobody else.
        prepend : bool
            Before the ones that are there, not after.
        *args, **kwargs
            Given to it first.

        Returns
        -------
        bool
            False if `callback` cannot be called, and was not added.
        """
        if not callable(callback) or isinstance(callback, type):
            return False
        if args or kwargs:
            callback = partial(callback, *args, **kwargs)
        self.callbacks.add(evname, ident, callback, prepend=prepend)
        return True

    def remove_callback(self, evname: str, ident: str, callback: Callable[..., Any]) -> None:
        """Remove a callback; `KeyError` if it is not there."""
        self.callbacks.remove(evname, ident, callback)

    @property
    def consumers(self) -> dict[str, dict[str, deque[Callable[..., Any]]]]:
        """The callbacks: app group → event name → in the order of their calls."""
        return self.callbacks.by_group

    def unsubscribe(self, events: str | Iterable[str]) -> bool:
        """Have the switch not send events of these names; only before `start`.

        Returns
        -------
        bool
            Whether any of them had a handler, which is removed.
        """
        if self.is_alive():
            raise ConfigurationError(f"{self!r} is listening; call disconnect() first")
        names = [events] if isinstance(events, str) else list(events)
        if any(name == "CUSTOM" or "::" in name for name in names):
            raise ConfigurationError(
                "FreeSWITCH leaves out no CUSTOM subclass for whoever has asked for all events; "
                "remove its callbacks instead"
            )
        had = self.leave_out(names)
        if self._rx.connected():
            self._rx.unsubscribe(names)
        return had

    def waitfor(self, sess: Session, varname: str, timeout: float | None = 60.0) -> bool:
        """Wait until ``sess.vars[varname]`` is true, most often set by an app's callback.

        Raises
        ------
        TimeoutError
            If it isn't in time.
        """

        def true(session: Session) -> bool:
            return bool(session.vars.get(varname))

        true.__name__ = f"vars[{varname!r}]"
        return bool(sess.wait(true, timeout))

    def may_block(self) -> None:
        """Raise if the caller is on the dispatcher thread, where a wait would never end."""
        if threading.current_thread() is self._thread:
            raise ConfigurationError(
                "this waits for events on the very thread that brings them: a callback must not "
                "wait. React to the event in a callback of its own"
            )

    def until(self, test: Callable[[], bool], timeout: float, what: str) -> bool:
        """Wait until `test()` is true, trying it after every event."""
        self.may_block()
        waiter = Waiter(test)
        self.callbacks.watch(waiter)
        try:
            return block_on(waiter.future, timeout, lambda: what)
        finally:
            self.callbacks.unwatch(waiter)

    # --- on the hub thread -------------------------------------------------------------

    def _arrived(self, events: Batch | Event, received: int) -> None:
        if isinstance(events, Batch):
            for placed in self.recording.keep_batch(events, received, self._rx.switch):
                self._inbox.put(self._at_hand.offer(placed))
        else:
            self.recording.append(events, received, self._rx.switch)
            self._inbox.put(events)

    def _link_changed(self, state: LinkState, reason: str, received: int) -> None:
        if state is not LinkState.GONE:
            self.recording.mark_link(state is LinkState.UP, reason, received, self._rx.switch)
        if state is not LinkState.UP:
            # here, since the dispatcher may be busy with a callback: what waits fails at once
            self._fail_all(LinkLost(f"the link to {self._rx.switch} was lost: {reason}"))
        self._inbox.put(partial(self._take_link, state, reason))

    # --- on the dispatcher thread ------------------------------------------------------

    def _dispatch(self, inbox: Inbox, at_hand: AtHand, ended: threading.Event) -> None:
        try:
            while (item := inbox.get()) is not None:
                try:
                    if isinstance(item, Placed):
                        take_rows(self, self.callbacks, item.run, at_hand.batch(item))
                    elif isinstance(item, Event):
                        take_event(self, self.callbacks, item)
                    else:
                        item()
                except _Over:
                    return
                except Exception:
                    log.exception("what came from %s was not handled: %r", self._rx.switch, item)
        finally:
            ended.set()

    def _take_link(self, state: LinkState, reason: str) -> None:
        if state is LinkState.UP:
            self._resync()
        elif state is LinkState.GONE and not self._rx.connected():
            # Of a link that is up again it is old news, told while somebody connected already.
            raise _Over

    def _resync(self) -> None:
        """Let go of the legs that ended while nobody listened: their events are lost."""
        for session in tuple(self._ending.values()):
            self.forget(session)
        for uuid in [*self.sessions, *(self.own - set(self.sessions) - set(self._awaited))]:
            try:
                # on this link, which is up: the other may still be coming back
                exists = self._rx.api(f"uuid_exists {uuid}", errcheck=False)
            except SwitchyError as exc:
                log.warning("which legs are still up is not known: %s", exc)
                return  # lost again; the next time that it comes back, it is asked again
            if exists.strip() == "false":
                log.warning("the leg %s ended while nobody listened", uuid)
                self.own.discard(uuid)
                if uuid in self.sessions:
                    self.forget(self.sessions[uuid])

    def _fail_all(self, error: SwitchyError) -> None:
        for job in list(self.bg_jobs.values()):
            if not job.ready():
                job.fail(error)
                self.bg_jobs.pop(job.uuid, None)
                self._awaited.pop(job.sess_uuid or "", None)
        for session in [*self.sessions.values(), *self._ending.values()]:
            session.fail_waiters(error)
        self.callbacks.fail_watchers(error)


class _Over(Exception):
    """The dispatcher has nothing more to come."""
