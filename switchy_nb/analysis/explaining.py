"""What happened to one call, in a few plain sentences."""

from typing import TYPE_CHECKING, Any

from switchy_nb.analysis.causes import NORMAL_ENDINGS, cause_numbers
from switchy_nb.analysis.ending import Ending, because, cause_in_words, ending_of
from switchy_nb.analysis.facts import Facts, Leg
from switchy_nb.analysis.media import quality_in_words
from switchy_nb.analysis.standing import measures_of, standings
from switchy_nb.analysis.steps import other_leg, steps_of
from switchy_nb.analysis.wording import (
    Words,
    counted,
    listed,
    number_of,
    readable,
    seconds,
    sentence,
    text_of,
)

if TYPE_CHECKING:
    import pandas as pd

#: Steps that a sentence of its own tells already, or that say little to somebody who reads a story.
_TOLD = (
    "begins:",
    "rings",
    "has early media",
    "is answered",
    "is hung up",
    "is parked",
    "is bridged",
    "is not bridged",
    "runs answer",
    "runs hangup",
    "runs respond",
    "runs ring_ready",
    "runs pre_answer",
    "runs sleep",
    "runs playback",
    "runs set",
    "runs uuid_bridge",
    "was recorded to",
    "has played",
)
_MANY = 4


def explain(facts: Facts) -> Words:
    """Tell what happened to a call.

    Parameters
    ----------
    facts : Facts
        The call.

    Returns
    -------
    Words
        Who called whom, whether it rang and was answered, what went on in it, who hung up and why,
        and what took long compared with the other calls of the recording: a sentence each.
    """
    ending = ending_of(facts)
    parts = [
        _opening(facts),
        _far_leg(facts),
        _answer(facts, ending),
        _between(facts),
        _bridges(facts),
        _end(facts, ending),
        _others_up(facts),
        *quality_in_words(facts),
        _compared(facts),
    ]
    return Words(" ".join(sentence(part) for part in parts if part))


def _opening(facts: Facts) -> str:
    leg = facts.legs[0]
    if leg.row["created"] != leg.row["created"]:
        return _stillborn(facts, leg)
    when = f"at {facts.began:%H:%M:%S.%f}"[:-3] + " UTC"
    switch = text_of(leg.row["switch"])
    name = f"the switch {readable(switch)}" if switch else "the switch"
    who, to = text_of(leg.row["caller_id"]), text_of(leg.row["destination"])
    whom = readable(to) if to else "somebody"
    if leg.row["direction"] == "outbound":
        channel = text_of(leg.row["channel"])
        by = f" ({readable(channel)})" if channel else ""
        of = f" for {readable(who.strip())}" if who else ""
        return f"{when}, {name} placed a call to {whom}{by}{of}"
    return (
        f"{when}, a call from {readable((who or 'somebody').strip())} to {whom} came in to {name}"
    )


def _stillborn(facts: Facts, leg: Leg) -> str:
    seen = listed(sorted({str(name) for name in facts.events["name"]}))
    if text_of(leg.row["channel"]) is None:
        return (
            f"there is only the end of this leg ({seen}): the switch gave it up before it was a "
            "channel, as it does when there is no way to the address"
        )
    return f"its beginning was not recorded; the first that is known of it is {seen}"


def _far_leg(facts: Facts) -> str:
    caller, callee = facts.leg("caller"), facts.leg("callee")
    if caller is None or callee is None or callee.row["created"] != callee.row["created"]:
        return ""
    took = number_of(facts.row["invite_latency"])
    after = "" if took is None else " at once" if took < 0.03 else f" after {seconds(took)}"
    if caller.row["direction"] == "outbound" and callee.row["direction"] == "inbound":
        return f"it came back in to the same switch as its far leg{after}"
    channel = text_of(callee.row["channel"]) or text_of(callee.row["destination"])
    return f"{after.strip() + ' ' if after else ''}the switch passed it on to {readable(channel or '?')}"


def _rang(facts: Facts) -> tuple[str, "pd.Timestamp | None"]:
    """Whether the far end rang or had early media, and when the first of them was."""
    for leg in facts.legs[:2]:
        moment = leg.row["progress"]
        if moment == moment:
            names = set(facts.events[facts.events["session"] == leg.uuid]["name"])
            return ("rang" if "CHANNEL_PROGRESS" in names else "early media"), moment
    return "", None


def _answer(facts: Facts, ending: Ending) -> str:
    how, rang = _rang(facts)
    setup, hungup = number_of(facts.row["call_setup_latency"]), facts.row["hungup"]
    answered = facts.row["caller_answer"]
    if setup is None and answered != answered:
        if how == "rang" and rang is not None and hungup == hungup:
            waited = (hungup - rang).total_seconds()
            return f"it rang for {seconds(max(waited, 0))}, and nobody answered"
        if how and ending.who is not None:
            return "the far end sent early media, but never answered"
        return ""
    if setup is None:
        return "it was answered"
    ringing = ""
    if how == "rang" and rang is not None:
        rung = (answered - rang).total_seconds()
        ringing = f", having rung for {seconds(rung)}" if rung >= 0.03 else ""
    return f"it was answered {'at once' if setup < 0.03 else 'after ' + seconds(setup)}{ringing}"


def _between(facts: Facts) -> str:
    notable = [
        step
        for step in steps_of(facts)
        if step.who != "command" and not step.what.startswith(_TOLD)
    ]
    shown = [f"the {step.who} {_past(step.what)}" for step in notable[:_MANY]]
    more = len(notable) - len(shown)
    if more:
        shown.append(f"{counted(more, 'more thing')} happened")
    return f"meanwhile, {listed(shown)}" if shown else ""


_PAST = {
    "runs ": "ran ",
    "hears ": "heard ",
    "begins to play ": "was played ",
    "begins to be recorded to ": "was recorded to ",
    "is ": "was ",
    "event ": "had the event ",
}


def _past(what: str) -> str:
    """Tell as past what a step tells as present."""
    for now, then in _PAST.items():
        if what.startswith(now):
            return then + what.removeprefix(now)
    return what


def _bridges(facts: Facts) -> str:
    told: list[str] = []
    events = facts.events
    for n, row in events[events["name"] == "CHANNEL_BRIDGE"].iterrows():
        other = other_leg(facts, int(n), row["session"])  # type: ignore[call-overload]
        if other is None:
            continue
        near, far = facts.role(row["session"]) or "leg", facts.role(other)
        if far is not None:
            told.append(f"the {near} was bridged with the {far}")
            continue
        told.append(f"the {near} was bridged with {_elsewhere(facts, other)}")
    for leg in facts.legs:  # the event comes on one of the two legs only
        peer = text_of(leg.row["peer"])
        if not told and peer and facts.role(peer) is None:
            told.append(f"the {leg.role} was bridged with {_elsewhere(facts, peer)}")
    return listed(list(dict.fromkeys(told)))


def _elsewhere(facts: Facts, leg: str) -> str:
    call = text_of(facts.material.sessions["call"].get(leg))
    if call == leg:
        return f"the call {readable(call)}"
    return f"the leg {readable(leg)}{f' of the call {readable(call)}' if call else ''}"


def _end(facts: Facts, ending: Ending) -> str:
    cause = text_of(facts.row["hangup_cause"])
    if ending.who is None:
        return _not_ended(facts)
    first = facts.row["hungup"] if ending.leg is None else ending.leg.row["hungup"]
    moment = first if first == first else facts.row["hungup"]
    answered = facts.row["caller_answer"]
    words = cause_in_words(cause, ending.code)
    if answered != answered and cause in NORMAL_ENDINGS:
        words = f"the cause is {cause}{cause_numbers(cause)}"
    who, why = f"the {ending.who}", because(facts, ending)
    if answered == answered:
        talk = max((moment - answered).total_seconds(), 0.0)
        return f"{who} hung up {seconds(talk)} after the answer{why}. {sentence(words)}"
    after = facts.after(moment)
    when = "" if after is None else " at once" if after < 0.03 else f" after {seconds(after)}"
    if ending.code is not None:
        return f"the far end refused it{when}{why}. {sentence(words)}"
    if ending.timeout is not None:
        return f"the switch gave up{when}{why}. {sentence(words)}"
    if ending.who == "caller":
        return f"the caller gave up{when}, before it was answered{why}. {sentence(words)}"
    return f"{who} ended it{when}{why}. {sentence(words)}"


def _not_ended(facts: Facts) -> str:
    legs = [leg for leg in facts.legs if leg.row["created"] == leg.row["created"]]
    if not legs:
        return ""
    last = facts.material.events["time"].max()
    after = facts.after(last)
    since = f", {seconds(after)} after it began" if after is not None else ""
    return f"it is still up where the recording ends{since}: none of its legs has hung up"


def _others_up(facts: Facts) -> str:
    ended = [leg for leg in facts.legs if leg.row["hungup"] == leg.row["hungup"]]
    up = [
        f"the {leg.role}"
        for leg in facts.legs
        if leg.row["hungup"] != leg.row["hungup"] and leg.row["created"] == leg.row["created"]
    ]
    if not ended or not up:
        return ""
    return f"that {listed(up)} hung up was not recorded"


def _compared(facts: Facts) -> str:
    material: Any = facts.material
    calls = material.calls
    if len(calls) < 2:
        return ""
    found = standings(measures_of(calls, material.sessions), facts.key)
    if not found:
        return ""
    slow = [str(one) for one in found if one.stands_out]
    if slow:
        return ". ".join(sentence(text).removesuffix(".") for text in slow)
    return f"nothing took long compared with the other {counted(len(calls) - 1, 'call')}"
