"""What a simulated switch is set up with, before it starts."""

import ipaddress
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from switchy_nb.errors import ConfigurationError
from switchy_nb.simswitch.limits import Limits
from switchy_nb.simswitch.plan.dialplan import Dialplan, default_rules
from switchy_nb.simswitch.plan.hosts import Hosts
from switchy_nb.simswitch.signalling.uris import Uri, parse_uri

IpNetwork = ipaddress.IPv4Network | ipaddress.IPv6Network


@dataclass(frozen=True)
class Timing:
    """How long things take, in seconds.

    Attributes
    ----------
    network : float
        A message from one leg to the other.
    invite : float
        A new call, until its other leg begins.
    broadcast : float
        From ``uuid_broadcast`` to the application that it starts: five frames of media.
    display : float
        A display update (SIP INFO), which waits for the media thread of the other leg.
    digit_gap : float
        Silence between two DTMF digits.
    hold : float
        What a leg that is put on hold, or taken back, waits before it agrees.
    poll : float
        How often the switch looks which of several legs that it called has answered.
        heartbeat : float
        From one HEARTBEAT to the next; 20 s is FreeSWITCH's own default.
    login : float
        What a client has for its first command. The client's seconds: no `speed` changes them.
    """

    network: float = 0.002
    invite: float = 0.005
    broadcast: float = 0.1
    display: float = 0.02
    digit_gap: float = 0.27
    hold: float = 0.25
    poll: float = 0.02
    heartbeat: float = 20.0
    login: float = 25.0


@dataclass(frozen=True)
class Settings:
    """All of it, checked; `SimSwitch` says what each is."""

    sip: Uri
    host: str = "127.0.0.1"
    port: int = 0
    password: str = field(default="ClueCon", repr=False)
    acl: tuple[IpNetwork, ...] | None = None
    stepped_clock: bool = False
    speed: float = 1.0
    seed: int | None = None
    dialplan: Dialplan = field(default_factory=lambda: Dialplan(default_rules()))
    hosts: Hosts = field(default_factory=Hosts)
    timing: Timing = field(default_factory=Timing)
    recordings_dir: Path | None = None
    max_sessions: int = Limits.max_sessions
    sps: int = Limits.sessions_per_second


def read_sip(sip: str) -> Uri:
    """Read the address of the SIP profile.

    Raises
    ------
    ConfigurationError
        If it is none.
    """
    uri = parse_uri(sip)
    if uri is None or uri.user or re.search(r"[^\w.:\[\]-]", sip):
        raise ConfigurationError(f"sip={sip!r} is no address; write it as 'host:port'")
    return uri


def read_port(port: object) -> int:
    """Read the port to listen on.

    Raises
    ------
    ConfigurationError
        If there is no such port.
    """
    if isinstance(port, bool) or not isinstance(port, int) or not 0 <= port <= 65535:
        raise ConfigurationError(f"port={port!r} is no port; give 1 to 65535, or 0 for a free one")
    return port


def read_password(password: object) -> str:
    """Read the secret of the Event Socket.

    Raises
    ------
    ConfigurationError
        If no client could send it. The message does not tell it.
    """
    if not isinstance(password, str) or any(c in password for c in "\r\n\0"):
        raise ConfigurationError("the password has to be a text of one line; no client can send it")
    return password


def read_acl(acl: Iterable[str] | None) -> tuple[IpNetwork, ...] | None:
    """Read the networks that are let in; None lets in everybody.

    Raises
    ------
    ConfigurationError
        If one of them is none.
    """
    if acl is None:
        return None
    out = []
    for entry in [acl] if isinstance(acl, str) else acl:
        try:
            out.append(ipaddress.ip_network(entry, strict=False))
        except ValueError as error:
            raise ConfigurationError(f"acl: {entry!r} is no network: {error}") from error
    return tuple(out)


def read_speed(speed: object) -> float:
    """Read how many times as fast as the wall's clock the switch's runs.

    Raises
    ------
    ConfigurationError
        If it is no factor.
    """
    if isinstance(speed, int | float) and not isinstance(speed, bool) and 0.01 <= speed <= 1000:
        return float(speed)
    raise ConfigurationError(f"speed={speed!r} is no factor; give one from 0.01 to 1000")


def read_limit(name: str, value: object) -> int:
    """Read a limit of sessions.

    Raises
    ------
    ConfigurationError
        If it is no whole number above 0.
    """
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise ConfigurationError(f"{name}={value!r} is no limit; give a whole number above 0")
    return value
