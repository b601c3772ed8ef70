"""Calls that failed, were not answered, were cut off, took long to ring, or never ended."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from switchy_nb.analysis.causes import NOBODY_ANSWERED, NORMAL_ENDINGS, cause_numbers
from switchy_nb.analysis.ending import cause_in_words
from switchy_nb.analysis.latency import post_dial_delays
from switchy_nb.analysis.problems.problem import Kind, Limits, Problem
from switchy_nb.analysis.standing import fence
from switchy_nb.analysis.waits import without_waits
from switchy_nb.analysis.wording import number_of, readable, seconds, text_of

if TYPE_CHECKING:
    from switchy_nb.analysis.material import Material

#: A delay that is long only in comparison with others is noticed from here on.
_NOTICED_S = 1.0
#: A leg is given so long to end after another one of its call.
_ENDING_S = 2.0
#: An app that answers an event may send a command so long after its leg has ended.
_CROSSING_S = 1.0


def find(material: "Material", limits: Limits) -> Iterator[Problem]:
    """Find what is wrong with calls, with their legs, and with what was ordered."""
    rows = _rows(material)
    yield from _ended(material, rows)
    yield from _slow(material, limits)
    yield from _up(material, rows)
    yield from _ordered(material, rows)


class _Rows:
    """Where the events of legs are: the last hangup, the first event, the last event."""

    def __init__(self, events: Any) -> None:
        of_legs = events[events["session"].notna()]
        self.last = (
            of_legs.groupby("session", sort=False).tail(1).reset_index().set_index("session")
        )
        hangups = of_legs[of_legs["name"].isin(["CHANNEL_HANGUP", "CHANNEL_HANGUP_COMPLETE"])]
        self.hangup = (
            hangups.drop_duplicates("session").reset_index().set_index("session")[["n", "received"]]
        )


def _rows(material: "Material") -> _Rows:
    return _Rows(material.events)


def _ended(material: "Material", rows: _Rows) -> Iterator[Problem]:
    sessions: Any = material.sessions
    jobs: Any = material.jobs
    row: Any
    for row in material.calls.itertuples():
        cause = text_of(row.hangup_cause)
        answered = row.caller_answer == row.caller_answer
        caller = str(row.caller)
        if cause is None:
            if caller in sessions.index and text_of(sessions.at[caller, "channel"]) is None:
                yield _stillborn(str(row.Index), caller, rows)
            continue
        if answered and cause in NORMAL_ENDINGS:
            continue
        code = number_of(sessions.at[caller, "sip_code"])
        refused = not answered and code is not None and code >= 300 and code != 487
        words = cause_in_words(cause, int(code) if refused and code is not None else None)
        took = number_of(row.call_duration)
        n, at = _hangup(rows, caller)
        evidence = f"event {n}: Hangup-Cause {readable(cause)}" if n is not None else ""
        job = text_of(row.job)
        if job is not None and text_of(jobs.at[job, "result"]) is not None:
            evidence += f"; its job ended with {readable(jobs.at[job, 'result'])}"
        if answered:
            talk = (row.hungup - row.caller_answer).total_seconds()
            kind, what = Kind.CUT_OFF, f"was cut off {seconds(max(talk, 0))} after the answer, with"
        elif cause in NOBODY_ANSWERED or cause in NORMAL_ENDINGS:
            kind, what = Kind.UNANSWERED, "was not answered, with"
            if cause in NORMAL_ENDINGS:
                who = text_of(row.hung_up_by) or "switch"
                words = f"{readable(cause)}{cause_numbers(cause)}: the {who} gave up first"
        else:
            kind, what = Kind.FAILED, "failed with"
        to = text_of(sessions.at[caller, "destination"])
        yield Problem(
            kind,
            f"The call{f' to {readable(to)}' if to else ''} {what} {words}.",
            evidence,
            at=at,
            call=str(row.Index),
            session=caller,
            seconds=took,
            n=n,
        )


def _stillborn(call: str, leg: str, rows: _Rows) -> Problem:
    row = rows.last.loc[leg]
    return Problem(
        Kind.FAILED,
        "The switch gave up a leg before it was a channel: there is no way to its address.",
        f"event {row['n']}: all there is of the leg is its end",
        at=row["received"],
        call=call,
        session=leg,
        n=int(row["n"]),
    )


def _hangup(rows: _Rows, leg: str) -> tuple[int | None, Any]:
    if leg not in rows.hangup.index:
        return None, None
    row = rows.hangup.loc[leg]
    return int(row["n"]), row["received"]


def _slow(material: "Material", limits: Limits) -> Iterator[Problem]:
    calls: Any = material.calls
    delays = post_dial_delays(calls, material.sessions)
    usual = float(delays.median()) if len(delays) else 0.0
    limit = min(limits.post_dial_delay, max(fence(delays), _NOTICED_S))
    events = material.events
    row: Any
    for call, delay in delays[delays > limit].items():
        row = calls.loc[call]
        theirs: Any = events[(events["call"] == call) & events["name"].isin(_REACTIONS)]
        n = int(theirs.index[0]) if len(theirs) else None
        others = f"; half of all calls took at most {seconds(usual)}" if len(calls) > 1 else ""
        over = "over" if delay > limits.post_dial_delay else "far beyond the other calls, within"
        yield Problem(
            Kind.SLOW,
            f"The far end took {seconds(float(delay))} to react.",
            f"from the caller's CHANNEL_CREATE to "
            f"{'event ' + str(n) if n is not None else 'its answer'}; {over} the limit of "
            f"{seconds(limits.post_dial_delay)}{others}",
            at=theirs["received"].iloc[0] if len(theirs) else None,
            call=str(call),
            session=text_of(row["caller"]),
            seconds=float(delay),
            n=n,
        )


_REACTIONS = ("CHANNEL_PROGRESS", "CHANNEL_PROGRESS_MEDIA", "CHANNEL_ANSWER")


def _up(material: "Material", rows: _Rows) -> Iterator[Problem]:
    """Legs that had not hung up where the recording ends, but for those that are just ending."""
    sessions: Any = material.sessions
    began = sessions["created"].notna() | sessions["answered"].notna()
    open_legs = sessions[began & sessions["hungup"].isna()]
    if not len(open_legs):
        return
    end = material.events["received"].max()
    ended = rows.hangup["received"]
    for leg, row in open_legs.iterrows():
        others = sessions.index[(sessions["call"] == row["call"]) & (sessions.index != leg)]
        gone = ended[ended.index.isin(others)]
        since = (end - gone.min()).total_seconds() if len(gone) else None
        if since is not None and since < _ENDING_S:
            continue
        last = rows.last.loc[leg]
        up = (end - last["received"]).total_seconds()
        evidence = f"event {last['n']}, {last['name']}, is its last, {seconds(up)} before the end"
        if since is not None:
            evidence += f"; another leg of its call hung up {seconds(since)} before the end"
        yield Problem(
            Kind.NOT_HUNG_UP,
            "A leg had not hung up where the recording ends.",
            evidence,
            at=last["received"],
            call=row["call"],
            session=str(leg),
            seconds=up,
            n=int(last["n"]),
        )


def _ordered(material: "Material", rows: _Rows) -> Iterator[Problem]:
    """Jobs that failed and made no call, and commands that were refused."""
    sessions = material.sessions
    row: Any
    told = set()
    for row in _refused(material.jobs).itertuples():
        told.add(text_of(row.command))
        if text_of(row.session) in sessions.index:
            continue  # told with the call
        at = row.finished if row.finished == row.finished else row.replied
        yield Problem(
            Kind.COMMAND,
            f"The job `{readable(row.command or '')}` failed.",
            f"it ended with {readable(row.result or '')}",
            at=at if at == at else None,
        )
    for row in _refused(without_waits(material.commands)).itertuples():
        if (row.kind == "bgapi" and row.command in told) or _too_late(row, rows):
            continue
        yield Problem(
            Kind.COMMAND,
            f"The switch refused the command `{readable(_line(row))}`.",
            f"it answered {readable((text_of(row.reply) or '').strip())}",
            at=row.sent if row.sent == row.sent else None,
        )


def _line(row: Any) -> str:
    """Return a command as one would type it; that it is an ``api`` command goes without saying."""
    kind = "" if row.kind in ("api", "bgapi") else text_of(row.kind) or ""
    return f"{kind} {text_of(row.command) or ''}".strip()


def _too_late(row: Any, rows: _Rows) -> bool:
    """Whether a command came too late for its leg, through nobody's fault: no problem.

    A hangup was for a leg that was to end, and had ended. Anything else crossed with the leg's end,
    as an app's does that answers an event: its sender did not know yet.
    """
    words = str(row.command).removeprefix("api ").split()
    reply = text_of(row.reply) or ""
    gone = "No such channel" in reply or "invalid uuid" in reply
    if not gone or len(words) < 2 or words[1] not in rows.last.index:
        return False
    ended = rows.hangup["received"].get(words[1])
    crossed = ended is not None and (row.sent - ended).total_seconds() < _CROSSING_S
    return words[0] == "uuid_kill" or bool(crossed)


def _refused(frame: Any) -> Any:
    """The rows whose answer was that it did not go well; not those without an answer."""
    return frame[(frame["ok"] == False).fillna(False)]  # noqa: E712 (of a column)
