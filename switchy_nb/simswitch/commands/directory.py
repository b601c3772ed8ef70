"""Commands about users, addresses and files: the directory is empty, and addresses are compared.

No name is looked up on the network, and nothing is read from the machine's disk but the switch's
own recordings and sounds.
"""

from collections.abc import Awaitable, Callable
from ipaddress import IPv4Address, ip_address, ip_network
from typing import TYPE_CHECKING

from switchy_nb.simswitch.words import separate

if TYPE_CHECKING:
    from switchy_nb.simswitch.core import Core

_USERS = (
    "userid|context|domain|group|contact|callgroup|effective_caller_id_name|"
    "effective_caller_id_number\n\n+OK\n"
)
_PRIVATE = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")
#: FreeSWITCH's own lists (``switch_load_network_lists``): whether they deny, and what they name
_LISTS: dict[str, tuple[bool, tuple[str, ...]]] = {
    "rfc1918.auto": (False, _PRIVATE),
    "rfc6598.auto": (False, ("100.64.0.0/10",)),
    "wan.auto": (
        True,
        (*_PRIVATE, "0.0.0.0/8", "169.254.0.0/16", "fe80::/10", "fc00::/7"),
    ),
    "wan_v4.auto": (True, (*_PRIVATE, "0.0.0.0/8", "169.254.0.0/16")),
    "any_v4.auto": (True, ()),
    "any_v6.auto": (True, ()),
    "nat.auto": (False, (*_PRIVATE, "100.64.0.0/10")),
    "loopback.auto": (False, ("127.0.0.0/8", "::1/128")),
    "localnet.auto": (False, ()),
}
#: what ``is_lan_addr`` takes for addresses of one's own
_LAN = (
    *("10.", "192.168.", "127.", "255.", "0.", "1.", "2.", "192.0.2.", "169.254."),
    *(f"172.{number}." for number in range(16, 32)),
)
_INTERFACE_USAGE = "USAGE: interface_ip [auto|ipv4|ipv6] <ifname>\n"


def acl(core: "Core", args: str) -> str:
    """Say whether an address is on a list, or in a network: ``ADDRESS LIST``."""
    words = separate(args, " ", 10)
    if len(words) < 2:
        return "false"
    try:
        address = ip_address(words[0])
        if words[1] in _LISTS:
            denies, networks = _LISTS[words[1]]
            inside = any(
                address in network
                for network in map(ip_network, networks)
                if network.version == address.version
            )
            return "true" if inside != denies else "false"
        if "/" not in words[1]:
            return "false"
        network = ip_network(words[1], strict=False)
    except ValueError:
        return "false"
    return "true" if address.version == network.version and address in network else "false"


def is_lan_addr(core: "Core", args: str) -> str:
    """Say whether an address begins as a private one does."""
    return "true" if args.startswith(_LAN) else "false"


def _resolved(core: "Core", name: str) -> str | None:
    """Resolve a name without asking anybody: an address, this machine, or localhost."""
    if name in ("localhost", core.hostname):
        return "127.0.0.1"
    try:
        return str(ip_address(name))
    except ValueError:
        return None


def host_lookup(core: "Core", args: str) -> str:
    """Resolve a name."""
    return (_resolved(core, args) or "!err!") if args else "parameter missing\n"


def gethost(core: "Core", args: str) -> str:
    """Resolve a name to an IPv4 address."""
    found = _resolved(core, args)
    return found if found is not None and isinstance(ip_address(found), IPv4Address) else "-ERR"


def interface_ip(core: "Core", args: str) -> str:
    """Say the address of a network interface: there is only the loopback one."""
    words = separate(args, " ", 2)
    if len(words) < 2 or words[0].lower() not in ("auto", "ipv4", "ipv6"):
        return _INTERFACE_USAGE
    if words[1] != "lo":
        return ""
    return "::1" if words[0].lower() == "ipv6" else "127.0.0.1"


def domain_exists(core: "Core", args: str) -> str:
    """Say whether the directory has a domain: it has the switch's own."""
    return ("true" if args == core.globals.get("domain") else "false") if args else ""


def no_user(core: "Core", args: str) -> str:
    """Say that the directory has no such user."""
    return "false"


def find_user_xml(core: "Core", args: str) -> str:
    """Show a user: there is none."""
    return "-ERR can't find user\n" if len(separate(args, " ", 3)) > 2 else "-ERR bad args\n"


def xml_locate(core: "Core", args: str) -> str:
    """Show a part of the configuration: there is the directory's empty domain, and no more."""
    words = separate(args, " ", 4)
    name = core.globals.get("domain", "")
    domain = f'<domain name="{name}"></domain>\n'
    if words[:1] == ["directory"] and len(words) == 1:
        return f'<section name="directory" description="Nobody">\n      {domain}\n  </section>\n'
    if words == ["directory", "domain", "name", name]:
        return domain
    return "can't find anything\n" if len(words) in (1, 4) else "-ERR bad args\n"


def list_users(core: "Core", args: str) -> str:
    """List the users of the directory: there are none."""
    return _USERS


def group_call(core: "Core", args: str) -> str:
    """Make a dial string for a group of the directory: there is none."""
    return "error/NO_ROUTE_DESTINATION"


def nothing(core: "Core", args: str) -> str:
    """Say nothing: what is asked about is not there."""
    return ""


def xml_flush_cache(core: "Core", args: str) -> str:
    """Forget what was kept of the configuration: nothing was."""
    return "+OK cleared 0 entries\n"


def file_exists(core: "Core", args: str) -> str:
    """Say whether there is a file, as far as recordings and sounds go."""
    if not args or "\0" in args:
        return "false"
    files = core.files
    path = files.local(args).resolve()
    own = [files.local(place).resolve() for place in (files.recordings_dir, files.sounds_dir)]
    seen = any(place == path or place in path.parents for place in own)
    return "true" if seen and path.exists() else "false"


def nat_map(core: "Core", args: str) -> str:
    """Say what the NAT in front of the switch maps: there is none."""
    return "false"


def stun(core: "Core", args: str) -> str:
    """Ask a STUN server, which a simulated switch does not."""
    if not args:
        return "-STUN Failed! NO STUN SERVER\n"
    return "-STUN Failed! [Remote Address Error!]\n"


def table() -> dict[str, Callable[["Core", str], "str | Awaitable[str]"]]:
    """Name the commands of this module."""
    return {
        "acl": acl,
        "is_lan_addr": is_lan_addr,
        "host_lookup": host_lookup,
        "gethost": gethost,
        "interface_ip": interface_ip,
        "domain_exists": domain_exists,
        "domain_data": nothing,
        "user_data": nothing,
        "user_exists": no_user,
        "in_group": no_user,
        "find_user_xml": find_user_xml,
        "xml_locate": xml_locate,
        "xml_flush_cache": xml_flush_cache,
        "list_users": list_users,
        "group_call": group_call,
        "file_exists": file_exists,
        "nat_map": nat_map,
        "stun": stun,
    }
