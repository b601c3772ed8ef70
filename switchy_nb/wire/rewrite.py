"""An event in another format than the one in which it came."""

import json
import re
from collections.abc import Iterator

from switchy_nb.errors import ProtocolError
from switchy_nb.wire.event import Event, Format, decode_value, text
from switchy_nb.wire.serve import Pair, Value, can_name, json_event, plain_event, xml_event

_ARRAY, _SEPARATOR = "ARRAY::", "|:"
_LENGTH = "content-length"
#: half of a surrogate pair, as JSON can hold: no character, and no byte's stand-in either
_HALF = re.compile("[\ud800-\udc7f\udd00-\udfff]")


def rewritten(event: Event, kind: str) -> bytes:
    """Write an event in a format: its own bytes, where it came in that.

    Parameters
    ----------
    event : Event
        The event.
    kind : str
        ``plain``, ``json`` or ``xml``.

    Raises
    ------
    ProtocolError
        If it is to be changed and cannot be read.
    """
    if event.fmt.value == kind:
        return event.raw
    pairs = pairs_of(event)
    if event.body is not None:  # its length is written anew
        for at in reversed(range(len(pairs))):
            if pairs[at][0].lower() == _LENGTH:
                del pairs[at]
                break
    write = {"plain": plain_event, "json": json_event, "xml": xml_event}[kind]
    return write(pairs, event.body)


def pairs_of(event: Event) -> list[Pair]:
    """Read all headers in order, duplicates too; a list (``ARRAY::a|:b``) is a tuple.

    Raises
    ------
    ProtocolError
        If it is no JSON object.
    """
    read = _json_pairs if event.fmt is Format.JSON else _plain_pairs
    return [(name, value) for name, value in read(event.raw) if can_name(name)]


def _plain_pairs(raw: bytes) -> Iterator[Pair]:
    for line in raw.partition(b"\n\n")[0].split(b"\n"):
        name, colon, value = line.partition(b":")
        if colon:
            yield text(name), _value(decode_value(value.removeprefix(b" ")))


def _json_pairs(raw: bytes) -> Iterator[Pair]:
    try:
        found = json.loads(text(raw), object_pairs_hook=_Pairs, strict=False)
    except (ValueError, RecursionError) as exc:
        raise ProtocolError(f"this is no JSON event: {exc}; it begins {raw[:60]!r}") from exc
    if not isinstance(found, _Pairs):
        raise ProtocolError(f"a JSON event must be an object; this begins {raw[:60]!r}")
    for name, value in found:
        if name == "_body":
            continue
        if isinstance(value, list) and not isinstance(value, _Pairs):
            yield name, tuple(_HALF.sub("\ufffd", str(item)) for item in value)
        else:
            yield name, _HALF.sub("\ufffd", value) if isinstance(value, str) else json.dumps(value)


def _value(value: str) -> Value:
    if value.startswith(_ARRAY):
        return tuple(value[len(_ARRAY) :].split(_SEPARATOR))
    return value


class _Pairs(list[tuple[str, object]]):
    """An object's pairs in order: a dict would drop the first of duplicates."""
