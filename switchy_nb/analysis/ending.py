"""How a call ended: who hung up, on whose order, with which cause and SIP status."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from switchy_nb.analysis.causes import cause_numbers, find_cause
from switchy_nb.analysis.facts import Facts, Leg, Order
from switchy_nb.analysis.sip import sip_phrase
from switchy_nb.analysis.wording import number_of, readable, seconds, text_of

if TYPE_CHECKING:
    import pandas as pd

#: Commands that end legs, now or later.
_KILLING = frozenset({"uuid_kill", "hupall", "fsctl"})
_LATER = frozenset({"sched_hangup", "sched_api"})
#: Applications of a dial plan that end the leg they run on.
_ENDING_APPS = frozenset({"hangup", "respond", "reject"})
#: An order is carried out at once; the switch's clock moves in steps of 20 ms, ours is another.
_AT_ONCE_S = 0.5
#: How far from the time that it was given a call ends that ran out of it.
_GIVEN_S = 1.0


@dataclass(frozen=True, slots=True)
class Ending:
    """How a call ended.

    Attributes
    ----------
    who : str or None
        The end that hung up first, ``caller`` or ``callee``; None if the call is not over.
    leg : Leg or None
        That end's leg, if it is on a switch of this recording.
    order : Order or None
        The command that had it hung up.
    application : str or None
        What the dial plan ran there that ended it, such as ``hangup USER_BUSY``.
    timeout : float or None
        The seconds that the call was given to be answered, if they ran out.
    code : int or None
        The SIP status with which the far side refused it.
    bridged : str or None
        The leg of another call that it was bridged with, if that one ended first.
    """

    who: str | None
    leg: Leg | None = None
    order: Order | None = None
    application: str | None = None
    timeout: float | None = None
    code: int | None = None
    bridged: str | None = None


def ending_of(facts: Facts) -> Ending:
    """Find out how a call ended, from its legs, its events and the commands about it."""
    who = text_of(facts.row["hung_up_by"]) or "caller"
    leg = facts.leg(who)
    first = _first_hangup(facts)
    if first is None:
        return Ending(None)
    order = _order(facts, leg, first)
    code = _refusal(facts)
    timeout = None if order is not None or code is not None else _ran_out(facts, first)
    application = None if order is not None else _application(facts, leg)
    bridged = None if order is not None else _bridged_away(facts, leg)
    return Ending(who, leg, order, application, timeout, code, bridged)


def _first_hangup(facts: Facts) -> "pd.Timestamp | None":
    times = [leg.row["hungup"] for leg in facts.legs if leg.row["hungup"] == leg.row["hungup"]]
    return min(times) if times else None


def _order(facts: Facts, leg: Leg | None, hungup: "pd.Timestamp") -> Order | None:
    """The command that ended this leg: one that was scheduled for then, or the last before it."""
    found = None
    for order in facts.orders:
        early = (hungup - order.at).total_seconds()
        about = "hupall" in (order.verb, *order.argument.split())
        if not (about or (leg is not None and order.names(leg.uuid))) or early < -_AT_ONCE_S:
            continue
        if order.verb in _LATER:
            delay = _delay(order)
            if delay is not None and abs(early - delay) <= _GIVEN_S:
                return order
        elif order.verb in _KILLING and early <= _AT_ONCE_S:
            found = order
    return found


def _delay(order: Order) -> float | None:
    """The seconds after which a scheduled command ends a leg; None if it does something else."""
    if order.verb == "sched_api" and not {"uuid_kill", "hupall"} & set(order.argument.split()):
        return None
    delay = number_of(order.argument.split(maxsplit=1)[0].removeprefix("+"))
    return None if delay is None or not order.argument.startswith("+") else delay


def _refusal(facts: Facts) -> int | None:
    """The SIP status with which the far side refused a call that was not answered."""
    caller = facts.leg("caller")
    if caller is None or caller.row["answered"] == caller.row["answered"]:
        return None
    code = number_of(caller.row["sip_code"])
    # 487 is the answer to our own CANCEL (RFC 3261, section 9.2)
    return int(code) if code is not None and code >= 300 and code != 487 else None


def _ran_out(facts: Facts, hungup: "pd.Timestamp") -> float | None:
    """The time that the call was given, if it ended unanswered when that was over."""
    limit, took = facts.originate_timeout, facts.after(hungup)
    answered = facts.row["caller_answer"] == facts.row["caller_answer"]
    if limit is None or took is None or answered:
        return None
    return limit if abs(took - limit) <= _GIVEN_S else None  # it counts whole seconds


def _bridged_away(facts: Facts, leg: Leg | None) -> str | None:
    """The leg of another call with which the end that hung up was bridged, if that ended first."""
    peer = text_of(leg.row["peer"]) if leg is not None else None
    sessions = facts.material.sessions
    if leg is None or peer is None or facts.role(peer) is not None or peer not in sessions.index:
        return None
    events = facts.material.events
    hangups = events[
        (events["name"] == "CHANNEL_HANGUP") & events["session"].isin([peer, leg.uuid])
    ]
    first = hangups.sort_values(["time", "sequence"], kind="stable")["session"]
    return peer if len(first) == 2 and first.iloc[0] == peer else None


def _application(facts: Facts, leg: Leg | None) -> str | None:
    if leg is None:
        return None
    events = facts.events
    theirs = events[(events["session"] == leg.uuid) & (events["name"] == "CHANNEL_EXECUTE")]
    last = theirs[theirs["application"].isin(_ENDING_APPS)].tail(1)
    for n, name in last["application"].items():
        data = facts.header(int(n), "Application-Data")  # type: ignore[call-overload]
        return f"{name} {data}" if data else str(name)
    return None


def because(facts: Facts, ending: Ending) -> str:
    """Say on whose order a call ended: `` because …``, or nothing where nobody says."""
    if ending.order is not None:
        verb = ending.order.verb
        if verb == "sched_hangup":
            return ", as it was scheduled to (sched_hangup)"
        if verb == "sched_api":
            return ", as it was scheduled to (sched_api)"
        whom = "all legs" if verb in ("hupall", "fsctl") else "it"
        return f", because {verb} ended {whom}"
    if ending.application is not None:
        return f", because its dial plan ran {readable(ending.application)}"
    if ending.bridged is not None:
        return f", because the leg {readable(ending.bridged)} that it was bridged with had ended"
    if ending.timeout is not None:
        given = seconds(ending.timeout).replace(".00", "").replace(".0", "")
        return f", because the {given} that it was given (originate_timeout) were over"
    return ""


def cause_in_words(name: str | None, code: int | None = None) -> str:
    """Say a cause with its Q.850 number, the SIP status if there was one, and what it means.

    Examples
    --------
    >>> cause_in_words("USER_BUSY", 486)
    'SIP 486 Busy Here, USER_BUSY (Q.850 17): the far end is busy'
    """
    if name is None:
        return "no hangup cause is known"
    cause = find_cause(name)
    words = cause.words if cause is not None else "not one of FreeSWITCH's hangup causes"
    status = f"{sip_phrase(code)}, " if code is not None else ""
    return f"{status}{readable(name)}{cause_numbers(name)}: {words}"
