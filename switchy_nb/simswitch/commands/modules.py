"""Commands about modules and configuration, and those that would run another program.

There are no modules to load and no files to read: the switch is what it is. What would run a
program on the machine is refused, whoever asks: a simulated switch has no shell.
"""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from switchy_nb.simswitch import events
from switchy_nb.simswitch.commands import interfaces

if TYPE_CHECKING:
    from switchy_nb.simswitch.core import Core

_XML_RELOADED = "+OK Reloading XML\n"
_NO_FILE = "module load file routine returned an error"
_NO_MODULE = "No such module!"
_LOADED = "Module already loaded"
#: what a module answers that must not go, as all of them here
_STAYS = "Module is not unloadable"
_REFUSED = "-ERR a simulated switch runs no other program\n"

_RELOAD_XML = events.Kind("RELOADXML", "switch_xml.c", "switch_xml_open_root", 2421)
_RELOAD_CERT = events.Kind("CERT_RELOAD", "mod_commands.c", "reload_cert_function", 2867)


def _reload(core: "Core") -> None:
    core.fire(core.events.make(_RELOAD_XML))


def module_exists(core: "Core", args: str) -> str:
    """Say whether a module is loaded."""
    return ("true" if args in interfaces.modules() else "false") if args else ""


def load(core: "Core", args: str) -> str:
    """Load a module: those that there can be are loaded."""
    if not args:
        return "-USAGE: <mod_name>\n"
    _reload(core)
    return f"{_XML_RELOADED}-ERR [{_LOADED if args in interfaces.modules() else _NO_FILE}]\n"


def _named(args: str) -> str:
    """Read a module's name behind flags such as ``-f``."""
    return args.partition(" ")[2] if args.startswith("-") and " " in args else args


def unload(core: "Core", args: str) -> str:
    """Unload a module: none can go."""
    name = _named(args)
    if not name:
        return "-USAGE: [-f] <mod_name>\n"
    return f"-ERR [{_STAYS if name in interfaces.modules() else _NO_MODULE}]\n"


def reload_(core: "Core", args: str) -> str:
    """Unload a module and load it again."""
    name = _named(args)
    if not name:
        return "-USAGE: [-f] <mod_name>\n"
    _reload(core)
    there = name in interfaces.modules()
    return (
        f"{_XML_RELOADED}-ERR unloading module [{_STAYS if there else _NO_MODULE}]\n"
        f"-ERR loading module [{_LOADED if there else _NO_FILE}]\n"
    )


def reload_xml(core: "Core", args: str) -> str:
    """Read the configuration again: there is none on disk."""
    _reload(core)
    return "+OK [Success]\n"


def reload_acl(core: "Core", args: str) -> str:
    """Read the access lists again: there are none on disk."""
    return "+OK acl reloaded\n"


def reload_cert(core: "Core", args: str) -> str:
    """Read certificates again: there are none."""
    core.fire(core.events.make(_RELOAD_CERT))
    return "+OK cert reload event sent\n"


def refuse(core: "Core", args: str) -> str:
    """Refuse to run a program."""
    return _REFUSED if args else "-USAGE: <command>\n"


def table() -> dict[str, Callable[["Core", str], "str | Awaitable[str]"]]:
    """Name the commands of this module."""
    return {
        "module_exists": module_exists,
        "load": load,
        "unload": unload,
        "reload": reload_,
        "reloadxml": reload_xml,
        "reloadacl": reload_acl,
        "reloadcert": reload_cert,
        **dict.fromkeys(("system", "bg_system", "spawn", "bg_spawn", "spawn_stream"), refuse),
    }
