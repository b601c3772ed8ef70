"""SIP addresses: ``user@host:port``, read and written. Who answers at one is in `network`."""

from dataclasses import dataclass

#: what SIP takes where no port is named (RFC 3261, 19.1.2)
SIP_PORT = 5060


@dataclass(frozen=True)
class Uri:
    """A SIP address: ``user@host:port``."""

    user: str
    host: str
    port: int | None = None

    @property
    def hostport(self) -> str:
        """The host, with its port if it has one."""
        return self.host if self.port is None else f"{self.host}:{self.port}"

    def __str__(self) -> str:
        return f"{self.user}@{self.hostport}"


def parse_uri(text: str) -> Uri | None:
    """Read ``user@host:port``; None if there is no host."""
    text = text.removeprefix("sips:").removeprefix("sip:")
    user, at, hostport = text.rpartition("@")
    if not at:
        user, hostport = "", text
    if hostport.startswith("["):
        host, _, port = hostport[1:].partition("]")
        port = port.removeprefix(":")
    else:
        host, _, port = hostport.partition(":")
    if not host:
        return None
    return Uri(user, host, int(port) if port.isdigit() else None)
