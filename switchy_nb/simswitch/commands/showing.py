"""``show`` and ``uuid_dump``: what there is in the switch, as text, JSON or XML."""

import json
import time
from collections.abc import Awaitable, Callable, Iterable
from typing import TYPE_CHECKING

from switchy_nb.simswitch import events
from switchy_nb.simswitch.channel import Channel
from switchy_nb.simswitch.words import separate
from switchy_nb.wire import serve

if TYPE_CHECKING:
    from switchy_nb.simswitch.core import Core

Row = dict[str, str]

_USAGE = (
    "-USAGE: codec|endpoint|application|api|dialplan|file|timer|calls [count]|channels [count|like "
    "<match string>]|calls|detailed_calls|bridged_calls|detailed_bridged_calls|aliases|complete|"
    "chat|management|modules|nat_map|say|interfaces|interface_types|tasks|limits|status\n"
)
_DUMP = events.Kind("CHANNEL_DATA", "mod_commands.c", "uuid_dump_function", 6495, variables=True)

#: what a real FreeSWITCH with the same configuration has loaded, as far as it is modelled
_MODULES = {
    "mod_commands": "api",
    "mod_console": "api",
    "mod_dialplan_xml": "dialplan",
    "mod_dptools": "application",
    "mod_event_socket": "api",
    "mod_loopback": "endpoint",
    "mod_sndfile": "file",
    "mod_sofia": "endpoint",
    "mod_tone_stream": "file",
}


def module_exists(core: "Core", args: str) -> str:
    """Say whether a module is loaded."""
    name = args.strip()
    return ("true" if name in _MODULES else "false") if name else ""


def show(core: "Core", args: str) -> str:
    """List channels, calls, modules and the like; ``count``, ``like X``, ``as json``."""
    words = separate(args, " ")
    if not words:
        return _USAGE
    what, rest = words[0].lower(), words[1:]
    form, delimiter = "csv", ","
    if len(rest) > 1 and rest[-2].lower() == "as":
        form, rest = rest[-1].lower(), rest[:-2]
    elif len(rest) > 2 and rest[-3].lower() == "as" and rest[-2].lower() == "delim":
        delimiter, rest = rest[-1], rest[:-3]
    if what == "status":
        return str(core.commands["status"](core, "")) + "\n"
    rows = _rows(core, what, rest)
    if rows is None:
        return _USAGE
    if rest[:1] == ["count"] and what in ("channels", "calls", "bridged_calls"):
        if form == "json":
            return json.dumps({"row_count": len(rows)} if not rows else _counted(len(rows))) + "\n"
        return f"\n{len(rows)} total.\n"
    return _written(rows, form, delimiter)


def _counted(count: int) -> dict[str, object]:
    return {"row_count": count, "rows": []}


def _written(rows: list[Row], form: str, delimiter: str) -> str:
    if form == "json":
        if not rows:
            return '{"row_count": 0}\n'
        whole = {"row_count": len(rows), "rows": rows}
        return json.dumps(whole, ensure_ascii=False, separators=(",", ":")) + "\n"
    if form == "xml":
        return _xml(rows)
    if not rows:
        return "\n0 total.\n"
    lines = [delimiter.join(rows[0])]
    lines += [delimiter.join(_cell(value) for value in row.values()) for row in rows]
    return "\n".join(lines) + f"\n\n{len(rows)} total.\n"


def _cell(value: str) -> str:
    return value.replace("\n", " ").replace("\r", " ")


def _xml(rows: list[Row]) -> str:
    if not rows:
        return '<result row_count="0"/>\n'
    lines = [f'<result row_count="{len(rows)}">']
    for number, row in enumerate(rows, 1):
        lines.append(f'  <row row_id="{number}">')
        for name, value in row.items():
            text = value.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
            lines.append(f"    <{name}>{text}</{name}>")
        lines.append("  </row>")
    return "\n".join([*lines, "</result>"]) + "\n"


def _rows(core: "Core", what: str, rest: list[str]) -> list[Row] | None:
    if what == "channels":
        rows = [_channel_row(channel) for channel in core.channels.values()]
        if rest[:1] == ["like"] and len(rest) > 1:
            wanted = rest[1].strip("%")
            keys = ("uuid", "name", "cid_name", "cid_num", "presence_data", "accountcode")
            rows = [row for row in rows if any(wanted in row[key] for key in keys)]
        return rows
    if what in ("calls", "detailed_calls"):
        return list(_calls(core, bridged_only=False))
    if what in ("bridged_calls", "detailed_bridged_calls"):
        return list(_calls(core, bridged_only=True))
    if what == "modules":
        chosen = [m for m in _MODULES if not rest or rest[0] in (m, "as", "count")]
        return [
            {"type": _MODULES[m], "name": m.removeprefix("mod_"), "ikey": m, "filename": f"{m}.so"}
            for m in chosen
        ]
    if what == "tasks":
        return [
            {
                "task_id": str(t.number),
                "task_desc": t.description,
                "task_group": t.group,
                "task_runtime": str(t.runtime),
                "task_sql_manager": "0",
                "hostname": core.hostname,
            }
            for t in core.scheduler.listed()
        ]
    return _interfaces(core, what)


def _interfaces(core: "Core", what: str) -> list[Row] | None:
    names: dict[str, Iterable[str]] = {
        "api": sorted(core.commands),
        "application": sorted(core.applications),
        "endpoint": ("error", "loopback", "sofia", "user"),
        "codec": ("G.711 alaw", "G.711 ulaw"),
        "dialplan": ("XML", "inline"),
        "file": ("silence_stream", "tone_stream", "wav"),
        "timer": ("soft",),
        "registrations": (),
        "aliases": (),
        "limits": (),
    }
    if what not in names:
        return None
    return [{"type": what, "name": name, "ikey": "simulated"} for name in names[what]]


def _channel_row(channel: Channel) -> Row:
    profile = channel.profile
    created = profile.times.created // 1_000_000 if profile is not None else 0
    used = channel.codec
    codec = (used.name, str(used.rate), str(used.bits)) if used is not None else ("", "", "")
    outbound = channel.get("channel_cid_flipped") == "yes"
    return {
        "uuid": channel.uuid,
        "direction": channel.direction.value,
        "created": time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(created)),
        "created_epoch": str(created),
        "name": channel.name,
        "state": channel.running.label,
        "cid_name": profile.caller_id_name if profile is not None else "",
        "cid_num": profile.caller_id_number if profile is not None else "",
        "ip_addr": profile.network_addr if profile is not None and not outbound else "",
        "dest": profile.destination if profile is not None else "",
        "application": channel.get("current_application"),
        "application_data": channel.get("current_application_data"),
        "dialplan": profile.dialplan if profile is not None else "",
        "context": profile.context if profile is not None else "",
        "read_codec": codec[0],
        "read_rate": codec[1],
        "read_bit_rate": codec[2],
        "write_codec": codec[0],
        "write_rate": codec[1],
        "write_bit_rate": codec[2],
        "secure": "",
        "hostname": channel.core.hostname,
        "presence_id": channel.get("presence_id"),
        "presence_data": channel.get("presence_data"),
        "accountcode": channel.get("accountcode"),
        "callstate": channel.call_state.name,
        "callee_name": profile.callee_id_name if profile is not None else "",
        "callee_num": profile.callee_id_number if profile is not None else "",
        "callee_direction": "RECV" if outbound else "",
        "call_uuid": channel.get("call_uuid") if outbound else "",
        "sent_callee_name": channel.get("last_sent_callee_id_name"),
        "sent_callee_num": channel.get("last_sent_callee_id_number"),
        "initial_cid_name": profile.orig_caller_id_name if profile is not None else "",
        "initial_cid_num": profile.orig_caller_id_number if profile is not None else "",
        "initial_ip_addr": profile.network_addr if profile is not None and not outbound else "",
        "initial_dest": profile.destination if profile is not None else "",
        "initial_dialplan": profile.dialplan if profile is not None else "",
        "initial_context": profile.context if profile is not None else "",
    }


_A_LEG = tuple(
    str.split(
        "uuid direction created created_epoch name state cid_name cid_num ip_addr dest presence_id "
        "presence_data accountcode callstate callee_name callee_num callee_direction call_uuid "
        "hostname sent_callee_name sent_callee_num"
    )
)
_B_LEG = tuple(
    str.split(
        "uuid direction created created_epoch name state cid_name cid_num ip_addr dest presence_id "
        "presence_data accountcode callstate callee_name callee_num callee_direction "
        "sent_callee_name sent_callee_num"
    )
)


def _calls(core: "Core", *, bridged_only: bool) -> Iterable[Row]:
    """One row for each bridge, and for each leg that is in none."""
    for channel in core.channels.values():
        other = channel.partner
        if other is not None and channel.bridge_role == "originatee":
            continue
        if other is None and bridged_only:
            continue
        row = _channel_row(channel)
        second = _channel_row(other) if other is not None else {}
        yield {
            **{key: row[key] for key in _A_LEG},
            **{f"b_{key}": second.get(key, "") for key in _B_LEG},
            "call_created_epoch": row["created_epoch"] if other is not None else "",
        }


def uuid_dump(core: "Core", args: str) -> str:
    """Write all that is known of a channel: plain, ``json`` or ``xml``."""
    words = separate(args, " ")
    if not words:
        return "-USAGE: <uuid> [format]\n"
    channel = core.channels.get(words[0])
    if channel is None:
        return "-ERR No such channel!\n"
    event = core.events.of_channel(_DUMP, channel)
    form = words[1].lower() if len(words) > 1 else ""
    write = {"json": serve.json_event, "xml": serve.xml_event}.get(form, serve.plain_event)
    return write(event.pairs).decode("utf-8", "surrogateescape")


def uuid_buglist(core: "Core", args: str) -> str:
    """List a channel's recordings, as FreeSWITCH lists its media bugs."""
    if not args.strip():
        return "-USAGE: <uuid>\n"
    channel = core.channels.get(args.strip())
    if channel is None:
        return ""
    bugs = "".join(
        "  <media-bug>\n    <function>session_record</function>\n"
        f"    <target>{path}</target>\n    <thread-locked>0</thread-locked>\n  </media-bug>\n"
        for path in channel.recordings
    )
    return f"<media-bugs>\n{bugs}</media-bugs>\n"


def table() -> dict[str, Callable[["Core", str], "str | Awaitable[str]"]]:
    """Name the commands of this module."""
    return {
        "show": show,
        "module_exists": module_exists,
        "uuid_dump": uuid_dump,
        "uuid_buglist": uuid_buglist,
    }
