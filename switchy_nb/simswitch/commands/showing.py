"""``show``: what there is in the switch, as text, JSON or XML.

The rows of channels and calls are made in `listing`; what modules offer is in `interfaces`.
"""

import json
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from switchy_nb.simswitch.commands import interfaces
from switchy_nb.simswitch.commands.consoles import help_
from switchy_nb.simswitch.commands.interfaces import Interface
from switchy_nb.simswitch.commands.listing import Row, calls, channel_row
from switchy_nb.simswitch.words import separate
from switchy_nb.wire.serve import xml_text

if TYPE_CHECKING:
    from switchy_nb.simswitch.core import Core

_USAGE = (
    "-USAGE: codec|endpoint|application|api|dialplan|file|timer|calls [count]|channels [count|like "
    "<match string>]|calls|detailed_calls|bridged_calls|detailed_bridged_calls|aliases|complete|"
    "chat|management|modules|nat_map|say|interfaces|interface_types|tasks|limits|status\n"
)
#: each stands for every word that begins so; an ``s`` at the end goes
_TYPES = (
    *("codec", "dialplan", "file", "timer", "chat", "limit", "say", "management", "endpoint"),
)
_COUNTED = ("channels", "calls", "registrations")
_LIKE = ("uuid", "name", "cid_name", "cid_num", "presence_data", "accountcode")
_COMPLETED = 10


async def show(core: "Core", args: str) -> str:
    """List channels, calls, modules and the like; ``count``, ``like X``, ``as json``."""
    words = separate(args, " ", 6)
    if not words:
        return _USAGE
    what, rest = words[0], words[1:]
    low = what.lower()
    if low.startswith("status"):
        return await _status(core, what, rest)
    if low.startswith("help"):
        return help_(core, "one")
    counting = low in _COUNTED and rest[:1] and rest[0].lower() == "count"
    rows = _rows(core, low, rest)
    if rows is None:
        return _USAGE
    form, delimiter = _form(low, rest)
    if form not in ("delim", "csv", "json", "xml"):
        return f"-ERR Cannot find format {form}\n"
    return _counted(len(rows), form) if counting else _written(rows, form, delimiter)


async def _status(core: "Core", what: str, rest: list[str]) -> str:
    form = rest[1] if len(rest) > 1 and rest[0].lower() == "as" else "".join(rest[:1])
    command = core.commands.get(what.lower())
    if command is None:
        return "INVALID COMMAND!\n"
    answer = command(core, form)
    return answer if isinstance(answer, str) else await answer


def _form(what: str, rest: list[str]) -> tuple[str, str]:
    """Read ``as FORMAT``, which stands behind the command, or behind ``count`` and ``like X``."""
    at = 0
    if what in _COUNTED and rest[:1] and rest[0].lower() == "count":
        at = 1
    elif what == "channels" and rest[:1] and rest[0].lower() == "like":
        at = 2
    if len(rest) < at + 2 or rest[at].lower() != "as":
        return "delim", ","
    delimiter = rest[2] if len(rest) > 2 else ","
    return rest[at + 1].lower() if at or len(rest) > 1 else "delim", delimiter


def _counted(count: int, form: str) -> str:
    if form == "json":
        return json.dumps({"row_count": count, "rows": []}, separators=(",", ":"))
    if form == "xml":
        return f'<result row_count="{count}"></result>\n'
    return f"\n{count} total.\n"


def _written(rows: list[Row], form: str, delimiter: str) -> str:
    if form == "json":
        if not rows:
            return '{"row_count": 0}\n'
        whole = {"row_count": len(rows), "rows": rows}
        return json.dumps(whole, ensure_ascii=False, separators=(",", ":"))
    if form == "xml":
        return _xml(rows)
    lines = [delimiter.join(rows[0])] if rows else []
    lines += [delimiter.join(row.values()) for row in rows]
    return "".join(f"{line}\n" for line in lines) + f"\n{len(rows)} total.\n"


def _xml(rows: list[Row]) -> str:
    if not rows:
        return '<result row_count="0"/>\n'
    lines = [f'<result row_count="{len(rows)}">']
    for number, row in enumerate(rows, 1):
        lines.append(f'  <row row_id="{number}">')
        lines += [f"    <{name}>{xml_text(value)}</{name}>" for name, value in row.items()]
        lines.append("  </row>")
    return "\n".join([*lines, "</result>"]) + "\n"


def _rows(core: "Core", what: str, rest: list[str]) -> list[Row] | None:
    if what.startswith(_TYPES):
        wanted = what.removesuffix("s")
        return [_short(i) for i in interfaces.known() if i.type == wanted]
    if what.startswith("module"):
        return _modules(rest)
    make = _LISTS.get(what)
    return make(core, rest) if make is not None else None


def _named(rest: list[str]) -> str:
    return rest[0] if rest and rest[0].lower() != "as" else ""


def _short(interface: Interface) -> Row:
    return {"type": interface.type, "name": interface.name, "ikey": interface.module}


def _modules(rest: list[str]) -> list[Row]:
    wanted = _named(rest)
    chosen = (i for i in interfaces.known() if not wanted or i.module == wanted)
    return [{**_short(i), "filename": i.filename} for i in dict.fromkeys(chosen)]


def _described(kind: str) -> Callable[["Core", list[str]], list[Row]]:
    def rows(core: "Core", rest: list[str]) -> list[Row]:
        wanted = _named(rest)
        return [
            {"name": i.name, "description": i.description, "syntax": i.syntax, "ikey": i.module}
            for i in interfaces.known()
            if i.type == kind and i.description and (not wanted or i.name == wanted)
        ]

    return rows


def _interface_types(core: "Core", rest: list[str]) -> list[Row]:
    counts = Counter(i.type for i in interfaces.known())
    return [{"type": kind, "total": str(count)} for kind, count in sorted(counts.items())]


def _channels(core: "Core", rest: list[str]) -> list[Row]:
    rows = [channel_row(channel) for channel in core.channels.values()]
    if rest[:1] and rest[0].lower() == "like" and len(rest) > 1:
        wanted = rest[1].replace("'", " ").replace(";", " ").lower()
        wanted = wanted if "%" in wanted else f"%{wanted}%"
        rows = [row for row in rows if any(_like(wanted, row[key].lower()) for key in _LIKE)]
    return rows


def _like(pattern: str, text: str) -> bool:
    """Compare as SQL does, where ``%`` stands for anything; never slower than the text is long."""
    first, *rest = pattern.split("%")
    if not rest:
        return text == first
    if not text.startswith(first):
        return False
    at = len(first)
    for part in rest[:-1]:
        found = text.find(part, at)
        if found < 0:
            return False
        at = found + len(part)
    return len(text) - at >= len(rest[-1]) and text.endswith(rest[-1])


def _of_calls(*, bridged: bool, detailed: bool) -> Callable[["Core", list[str]], list[Row]]:
    return lambda core, rest: list(calls(core, bridged=bridged, detailed=detailed))


def _tasks(core: "Core", rest: list[str]) -> list[Row]:
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


def _aliases(core: "Core", rest: list[str]) -> list[Row]:
    kept = sorted(core.console.aliases.items())
    return [
        {
            "sticky": str(int(sticky)),
            "alias": name,
            "command": command,
            "hostname": core.hostname,
        }
        for name, (sticky, command) in kept
    ]


def _complete(core: "Core", rest: list[str]) -> list[Row]:
    rows = []
    for sticky, words in sorted(core.console.completions, key=lambda line: line[1]):
        cells = [*words, *[""] * (_COMPLETED - len(words))]
        row = {f"a{number}": cell for number, cell in enumerate(cells, 1)}
        rows.append({"sticky": str(int(sticky)), **row, "hostname": core.hostname})
    return rows


def _none(core: "Core", rest: list[str]) -> list[Row]:
    return []


_LISTS: dict[str, Callable[["Core", list[str]], list[Row]]] = {
    "interfaces": lambda core, rest: [_short(i) for i in interfaces.known()],
    "interface_types": _interface_types,
    "api": _described("api"),
    "application": _described("application"),
    "tasks": _tasks,
    "aliases": _aliases,
    "complete": _complete,
    "nat_map": _none,
    "registrations": _none,
    "channels": _channels,
    "calls": _of_calls(bridged=False, detailed=False),
    "detailed_calls": _of_calls(bridged=False, detailed=True),
    "bridged_calls": _of_calls(bridged=True, detailed=False),
    "detailed_bridged_calls": _of_calls(bridged=True, detailed=True),
}


def table() -> dict[str, Callable[["Core", str], "str | Awaitable[str]"]]:
    """Name the commands of this module."""
    return {"show": show}
