"""`sync_caller`: place a call, get the leg when it is up. The quick start, and the way in.

It stands above the apps, of which it loads one by default.
"""

import atexit
import contextlib
import difflib
import inspect
import os
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from importlib import import_module
from typing import TYPE_CHECKING, Any, Protocol

from switchy_nb.apphost import Apps
from switchy_nb.apps.players import TonePlay
from switchy_nb.client import Client
from switchy_nb.errors import ConfigurationError, JobError, SwitchyError, TimeoutError
from switchy_nb.listener import EventListener
from switchy_nb.models import Job
from switchy_nb.observe import active_client
from switchy_nb.session import Session
from switchy_nb.waiting import Deadline

if TYPE_CHECKING:
    from switchy_nb.recording import Recording
    from switchy_nb.simswitch import SimSwitch

#: where a switch is named that no notebook should name: host (or host:port), port, SIP address
#: and secret
HOST_VARIABLE, PORT_VARIABLE, SIP_VARIABLE = "SWITCHY_NB_HOST", "SWITCHY_NB_PORT", "SWITCHY_NB_SIP"
PASSWORD_VARIABLE = "SWITCHY_NB_PASSWORD"

#: what `EventListener` takes besides its place
_OPTIONS = tuple(inspect.signature(EventListener).parameters)[3:]

#: Seconds that a call which failed is given to end, so that the next line sees it ended.
AFTERMATH = 1.0


class WaitFor(Protocol):
    """`EventListener.waitfor`."""

    def __call__(self, sess: Session, varname: str, timeout: float | None = 60.0) -> bool:
        """Wait until ``sess.vars[varname]`` is true."""


class Caller:
    """Places calls, one after the other or several at once; made by `sync_caller`, `open_caller`.

    Attributes
    ----------
    client : Client
        Commands and calls at length; ``client.listener`` has what is up.
    apps : Apps
        The loaded apps.
    app_names : list of str
        The ids of their groups.
    app_lookup_vars : list of str
        More event headers that name the app group of a leg, looked at before the others.
    recording : Recording
        Every event so far, in frames.
    switch : SimSwitch or None
        The simulated switch, where that is what answers.
    """

    def __init__(self, client: Client, switch: "SimSwitch | None", stack: ExitStack) -> None:
        self.client = client
        self.switch = switch
        self._stack = stack
        self.app_lookup_vars: list[str] = []

    @property
    def apps(self) -> Apps:
        """The loaded apps, by group and name."""
        return self.client.apps

    @property
    def app_names(self) -> list[str]:
        """The ids of the loaded app groups."""
        return self.client.app_names

    @property
    def recording(self) -> "Recording":
        """Every event so far, in frames."""
        return self.client.listener.recording

    def url(self, number: str) -> str:
        """Where a number of the switch's own dial plan is reached: ``number@host:port``.

        The address is that of its SIP profile ``external``: ``SWITCHY_NB_SIP`` in the environment,
        or port 5080 of the switch's host.
        """
        if self.switch is not None:
            return f"{number}@{self.switch.sip}"
        host = self.client.host
        own = f"[{host}]:5080" if ":" in host else f"{host}:5080"
        return f"{number}@{os.environ.get(SIP_VARIABLE) or own}"

    def panel(self, **options: Any) -> Any:
        """Return a `switchy_nb.panels.Dashboard` on this caller: dial, watch, wait, hang up.

        Parameters
        ----------
        **options
            As of the dashboard.
        """
        # by its name: a panel stands above this room, which knows nothing of it
        return import_module("switchy_nb.panels").Dashboard(self, **options)

    def __call__(
        self,
        dest_url: str,
        app_name: str | None = None,
        timeout: float = 30,
        waitfor: tuple[str, float] | None = None,
        **options: Any,
    ) -> tuple[Session, WaitFor]:
        """Place a call; return when it is up.

        Parameters
        ----------
        dest_url : str
            Where to, such as ``user@host:port``.
        app_name : str, optional
            The app group that has the call's events; where it is not given, the only one that is
            loaded, or nobody if none is.
        timeout : float
            Seconds until it must be up.
        waitfor : (str, float), optional
            A variable in the leg's `vars` to wait for as well, and the seconds for that.
        **options
            As for `build_originate_cmd`, but for its ``timeout``: give ``originate_timeout``.

        Returns
        -------
        (Session, callable)
            The originating leg, and `EventListener.waitfor`.

        Raises
        ------
        JobError
            If the call fails; `cause` has FreeSWITCH's word for why.
        TimeoutError
            If it is not up in time. The call is hung up then, as it is on an interrupt.
        """
        deadline = Deadline(timeout)
        job = self._originate(dest_url, app_name, options)
        try:
            job.get(deadline.left)
            session = self._leg(job, dest_url)
            if _answers(options):
                session.wait("answered", deadline.left, noted=False)
            if waitfor is not None:
                self.client.listener.waitfor(session, *waitfor)
        except BaseException as exc:
            leg = self._abandon(job)
            error = _explained(exc, leg, dest_url, timeout)
            if isinstance(exc, SwitchyError) and leg is not None:
                with contextlib.suppress(SwitchyError):
                    leg.wait("hungup", AFTERMATH, noted=False)
            raise error from None
        return session, self.client.listener.waitfor

    async def dial(
        self,
        dest_url: str,
        app_name: str | None = None,
        timeout: float = 30,
        **options: Any,
    ) -> tuple[Session, WaitFor]:
        """Place a call as ``caller(…)`` does, without blocking the event loop."""
        deadline = Deadline(timeout)
        job = self._originate(dest_url, app_name, options)
        try:
            await job.done(deadline.left)
            session = self._leg(job, dest_url)
            if _answers(options):
                await session.until("answered", deadline.left, noted=False)
        except BaseException as exc:
            leg = self._abandon(job)
            error = _explained(exc, leg, dest_url, timeout)
            if isinstance(exc, SwitchyError) and leg is not None:
                with contextlib.suppress(SwitchyError):
                    await leg.until("hungup", AFTERMATH, noted=False)
            raise error from None
        return session, self.client.listener.waitfor

    def _originate(self, dest_url: str, app_name: str | None, options: Mapping[str, Any]) -> Job:
        listener = self.client.listener
        for name in self.app_lookup_vars:
            if name not in listener.app_id_headers:
                listener.app_id_headers.insert(0, name)
        if app_name is None:
            if len(self.app_names) > 1:
                raise ConfigurationError(
                    f"which app is the call for? There are {', '.join(self.app_names)}"
                )
            app_name = self.app_names[0] if self.app_names else None
        elif app_name not in self.app_names:
            raise ConfigurationError(
                f"no app group {app_name!r} is loaded; there are {', '.join(self.app_names)}. "
                "Give sync_caller(apps={…}) or client.load_app(…) yours"
            )
        return self.client.originate(dest_url, app_id=app_name, **options)

    def _leg(self, job: Job, dest_url: str) -> Session:
        # A call may be over before anybody here has looked: its leg is there all the same.
        session = job.leg or self.client.listener.find(job.sess_uuid)
        if session is None:
            raise JobError(f"the call to {dest_url} was up, and is gone already", cause="GONE")
        return session

    def _abandon(self, job: Job) -> Session | None:
        """Have a call hung up that nobody gets to see; return its leg, if there is one."""
        leg = job.sess_uuid
        session = self.client.listener.find(leg)
        if not (job.ready() and session is None) and self.client.connected():
            self.client.post(f"api uuid_kill {leg} ORIGINATOR_CANCEL")
        return session

    def close(self) -> None:
        """Hang up what is left of its own calls, and close the links; twice is fine."""
        atexit.unregister(self.close)
        self._stack.close()

    def __repr__(self) -> str:
        where = "the simulated switch" if self.switch is not None else repr(self.client)
        return f"<Caller on {where}, apps {', '.join(self.app_names) or 'none'}>"


def _explained(
    exc: BaseException, session: Session | None, dest_url: str, timeout: float
) -> BaseException:
    """Say of a call that did not come up in time what was seen of it."""
    if not isinstance(exc, TimeoutError) or session is None or session.answered:
        return exc
    return TimeoutError(
        f"waited {timeout:.1f} s for the call to {dest_url} to be up; {session.saw()}. "
        "It was hung up"
    )


def _answers(options: Mapping[str, Any]) -> bool:
    """Whether the originate returns at the answer, and not at early media already."""
    return str(options.get("ignore_early_media", "true")).lower() == "true"


def open_caller(
    host: "str | SimSwitch | None" = None,
    port: int | str | None = None,
    password: str | None = None,
    apps: Mapping[str, Any] | None = None,
    **options: Any,
) -> Caller:
    """Connect to a switch and return a `Caller`, for a notebook whose cells share it.

    It is the caller's to `close`; the interpreter's end closes it otherwise.

    Parameters
    ----------
    host : str or SimSwitch, optional
        The switch, or a simulated one of your own, which brings its port and its secret; one that
        does not run yet runs for as long as the caller is open. Where it is not given, the environment's ``SWITCHY_NB_HOST`` (``host`` or ``host:port``) counts;
        without that, a switch is simulated. A line says which.
    port : int or str, optional
        The Event Socket's port: ``SWITCHY_NB_PORT``, or 8021.
    password : str, optional
        Its secret: ``SWITCHY_NB_PASSWORD``, or FreeSWITCH's own default.
    apps : mapping, optional
        App group id → app; `TonePlay` where it is not given.
    **options
        As for `EventListener`: ``autorecon``, ``timeout``, ``recording``…

    Raises
    ------
    ConnectionError, TimeoutError
        If there is no such switch, or it doesn't let us in.
    """
    for name in options:
        if name not in _OPTIONS:
            near = difflib.get_close_matches(
                name, [*_OPTIONS, "host", "port", "password", "apps"], 1
            )
            hint = f"; did you mean {near[0]!r}?" if near else f"; there are {', '.join(_OPTIONS)}"
            raise TypeError(f"open_caller() and sync_caller() take no {name!r}{hint}")
    if host is None and not os.environ.get(HOST_VARIABLE) and (port or password):
        raise ConfigurationError("a port or a password goes with a host: name that as well")
    with ExitStack() as stack:
        address = host if isinstance(host, str) else ""
        simulated = None if isinstance(host, str) else host
        if host is None:
            named, port = _from_environment(port)
            if named is None:
                from switchy_nb.simswitch import SimSwitch

                simulated = stack.enter_context(SimSwitch())
                where = f"{simulated.host}:{simulated.port}"
                print(f"No host was given: this is the simulated switch, at {where}.")
            else:
                address = named
                print(f"{HOST_VARIABLE} is set: this is the switch at {address}:{port}.")
        if simulated is not None:
            if not simulated.running:
                stack.enter_context(simulated)
            address, port, password = simulated.host, simulated.port, simulated.password
        client = stack.enter_context(
            active_client(
                address,
                port or os.environ.get(PORT_VARIABLE) or 8021,
                password or os.environ.get(PASSWORD_VARIABLE) or "ClueCon",
                apps={"TonePlay": TonePlay} if apps is None else apps,
                **options,
            )
        )
        caller = Caller(client, simulated, stack.pop_all())
        atexit.register(caller.close)
        return caller


@contextmanager
def sync_caller(
    host: "str | SimSwitch | None" = None,
    port: int | str | None = None,
    password: str | None = None,
    apps: Mapping[str, Any] | None = None,
    **options: Any,
) -> Iterator[Caller]:
    """Connect to a switch and deliver a `Caller`, for the length of a ``with`` block.

    At the end of the block, whatever happened in it, the calls that it placed and that are still
    up are hung up, and the links are closed. The parameters are those of `open_caller`.
    """
    with closing(open_caller(host, port, password, apps, **options)) as caller:
        yield caller


def _from_environment(port: int | str | None) -> tuple[str | None, int | str]:
    named = os.environ.get(HOST_VARIABLE, "").strip()
    port = port or os.environ.get(PORT_VARIABLE) or 8021
    if named.count(":") == 1:  # more of them are an IPv6 address
        named, _, port = named.partition(":")
    return named or None, port
