"""The client: commands to one switch, and calls placed on it.

The apps that take the calls' events are loaded by `apphost`.
"""

import re
import uuid
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from typing import Any

from switchy_nb.apphost import AppHost
from switchy_nb.commands import build_originate_cmd, escape_word, event_header, xheader_variable
from switchy_nb.connection import Connection
from switchy_nb.errors import ConfigurationError, LinkLost, SwitchyError, TimeoutError
from switchy_nb.freeswitch.settings import configured_log_level
from switchy_nb.link import Reply
from switchy_nb.listener import EventListener
from switchy_nb.models import Job, job_error
from switchy_nb.waiting import Deadline

#: Seconds after which a leg that is still up is told again to hang up.
AGAIN = 0.3


def new_uuid() -> str:
    """Return a new leg's or job's id."""
    return str(uuid.uuid4())


class Client(AppHost):
    """Commands one switch, with an `EventListener` to see what comes of it.

    Parameters
    ----------
    host, port, auth
        The switch's Event Socket, and its secret.
    call_tracking_header : str, optional
        The X-header (without ``X-``) by which a call's legs are known to belong together.
    listener : EventListener, optional
        Who listens to the same switch. Assigning it makes it track calls by that header.
    timeout : float
        Seconds that connecting, and each command, may take.
    """

    def __init__(
        self,
        host: str = "127.0.0.1",
        port: int | str = 8021,
        auth: str = "ClueCon",
        call_tracking_header: str | None = None,
        listener: EventListener | None = None,
        *,
        timeout: float = 10.0,
    ) -> None:
        super().__init__()
        self.host = host
        self.call_tracking_header = xheader_variable(
            call_tracking_header or "switchy_originating_session"
        )
        self._id = new_uuid()
        self._con = Connection(host, port, auth, timeout=timeout)
        self.port = self._con.port
        self._originate: dict[str, Any] | None = None
        self._loglevel: str | None = None
        self._listener: EventListener | None = None
        if listener is not None:
            self.listener = listener

    @property
    def listener(self) -> EventListener:
        """Who listens to the same switch; `AttributeError` if nobody was assigned."""
        if self._listener is None:
            raise AttributeError("this client has no listener; assign one to client.listener")
        return self._listener

    @listener.setter
    def listener(self, listener: EventListener) -> None:
        self._listener = listener
        listener.call_tracking_header = event_header(self.call_tracking_header)
        self._con.autorecon = listener.autorecon
        self._con.commands = listener.recording

    # --- life and commands -------------------------------------------------------------

    def connect(self) -> None:
        """Connect; see `Connection.connect` for what can go wrong."""
        self._con.connect()

    def disconnect(self) -> None:
        """Close the link; twice is fine."""
        self._con.disconnect()

    def connected(self) -> bool:
        """Whether the link is up."""
        return self._con.connected()

    def __repr__(self) -> str:
        state = "connected" if self.connected() else "disconnected"
        return f"<{type(self).__name__} {self._con.switch} [{state}]>"

    def api(self, cmd: str, exc: bool = True, timeout: float | None = None) -> str:
        """Run a command of the switch; return its answer.

        Raises
        ------
        APIError
            On ``-ERR``, unless `exc` is false.
        """
        return self._con.api(cmd, timeout, errcheck=exc)

    def cmd(self, cmd: str, timeout: float | None = None) -> str:
        """Run a command as `api` does; return its answer without surrounding white space."""
        return self._con.cmd(cmd, timeout)

    def post(self, line: str) -> "Future[Reply]":
        """Send one command of the Event Socket and return at once; see `Connection.post`."""
        return self._con.post(line)

    def bgapi(
        self,
        cmd: str,
        listener: EventListener | None = None,
        callback: Callable[..., Any] | None = None,
        client_id: str | None = None,
        sess_uuid: str | None = None,
        **jobkwargs: Any,
    ) -> Job:
        """Run a command of the switch in the background; return its `Job` at once.

        Parameters
        ----------
        cmd : str
            Such as ``originate …``.
        listener : EventListener, optional
            Who is told of the job's end; the client's own where it is not given.
        callback : callable, optional
            Called as ``callback(result, **jobkwargs)`` when it is done; its value becomes the
            job's result.
        client_id, sess_uuid : str, optional
            The app group that it is for, and the leg that it makes.

        Raises
        ------
        ConfigurationError
            If the listener is not started: nobody would see the job's end.
        """
        listener = self._listening(listener)
        job = Job(
            new_uuid(),
            command=cmd,
            sess_uuid=sess_uuid,
            callback=callback,
            client_id=client_id or self._id,
            kwargs=jobkwargs,
        )

        def replied(reply: "Future[Reply]") -> None:
            error = reply.exception()
            if error is None and not reply.result().ok:
                error = job_error(cmd, reply.result().text)
            if isinstance(error, SwitchyError):
                listener.drop_job(job)
                job.fail(error)

        try:
            listener.register_job(job)  # before it is sent, so that no end can come too early
            reply = self._con.post(f"bgapi {cmd}", {"Job-UUID": job.uuid}, job=job.uuid)
        except SwitchyError:  # not sent; an interrupt may have come when it was
            listener.drop_job(job)
            raise
        reply.add_done_callback(replied)
        return job

    def _listening(self, listener: EventListener | None) -> EventListener:
        listener = listener or self.listener
        if not listener.is_alive():
            raise ConfigurationError(f"{listener!r} must be started first: call connect(), start()")
        if not listener.status()["rx"]:
            raise LinkLost(f"{listener!r} has no link at present: nobody would see the job's end")
        return listener

    # --- calls -------------------------------------------------------------------------

    def originate(
        self,
        dest_url: str | None = None,
        uuid_func: Callable[[], str] = new_uuid,
        app_id: str | None = None,
        listener: EventListener | None = None,
        bgapi_kwargs: Mapping[str, Any] | None = None,
        rep_fields: Mapping[str, str] | None = None,
        **options: Any,
    ) -> Job:
        """Place a call; return the `Job` that is done when the near leg is answered.

        Both legs carry two X-headers: the app group that has their events, and the originating
        leg's id, which makes them one call. They pass a device under test that forwards them.

        Parameters
        ----------
        dest_url : str, optional
            Where to, such as ``user@host:port``; where it is not given, what `set_orig_cmd` set.
        app_id : str, optional
            The app group; this client's own id where it is not given, and none is loaded for that.
        rep_fields : mapping, optional
            Values for the ``{fields}`` of what `set_orig_cmd` set.
        **options
            As for `build_originate_cmd`.

        Raises
        ------
        CommandError
            For a value that the command cannot carry.
        """
        leg = uuid_func()
        group = app_id or self._id
        if dest_url is None:
            if self._originate is None:
                raise ConfigurationError("call whom? Give a destination, or call set_orig_cmd()")
            options = {**self._filled(rep_fields or {}), **options}
            dest_url = options.pop("dest_url")
        command = self._build(dest_url, leg, group, options)
        listener = self._listening(listener)
        if leg in listener.own or leg in listener.sessions:
            raise ConfigurationError(f"there is a leg with the id {leg} already")
        listener.own.add(leg)
        try:
            return self.bgapi(
                command, listener, sess_uuid=leg, client_id=app_id, **(bgapi_kwargs or {})
            )
        except SwitchyError:
            listener.own.discard(leg)
            raise
        except BaseException:
            # interrupted, perhaps when it was sent: nobody else knows the leg
            self.post(f"api uuid_kill {leg}")
            raise

    def _build(self, dest_url: str, leg: str, group: str, options: Mapping[str, Any]) -> str:
        options = dict(options)
        headers = {self.call_tracking_header: leg, self.app_id_header: group}
        headers |= options.pop("xheaders", None) or {}
        return build_originate_cmd(dest_url, uuid_str=leg, xheaders=headers, **options)

    def set_orig_cmd(self, dest_url: str, **options: Any) -> None:
        """Keep what `originate` calls when it is given no destination.

        Strings may hold ``{fields}``, filled in for each call from `rep_fields`. The parameters
        are those of `build_originate_cmd`.
        """
        if "uuid_str" in options:
            raise ConfigurationError("each call has an id of its own; leave out uuid_str")
        self._originate = {"dest_url": dest_url, **options}
        _ = self.originate_cmd  # what cannot be carried is said now

    @property
    def originate_cmd(self) -> str | None:
        """The command that `set_orig_cmd` set, with ``{uuid_str}`` and ``{app_id}`` to be filled."""
        if self._originate is None:
            return None
        # stand-ins that no dial string gives a meaning to
        names = _fields(self._originate)
        options = self._filled({name: f"\ue000{name}\ue001" for name in names})
        command = self._build(options.pop("dest_url"), "{uuid_str}", "{app_id}", options)
        return command.replace("\ue000", "{").replace("\ue001", "}")

    def _filled(self, fields: Mapping[str, str]) -> dict[str, Any]:
        missing = _fields(self._originate) - set(fields)
        if missing:
            raise ConfigurationError(
                f"what set_orig_cmd() set has the fields {', '.join(sorted(missing))}; "
                "give them in rep_fields"
            )
        filled: dict[str, Any] = _replaced(self._originate, fields)
        return filled

    def hupall(self, group_id: str | None = None) -> None:
        """Hang up the calls of an app group, whoever placed them.

        Without a group: those of all groups that are loaded, and all that this client placed.
        """
        for group in [group_id] if group_id else list(self._groups):
            self.api(f"hupall NORMAL_CLEARING {self.app_id_header} {escape_word(group)}")
        if group_id is None:
            self.hangup_own()

    def hangup_own(self, timeout: float = 3.0) -> list[str]:
        """Hang up every leg that this client placed, with its call, and wait until it is gone.

        Returns
        -------
        list of str
            The legs that are not known to be gone after `timeout` seconds.

        Raises
        ------
        LinkLost, TimeoutError
            If the switch does not answer.
        """
        listener = self.listener
        deadline = Deadline(timeout)
        legs: set[str] = set()

        def left() -> set[str]:
            up = tuple(listener.sessions.values())
            return legs & listener.own | {
                leg.uuid for leg in up if leg.uuid in legs or leg.call.first.uuid in legs
            }

        while True:
            legs |= listener.own
            for leg in left():
                kill = f"uuid_kill {leg} NORMAL_CLEARING"
                reply = self.api(kill, exc=False, timeout=max(deadline.left, AGAIN))
                if reply.startswith("-ERR") and not listener.awaits(leg):
                    listener.own.discard(leg)  # it ended unseen
            if not left() or deadline.over or not listener.is_alive():
                return sorted(left())
            try:
                listener.until(lambda: not left(), min(AGAIN, deadline.left), "legs to be gone")
            except TimeoutError:
                continue  # an originate under way may have made its leg only now: tell it again

    @property
    def loglevel(self) -> str:
        """The level of the switch's log, as this client set it, or as it is configured.

        FreeSWITCH has no command that tells the one in force: ``fsctl loglevel`` always answers
        ``DISABLE [-1]``.
        """
        if self._loglevel is None:
            # on a link of its own: what the switch answers may hold secrets, which no recording gets
            with self._con.another() as link:
                return configured_log_level(link) or "unknown"
        return self._loglevel

    @loglevel.setter
    def loglevel(self, value: str | int) -> None:
        self.cmd(f"fsctl loglevel {value}")
        self._loglevel = str(value)


def _fields(value: Any) -> set[str]:
    """Find the ``{fields}`` in all strings of a value."""
    if isinstance(value, Mapping):
        return {name for item in value.values() for name in _fields(item)}
    return set(re.findall(r"\{(\w+)\}", value)) if isinstance(value, str) else set()


def _replaced(value: Any, fields: Mapping[str, str]) -> Any:
    """Fill the ``{fields}`` in all strings of a value."""
    if isinstance(value, Mapping):
        return {name: _replaced(item, fields) for name, item in value.items()}
    if isinstance(value, str):
        return re.sub(r"\{(\w+)\}", lambda m: str(fields[m[1]]), value)
    return value
