"""Where a plain event ends, by its head and by itself.

The head that comes before it says how long it is. Where that is not true, the event itself tells:
FreeSWITCH ends it with an empty line, or with a body of which it gives the length.
"""

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mmap import mmap

#: The head that FreeSWITCH writes before every plain event. Over seven digits are over the limit.
PLAIN_HEAD = re.compile(rb"Content-Length: ([0-9]{1,7})\nContent-Type: text/event-plain\n\n")
_HEAD = b"Content-Length: "
#: An event's own length of its body, among its headers.
_OWN_LENGTH = re.compile(rb"(?:^|\n)Content-Length: ([0-9]{1,8})\n", re.IGNORECASE)


def true_end(data: "mmap | bytes", start: int, end: int, size: int) -> int:
    """Return where an event ends: earlier than its head says, if another's head lies before that.

    In a body anybody may write a head: one is looked for only where the event itself does not end
    where its own head says, and only behind its own end.

    Parameters
    ----------
    data : mmap or bytes
        What was received.
    start, end : int
        Where the event begins, and where it ends by its head.
    size : int
        Up to where there is anything.
    """
    gap = data.find(b"\n\n", start, end)
    if gap < 0:
        return end
    # FreeSWITCH spells it like this, which is found faster than any spelling is.
    told = _OWN_LENGTH.search(data, max(start, data.find(b"\n" + _HEAD, start, gap)), gap + 1)
    own = gap + 2 + (int(told[1]) if told else 0)
    if own >= end:
        return end
    if own + len(_HEAD) <= size and data[own : own + len(_HEAD)] == _HEAD:
        return own
    other = PLAIN_HEAD.search(data, own, end)
    return other.start() if other else end
