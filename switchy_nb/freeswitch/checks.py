"""What a check is, and the words that checks share.

No check lives here: those of the link are in `doctor`, those of how the switch is set up in
`settings`, and those that place a call in `testcalls`.
"""

from __future__ import annotations

import ipaddress
import re
import socket
from dataclasses import dataclass, field
from enum import Enum
from typing import Protocol

from switchy_nb.errors import ConfigurationError

SAFE_NAME = re.compile(r"[A-Za-z0-9_.-]{1,128}")
"""Profiles and contexts that can stand in a command without being read as anything else."""

SAFE_ADDRESS = re.compile(r"(?:[A-Za-z0-9_.-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::[0-9]{1,5})?")
"""HOST, HOST:PORT or [IPv6]:PORT, with nothing in it that a dial string gives a meaning."""


class Status(Enum):
    """How a check went."""

    OK = "ok"
    WARN = "warning"
    FAIL = "wrong"
    SKIP = "skipped"


@dataclass(frozen=True)
class Check:
    """One line of a doctor's report.

    Attributes
    ----------
    name : str
        What was looked at.
    status : Status
        How it went.
    found : str
        What was found. It may hold what the switch said: text, never markup.
    remedy : str
        How to mend it; empty when there is nothing to mend.
    """

    name: str
    status: Status
    found: str
    remedy: str = ""


@dataclass(frozen=True)
class Target:
    """The switch to be looked at.

    Parameters
    ----------
    host, port
        Where its Event Socket listens.
    profile
        The SIP profile that takes the calls.
    sip
        ``HOST:PORT`` of that profile; None to ask the switch.
    default_secret
        Whether the secret in use is the one that FreeSWITCH ships with.

    Raises
    ------
    ConfigurationError
        When the profile or the address could be read as something else in a command.
    """

    host: str
    port: int = 8021
    profile: str = "external"
    sip: str | None = None
    default_secret: bool = field(default=False, kw_only=True)

    def __post_init__(self) -> None:
        if not SAFE_NAME.fullmatch(self.profile):
            raise ConfigurationError(
                f"{self.profile!r} cannot be the name of a SIP profile: "
                "give letters, digits, '.', '_' and '-' only"
            )
        if self.sip is not None and not SAFE_ADDRESS.fullmatch(self.sip):
            raise ConfigurationError(f"{self.sip!r} is no SIP address: give HOST:PORT")


@dataclass(frozen=True)
class Profile:
    """What the switch tells of a SIP profile; what it does not tell, or not safely, is None."""

    name: str
    context: str | None
    address: str | None


class Link(Protocol):
    """What the checks need of a connection to a switch."""

    def api(self, cmd: str, timeout: float | None = None, *, errcheck: bool = True) -> str:
        """Send an API command and return what the switch answered."""
        ...


def ask(link: Link, command: str, *, timeout: float = 5.0) -> str:
    """Return the answer to an API command, ``-ERR`` or not, without the line's end.

    Raises
    ------
    ESLError, TimeoutError
        When the link fails; the answer ``-ERR`` is an answer.
    """
    return link.api(command, timeout=timeout, errcheck=False).strip()


def unknown_command(answer: str) -> bool:
    """Tell whether the switch has no such command: ``-ERR fsctl Command not found!``."""
    return answer.startswith("-ERR") and "not found" in answer.lower()


def is_this_machine(host: str) -> bool:
    """Tell whether a host's name leads to this machine, by an address that can be bound here."""
    try:
        addresses = socket.getaddrinfo(host, 0, type=socket.SOCK_DGRAM)
    except OSError:
        return False
    return all(_is_ours(family, address) for family, _, _, _, address in addresses)


def _is_ours(family: int, address: tuple[object, ...]) -> bool:
    if ipaddress.ip_address(str(address[0]).partition("%")[0]).is_loopback:
        return True
    with socket.socket(family, socket.SOCK_DGRAM) as probe:
        try:
            probe.bind(address)
        except OSError:
            return False
    return True
