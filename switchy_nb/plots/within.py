"""What goes on within a leg: applications, playbacks, recordings, bridges, digits. Read, not drawn."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from switchy_nb.plots.naming import brief
from switchy_nb.plots.style import Inner
from switchy_nb.plots.text import clean

#: Applications that play or record: their files' own events would tell it twice.
_PLAYERS = frozenset(
    """playback endless_playback loop_playback play_and_get_digits play_fsv speak say
    gentones""".split()
)
_RECORDERS = frozenset({"record", "record_fsv"})
_FILES = {
    "PLAYBACK_START": Inner.PLAYBACK,
    "PLAYBACK_STOP": Inner.PLAYBACK,
    "RECORD_START": Inner.RECORDING,
    "RECORD_STOP": Inner.RECORDING,
}


@dataclass(frozen=True, slots=True)
class Within:
    """Something that goes on from one moment to another (seconds).

    Attributes
    ----------
    kind : Inner
        What it is.
    start, end : float
        From when to when.
    text : str
        What to call it, fit to be drawn.
    marks : tuple of int
        Which of the leg's rows told of it.
    """

    kind: Inner
    start: float
    end: float
    text: str
    marks: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Digit:
    """A DTMF digit that a leg sent, at a moment (seconds)."""

    at: float
    text: str


@dataclass
class _Begun:
    kind: Inner
    start: float
    text: str
    marks: list[int]


@dataclass
class _Going:
    """What has begun and not ended yet, by what both ends have in common."""

    spans: dict[tuple[Any, ...], _Begun] = field(default_factory=dict)
    done: list[Within] = field(default_factory=list)

    def begin(self, key: tuple[Any, ...], kind: Inner, at: float, text: str, row: int) -> None:
        self.spans[key] = _Begun(kind, at, text, [row])

    def end(self, key: tuple[Any, ...], at: float, row: int | None) -> bool:
        """End what has this key; say whether anything did."""
        begun = self.spans.pop(key, None)
        if begun is not None:
            marks = begun.marks if row is None else [*begun.marks, row]
            self.done.append(Within(begun.kind, begun.start, at, begun.text, tuple(marks)))
        return begun is not None

    def tell(self, kind: Inner, row: int) -> bool:
        """Let a row belong to what of a kind is going on; say whether anything is."""
        for begun in self.spans.values():
            if begun.kind is kind:
                begun.marks.append(row)
                return True
        return False


def read_within(rows: Sequence[dict[str, Any]], over: float) -> list[Within]:
    """Read what goes on within a leg out of its rows, which are in order of time.

    Parameters
    ----------
    rows : sequence of dict
        With ``at`` and the columns name, application; and detail and step where they are known.
    over : float
        When what has not ended does (seconds).
    """
    going = _Going()
    key: tuple[Any, ...]
    for number, row in enumerate(rows):
        name, at = row["name"], row["at"]
        detail = row.get("detail") if isinstance(row.get("detail"), str) else ""
        if name in ("CHANNEL_EXECUTE", "CHANNEL_EXECUTE_COMPLETE"):
            application = row["application"] if isinstance(row["application"], str) else ""
            step = row.get("step")
            key = ("application", step if isinstance(step, str) else application)
            if name == "CHANNEL_EXECUTE":
                going.begin(key, _kind(application), at, _text(application, str(detail)), number)
            else:
                going.end(key, at, number)
        elif name in _FILES:
            kind = _FILES[name]
            key = (kind, detail)
            ended = name.endswith("STOP") and going.end(key, at, number)
            if not ended and not going.tell(kind, number) and name.endswith("START"):
                going.begin(key, kind, at, _text(kind.value, str(detail)), number)
    for key in list(going.spans):
        going.end(key, over, None)
    return sorted(going.done, key=lambda one: (one.start, -one.end))


def read_digits(rows: Iterable[dict[str, Any]]) -> tuple[Digit, ...]:
    """Read the DTMF digits out of a leg's rows, if they are known."""
    return tuple(
        Digit(row["at"], clean(row["detail"], 4))
        for row in rows
        if row["name"] == "DTMF" and isinstance(row.get("detail"), str)
    )


def _kind(application: str) -> Inner:
    if application in _PLAYERS:
        return Inner.PLAYBACK
    return Inner.RECORDING if application in _RECORDERS else Inner.APPLICATION


def _text(what: str, detail: str) -> str:
    """Name it; of a file its name alone, of a leg the beginning of its uuid."""
    if detail.startswith("/"):
        detail = detail.rpartition("/")[2]
    return f"{clean(what, 24)} {clean(brief(detail), 48)}".strip()
