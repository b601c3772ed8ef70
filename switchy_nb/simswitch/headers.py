"""The headers that tell of a channel, and what of them is kept from one event to the next.

Few change between two events, so each is written when it changes. Whom a leg calls is in `profile`,
what each kind of event adds in `events`, how a header is written in `wire.serve`.
"""

from collections.abc import Callable, Iterable, Iterator, MutableMapping
from typing import TYPE_CHECKING, Any

from switchy_nb.wire.serve import Block, Pair, Value, can_name, plain_lines

if TYPE_CHECKING:
    from switchy_nb.simswitch.calls.channel import Channel


class Remembered:
    """A block that is made anew only when what it is made of has changed."""

    __slots__ = ("_block", "_facts")

    def __init__(self) -> None:
        self._facts: tuple[Any, ...] | None = None
        self._block = Block(())

    def block(self, facts: tuple[Any, ...], pairs: Callable[[], Iterable[Pair]]) -> Block:
        """Give the block of `pairs`; with the same `facts` as before, the same block."""
        if facts != self._facts:
            self._facts, self._block = facts, Block(tuple(pairs()))
        return self._block


class Variables(MutableMapping[str, Value]):
    """A channel's variables, in the order in which they were first set.

    Each is written once, however many events show it. One whose name could not be a header's (it
    holds a colon or ends the line) is kept, and shown in no event.
    """

    __slots__ = ("_block", "_lines", "_unwritten", "_values")

    def __init__(self) -> None:
        self._values: dict[str, Value] = {}
        #: as lines of a plain event, in the same order; what was set since is in `_unwritten`
        self._lines: dict[str, str] = {}
        self._unwritten: set[str] = set()
        self._block: Block | None = None

    def __getitem__(self, name: str) -> Value:
        return self._values[name]

    def __setitem__(self, name: str, value: Value) -> None:
        if self._values.get(name) == value:
            return
        self._values[name] = value
        self._lines[name] = ""
        self._unwritten.add(name)
        self._block = None

    def __delitem__(self, name: str) -> None:
        del self._values[name]
        del self._lines[name]
        self._unwritten.discard(name)
        self._block = None

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __contains__(self, name: object) -> bool:
        return name in self._values

    def __repr__(self) -> str:
        return f"Variables({self._values!r})"

    def block(self) -> Block:
        """Give the variables as headers, as they are now."""
        if self._block is None:
            self._write()
            values = self._values.copy()
            pairs = ((f"variable_{name}", values[name]) for name in values if can_name(name))
            self._block = Block(pairs, "".join(self._lines.values()))
        return self._block

    def _write(self) -> None:
        names = [name for name in self._unwritten if can_name(name)]
        lines = plain_lines([(f"variable_{name}", self._values[name]) for name in names])
        self._lines.update(zip(names, lines, strict=True))
        self._unwritten.clear()


def of_channel(channel: "Channel", shown: Remembered) -> list[Block]:
    """Give the headers that every event of a channel carries; `shown` keeps those of its state."""
    facts = (
        channel.running,
        channel.state,
        channel.call_state,
        channel.answer_state,
        channel.cause,
        channel.codec,
        channel.name,
        channel.hit_dialplan,
        channel.variables.get("call_uuid"),
    )
    blocks = [shown.block(facts, lambda: _of_state(channel))]
    if channel.profile is not None:
        blocks.append(channel.profile.headers("Caller"))
    if channel.other is not None:
        kind, profile = channel.other
        blocks += [Block((("Other-Type", kind),)), profile.headers("Other-Leg")]
    return blocks


def _of_state(channel: "Channel") -> list[Pair]:
    pairs: list[Pair] = [
        ("Channel-State", channel.running.label),
        ("Channel-Call-State", channel.call_state.name),
        ("Channel-State-Number", str(int(channel.state) % 13)),
        ("Channel-Name", channel.name),
        ("Unique-ID", channel.uuid),
        ("Call-Direction", channel.direction.value),
        ("Presence-Call-Direction", channel.direction.value),
        ("Channel-HIT-Dialplan", "true" if channel.hit_dialplan else "false"),
        ("Channel-Call-UUID", channel.get("call_uuid", channel.uuid)),
        ("Answer-State", channel.answer_state.value),
    ]
    if channel.cause is not None:
        pairs.append(("Hangup-Cause", channel.cause.name))
    if channel.codec is not None:
        for way in ("Read", "Write"):
            pairs += [
                (f"Channel-{way}-Codec-Name", channel.codec.name),
                (f"Channel-{way}-Codec-Rate", str(channel.codec.rate)),
                (f"Channel-{way}-Codec-Bit-Rate", str(channel.codec.bits)),
            ]
    return pairs
