"""The console's own language: several commands in a line, aliases, and what may follow what.

`Console` keeps the aliases and the words to complete; the commands that change and show them are
in `commands.consoles`.
"""

from dataclasses import dataclass, field
from importlib.resources import files
from typing import TYPE_CHECKING

from switchy_nb.simswitch.commands import apicalls

if TYPE_CHECKING:
    from switchy_nb.simswitch.core import Core

#: an alias that names an alias that names…
_MAX_DEPTH = 100
_WIDTH = 10
_ANY = "_any_"


def known_completions() -> list[tuple[str, ...]]:
    """Read the words that the modules make known, in FreeSWITCH's order."""
    text = files("switchy_nb.simswitch.commands").joinpath("completions.txt").read_text("utf-8")
    return [
        tuple("" if word == _ANY else word for word in line.split(" "))
        for line in text.splitlines()
        if line and not line.startswith("#")
    ]


@dataclass
class Console:
    """The aliases and completions of one switch."""

    aliases: dict[str, tuple[bool, str]] = field(default_factory=dict)
    _completions: list[tuple[bool, tuple[str, ...]]] | None = None

    @property
    def completions(self) -> list[tuple[bool, tuple[str, ...]]]:
        """Each line of words to complete, and whether it is to stay (``stickyadd``)."""
        if self._completions is None:
            self._completions = [(False, words) for words in known_completions()]
        return self._completions

    def complete(self, words: list[str]) -> bool:
        """Obey ``add WORDS``, ``stickyadd WORDS``, ``del WORDS`` and ``del *``."""
        verb, rest = (words[0].lower(), words[1:]) if words else ("", [])
        lines = self.completions
        if verb in ("add", "stickyadd"):
            row = tuple("" if word.lower() == _ANY else word for word in rest[:_WIDTH])
            lines.append((verb == "stickyadd", row))
            return True
        if verb != "del" or not rest:
            return False
        if rest[0] == "*":
            lines.clear()
        else:
            lines[:] = [line for line in lines if list(line[1][: len(rest)]) != rest]
        return True

    def alias(self, words: list[str]) -> bool:
        """Obey ``add NAME COMMAND``, ``stickyadd NAME COMMAND``, ``del NAME`` and ``del *``."""
        verb = words[0].lower() if words else ""
        if verb in ("add", "stickyadd") and len(words) == 3 and words[1] != words[2]:
            self.aliases[words[1]] = (verb == "stickyadd", words[2])
            return True
        if verb == "del" and len(words) == 2:
            if words[1] == "*":
                self.aliases.clear()
            self.aliases.pop(words[1], None)
            return True
        return False


async def execute(core: "Core", line: str, depth: int = 0) -> str:
    """Run a line as the console does: commands with ``;;`` between them, aliases first.

    Returns
    -------
    str
        All answers; that of ``-ERR … Command not found!`` if the last command is none.
    """
    answer, known = await _all(core, line, depth)
    return answer if known else f"-ERR {line.strip()} Command not found!\n"


async def _all(core: "Core", line: str, depth: int) -> tuple[str, bool]:
    line = line.lstrip(" ")
    parts = [line] if line.lower().startswith("alias") else line.split(";;")
    answer, known = "", False
    for part in parts:
        if depth > _MAX_DEPTH:
            return answer, False
        name, _, args = part.partition(" ")
        alias = core.console.aliases.get(name)
        if alias is not None:
            text = f"{alias[1]} {args}" if args else alias[1]
            more, known = await _all(core, text, depth + 1)
            answer += f"\nExpand Alias [{name}]->[{text}]\n\n{more}"
            continue
        result = await apicalls.run(core, name, args)
        known = result is not None
        answer += result or ""
    return answer, known
