"""What the modules of the modelled switch offer: API commands, applications, codecs, formats.

The list is that of a FreeSWITCH 1.11.1 with the modules console, logfile, event_socket, sofia,
loopback, commands, dptools, db, hash, dialplan_xml, sndfile and tone_stream, in its own words; it
is data (``interfaces.tsv``). That an interface is listed says what a real switch has, not that its
every effect is modelled.
"""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from switchy_nb.simswitch.files import BASE

#: where a real switch's modules would be
MODULE_DIRECTORY = f"{BASE}/mod"


@dataclass(frozen=True)
class Interface:
    """One thing that a module offers."""

    type: str
    name: str
    module: str
    description: str
    syntax: str

    @property
    def filename(self) -> str:
        """The module's file; the core's own modules have none."""
        if not self.module.startswith("mod_"):
            return ""
        return f"{MODULE_DIRECTORY}/{self.module}.so"


@cache
def known() -> tuple[Interface, ...]:
    """Read the list, ordered by type and name."""
    text = files("switchy_nb.simswitch.commands").joinpath("interfaces.tsv").read_text("utf-8")
    found = []
    for line in text.splitlines():
        if not line.startswith("#"):
            cells = [_unescaped(cell) for cell in line.split("\t")]
            found.append(Interface(*[*cells, "", ""][:5]))
    return tuple(found)


def _unescaped(cell: str) -> str:
    return cell.replace("\\n", "\n").replace("\\t", "\t")


@cache
def modules() -> frozenset[str]:
    """Name the modules."""
    return frozenset(interface.module for interface in known())
