"""The ``sofia`` command and its like: what the switch's one SIP profile says of itself.

The profile is always up, has no gateways, and nobody registers with it.
"""

import json
import re
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from switchy_nb.simswitch import events
from switchy_nb.simswitch.clients import levels
from switchy_nb.simswitch.commands.modules import reload_xml
from switchy_nb.simswitch.words import atoi, is_true, separate

if TYPE_CHECKING:
    from switchy_nb.simswitch.core import Core

_RULE = "=" * 97
_LINE = "-" * 80
_XML = '<?xml version="1.0" encoding="ISO-8859-1"?>\n'
_USAGE = (
    f"USAGE:\n{_LINE}\n"
    "sofia global siptrace <on|off>\n"
    "sofia        capture  <on|off>\n"
    "             watchdog <on|off>\n\n"
    "sofia profile <name> [start | stop | restart | rescan] [wait]\n"
    "                     flush_inbound_reg [<call_id> | <[user]@domain>] [reboot]\n"
    "                     check_sync [<call_id> | <[user]@domain>]\n"
    "                     [register | unregister] [<gateway name> | all]\n"
    "                     killgw <gateway name>\n"
    "                     [stun-auto-disable | stun-enabled] [true | false]]\n"
    "                     siptrace <on|off>\n"
    "                     capture  <on|off>\n"
    "                     watchdog <on|off>\n\n"
    "sofia <status|xmlstatus> profile <name> [reg [<contact str>]] | [pres <pres str>] | "
    "[user <user@domain>]\n"
    "sofia <status|xmlstatus> gateway <name>\n\n"
    "sofia loglevel <all|default|tport|iptsec|nea|nta|nth_client|nth_server|nua|soa|sresolv|stun>"
    " [0-9]\n"
    "sofia tracelevel <console|alert|crit|err|warning|notice|info|debug>\n\n"
    f"sofia help\n{_LINE}\n"
)
_GLOBAL_USAGE = (
    "-ERR Usage: siptrace <on|off>|capture <on|off>|watchdog <on|off>|debug <sla|presence|none"
)
_GATEWAYS = (
    "    Profile::Gateway-Name\t                        Data    \tState\tPing Time\t"
    f"IB Calls(F/T)\tOB Calls(F/T)\n{_RULE}\n{_RULE}\n"
    "0 gateways: Inbound(Failed/Total): 0/0,Outbound(Failed/Total):0/0\n"
)
_REGISTRATIONS = f"\nRegistrations:\n{_RULE}\nTotal items returned: 0\n{_RULE}\n"
_PARTS = frozenset(
    "all default tport iptsec nea nta nth_client nth_server nua soa sresolv stun".split()
)
_RECOVERED = events.Kind("CUSTOM", "mod_sofia.c", "sofia_function", 4680)
_NOBODY = "error/user_not_registered"


def sofia(core: "Core", args: str) -> str:
    """Answer ``status``, ``profile NAME …``, ``global …``, ``loglevel …`` and the like."""
    words = separate(args, " ")
    if not words:
        return _USAGE
    verb = _VERBS.get(words[0].lower())
    return verb(core, words[1:]) if verb is not None else f"Unknown Command [{words[0]}]\n"


def _tracelevel(core: "Core", words: list[str]) -> str:
    if words:
        level = levels.read(words[0])
        core.controls.sofia_trace_level = levels.DEBUG if level is None else level
    return f"+OK tracelevel is {levels.name_of(core.controls.sofia_trace_level)}"


def _loglevel(core: "Core", words: list[str]) -> str:
    if not words or words[0].lower() not in _PARTS:
        return _USAGE
    if len(words) < 2 or not words[1].lstrip("+-").isdigit():
        if words[0].lower() == "all":  # it can be set, but there is no one level to show
            return _USAGE
        return f"Sofia-sip loglevel for [{words[0]}] is [0]"
    level = atoi(words[1])
    if not 0 <= level <= 9:
        return _USAGE
    return f"Sofia log level for component [{words[0]}] has been set to [{level}]"


def _global(core: "Core", words: list[str]) -> str:
    what = words[0].lower() if words else ""
    if what == "debug":
        asked = words[1] if len(words) > 1 else ""
        said = "".join(f"+OK Debugging {n}\n" for n in ("presence", "sla") if n in asked)
        if "none" in asked:
            said, asked = f"{said}+OK Debugging nothing\n", ""
        state = {name: "on" if name in asked else "off" for name in ("presence", "sla")}
        summary = f"presence: {state['presence']} sla: {state['sla']}"
        return f"{said}+OK Debugging summary: {summary}\n"
    if what in ("siptrace", "capture", "watchdog", "standby") and len(words) > 1:
        return f"+OK Global {what} {'on' if is_true(words[1]) else 'off'}"
    return _GLOBAL_USAGE


def _recover(core: "Core", words: list[str]) -> str:
    if words[:1] == ["flush"]:
        return "Flushing recovery database.\n"
    own = [("recovered_calls", "0")]
    core.fire(core.events.make(_RECOVERED, own, subclass="sofia::recovery_recovered"))
    return "No calls to recover.\n"


def _profile(core: "Core", words: list[str]) -> str:
    if len(words) < 2:
        return "Invalid Args!\n"
    name, verb, rest = words[0], words[1].lower(), words[2:]
    if verb == "start":
        reload_xml(core, "")
        done = name == core.profile
        return "Reload XML [Success]\n" + (
            f"{name} started successfully\n" if done else f"Failure starting {name}\n"
        )
    if name != core.profile:
        return f"Invalid Profile [{name}]"
    if verb in ("siptrace", "capture", "watchdog"):
        if not rest:
            return f"Usage: sofia profile <name> {verb} <on/off>\n"
        what = "capturing" if verb == "capture" else "debugging"
        return f"{'Enabled' if is_true(rest[0]) else 'Disabled'} sip {what} on {name}"
    return _about_profile(core, verb, rest)


def _about_profile(core: "Core", verb: str, rest: list[str]) -> str:
    if verb in ("stop", "restart"):
        # the profile's calls would go with it; it stays as the switch does
        return f"Reload XML [Success]\n{'stopping' if verb == 'stop' else 'restarting'}: external"
    if verb in ("register", "unregister"):
        if not rest:
            return "No gateway name provided!\n"
        return "+OK\n" if rest[0].lower() == "all" else "Invalid gateway!\n"
    if verb in ("killgw", "startgw") and not rest:
        return "-ERR missing gw name\n"
    if verb == "check_sync":
        return "+OK syncing all registrations" + (" matching specified call_id\n" if rest else "\n")
    if verb == "flush_inbound_reg":
        how = "rebooting" if "reboot" in (word.lower() for word in rest[:2]) else "flushing"
        one = bool(rest) and rest[0].lower() != "reboot"
        return f"+OK {how} all registrations{' matching specified call_id' if one else ''}\n"
    if verb == "killgw":
        every = rest[0].lower() == "_all_"
        return "+OK every gateway marked for deletion.\n" if every else "-ERR no such gateway.\n"
    if verb == "startgw":
        reload_xml(core, "")
        return (
            f"Reload XML [Success]\n-ERR cannot add gateway {rest[0]} for profile {core.profile}\n"
        )
    if verb == "rescan":
        reload_xml(core, "")
        return "Reload XML [Success]\n+OK scan complete\n"
    if verb == "recover":
        flush = rest[:1] == ["flush"]
        return "Flushing recovery database.\n" if flush else "No sessions to recover.\n"
    return "" if verb == "gwlist" else "-ERR Unknown command!\n"


# -- what it says of itself ----------------------------------------------------------------------


def _status(core: "Core", words: list[str]) -> str:
    what = words[0].lower() if words else ""
    if not words:
        return _overview(core)
    if what == "gateway" and len(words) > 1:
        return "Invalid Gateway!\n"
    if what != "profile" or len(words) < 2:
        return _GATEWAYS
    if words[1] != core.profile:
        return "Invalid Profile!\n"
    about = words[2].lower() if len(words) > 2 else ""
    if about in ("reg", "user"):
        return _REGISTRATIONS
    text = f"{_RULE}\n" + "".join(f"{name:<17}\t{value}\n" for name, _, value in _facts(core))
    return text + _REGISTRATIONS if about == "pres" else text


def _xml_status(core: "Core", words: list[str]) -> str:
    what = words[0].lower() if words else ""
    if what == "gateway":
        return "Invalid Gateway!\n" if len(words) > 1 else f"{_XML}<gateways>\n</gateways>\n"
    if words and (what != "profile" or len(words) < 2):
        return f"{_XML}<gateways>\n</gateways>\n"
    if not words:
        return (
            f"{_XML}<profiles>\n<profile>\n<name>{core.profile}</name>\n<type>profile</type>\n"
            f"<data>{_url(core)}</data>\n<state>RUNNING ({_calls(core)})</state>\n</profile>\n"
            "</profiles>\n"
        )
    if words[1:2] != [core.profile]:
        return "Invalid Profile!\n"
    if len(words) > 2 and words[2].lower() in ("reg", "user"):
        return f"{_XML}<profile>\n  <registrations>\n  </registrations>\n</profile>\n"
    known = {tag: value for _, tag, value in _facts(core)}
    facts = [(tag, known[tag]) for tag in (*(t for t in known if t not in _XML_LAST), *_XML_LAST)]
    body = "".join(f"    <{tag}>{value}</{tag}>\n" for tag, value in facts)
    return f"{_XML}<profile>\n  <profile-info>\n{body}  </profile-info>\n</profile>\n"


#: these come last in XML, in this order
_XML_LAST = ("calls-in", "calls-out", "failed-calls-in", "failed-calls-out", "registrations")


def _json_status(core: "Core", words: list[str]) -> str:
    facts = {tag: value for _, tag, value in _facts(core)}
    shown: dict[str, object] = {}
    for tag in _JSON_TAGS:
        shown[tag] = {"rtp-ip": [facts["rtp-ip"]], "ext-sip-ip": "", "hold-music": ""}.get(
            tag, facts.get(tag, "")
        )
    about = {
        "type": "profile",
        "state": "RUNNING",
        "in-use": _calls(core),
        "data": _url(core),
    }
    whole = {"profiles": {core.profile: {"status": about, "info": shown}}}
    text = json.dumps(whole, indent="\t", separators=(",", ":\t"))
    return re.sub(r"\[\s*([^\[\]]*?)\s*\]", r"[\1]", text) + "\n"  # lists stand on one line


_JSON_TAGS = (
    *("domain-name", "auto-nat", "db-name", "pres-hosts", "dialplan", "context"),
    *("challenge-realm", "rtp-ip", "sip-ip", "ext-sip-ip", "url", "bind-url", "hold-music"),
    "outbound-proxy",
)


def _url(core: "Core") -> str:
    return f"sip:mod_sofia@{core.sip.hostport}"


def _calls(core: "Core") -> int:
    legs = (channel for channel in core.channels.values() if channel.name.startswith("sofia/"))
    return sum(1 for _ in legs)


def _overview(core: "Core") -> str:
    return (
        f"{'Name':>25}\t{'Type':>7}\t{'Data':>42}\tState\n{_RULE}\n"
        f"{core.profile:>25}\tprofile\t{_url(core):>42}\tRUNNING ({_calls(core)})\n"
        f"{_RULE}\n1 profile 0 aliases\n"
    )


def _facts(core: "Core") -> list[tuple[str, str, str]]:
    """List what is known of the profile: as text names it, as XML does, and the value."""
    host, url, network = core.sip.host, _url(core), core.network
    return [
        ("Name", "name", core.profile),
        ("Domain Name", "domain-name", "N/A"),
        ("Auto-NAT", "auto-nat", "false"),
        ("DBName", "db-name", f"sofia_reg_{core.profile}"),
        ("Pres Hosts", "pres-hosts", ""),
        ("Dialplan", "dialplan", "XML"),
        ("Context", "context", core.context),
        ("Challenge Realm", "challenge-realm", "auto_to"),
        ("RTP-IP", "rtp-ip", host),
        ("SIP-IP", "sip-ip", host),
        ("URL", "url", url),
        ("BIND-URL", "bind-url", f"{url};transport=udp,tcp"),
        ("HOLD-MUSIC", "hold-music", "N/A"),
        ("OUTBOUND-PROXY", "outbound-proxy", "N/A"),
        ("CODECS IN", "inbound-codecs", "PCMU,PCMA"),
        ("CODECS OUT", "outbound-codecs", "PCMU,PCMA"),
        ("TEL-EVENT", "tel-event", "101"),
        ("DTMF-MODE", "dtmf-mode", "rfc2833"),
        ("CNG", "cng", "13"),
        ("SESSION-TO", "session-to", "0"),
        ("MAX-DIALOG", "max-dialog", "0"),
        ("MAX-RECV-RPS", "max-recv-rps", "1000"),
        ("NOMEDIA", "nomedia", "false"),
        ("LATE-NEG", "late-neg", "true"),
        ("PROXY-MEDIA", "proxy-media", "false"),
        ("AGGRESSIVENAT", "aggressive-nat", "false"),
        ("CALLS-IN", "calls-in", str(network.calls_in)),
        ("FAILED-CALLS-IN", "failed-calls-in", str(network.failed_in)),
        ("CALLS-OUT", "calls-out", str(network.calls_out)),
        ("FAILED-CALLS-OUT", "failed-calls-out", str(network.failed_out)),
        ("REGISTRATIONS", "registrations", "0"),
    ]


_VERBS: dict[str, Callable[["Core", list[str]], str]] = {
    "status": _status,
    "xmlstatus": _xml_status,
    "jsonstatus": _json_status,
    "profile": _profile,
    "tracelevel": _tracelevel,
    "loglevel": _loglevel,
    "global": _global,
    "recover": _recover,
    "help": lambda core, words: _USAGE,
}


def sofia_contact(core: "Core", args: str) -> str:
    """Make a dial string for a registered user: there is none."""
    return _NOBODY


def sofia_count_reg(core: "Core", args: str) -> str:
    """Count the registrations of a user at a profile; -1 for no profile that there is."""
    return "0" if args.startswith(f"{core.profile}/") else "-1"


def unknown_user(core: "Core", args: str) -> str:
    """Say nothing of a user that is not there."""
    return ""


def sofia_gateway_data(core: "Core", args: str) -> str:
    """Read a variable of a gateway: there is none."""
    return "" if args else "-ERR Parameter missing\n"


def sofia_dig(core: "Core", args: str) -> str:
    """Look a SIP address up in the DNS, which a simulated switch does not ask."""
    return "usage: sofia_dig [OPTIONS] [@dnsserver] uri\n"


def table() -> dict[str, Callable[["Core", str], "str | Awaitable[str]"]]:
    """Name the commands of this module."""
    return {
        "sofia": sofia,
        "sofia_contact": sofia_contact,
        "reg_url": sofia_contact,
        "sofia_count_reg": sofia_count_reg,
        "sofia_username_of": unknown_user,
        "sofia_presence_data": unknown_user,
        "sofia_gateway_data": sofia_gateway_data,
        "sofia_dig": sofia_dig,
    }
