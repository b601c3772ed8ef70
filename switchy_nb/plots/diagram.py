"""The ladder as Mermaid's text, for a ticket or a wiki that draws it.

What comes from the network is written in letters, digits and a few signs that mean nothing to
Mermaid; all else becomes its numbered entities (``#35;``), which it reads back before it draws. So
no value can end a line, begin a directive or a comment, or close a fence around the text.
"""

from switchy_nb.plots.steps import Kind, Ladder, Who
from switchy_nb.plots.style import State

_SAFE = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 .,_+/@=")
#: The word that closes a block, wherever Mermaid sees it.
_WORDS = frozenset({"end"})
_NOTHING = "sequenceDiagram\n    Note over nobody: nothing was recorded"


def escape(text: str) -> str:
    """Return text as it may stand in a diagram."""
    return " ".join(map(_word, text.split(" ")))


def _word(word: str) -> str:
    if word.lower() in _WORDS:
        return _entity(word[0]) + word[1:]
    written = []
    for at, char in enumerate(word):
        within = word[max(at - 1, 0) : at] + word[at + 1 : at + 2]
        hyphen = char == "-" and len(within) == 2 and within.isascii() and within.isalnum()
        written.append(char if char in _SAFE or hyphen else _entity(char))
    return "".join(written)


def _entity(char: str) -> str:
    return f"#{ord(char)};"


def write(ladder: Ladder | None) -> str:
    """Write a ladder as a sequence diagram."""
    if ladder is None:
        return _NOTHING + "\n"
    names = {column.key: f"P{at}" for at, column in enumerate(ladder.columns)}
    lines = ["sequenceDiagram"]
    for column in ladder.columns:
        word = "actor" if column.who is Who.CLIENT else "participant"
        lines.append(f"    {word} {names[column.key]} as {escape(', '.join(column.title))}")
    before: dict[str, State] = {}
    previous = None
    for step, states in zip(ladder.steps, ladder.states, strict=True):
        source, target = names.get(step.source), names.get(step.target)
        if source is None or target is None:
            continue
        gone = 0.0 if previous is None else step.at - previous
        delta = f", +{gone:.3f} s" if gone >= 0.0005 else ""
        previous = step.at
        text = f"{escape(step.text)} ({step.at:.3f} s{delta})"
        if step.count > 1:
            text = f"{step.count} times {text}"
        if step.kind is Kind.NOTE or source == target:
            lines.append(f"    Note over {target}: {text}")
        elif step.kind is Kind.BRIDGE:
            lines.append(f"    Note over {source},{target}: {text}")
        else:
            arrow = "-x" if step.failed else "->>"
            lines.append(f"    {source}{arrow}{target}: {text}")
        for uuid, state in states.items():
            if uuid in names and before.get(uuid) is not state:
                lines.append(f"    Note right of {names[uuid]}: {escape(state.value)}")
        before = dict(states)
    if ladder.left_out:
        lines.append(f"    Note over {names[ladder.columns[0].key]}: {ladder.left_out} more follow")
    return "\n".join(lines) + "\n"
