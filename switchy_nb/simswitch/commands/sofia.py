"""The ``sofia`` command: what the switch's one SIP profile says of itself."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from switchy_nb.simswitch.words import separate

if TYPE_CHECKING:
    from switchy_nb.simswitch.core import Core

_RULE = "=" * 97


def sofia(core: "Core", args: str) -> str:
    """Answer ``status``, ``status profile NAME``, ``xmlstatus`` and ``profile NAME …``."""
    words = separate(args, " ")
    if not words:
        return "USAGE:\nsofia status|xmlstatus [profile <name>|gateway <name>]\n"
    verb, rest = words[0], words[1:]
    if verb == "profile":
        if len(rest) < 2:
            return "Invalid Args!\n"
        if rest[0] != core.profile:
            return "Invalid Profile!\n"
        return "+OK\n"
    if verb not in ("status", "xmlstatus"):
        return f"Unknown Command [{verb}]\n"
    if rest[:1] == ["gateway"]:
        return "Invalid Gateway!\n"
    if rest[:1] == ["profile"]:
        if rest[1:2] != [core.profile]:
            return "Invalid Profile!\n"
        return _xml_profile(core) if verb == "xmlstatus" else _profile(core)
    return _xml_overview(core) if verb == "xmlstatus" else _overview(core)


def _url(core: "Core") -> str:
    return f"sip:mod_sofia@{core.sip.hostport}"


def _overview(core: "Core") -> str:
    return (
        f"{'Name':>25}\t{'Type':>7}\t{'Data':>42}\tState\n{_RULE}\n"
        f"{core.profile:>25}\tprofile\t{_url(core):>42}\tRUNNING ({len(core.channels)})\n"
        f"{_RULE}\n1 profile 0 aliases\n"
    )


def _facts(core: "Core") -> list[tuple[str, str]]:
    host, url, network = core.sip.host, _url(core), core.network
    return [
        ("Name", core.profile),
        ("Domain Name", "N/A"),
        ("Auto-NAT", "false"),
        ("DBName", f"sofia_reg_{core.profile}"),
        ("Pres Hosts", ""),
        ("Dialplan", "XML"),
        ("Context", core.context),
        ("Challenge Realm", "auto_to"),
        ("RTP-IP", host),
        ("SIP-IP", host),
        ("URL", url),
        ("BIND-URL", f"{url};transport=udp,tcp"),
        ("HOLD-MUSIC", "N/A"),
        ("OUTBOUND-PROXY", "N/A"),
        ("CODECS IN", "PCMU,PCMA"),
        ("CODECS OUT", "PCMU,PCMA"),
        ("TEL-EVENT", "101"),
        ("DTMF-MODE", "rfc2833"),
        ("CNG", "13"),
        ("SESSION-TO", "0"),
        ("MAX-DIALOG", "0"),
        ("MAX-RECV-RPS", "1000"),
        ("NOMEDIA", "false"),
        ("LATE-NEG", "true"),
        ("PROXY-MEDIA", "false"),
        ("AGGRESSIVENAT", "false"),
        ("CALLS-IN", str(network.calls_in)),
        ("FAILED-CALLS-IN", str(network.failed_in)),
        ("CALLS-OUT", str(network.calls_out)),
        ("FAILED-CALLS-OUT", str(network.failed_out)),
        ("REGISTRATIONS", "0"),
    ]


def _profile(core: "Core") -> str:
    return f"{_RULE}\n" + "".join(f"{name:<17}\t{value}\n" for name, value in _facts(core))


def _xml_profile(core: "Core") -> str:
    body = "".join(
        f"    <{tag}>{value}</{tag}>\n"
        for name, value in _facts(core)
        for tag in (name.lower().replace(" ", "-"),)
    )
    return (
        '<?xml version="1.0" encoding="ISO-8859-1"?>\n<profile>\n  <profile-info>\n'
        f"{body}  </profile-info>\n</profile>\n"
    )


def _xml_overview(core: "Core") -> str:
    return (
        '<?xml version="1.0" encoding="ISO-8859-1"?>\n<profiles>\n<profile>\n'
        f"<name>{core.profile}</name>\n<type>profile</type>\n<data>{_url(core)}</data>\n"
        f"<state>RUNNING ({len(core.channels)})</state>\n</profile>\n</profiles>\n"
    )


def table() -> dict[str, Callable[["Core", str], "str | Awaitable[str]"]]:
    """Name the commands of this module."""
    return {"sofia": sofia}
