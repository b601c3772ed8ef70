"""One call of a recording: its rows of the frames, and what can be asked and drawn of it."""

import difflib
from typing import TYPE_CHECKING, Any

from switchy_nb.analysis.wording import Words
from switchy_nb.errors import RecordingError

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

    from switchy_nb.analysis.facts import Facts
    from switchy_nb.recording.recording import Recording

#: Fewer letters of a uuid are a slip, and no name.
_FEWEST = 4


class RecordedCall:
    """A call of a recording, which shows what happened to it.

    Attributes
    ----------
    uuid : str
        Its key in the frame of calls.
    recording : Recording
        The recording that it is of.
    """

    def __init__(self, recording: "Recording", key: str) -> None:
        self.recording = recording
        self.uuid = key
        #: what was read of it, and when: it is read again where more was recorded
        self._kept: tuple[tuple[int, int], Facts] | None = None

    @property
    def row(self) -> "pd.Series[Any]":
        """Its row of the frame of calls."""
        calls: Any = self.recording.calls
        row: pd.Series[Any] = calls.loc[self.uuid]
        return row

    @property
    def sessions(self) -> "pd.DataFrame":
        """Its legs, as the frame of sessions has them."""
        sessions = self.recording.sessions
        return sessions[sessions["call"] == self.uuid]

    @property
    def events(self) -> "pd.DataFrame":
        """Its events, as the frame of events has them."""
        events = self.recording.events
        return events[events["call"] == self.uuid]

    def explain(self) -> Words:
        """Tell in a few sentences what happened, who hung up, why, and what took long."""
        from switchy_nb.analysis.explaining import explain

        return explain(self._facts())

    def steps(self) -> Words:
        """Tell it step by step, a line each: seconds since it began, the leg, what it did."""
        from switchy_nb.analysis.steps import timeline_in_words

        return timeline_in_words(self._facts())

    def timeline(self, **options: Any) -> "Figure":
        """Draw when what happened, one lane a leg; the options are those of `Recording.timeline`."""
        return self.recording.timeline(self.uuid, **options)

    def ladder(self, **options: Any) -> "Figure":
        """Draw who told whom what; the options are those of `Recording.ladder`."""
        return self.recording.ladder(self.uuid, **options)

    def mermaid(self, **options: Any) -> str:
        """Write the ladder as a Mermaid diagram; the options are those of `Recording.mermaid`."""
        return self.recording.mermaid(self.uuid, **options)

    def recorded(self) -> "RecordedCall":
        """The call itself; a live leg or call has the same method."""
        return self

    def _facts(self) -> "Facts":
        from switchy_nb.analysis.facts import Facts

        recorded = (self.recording.received, len(self.recording.orders))
        if self._kept is None or self._kept[0] != recorded:
            self._kept = (recorded, Facts(self.recording, self.uuid))
        return self._kept[1]

    def __repr__(self) -> str:
        row = self.row
        legs = f"{row['sessions']} leg{'' if row['sessions'] == 1 else 's'}"
        answered = "answered" if row["caller_answer"] == row["caller_answer"] else "not answered"
        cause = row["hangup_cause"] if isinstance(row["hangup_cause"], str) else "not over"
        return f"<Call {self.uuid}: {legs}, {answered}, {cause}>"

    def _repr_html_(self) -> str:
        return self.explain()._repr_html_()


def find_call(recording: "Recording", which: object) -> RecordedCall:
    """Find a call by its key, by one of its legs, or by the first letters of either.

    Parameters
    ----------
    recording : Recording
        Where.
    which : str or object
        A key, the uuid of a leg, the beginning of one (four letters or more); or anything that has
        a ``uuid``, such as a live `Session` or `Call`.

    Raises
    ------
    RecordingError
        If there is no such call, or several.
    """
    name = getattr(which, "uuid", which)
    if not isinstance(name, str):
        raise TypeError(
            f"a call is named by its key or a leg's uuid, or is a Session or Call, not {which!r}"
        )
    sessions = recording.sessions
    call_of = dict(zip(sessions.index, sessions["call"], strict=True))
    keys = list(recording.calls.index)
    if name in call_of:
        # a leg's own call: a key that was used again names the first call only
        return RecordedCall(recording, call_of[name] if name not in keys else name)
    if name in keys:
        return RecordedCall(recording, name)
    found = {key for key in keys if key.startswith(name)}
    found |= {call for leg, call in call_of.items() if leg.startswith(name)}
    if len(found) == 1 and len(name) >= _FEWEST:
        return RecordedCall(recording, found.pop())
    if len(found) > 1 and name:
        shown = ", ".join(sorted(found)[:5]) + ("…" if len(found) > 5 else "")
        raise RecordingError(f"{len(found)} calls begin with {name!r}: {shown}; write more of it")
    near = difflib.get_close_matches(name, [*keys, *call_of], n=1, cutoff=0)
    hint = f"the nearest is {near[0]!r}" if near else "none is recorded"
    raise RecordingError(f"no call or leg {name!r} is recorded; {hint}")
