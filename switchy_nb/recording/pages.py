"""Where the pages of a recording's Parquet file are, found without its footer.

A file is row group behind row group, a row group column behind column, and a column pages, of which
each begins with a header that says how long it is. Our files have always been written so that it
shows where a column ends: ``n``, the first, is packed as differences and has no dictionary; each of
those between has one, at its beginning; ``raw``, the last, has none. The headers are told in
``parquet.thrift`` of https://github.com/apache/parquet-format (``PageHeader``). What is in a page is
not looked at.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

from switchy_nb.recording.columns import COLUMNS
from switchy_nb.recording.parquet import MAGIC
from switchy_nb.recording.thrift import Kind, Struct, ThriftError, read_struct, value_of

#: parquet.thrift: PageType
_DATA, _DICTIONARY = 0, 2
#: parquet.thrift: Encoding
PLAIN, _DELTAS = 0, 5
#: With the least and the greatest value, which Arrow leaves out where they are over 4 KiB.
_MOST_HEADER = 64 * 1024
#: Arrow cuts a table into row groups of no more rows than this.
_MOST_ROWS = 1024 * 1024
#: Room that a page may claim: its limit is 16 MiB, but a thousand rows are put into it at once.
_MOST_ROOM = 256 * 1024 * 1024
#: A value takes no less in a dictionary, and raw bytes begin with their length.
_LEAST_VALUE = 4
#: The column of the switch is not in a folder's files.
WIDTHS = (len(COLUMNS), len(COLUMNS) - 1)


@dataclass(frozen=True, slots=True)
class Page:
    """A page: where its header begins, where its bytes begin and end, and what they are.

    Attributes
    ----------
    start, data, end : int
        Places in the file; the end may lie behind the file's own.
    room : int
        How many bytes it is when it is decompressed.
    values : int
        How many values it holds.
    encoding : int
        How they are written, as Parquet numbers it.
    dictionary : bool
        Whether they are the values that the column's other pages have numbers of.
    """

    start: int
    data: int
    end: int
    room: int
    values: int
    encoding: int
    dictionary: bool


@dataclass(frozen=True, slots=True)
class Chunk:
    """The pages of a column in a row group."""

    pages: list[Page] = field(default_factory=list)

    @property
    def rows(self) -> int:
        """How many rows its data pages have."""
        return sum(page.values for page in self.pages if not page.dictionary)

    @property
    def room(self) -> int:
        """How many bytes it is when it is decompressed, without headers."""
        return sum(page.room for page in self.pages)

    @property
    def plain(self) -> bool:
        """Whether it is as ``raw`` is."""
        return all(page.encoding == PLAIN and not page.dictionary for page in self.pages)


@dataclass(slots=True)
class Layout:
    """What was found in a file.

    Attributes
    ----------
    groups : list of list of Chunk
        The row groups that are whole: their columns in order.
    begun : list of Chunk
        The columns of a row group that is not; the last one may not be whole.
    end : int
        Up to where the row groups are whole.
    size : int
        How many bytes the file has.
    """

    size: int
    groups: list[list[Chunk]] = field(default_factory=list)
    begun: list[Chunk] = field(default_factory=list)
    end: int = len(MAGIC)

    def add(self, page: Page) -> bool:
        """Take the next page; return whether it can be one of a recording's, and is whole."""
        begun = self.begun
        rows = begun[0].rows if begun else 0
        if self._goes_on(page, rows):
            most = rows if len(begun) > 1 else _MOST_ROWS
            if page.dictionary or begun[-1].rows + page.values > most:
                return False
        elif self._begins(page):
            begun.append(Chunk())
        else:
            return False
        begun[-1].pages.append(page)
        if page.end > self.size:
            return False
        if len(begun) > 1 and begun[-1].plain and begun[-1].rows == rows:
            if begun[-1].room < _LEAST_VALUE * rows:
                return False
            self.groups.append(begun)
            self.begun, self.end = [], page.end
        return True

    def _goes_on(self, page: Page, rows: int) -> bool:
        """Whether a page is of the same column as the one before it."""
        if len(self.begun) > 1:
            return self.begun[-1].rows < rows
        return len(self.begun) == 1 and page.encoding == _DELTAS

    def _begins(self, page: Page) -> bool:
        """Whether the next column can begin with a page."""
        if not self.begun:
            return page.encoding == _DELTAS and not page.dictionary
        widths = (len(self.groups[0]),) if self.groups else WIDTHS
        at = len(self.begun) + 1
        return at < max(widths) if page.dictionary else page.encoding == PLAIN and at in widths


def find_pages(file: BinaryIO, size: int) -> Layout:
    """Find the pages of a file, as far as they follow each other.

    Parameters
    ----------
    file : binary file
        That begins as a Parquet file does. It may hold anything behind that.
    size : int
        How many bytes it has.
    """
    layout = Layout(size)
    for page in _pages(file, size):
        if not layout.add(page):
            break
    return layout


def _pages(file: BinaryIO, size: int) -> Iterator[Page]:
    at = len(MAGIC)
    while at < size:
        file.seek(at)
        try:
            page = _page(*read_struct(file.read(_MOST_HEADER)), at)
        except ThriftError:
            return
        yield page
        at = page.end


def _page(header: Struct, length: int, at: int) -> Page:
    kind, room, size = (value_of(header, number, Kind.I32) for number in (1, 2, 3))
    dictionary = kind == _DICTIONARY
    if kind not in (_DATA, _DICTIONARY):
        raise ThriftError("a page of a kind that is not written here")
    said: Struct = value_of(header, 7 if dictionary else 5, Kind.STRUCT)
    values, encoding = (value_of(said, number, Kind.I32) for number in (1, 2))
    least, most = (0, room // _LEAST_VALUE) if dictionary else (1, _MOST_ROWS)
    if not (size >= 0 and 0 <= room <= _MOST_ROOM and least <= values <= most):
        raise ThriftError("sizes that cannot be")
    return Page(at, at + length, at + length + size, room, values, encoding, dictionary)
