"""What single events tell beyond their core columns: for pictures and sentences.

Read out of the events' bytes for those rows only that have it, so that one call of many is quick.
"""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

_EXECUTE = ("CHANNEL_EXECUTE", "CHANNEL_EXECUTE_COMPLETE")
_BRIDGE = ("CHANNEL_BRIDGE", "CHANNEL_UNBRIDGE")
_HANGUP = ("CHANNEL_HANGUP", "CHANNEL_HANGUP_COMPLETE")
#: Where the detail of an event is.
_DETAIL = {
    "CHANNEL_EXECUTE": "Application-Data",
    "CHANNEL_EXECUTE_COMPLETE": "Application-Data",
    "PLAYBACK_START": "Playback-File-Path",
    "PLAYBACK_STOP": "Playback-File-Path",
    "RECORD_START": "Record-File-Path",
    "RECORD_STOP": "Record-File-Path",
    "DTMF": "DTMF-Digit",
}
_HEADERS = (
    "Application-Data",
    "Playback-File-Path",
    "Record-File-Path",
    "DTMF-Digit",
    "Application-UUID",
    "Bridge-A-Unique-ID",
    "Bridge-B-Unique-ID",
    "Other-Leg-Unique-ID",
    "variable_sip_hangup_disposition",
)
#: The columns that are added.
COLUMNS = ("detail", "step", "other", "disposition")


def with_details(
    events: "pd.DataFrame", jobs: "pd.DataFrame", pick: "Callable[..., pd.DataFrame]"
) -> "pd.DataFrame":
    """Add columns to (some of) a frame of events.

    Parameters
    ----------
    events : DataFrame
        As `Recording.events` has them, or some of them.
    jobs : DataFrame
        As `Recording.jobs` has them.
    pick : callable
        `Recording.pick` of the recording that they are of.

    Returns
    -------
    DataFrame
        With the columns, all of text and missing where an event has none: ``detail`` (an
        application's arguments, a file's path, a DTMF digit, a job's result), ``step`` (what the
        beginning and the end of an application have in common), ``other`` (the other leg of a
        bridge), ``disposition`` (how SIP says that a leg was hung up: ``recv_bye``, ``send_bye``,
        …).
    """
    import pandas as pd

    names = events["name"]
    wanted = names.isin([*_DETAIL, *_BRIDGE, *_HANGUP])
    read = pick(events.index[wanted].tolist(), _HEADERS).to_dict("index")
    columns: dict[str, list[Any]] = {name: [None] * len(events) for name in COLUMNS}
    for place, (n, name) in enumerate(zip(events.index, names, strict=True)):
        headers = read.get(n)
        if headers is None:
            continue
        columns["detail"][place] = headers.get(_DETAIL.get(name, ""))
        if name in _EXECUTE:
            columns["step"][place] = headers["Application-UUID"]
        elif name in _BRIDGE:
            ends = (headers["Bridge-A-Unique-ID"], headers["Bridge-B-Unique-ID"])
            columns["other"][place] = (
                _other(events["session"].iat[place], ends) or headers["Other-Leg-Unique-ID"]
            )
        elif name in _HANGUP:
            columns["disposition"][place] = headers["variable_sip_hangup_disposition"]
    added = {name: pd.array(values, dtype="str") for name, values in columns.items()}
    frame = events.assign(**added)
    ended = (names == "BACKGROUND_JOB").to_numpy()
    if ended.any():
        results = frame["job"].map(jobs["result"])
        frame["detail"] = frame["detail"].where(~ended, results).astype("str")
    return frame


def _other(uuid: object, ends: Iterable[object]) -> str | None:
    return next((end for end in ends if isinstance(end, str) and end != uuid), None)
