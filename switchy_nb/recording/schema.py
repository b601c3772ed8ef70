"""The frames' columns, in order and with their types, and how a frame is made of values.

What is unknown is missing in every type: ``NaT``, ``NaN``, ``<NA>``, never 0 or an empty string.
"""

from collections.abc import Mapping, Sequence
from enum import Enum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd


class Type(Enum):
    """What a column holds."""

    #: ``datetime64[us, UTC]``, from numpy moments or integers of µs since the epoch
    TIME = "time"
    #: ``float64``, seconds
    SECONDS = "seconds"
    #: ``float64``, a score
    SCORE = "score"
    #: pandas' ``str``
    TEXT = "text"
    #: ``Int64``: whole numbers of which some may be missing
    NUMBER = "number"
    #: ``int64``: counts, which are always known
    COUNT = "count"
    #: ``boolean``
    FLAG = "flag"


_T = Type
#: numpy's ``NaT`` among integers
NAT = -(2**63)

EVENTS = {
    "received": _T.TIME,
    "time": _T.TIME,
    "sequence": _T.NUMBER,
    "name": _T.TEXT,
    "subclass": _T.TEXT,
    "session": _T.TEXT,
    "call": _T.TEXT,
    "direction": _T.TEXT,
    "channel_state": _T.TEXT,
    "call_state": _T.TEXT,
    "answer_state": _T.TEXT,
    "application": _T.TEXT,
    "hangup_cause": _T.TEXT,
    "job": _T.TEXT,
    "switch": _T.TEXT,
}
SESSIONS = {
    "call": _T.TEXT,
    "switch": _T.TEXT,
    "direction": _T.TEXT,
    "app": _T.TEXT,
    "caller_id": _T.TEXT,
    "destination": _T.TEXT,
    "channel": _T.TEXT,
    "codec": _T.TEXT,
    "created": _T.TIME,
    "progress": _T.TIME,
    "answered": _T.TIME,
    "hungup": _T.TIME,
    "ring_s": _T.SECONDS,
    "talk_s": _T.SECONDS,
    "duration_s": _T.SECONDS,
    "hangup_cause": _T.TEXT,
    "sip_code": _T.NUMBER,
    "peer": _T.TEXT,
    "mos": _T.SCORE,
    "events": _T.COUNT,
}
CALLS = {
    "switch": _T.TEXT,
    "app": _T.TEXT,
    "caller": _T.TEXT,
    "callee": _T.TEXT,
    "job": _T.TEXT,
    "launched": _T.TIME,
    "caller_create": _T.TIME,
    "callee_create": _T.TIME,
    "callee_answer": _T.TIME,
    "caller_answer": _T.TIME,
    "hungup": _T.TIME,
    "invite_latency": _T.SECONDS,
    "answer_latency": _T.SECONDS,
    "call_setup_latency": _T.SECONDS,
    "originate_latency": _T.SECONDS,
    "call_duration": _T.SECONDS,
    "hangup_cause": _T.TEXT,
    "hung_up_by": _T.TEXT,
    "sessions": _T.COUNT,
}
JOBS = {
    "switch": _T.TEXT,
    "command": _T.TEXT,
    "launched": _T.TIME,
    "replied": _T.TIME,
    "finished": _T.TIME,
    "ok": _T.FLAG,
    "result": _T.TEXT,
    "session": _T.TEXT,
}
COMMANDS = {
    "sent": _T.TIME,
    "replied": _T.TIME,
    "took_s": _T.SECONDS,
    "switch": _T.TEXT,
    "kind": _T.TEXT,
    "command": _T.TEXT,
    "ok": _T.FLAG,
    "reply": _T.TEXT,
    "source": _T.TEXT,
}


def make_frame(
    schema: Mapping[str, Type],
    columns: Mapping[str, Any],
    *,
    index_name: str,
    index: Sequence[str] | None = None,
    first: int = 0,
) -> "pd.DataFrame":
    """Make a frame of exactly the columns of `schema`, from sequences or arrays of values.

    Parameters
    ----------
    schema : mapping of str to Type
        The columns, in order.
    columns : mapping of str to array-like
        Their values, all of one length; times as moments or integers of µs.
    index_name : str
        The name of the index.
    index : sequence of str, optional
        The index of text; else the rows are numbered.
    first : int
        The number of the first row, where they are numbered.
    """
    import pandas as pd

    if index is None:
        rows = len(columns[next(iter(schema))])
        labels: pd.Index[Any] = pd.RangeIndex(first, first + rows, name=index_name)
    else:
        labels = pd.Index(pd.array(index, dtype="str"), name=index_name)
    arrays = {name: _array(kind, columns[name]) for name, kind in schema.items()}
    return pd.DataFrame(arrays, index=labels, copy=False)


def _array(kind: Type, values: Any) -> Any:
    import numpy as np
    import pandas as pd

    if kind is Type.TIME:
        return _times(values)
    if kind is Type.TEXT:
        return pd.array(values, dtype="str")
    if kind is Type.NUMBER:
        return pd.array(values, dtype="Int64")
    if kind is Type.FLAG:
        return pd.array(values, dtype="boolean")
    return np.asarray(values, "int64" if kind is Type.COUNT else "float64")


def moments(values: Any) -> "np.ndarray[Any, Any]":
    """Make an array of ``datetime64[us]`` of integers of µs since the epoch; None is ``NaT``."""
    import numpy as np

    if isinstance(values, np.ndarray):
        return values.astype("datetime64[us]", copy=False)
    return np.array([NAT if v is None else v for v in values], "int64").view("datetime64[us]")


def _times(values: Any) -> "pd.DatetimeIndex":
    import pandas as pd

    return pd.DatetimeIndex(moments(values)).tz_localize("UTC")
