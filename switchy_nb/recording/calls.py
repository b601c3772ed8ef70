"""The frame of calls: from whom to whom, how long each step took, and who ended it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from switchy_nb.recording.core import Core
from switchy_nb.recording.legs import Legs
from switchy_nb.recording.sessions import Facts

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    Array = np.ndarray[Any, Any]


def calls_frame(
    core: Core, legs: Legs, facts: Sequence[Facts], sessions: "pd.DataFrame", jobs: "pd.DataFrame"
) -> "pd.DataFrame":
    """Make the frame of calls, in the order in which they began.

    Its latencies are those of `switchy_nb.analysis.latency`. A call's first leg, its caller, is the
    one whose uuid is the call's key, else the one that came first; the callee is the last leg. A
    call has ended when its caller's leg has, and for that leg's cause: the other end's may say no
    more than that it was told (``ORIGINATOR_CANCEL``).
    """
    import numpy as np

    from switchy_nb.analysis import latency
    from switchy_nb.recording.schema import CALLS, make_frame

    members: dict[str, list[int]] = {}
    for at, call in enumerate(legs.calls):
        members.setdefault(call, []).append(at)
    callers, callees = _ends(members, legs.uuids)
    caller, callee = np.array(callers, "int64"), np.array(callees, "int64")
    times = {
        name: np.append(_naive(sessions[name]), np.datetime64("NaT", "us"))
        for name in ("created", "answered", "hungup")
    }
    job_of = _jobs_of(jobs)
    job_at = np.array([_job(legs, group, job_of) for group in members.values()], "int64")
    launched = np.append(_naive(jobs["launched"]), np.datetime64("NaT", "us"))[job_at]
    began = core.received[legs.first_row[caller]]
    caller_create, callee_create = times["created"][caller], times["created"][callee]
    caller_answer, callee_answer = times["answered"][caller], times["answered"][callee]
    hungup = times["hungup"][caller]
    job_names, apps = [*jobs.index, None], sessions["app"].astype(object)
    columns = {
        "switch": sessions["switch"].take(caller).array,
        "app": [
            _first(apps.iloc[[c, *group]])
            for c, group in zip(callers, members.values(), strict=True)
        ],
        "caller": [legs.uuids[at] for at in callers],
        "callee": [legs.uuids[at] if at >= 0 else None for at in callees],
        "job": [job_names[at] for at in job_at],
        "launched": launched,
        "caller_create": caller_create,
        "callee_create": callee_create,
        "callee_answer": callee_answer,
        "caller_answer": caller_answer,
        "hungup": hungup,
        "invite_latency": latency.invite_latency(
            caller_create=caller_create, callee_create=callee_create
        ),
        "answer_latency": latency.answer_latency(
            callee_answer=callee_answer, caller_answer=caller_answer
        ),
        "call_setup_latency": latency.call_setup_latency(
            caller_create=caller_create, caller_answer=caller_answer
        ),
        "originate_latency": latency.originate_latency(launched=launched, began=began),
        "call_duration": latency.call_duration(caller_create=caller_create, hungup=hungup),
        "hangup_cause": sessions["hangup_cause"].take(caller).array,
        "hung_up_by": _hung_up_by(core, legs, facts, members, callers, callees),
        "sessions": [len(group) for group in members.values()],
    }
    return make_frame(CALLS, columns, index_name="call", index=list(members))


def _ends(members: dict[str, list[int]], uuids: Sequence[str]) -> tuple[list[int], list[int]]:
    """Find the caller's and the callee's leg of each call; −1 where there is no callee."""
    callers, callees = [], []
    for call, group in members.items():
        first = next((at for at in group if uuids[at] == call), group[0])
        others = [at for at in group if at != first]
        callers.append(first)
        callees.append(others[-1] if others else -1)
    return callers, callees


def _hung_up_by(
    core: Core,
    legs: Legs,
    facts: Sequence[Facts],
    members: dict[str, list[int]],
    callers: Sequence[int],
    callees: Sequence[int],
) -> list[str | None]:
    """Which end of each call hung up.

    SIP says it plainly: a leg that received a BYE, a CANCEL or a refusal (`recv_…`) did not hang up
    itself. Where neither end's leg received one (both were killed, or it is not SIP), it is the end
    whose CHANNEL_HANGUP was made first.
    """
    made = _order_of_hangup(core, legs)
    answers: list[str | None] = []
    for group, caller, callee in zip(members.values(), callers, callees, strict=True):
        if _received(facts[caller]):
            answers.append("callee")
        elif callee >= 0 and _received(facts[callee]):
            answers.append("caller")
        else:
            first = _first_to_hang_up([made[at] for at in group if at in made])
            answers.append(None if first is None else "caller" if first == caller else "callee")
    return answers


def _received(facts: Facts) -> bool:
    return (facts.disposition or "").startswith("recv_")


@dataclass(frozen=True, slots=True)
class _Hangup:
    """When a leg was hung up: by the switch's clock and numbering, and in the order of arrival."""

    leg: int
    time: int | None
    sequence: int | None
    row: int


def _first_to_hang_up(hangups: Sequence[_Hangup]) -> int | None:
    """Find the leg that hung up first, by the switch's own word where it has one for all.

    The sequence number tells when an event was made, which its place in the stream does not quite;
    it starts anew with the switch, so that time goes before it.
    """
    if not hangups:
        return None
    told = [(h.time, h.sequence, h.leg) for h in hangups if None not in (h.time, h.sequence)]
    if len(told) == len(hangups):
        return min(told)[-1]
    return min(hangups, key=lambda h: h.row).leg


def _order_of_hangup(core: Core, legs: Legs) -> dict[int, _Hangup]:
    import pyarrow as pa

    rows = legs.first(core.named("CHANNEL_HANGUP"))
    taken = pa.array(rows, mask=rows < 0)
    sequences = core.table["sequence"].take(taken).to_pylist()
    times = core.table["time"].cast("int64").take(taken).to_pylist()
    return {
        at: _Hangup(at, times[at], sequences[at], int(row))
        for at, row in enumerate(rows)
        if row >= 0
    }


def _jobs_of(jobs: "pd.DataFrame") -> dict[str, int]:
    sessions = jobs["session"]
    return {uuid: at for at, uuid in enumerate(sessions) if isinstance(uuid, str)}


def _job(legs: Legs, group: Sequence[int], job_of: dict[str, int]) -> int:
    return next((job_of[legs.uuids[at]] for at in group if legs.uuids[at] in job_of), -1)


def _naive(column: "pd.Series[Any]") -> "Array":
    """Return times without their zone, which is always UTC here, as numpy has them."""
    moments: Array = column.dt.tz_localize(None).to_numpy(dtype="datetime64[us]")
    return moments


def _first(values: "pd.Series[Any]") -> str | None:
    return next((value for value in values if isinstance(value, str)), None)
