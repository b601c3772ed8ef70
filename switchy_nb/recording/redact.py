"""A recording without the people in it, so that it can be shown to others.

It goes through the recording twice: to learn who is named where callers stand, and to replace them
wherever they come. How they are found is in `redact_text`, what comes instead in `redact_standins`.
"""

import difflib
import fnmatch
import secrets
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import TYPE_CHECKING

from switchy_nb.errors import ConfigurationError
from switchy_nb.recording.commands import Sent
from switchy_nb.recording.fields import Kind
from switchy_nb.recording.progress import progress as shown
from switchy_nb.recording.redact_events import Events
from switchy_nb.recording.redact_values import HOST, Values
from switchy_nb.recording.snapshot import Snapshot

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

    from switchy_nb.recording.recording import Recording
    from switchy_nb.recording.rows import Piece

_COMMAND, _REPLY, _SWITCH = "(command)", "(reply)", "(switch)"
_CROWDED = "short numbers of which there were too many: their stand-ins are a digit longer"


@dataclass(frozen=True)
class Redacted:
    """A recording without the people in it, and what should be looked at.

    Attributes
    ----------
    recording : Recording
        The copy.
    unsure : DataFrame
        What could not be sure of: ``header`` (str; ``(body)`` and the like are no headers),
        ``samples`` (int64, how many values) and ``why`` (str). It shows no values.
    stand_ins : dict of str to str
        What stands for what. Whoever has it can undo everything: it is in no repr, and should be
        in no file that goes along.
    """

    recording: "Recording"
    unsure: "pd.DataFrame" = field(repr=False)
    stand_ins: dict[str, str] = field(repr=False)


def redact(
    recording: "Recording",
    *,
    headers: Iterable[str] = (),
    numbers: bool = True,
    digits: bool = False,
    salt: str | bytes | None = None,
    progress: bool | None = None,
) -> Redacted:
    """Make a copy of a recording in which nobody can be recognised.

    Callers' names and numbers, SIP users, IP addresses and the values of chosen headers are
    replaced, the same one by the same stand-in wherever it comes: in headers and channel
    variables, channel names, SIP URIs, SDP, bodies, commands and their replies, file paths,
    percent-encoded or JSON. All else stays byte for byte, but for lengths: uuids, times, order.

    Parameters
    ----------
    recording : Recording
        It stays as it is.
    headers : iterable of str
        Headers whose values are replaced too, whatever they are; ``*`` stands for anything.
    numbers : bool
        Replace numbers. A stand-in has as many digits, and begins with 555.
    digits : bool
        Replace what was dialled while calls were up (DTMF) by 5s.
    salt : str or bytes, optional
        Recordings that are redacted with one salt have the same stand-ins, as far as there are
        enough of them. Without, nobody can say which stand-in in another recording is the same.
    progress : bool, optional
        Show how far it is; by default in a notebook, if it takes long.

    Returns
    -------
    Redacted

    Raises
    ------
    ConfigurationError
        If the salt is empty, or ``headers`` is one text.
    """
    if isinstance(headers, str):
        raise ConfigurationError(
            f"headers is a list of names, and not one text: headers=[{headers!r}]"
        )
    if salt is not None and not salt:
        raise ConfigurationError("an empty salt keeps nothing secret; give none, or a long one")
    key = salt.encode() if isinstance(salt, str) else salt or secrets.token_bytes(32)
    wanted = tuple(name.lower() for name in headers)
    values = Values(_chooser(wanted), numbers=numbers, digits=digits, salt=key)
    events = Events(values)
    rows = Snapshot(recording)
    passes = _in_two_passes(rows, values, recording.switch, events)
    copy = type(recording)(
        call_header=recording.call_header,
        app_headers=recording.app_headers,
    )
    copy._store.begin(rows.core.first)  # one says "event 4711", and both find it
    pieces = shown(passes, total=2 * len(rows.core.segments), what="redacting", show=progress)
    for part in pieces:
        if part is not None:
            _append(copy, events, *part)
    copy.switch = events.redact_text(recording.switch, _SWITCH)
    copy._torn = recording.torn
    copy._commands.extend(_commands(rows.commands, events))
    return Redacted(copy, _unsure(events, values, wanted), values.stand_ins.all())


def _chooser(wanted: tuple[str, ...]) -> Callable[[str], bool]:
    exact = frozenset(wanted)
    patterns = [name for name in wanted if "*" in name]

    @lru_cache(maxsize=65536)
    def chosen(header: str) -> bool:
        low = header.lower()
        return low in exact or any(fnmatch.fnmatchcase(low, pattern) for pattern in patterns)

    return chosen


def _in_two_passes(
    rows: Snapshot, values: Values, switch: str, events: Events
) -> "Iterator[Piece | None]":
    """Learn from each piece (None for each that is done), then give each to be replaced."""
    for table, raws in rows.pieces():
        for raw, kind in zip(raws.to_pylist(), table["kind"].to_pylist(), strict=True):
            events.learn(raw, Kind(kind))
        for name in table["switch"].unique().to_pylist():
            events.learn_text(name or "", _SWITCH)
        yield None
    events.learn_text(switch, _SWITCH)
    for sent in rows.commands:
        for text, header in (
            (sent.command, _COMMAND),
            (sent.reply, _REPLY),
            (sent.switch, _SWITCH),
        ):
            events.learn_text(text or "", header)
    values.close()
    yield from rows.pieces()


def _append(copy: "Recording", events: Events, table: "pa.Table", raws: "pa.Array") -> None:
    kinds, switches = table["kind"].to_pylist(), table["switch"].to_pylist()
    received = table["received"].cast("int64").to_pylist()
    names = {name: name and events.redact_text(name, _SWITCH) for name in set(switches)}
    for raw, kind, switch, moment in zip(
        raws.to_pylist(), map(Kind, kinds), switches, received, strict=True
    ):
        copy._store.append(events.redact(raw, kind), moment, kind, names[switch])


def _commands(commands: Iterable[Sent], events: Events) -> Iterator[Sent]:
    for sent in commands:
        yield replace(
            sent,
            command=events.redact_text(sent.command, _COMMAND),
            reply=None if sent.reply is None else events.redact_text(sent.reply, _REPLY),
            switch=None if sent.switch is None else events.redact_text(sent.switch, _SWITCH),
        )


def _unsure(events: Events, values: Values, wanted: tuple[str, ...]) -> "pd.DataFrame":
    import pandas as pd

    rows = [(header, samples, why) for (header, why), samples in events.doubts.items()]
    for name in wanted:
        if not any(fnmatch.fnmatchcase(header, name) for header in events.headers):
            near = difflib.get_close_matches(name, sorted(events.headers), 1)
            hint = f"; the nearest is {near[0]}" if near else ""
            rows.append((name, 0, f"it was to be replaced, and no event has it{hint}"))
    if values.stand_ins.crowded:
        rows.append(("(numbers)", len(values.stand_ins.crowded), _CROWDED))
    if "freeswitch-hostname" in events.headers and "freeswitch-hostname" not in wanted:
        rows.append(("freeswitch-hostname", 1, HOST))
    rows.sort(key=lambda row: (-row[1], row[0], row[2]))
    header, samples, why = zip(*rows, strict=True) if rows else ((), (), ())
    return pd.DataFrame(
        {
            "header": pd.array(header, dtype="str"),
            "samples": pd.array(samples, dtype="int64"),
            "why": pd.array(why, dtype="str"),
        }
    )
