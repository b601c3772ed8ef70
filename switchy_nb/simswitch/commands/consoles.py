"""Commands for whoever types: help, aliases, completion, the banner, and commands inside others.

The aliases and the words to complete are kept by `console`.
"""

import json as codec
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from switchy_nb.simswitch import events
from switchy_nb.simswitch.clients import levels
from switchy_nb.simswitch.commands import apicalls, interfaces
from switchy_nb.simswitch.commands.system import json_status
from switchy_nb.simswitch.words import atoi, is_true, separate
from switchy_nb.wire.serve import escape, xml_text

if TYPE_CHECKING:
    from switchy_nb.simswitch.core import Core

_RULE = "-" * 80
_CONSOLE_USAGE = (
    f"USAGE:\n{_RULE}\nconsole help\nconsole loglevel [[0-7] | <loglevel_string>]\n"
    "console uuid [on|off|toggle]\nconsole json [on|off|toggle]\n"
    f"console colorize [on|off|toggle]\n{_RULE}\n"
)
_ALIAS_USAGE = "-USAGE: [add|stickyadd] <alias> <command> | del [<alias>|*]\n"
_COMPLETE_USAGE = "-USAGE: add <word>|del [<word>|*]\n"
_BACKGROUND = events.Kind("BACKGROUND_JOB", "mod_commands.c", "bgapi_exec", 5425)
_COLUMNS = 4


def help_(core: "Core", args: str) -> str:
    """List all API commands, with their syntax."""
    title = "" if args else "\nValid Commands:\n\n"
    rows = (i for i in interfaces.known() if i.type == "api")
    return title + "".join(f"{i.name},{i.syntax},{i.description},{i.module}\n" for i in rows)


def alias(core: "Core", args: str) -> str:
    """Give a command another name on the console."""
    return "+OK\n" if core.console.alias(separate(args, " ", 3)) else _ALIAS_USAGE


def complete(core: "Core", args: str) -> str:
    """Make words known that may be completed."""
    return "+OK\n" if core.console.complete(separate(args, " ", 11)) else _COMPLETE_USAGE


def _matches(core: "Core", line: str) -> tuple[str, list[str]]:
    """Find what may complete a line: what is typed of the last word, and the words."""
    line = line.lstrip(" ")
    before = line.split(" ") if line else [""]
    words = [word for word in before[:-1] if word]
    typed = before[-1]
    lines = core.console.completions
    found: dict[str, None] = {}
    if not words:
        names = [i.name for i in interfaces.known() if i.type == "api"]
        found.update(dict.fromkeys(name for name in names if name.startswith(typed)))
    for _, row in lines:
        if len(row) <= len(words) or not row[len(words)].startswith(typed):
            continue
        word = row[len(words)]
        fits = all(not known or known == mine for known, mine in zip(row, words, strict=False))
        if word and fits and not word.startswith("::"):
            found[word] = None
    return typed, list(found)


def _common(words: list[str]) -> str:
    """Find what all words begin with."""
    first = words[0] if words else ""
    length = next(
        (n for n, c in enumerate(first) if any(word[n : n + 1] != c for word in words)), len(first)
    )
    return first[:length]


def console_complete(core: "Core", args: str) -> str:
    """List what may complete a line, four in a row, and what is sure to follow."""
    typed, words = _matches(core, _line(args))
    out = "\n\n"
    for number, word in enumerate(words, 1):
        out += f"[{word:>20}]\t" + ("\n" if number % _COLUMNS == 0 else "")
    out += "\n\n"
    if words and len(_common(words)) >= len(typed):
        out += f"write={len(typed)}:{_common(words)}" + (" " if len(words) == 1 else "")
    return out if words else "\n\n\n\n"


def _line(args: str) -> str:
    """Take the line out of ``c=CURSOR;LINE``."""
    if args.startswith("c=") and ";" in args:
        cursor, _, line = args[2:].partition(";")
        return line[: atoi(cursor)] if atoi(cursor) > 0 else line
    return args


def console_complete_xml(core: "Core", args: str) -> str:
    """List what may complete a line, as XML."""
    typed, words = _matches(core, _line(args))
    rows = "".join(f"  <match>{xml_text(word)}</match>\n" for word in words)
    if words:
        rows += f'  <write length="{len(typed)}">{xml_text(_common(words))}</write>\n'
    return f'<?xml version="1.0"?>\n<complete>\n{rows}</complete>\n'


def console(core: "Core", args: str) -> str:
    """Set what the console shows."""
    words = separate(args, " ", 3)
    verb, value = ([*words, "", ""])[:2]
    if verb == "loglevel":
        level = levels.read(value) if value else core.controls.console_level
        if level is None:
            return f"-ERR Invalid console loglevel ({value})!\n\n"
        core.controls.console_level = level
        return f"+OK console log level set to {levels.name_of(level)}\n"
    if verb in ("colorize", "uuid", "json") and value:
        shown = {"colorize": "color", "uuid": "uuid", "json": "json"}[verb]
        return f"+OK console {shown} {'enabled' if is_true(value) else 'disabled'}\n"
    return _CONSOLE_USAGE


def banner(core: "Core", args: str) -> str:
    """Say what this is, as FreeSWITCH does when it starts."""
    line = f".{'=' * 61}.\n"
    rows = ("", "FreeSWITCH, simulated", "")
    return f"\n{line}" + "".join(f"|{row:^61}|\n" for row in rows) + f"{line}\n"


async def xml_wrap(core: "Core", args: str) -> str:
    """Run a command, and wrap its answer in XML; ``encoded`` before it percent-encodes that."""
    if not args:
        args = " "
    encoded = args.lower().startswith("encoded ")
    name, _, rest = (args[8:] if encoded else args).partition(" ")
    result = await apicalls.run(core, name, rest)
    data = apicalls.INVALID if result is None else result
    text = escape(data) if encoded else data
    return f'<result>\n  <row id="1">\n    <data>{text}</data>\n  </row>\n</result>\n'


def bgapi(core: "Core", args: str) -> str:
    """Run a command in the background; ``uuid:UUID`` before it names the job."""
    job, text = core.ids.uuid(), args
    if args.lower().startswith("uuid:"):
        given, _, text = args[5:].partition(" ")
        job = given or job
    if not text:
        return "-ERR Invalid syntax\n"
    core.spawn(_background(core, job, text))
    return f"+OK Job-UUID: {job}\n"


async def _background(core: "Core", job: str, text: str) -> None:
    name, _, rest = text.partition(" ")
    answer = await apicalls.run(core, name, rest)
    pairs = (("Job-UUID", job), ("Job-Command", name), ("Job-Command-Arg", rest))
    body = f"{name}: Command not found!\n" if answer is None else answer
    own = [pair for pair in pairs if pair[1]]
    core.fire(core.events.make(_BACKGROUND, own, body=body))


async def json(core: "Core", args: str) -> str:
    """Answer the JSON API: ``status`` and ``fsapi``; others are unknown, as is one without data."""
    if not args:
        return "-ERR No JSON supplied.\n"
    try:
        asked, _ = codec.JSONDecoder().raw_decode(args)
        if isinstance(asked, dict):
            asked.update(await _json_answer(core, asked))
        elif isinstance(asked, list):
            asked += _UNKNOWN.values()
        if isinstance(asked, dict) and asked.get("format") == "pretty":
            return codec.dumps(asked, indent="\t", separators=(",", ":\t")) + "\n"
        return codec.dumps(asked, separators=(",", ":"), ensure_ascii=False) + "\n"
    except (ValueError, RecursionError):
        return "-ERR Parse error.\n"


_UNKNOWN: dict[str, object] = {
    "status": "error",
    "message": "Invalid request or non-existant command",
    "response": None,
}


async def _json_answer(core: "Core", asked: dict[str, object]) -> dict[str, object]:
    data = asked.get("data")
    given = data if isinstance(data, dict) else {}
    if asked.get("command") == "status" and "data" in asked:
        return {"status": "success", "response": json_status(core)}
    if asked.get("command") == "fsapi" and "data" in asked:
        name, args = given.get("cmd"), given.get("arg")
        answer = None
        if isinstance(name, str):
            answer = await apicalls.run(core, name, args if isinstance(args, str) else "")
        if answer is None:
            failed = "The command returned an error"
            return {"status": "error", "message": failed, "response": {"message": "INVALID CALL"}}
        return {"status": "success", "response": {"message": answer}}
    return dict(_UNKNOWN)


def table() -> dict[str, Callable[["Core", str], "str | Awaitable[str]"]]:
    """Name the commands of this module."""
    return {
        "help": help_,
        "alias": alias,
        "complete": complete,
        "console_complete": console_complete,
        "console_complete_xml": console_complete_xml,
        "console": console,
        "banner": banner,
        "xml_wrap": xml_wrap,
        "bgapi": bgapi,
        "json": json,
    }
