"""The world outside the switch: which hosts answer calls, and what they do with them.

A host is modelled as a switch of its own, of which nobody sees the events: it has channels, a dial
plan and media, so that a carrier rings, answers and sounds, and a device in the middle can call back.
"""

import ipaddress
from collections.abc import Iterator, MutableMapping
from dataclasses import replace
from typing import TYPE_CHECKING

from switchy_nb.errors import SimulationError
from switchy_nb.simswitch.clock import Ids
from switchy_nb.simswitch.plan.dialplan import Dialplan, Router, rule
from switchy_nb.simswitch.plan.steps import Steps
from switchy_nb.simswitch.signalling.uris import SIP_PORT, Uri, parse_uri

if TYPE_CHECKING:
    from switchy_nb.simswitch.core import Core

#: addresses for hosts that have only a name (RFC 5737: for documentation, so they are nobody's)
_EXAMPLE_NETWORK = ipaddress.IPv4Network("192.0.2.0/24")


class Hosts(MutableMapping[str, "Dialplan | Steps | Router"]):
    """Hosts that answer calls, by ``HOST``, ``HOST:PORT``, or ``*`` for all others.

    It may be changed while the switch runs. A host that is not here cannot be reached.
    """

    def __init__(self) -> None:
        # replaced as a whole, so that the switch's thread never sees half a change
        self._plans: dict[str, Dialplan] = {}

    def __setitem__(self, host: object, does: "Dialplan | Steps | Router") -> None:
        """Say what a host does with calls.

        Parameters
        ----------
        host : str
            ``HOST`` for any port, ``HOST:PORT``, or ``*``.
        does : Dialplan, list of steps, or callable
            A dial plan by number; or what every call does, as in a `Dialplan`.

        Raises
        ------
        SimulationError
            If the host or what it does cannot be.
        """
        uri = parse_uri(host) if isinstance(host, str) else None
        if uri is None or uri.user or any(c in str(host) for c in "/; "):
            raise SimulationError(f"{host!r} is no host; write 'HOST', 'HOST:PORT' or '*'")
        plan = does if isinstance(does, Dialplan) else Dialplan([rule("^(.*)$", does)])
        self._plans = {**self._plans, str(host).lower(): plan}

    def __getitem__(self, host: str) -> Dialplan:
        """Give what a host does."""
        return self._plans[host.lower()]

    def __delitem__(self, host: str) -> None:
        """Let a host be unreachable again."""
        left = dict(self._plans)
        del left[host.lower()]
        self._plans = left

    def __iter__(self) -> Iterator[str]:
        """Go through the hosts."""
        return iter(self._plans)

    def __len__(self) -> int:
        """Count the hosts."""
        return len(self._plans)

    def __repr__(self) -> str:
        return f"<Hosts {', '.join(self)}>"

    def find(self, uri: Uri) -> Dialplan | None:
        """Find what the host of an address does: by host and port, by host, by ``*``."""
        plans, host = self._plans, uri.host.lower()
        for key in (f"{host}:{uri.port or SIP_PORT}", host, "*"):
            if key in plans:
                return plans[key]
        return None


class Outside:
    """All that a switch can call, itself among it.

    Parameters
    ----------
    home : Core
        The switch.
    hosts : Hosts
        The others.
    """

    def __init__(self, home: "Core", hosts: Hosts) -> None:
        self.home = home
        self._hosts = hosts
        self._cores: dict[Uri, Core] = {}

    def reach(self, uri: Uri) -> "Core | None":
        """Find who answers at an address; None if nobody does."""
        if self.home.network.is_ours(uri):
            return self.home
        plan = self._hosts.find(uri)
        if plan is None:
            return None
        address = Uri("", uri.host.lower(), uri.port or SIP_PORT)
        core = self._cores.get(address)
        if core is None:
            core = self._cores[address] = self._make(address)
        core.dialplan = plan
        return core

    def _make(self, address: Uri) -> "Core":
        home = self.home
        sip = Uri("", self._ip(address.host), address.port)
        return type(home)(
            home.loop,
            settings=replace(home.settings, sip=sip, password=""),
            directory=home.directory,
            clock=home.clock,
            ids=Ids(home.chance.getrandbits(64)),
            chance=home.chance,
            faults=home.faults,
            outside=self,
        )

    def _ip(self, host: str) -> str:
        try:
            return str(ipaddress.ip_address(host))
        except ValueError:
            return str(_EXAMPLE_NETWORK[1 + len(self._cores) % 250])

    async def shutdown(self) -> None:
        """End all calls of all hosts."""
        for core in self._cores.values():
            await core.shutdown()
        self._cores.clear()
