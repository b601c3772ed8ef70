"""Structures in Thrift's compact protocol, read and written: so Parquet says what is where in a file.

What the fields mean is not known here. The protocol is told in ``doc/specs/thrift-compact-protocol.md``
of https://github.com/apache/thrift; what Parquet makes of it in ``parquet.thrift`` of
https://github.com/apache/parquet-format.
"""

from collections.abc import Mapping, Sequence
from enum import IntEnum
from typing import Any


class Kind(IntEnum):
    """The types, as fields are marked with them."""

    TRUE, FALSE, BYTE, I16, I32, I64, DOUBLE, BINARY, LIST, SET, MAP, STRUCT = range(1, 13)


#: A field's kind and value; a list's value is the kind of its items, and the items.
Value = tuple[Kind, Any]
#: A structure: its fields by their numbers.
Struct = dict[int, Value]

#: Parquet's structures lie four deep in each other.
_DEEPEST = 16
_WHOLE = frozenset({Kind.I16, Kind.I32, Kind.I64})
#: Fields and items of one structure: a recording of sixteen million events has fewer.
_MOST_VALUES = 2_000_000
#: An integer of 64 bits takes no more bytes than this.
_LONGEST = 10


class ThriftError(ValueError):
    """These bytes hold no structure, or not all of one."""


def read_struct(data: bytes, at: int = 0) -> tuple[Struct, int]:
    """Read a structure.

    Parameters
    ----------
    data : bytes
        What it is in. It may lie: nothing is made room for that is not there.
    at : int
        Where it begins.

    Returns
    -------
    struct : dict
        Its fields.
    end : int
        Where it ends.

    Raises
    ------
    ThriftError
        If there is none, or not all of it.
    """
    reader = _Reader(data, at)
    return reader.struct(0), reader.at


def value_of(struct: Struct, number: int, *kinds: Kind) -> Any:
    """Return the value of a field that has to be there, and of one of these kinds.

    Raises
    ------
    ThriftError
        If it is not.
    """
    kind, value = struct.get(number, (None, None))
    if kind not in kinds:
        raise ThriftError(f"no field {number}")
    return value


class _Reader:
    """Reads on and on."""

    def __init__(self, data: bytes, at: int) -> None:
        self.data, self.at = data, at
        self._left = _MOST_VALUES

    def struct(self, depth: int) -> Struct:
        if depth > _DEEPEST:
            raise ThriftError("structures in structures without an end")
        fields: Struct = {}
        number = 0
        while mark := self._byte():
            number = number + (mark >> 4) if mark >> 4 else self._zigzag()
            kind = _kind(mark & 15)
            if kind in (Kind.TRUE, Kind.FALSE):  # the mark is all there is of it
                fields[number] = kind, kind is Kind.TRUE
            else:
                fields[number] = kind, self._value(kind, depth)
        return fields

    def _value(self, kind: Kind, depth: int) -> Any:
        self._left -= 1
        if self._left < 0:
            raise ThriftError("more values than there can be")
        if kind in _WHOLE:
            return self._zigzag()
        if kind is Kind.BINARY:
            return self._bytes(self._varint())
        if kind in (Kind.LIST, Kind.SET):
            return self._list(depth)
        if kind is Kind.STRUCT:
            return self.struct(depth + 1)
        if kind is Kind.DOUBLE:
            return self._bytes(8)
        if kind is Kind.MAP:
            raise ThriftError("a map, of which Parquet has none")
        return self._byte()

    def _list(self, depth: int) -> tuple[Kind, list[Any]]:
        mark = self._byte()
        count = mark >> 4 if mark >> 4 < 15 else self._varint()
        kind = _kind(mark & 15)
        if depth >= _DEEPEST:
            raise ThriftError("lists in lists without an end")
        # Each item takes a byte at the least, so that a count that lies ends with the bytes.
        return kind, [self._value(kind, depth + 1) for _ in range(count)]

    def _byte(self) -> int:
        return self._bytes(1)[0]

    def _bytes(self, count: int) -> bytes:
        taken = self.data[self.at : self.at + count]
        if len(taken) < count:
            raise ThriftError("it ends too early")
        self.at += count
        return taken

    def _varint(self) -> int:
        value = 0
        for place in range(_LONGEST):
            byte = self._byte()
            value |= (byte & 127) << 7 * place
            if byte < 128:
                return value
        raise ThriftError("a number without an end")

    def _zigzag(self) -> int:
        value = self._varint()
        return value >> 1 ^ -(value & 1)


def _kind(number: int) -> Kind:
    try:
        return Kind(number)
    except ValueError as exc:
        raise ThriftError(f"there is no type {number}") from exc


def write_struct(struct: Mapping[int, Value]) -> bytes:
    """Write a structure."""
    parts, before = [], 0
    for number, (kind, value) in sorted(struct.items()):
        if kind in (Kind.TRUE, Kind.FALSE):
            kind, written = (Kind.TRUE if value else Kind.FALSE), b""
        else:
            written = _written(kind, value)
        step = number - before
        parts.append(bytes([step << 4 | kind]) if 0 < step < 16 else _long_mark(kind, number))
        parts.append(written)
        before = number
    return b"".join(parts) + b"\0"


def _long_mark(kind: Kind, number: int) -> bytes:
    return bytes([kind]) + _written(Kind.I16, number)


def _written(kind: Kind, value: Any) -> bytes:
    if kind in _WHOLE:
        return _varint(value << 1 if value >= 0 else ~value << 1 | 1)
    if kind is Kind.BINARY:
        return _varint(len(value)) + bytes(value)
    if kind in (Kind.LIST, Kind.SET):
        return _list(*value)
    if kind is Kind.STRUCT:
        return write_struct(value)
    return bytes(value) if kind is Kind.DOUBLE else bytes([value])


def _list(kind: Kind, items: Sequence[Any]) -> bytes:
    count = len(items)
    mark = bytes([count << 4 | kind]) if count < 15 else bytes([15 << 4 | kind]) + _varint(count)
    return mark + b"".join(_written(kind, item) for item in items)


def _varint(value: int) -> bytes:
    parts = bytearray()
    while value > 127:
        parts.append(value & 127 | 128)
        value >>= 7
    return bytes([*parts, value])
