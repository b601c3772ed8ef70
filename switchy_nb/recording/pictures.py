"""The pictures of a recording: what they are drawn of is chosen here, how in `switchy_nb.plots`."""

import os
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, cast

from switchy_nb.errors import RecordingError
from switchy_nb.recording.frames import select
from switchy_nb.recording.options import no_others

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

    from switchy_nb.recording.recording import Recording

#: Where a recording's events say which file it is.
_FILE = "Record-File-Path"


class Pictures:
    """The side of a recording that draws it; `ax`, `theme`, `width` are those of `switchy_nb.plots`."""

    def timeline(
        self,
        call: str | Iterable[str] | None = None,
        sessions: Iterable[str] | None = None,
        **options: Any,
    ) -> "Figure":
        """Draw when what happened: one lane a leg.

        Parameters
        ----------
        call : str or iterable of str, optional
            Only these calls, by their keys.
        sessions : iterable of str, optional
            Only these legs, by their uuids.
        **options
            As of `switchy_nb.plots.timeline`.

        Raises
        ------
        RecordingError
            If there is no such call or leg.
        """
        from switchy_nb.plots import timeline
        from switchy_nb.plots.layout import Detail

        _check(timeline, options, taken=("calls",))

        recording = cast("Recording", self)
        legs = _legs(recording, call, sessions)
        by_column = {"sort", "colour"} & options.keys()
        calls = calls_with_delays(recording) if by_column else None
        detail = Detail.of(len(legs))
        if detail is Detail.SHAPES:
            return timeline(legs, recording.events, calls=calls, **options)
        events, commands = _told(recording, legs, details=detail is Detail.NAMES)
        return timeline(legs, events, commands, calls=calls, **options)

    def ladder(self, call: object, *, chain: bool = True, **options: Any) -> "Figure":
        """Draw who told whom what: the switch and the legs as columns, messages as arrows.

        Parameters
        ----------
        call : str, Session, Call or iterable of str
            Which call, as of `Recording.call`; or the keys of several.
        chain : bool
            Draw the calls as well that it was bridged with, and those that they were.
        **options
            As of `switchy_nb.plots.ladder`.

        Raises
        ------
        RecordingError
            If there is no such call.
        """
        from switchy_nb.plots import ladder

        _check(ladder, options)
        return ladder(*_story(cast("Recording", self), call, chain=chain), **options)

    def mermaid(self, call: object, *, chain: bool = True, **options: Any) -> str:
        """Write the ladder of a call as a Mermaid sequence diagram, for a ticket.

        The parameters are those of `ladder`, but for what is about drawing. No value in it can
        become Mermaid's syntax or markup.
        """
        from switchy_nb.plots import mermaid

        _check(mermaid, options)
        return mermaid(*_story(cast("Recording", self), call, chain=chain), **options)

    def latencies(self, which: str | Iterable[str] | None = None, **options: Any) -> "Figure":
        """Draw how long calls took to be set up; the options are those of `switchy_nb.plots.latencies`.

        Parameters
        ----------
        which : str or iterable of str, optional
            ``call_setup_latency``, ``post_dial_delay``, ``originate_latency``,
            ``invite_latency``, ``answer_latency``, or any column of seconds of `calls`.
        """
        from switchy_nb.plots import latencies

        _check(latencies, options)
        chosen = which if which is None or isinstance(which, str) else list(which)
        return latencies(calls_with_delays(cast("Recording", self)), chosen, **options)

    def rates(self, what: str | Iterable[str] | None = None, **options: Any) -> "Figure":
        """Draw calls a second, calls at once, answer-seizure ratio and call duration over time.

        Its parameters are those of `switchy_nb.plots.rates`.
        """
        from switchy_nb.plots import rates

        _check(rates, options)
        chosen = what if what is None or isinstance(what, str) else list(what)
        return rates(cast("Recording", self).calls, chosen, **options)

    def causes(self, **options: Any) -> "Figure":
        """Draw why calls ended; the options are those of `switchy_nb.plots.causes`."""
        from switchy_nb.plots import causes

        _check(causes, options)
        return causes(cast("Recording", self).calls, **options)

    def health(self, **options: Any) -> "Figure":
        """Draw a load run on one page: whether it was healthy, and when it stopped being so.

        The options are those of `switchy_nb.plots.health`.
        """
        from switchy_nb.plots import health

        _check(health, options)
        return health(cast("Recording", self).calls, **options)

    def quality(self, what: str | None = None, **options: Any) -> "Figure":
        """Draw how good the sound was that legs received: opinion score, jitter, loss.

        Its parameters are those of `switchy_nb.plots.quality`.
        """
        from switchy_nb.analysis.quality import quality_of
        from switchy_nb.plots import quality

        _check(quality, options)
        recording = cast("Recording", self)
        legs = quality_of(recording.sessions, recording.events, recording.pick)
        return quality(legs, what, **options)

    def sound(
        self, path: "str | os.PathLike[str]", session: object = None, **options: Any
    ) -> "Figure":
        """Draw a recorded WAV file, with what its leg did on the same time axis; a notebook plays it.

        Parameters
        ----------
        path : path
            The file, on this machine.
        session : str or Session, optional
            The leg that was recorded. Without, it is the one that recorded to a file of this name.
        **options
            As of `switchy_nb.plots.sound`.

        Raises
        ------
        RecordingError
            If there is no such file, or if it is not known when which leg was recorded to it.
        """
        from switchy_nb.plots import sound

        _check(sound, options)
        recording = cast("Recording", self)
        leg, began = _recorded_leg(recording, path, session, options.get("clock", "arrival"))
        legs = recording.sessions.loc[[leg]]
        return sound(path, legs, _told(recording, legs)[0], began, **options)


def _recorded_leg(
    recording: "Recording",
    path: "str | os.PathLike[str]",
    session: object,
    clock: object,
) -> tuple[str, "pd.Timestamp"]:
    """Find which leg was recorded to a file, and since when."""
    from switchy_nb.plots.style import Clock

    uuid = getattr(session, "uuid", session)
    events = recording.events
    starts = events[(events["name"] == "RECORD_START") & events["session"].notna()]
    if uuid is not None:
        select(recording.sessions, recording.sessions.index, [str(uuid)], "session")
        starts = starts[starts["session"] == uuid]
    files = recording.pick(starts.index.tolist(), (_FILE,))[_FILE]
    name = os.path.basename(os.fspath(path))
    same = [isinstance(file, str) and os.path.basename(file) == name for file in files]
    chosen = starts[same] if any(same) else starts if uuid is not None else starts.iloc[:0]
    if not len(chosen):
        known = sorted({os.path.basename(file) for file in files if isinstance(file, str)})
        there = f"recorded were {', '.join(known[:5])}" if known else "nothing was recorded there"
        whose = f"leg {uuid}" if uuid is not None else "any leg"
        raise RecordingError(
            f"no event says that {whose} was recorded to {name!r}; {there}. "
            "switchy_nb.plots.sound(path) draws a file alone"
        )
    row = chosen.iloc[0]
    return str(row["session"]), row[Clock.of(str(clock)).column]


def _check(draw: Callable[..., Any], options: dict[str, Any], taken: Iterable[str] = ()) -> None:
    """Make sure that a function has all options that it is given; the right one is named.

    Those that are `taken` the recording gives itself.
    """
    import inspect

    known = inspect.signature(draw).parameters.values()
    names = [one.name for one in known if one.kind is one.KEYWORD_ONLY and one.name not in taken]
    unknown = {name: value for name, value in options.items() if name not in names}
    no_others(draw.__name__, unknown, names)


def calls_with_delays(recording: "Recording") -> "pd.DataFrame":
    """Return the frame of calls with a column more: the post-dial delay, in seconds."""
    from switchy_nb.analysis import post_dial_delays

    calls = recording.calls
    return calls.assign(post_dial_delay=post_dial_delays(calls, recording.sessions))


def bridged_with(sessions: "pd.DataFrame", legs: "pd.DataFrame") -> "pd.DataFrame":
    """Return the legs of all calls that are joined to some legs by bridges."""
    chosen, size = set(legs["call"]), 0
    while len(chosen) != size:
        size = len(chosen)
        inside = sessions["call"].isin(chosen)
        uuids = sessions.index[inside]
        joined = sessions.index.isin(sessions.loc[inside, "peer"]) | sessions["peer"].isin(uuids)
        chosen |= set(sessions.loc[joined, "call"])
    return sessions[sessions["call"].isin(chosen)]


def _legs(
    recording: "Recording", call: str | Iterable[str] | None, uuids: str | Iterable[str] | None
) -> "pd.DataFrame":
    legs = recording.sessions
    if call is not None:
        legs = select(legs, legs["call"], [call] if isinstance(call, str) else call, "call")
    if uuids is not None:
        wanted = [uuids] if isinstance(uuids, str) else uuids
        legs = select(legs, legs.index, wanted, "session")
    return legs


def _story(
    recording: "Recording", call: object, *, chain: bool
) -> tuple["pd.DataFrame", "pd.DataFrame", "pd.DataFrame"]:
    """Choose the legs of a call, their events with details, and the commands that belong to them."""
    keys = call if isinstance(call, list | tuple | set | frozenset) else recording.call(call).uuid
    legs = _legs(recording, keys, None)
    if chain:
        legs = bridged_with(recording.sessions, legs)
    return (legs, *_told(recording, legs))


def _told(
    recording: "Recording", legs: "pd.DataFrame", *, details: bool = True
) -> tuple["pd.DataFrame", "pd.DataFrame"]:
    from switchy_nb.plots.steps import commands_of
    from switchy_nb.recording.details import with_details

    events, jobs = recording.events, recording.jobs
    mine = events["session"].isin(legs.index)
    mine |= events["job"].isin(jobs.index[jobs["session"].isin(legs.index)])
    chosen = events[mine]
    if details:
        chosen = with_details(chosen, jobs, recording.pick)
    return chosen, commands_of(recording.commands, list(legs.index), jobs)
