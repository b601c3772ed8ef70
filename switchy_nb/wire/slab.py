"""Memory that bytes are received into, and that is used again when nobody needs them any more.

Memory that a process touches for the first time is dear: the kernel hands it out page by page, which
takes several times as long as copying an event. So what a link receives goes into a few slabs in turn.
Whoever holds a `Slab` may read its bytes; with the last one who lets go of it, it is free.
"""

import contextlib
import mmap
from collections import deque

#: A link that is not busy does with little; one whose slabs are filled by one read gets larger ones.
SMALLEST, LARGEST, GROWTH = 64 * 1024, 4 * 1024 * 1024, 4
#: A huge page; two of them cost a tenth of the thousand small ones in their place.
_HUGE = 2 * 1024 * 1024
#: So many bytes of each size wait to be used again.
_SPARE = 48 * 1024 * 1024
_SIZES = tuple(SMALLEST * GROWTH**n for n in range(4))
#: What waits to be used again, by any link of this process.
_spare: dict[int, deque[mmap.mmap]] = {size: deque(maxlen=_SPARE // size) for size in _SIZES}


def _memory(size: int) -> mmap.mmap:
    """Have the kernel hand out memory: for this process alone, in huge pages where it has them."""
    if not hasattr(mmap, "MAP_ANONYMOUS"):
        return mmap.mmap(-1, size)
    memory = mmap.mmap(-1, size, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    if hasattr(mmap, "MADV_HUGEPAGE") and size >= _HUGE:
        with contextlib.suppress(OSError):  # a kernel that was built without them
            memory.madvise(mmap.MADV_HUGEPAGE)
    return memory


class Slab:
    """Bytes that somebody may still need.

    Parameters
    ----------
    data : bytes or mmap
        The bytes; slices of them are copies.
    origin : Slabs, optional
        Has the memory when nobody holds this any more.
    """

    __slots__ = ("__weakref__", "_origin", "data")

    def __init__(self, data: bytes | mmap.mmap, origin: "Slabs | None" = None) -> None:
        self.data = data
        self._origin = origin

    def __del__(self) -> None:
        if self._origin is not None and isinstance(self.data, mmap.mmap):
            self._origin.give_back(self.data)

    def __len__(self) -> int:
        return len(self.data)


class Slabs:
    """Where a parser has its slabs from. They may come back on any thread."""

    def __init__(self) -> None:
        #: as long as there are large slabs that somebody holds (a counter that threads can share)
        self._out: deque[None] = deque()

    @property
    def held(self) -> int:
        """The bytes of large slabs that somebody holds."""
        return len(self._out) * LARGEST

    def take(self, room: int) -> Slab:
        """Return a slab with room for so many bytes; what they are at first means nothing."""
        size = next((size for size in _SIZES if size >= room), None)
        if size is None:
            return Slab(_memory(room))
        try:
            memory = _spare[size].pop()
        except IndexError:
            memory = _memory(size)
        if size == LARGEST:
            self._out.append(None)
        return Slab(memory, self)

    def give_back(self, memory: mmap.mmap) -> None:
        """Keep memory for the next slab, unless enough is kept."""
        _spare[len(memory)].append(memory)
        if len(memory) == LARGEST:
            self._out.pop()


def let_go_of_spare() -> None:
    """Keep no memory for slabs that are to come."""
    for spare in _spare.values():
        spare.clear()
