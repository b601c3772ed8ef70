"""Placing calls: from a dial string to an answered channel, or to the cause why there is none."""

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

from switchy_nb.simswitch import events
from switchy_nb.simswitch.calls import dialstring, hooks, setting
from switchy_nb.simswitch.calls.causes import Cause
from switchy_nb.simswitch.calls.channel import Channel
from switchy_nb.simswitch.calls.dialstring import DialString, Target
from switchy_nb.simswitch.calls.profile import Profile, Times
from switchy_nb.simswitch.calls.states import ChannelState, Direction
from switchy_nb.simswitch.plan.steps import Step
from switchy_nb.simswitch.words import is_true, separate

if TYPE_CHECKING:
    from switchy_nb.simswitch.core import Core

USAGE = (
    "-USAGE: <call url> <exten>|&<application_name>(<app_args>) [<dialplan>] [<context>] "
    "[<cid_name>] [<cid_num>] [<timeout_sec>]\n"
)
_DEFAULT_TIMEOUT = 60.0
#: what a leg takes over from the one that calls it, unless its dial string says otherwise
_INHERITED = frozenset(
    {
        *("group_confirm_key", "group_confirm_file", "group_confirm_timeout"),
        *("group_confirm_read_timeout", "group_confirm_cancel_timeout"),
        *("forked_dial", "fail_on_single_reject", "hangup_on_single_reject"),
        *("ignore_early_media", "bridge_early_media", "originate_continue_on_timeout"),
        *("ignore_ring_ready", "monitor_early_media_ring", "monitor_early_media_ring_total"),
        *("monitor_early_media_fail", "return_ring_ready", "ring_ready", "instant_ringback"),
        *("progress_timeout", "language", "sip_cid_type"),
    }
)


async def originate(core: "Core", args: str) -> str:
    """Run the ``originate`` command, to its answer: ``+OK uuid`` or ``-ERR CAUSE``."""
    words = separate(args, " ", 10)
    if len(words) < 2:
        return USAGE
    url, exten = words[0], words[1]
    rest = [w if w != "undef" else "" for w in words[2:]] + [""] * 5
    plan, context, cid_name, cid_number, timeout = rest[:5]
    result = await place(
        core,
        url,
        cid_name=cid_name,
        cid_number=cid_number,
        timeout=float(timeout) if timeout.isdigit() else None,
    )
    if isinstance(result, Cause):
        return f"-ERR {result.name}\n"
    if exten.startswith("&"):
        # the first closing bracket ends it, whatever it closes
        app, _, data = exten[1:].partition(")")[0].partition("(")
        flip_caller_id(result)
        result.extension = [Step(app, data)]
        result.set_state(ChannelState.EXECUTE)
    else:
        core.transfer(result, exten, plan or "XML", context or "default")
    return f"+OK {result.uuid}\n"


def inline_steps(text: str) -> list[Step]:
    """Read the inline dial plan: ``app:argument,app:argument``."""
    separator = ","
    if text.startswith("m:") and len(text) > 4 and text[3] == ":":
        separator, text = text[2], text[4:]
    steps = []
    for part in text.split(separator):
        app, _, data = part.partition(":")
        if app.strip():
            steps.append(Step(app.strip(), data))
    return steps


def flip_caller_id(channel: Channel) -> None:
    """Turn the caller's and the callee's id round: from now on the switch is the caller's side."""
    profile = channel.profile
    if profile is None or not channel.up:
        return
    channel.hit_dialplan = True
    channel.set("pre_transfer_caller_id_name", profile.caller_id_name)
    channel.set("pre_transfer_caller_id_number", profile.caller_id_number)
    channel.set("channel_cid_flipped", "yes")
    old = (profile.caller_id_name, profile.caller_id_number)
    profile.caller_id_name = profile.callee_id_name
    profile.caller_id_number = profile.callee_id_number
    profile.callee_id_name, profile.callee_id_number = old
    channel.fire(events.FLIP, [("Direction", "RECV")])


async def place(
    core: "Core",
    url: str | DialString,
    *,
    originator: Channel | None = None,
    cid_name: str = "",
    cid_number: str = "",
    timeout: float | None = None,
) -> Channel | Cause:
    """Call, and wait for an answer (or for early media, unless that is to be ignored).

    Returns
    -------
    Channel or Cause
        The channel that answered, or why none did.
    """
    dial = dialstring.parse(url) if isinstance(url, str) else url
    variables = dict(dial.variables)
    if cid_name:
        variables.setdefault("origination_caller_id_name", cid_name)
    if cid_number:
        variables.setdefault("origination_caller_id_number", cid_number)
    given = variables.get("originate_timeout") or variables.get("call_timeout") or ""
    if not given and originator is not None:
        given = originator.get("call_timeout")
    limit = timeout or (float(given) if given.isdigit() else _DEFAULT_TIMEOUT)
    tries = max(1, _whole(variables.get("originate_retries"), 1))
    pause = max(100, _whole(variables.get("originate_retry_sleep_ms"), 1000)) / 1000
    cause = Cause.DESTINATION_OUT_OF_ORDER
    if originator is not None:
        await hooks.run(originator, "execute_on_pre_originate", "api_on_pre_originate")
    for attempt in range(tries):
        if attempt:
            await asyncio.sleep(pause)
        for targets in dial.rounds:
            result = await _round(core, targets, variables, originator, limit)
            if isinstance(result, Channel):
                who = result if originator is None else originator
                await hooks.run(who, "execute_on_post_originate", "api_on_post_originate")
                return result
            cause = result
            if cause is Cause.ORIGINATOR_CANCEL:
                return cause
    return cause


def _whole(text: str | None, default: int) -> int:
    return int(text) if text and text.isdigit() else default


def hops_left(channel: Channel, variable: str = "max_forwards") -> int:
    """Count how often a call may still be passed on, so that one that goes in a circle ends."""
    try:
        return int(channel.get(variable, "71")) - 1
    except ValueError:
        return -1


async def _round(
    core: "Core",
    targets: tuple[Target, ...],
    variables: dict[str, str],
    originator: Channel | None,
    limit: float,
) -> Channel | Cause:
    channels: list[Channel] = []
    cause = Cause.DESTINATION_OUT_OF_ORDER
    if originator is not None and hops_left(originator) <= 0:
        return Cause.EXCHANGE_ROUTING_ERROR
    for target in targets:
        made = core.network.dial(target, _of_leg(variables, dict(target.variables)), originator)
        if isinstance(made, Cause):
            cause = made
        else:
            channels.append(made)
    if not channels:
        return cause
    if originator is not None:
        originator.set("originate_signal_bond", channels[-1].uuid)
    winner = await _first(core, channels, originator, limit)
    if isinstance(winner, Channel) and len(channels) > 1:
        await asyncio.sleep(core.timing.poll)  # it looks at several legs from time to time
    for channel in channels:
        if channel is not winner and isinstance(winner, Channel):
            channel.hangup(Cause.LOSE_RACE)
    if originator is not None:
        _note(originator, channels)
        if isinstance(winner, Channel):
            originator.set("originate_signal_bond", None)
    return winner


def _of_leg(common: dict[str, str], own: dict[str, str]) -> dict[str, str]:
    """Put a leg's own variables with those of all: its identity is its own, else all prevail."""
    kept = {n: v for n, v in own.items() if n.startswith(("origination_", "leg_"))}
    return {**own, **common, **kept}


def _note(originator: Channel, channels: list[Channel]) -> None:
    """Write into the caller's variables whom it called, and how each ended."""
    for channel in channels:
        who = channel.profile
        number = who.destination if who is not None else ""
        originator.push("originated_legs", f"{channel.uuid};Outbound Call;{number}")
        originator.push("originate_causes", f"{channel.uuid};{(channel.cause or Cause.NONE).name}")


async def _first(
    core: "Core", channels: list[Channel], originator: Channel | None, limit: float
) -> Channel | Cause:
    """Wait for the first of some channels that can be used."""
    bell = asyncio.Event()
    watched = [*channels] + ([originator] if originator is not None else [])
    for channel in watched:
        channel.adopt(bell)
    timers = [core.loop.call_later(limit, bell.set)]
    for channel in channels:
        seconds = channel.get("leg_timeout")
        if seconds.isdigit() and int(seconds):
            timers.append(core.loop.call_later(int(seconds), _time_out, channel))
    end = core.loop.time() + limit
    try:
        while True:
            bell.clear()
            for channel in channels:
                if channel.up and _usable(channel):
                    return channel
            if all(_over(channel) for channel in channels):
                return channels[0].cause or Cause.NORMAL_CLEARING
            if originator is not None:
                _pass_on(channels, originator)
                if not originator.ready:
                    return _give_up(channels, Cause.ORIGINATOR_CANCEL)
            if core.loop.time() >= end:
                return _give_up(channels, Cause.NO_ANSWER)
            await bell.wait()
    finally:
        for timer in timers:
            timer.cancel()
        for channel in watched:
            channel.unwatch(bell)


def _time_out(channel: Channel) -> None:
    if channel.up and not (channel.answered or channel.early):
        channel.hangup(Cause.ALLOTTED_TIMEOUT)


def _usable(channel: Channel) -> bool:
    early = channel.early and not is_true(channel.get("ignore_early_media"))
    rings = channel.ringing and is_true(channel.get("return_ring_ready"))
    ready = channel.answered or early or rings
    return ready and channel.running is ChannelState.CONSUME_MEDIA


def _over(channel: Channel) -> bool:
    """Whether a channel is hung up and has told of it."""
    return not channel.up and channel.running >= ChannelState.REPORTING


def _give_up(channels: list[Channel], cause: Cause) -> Cause:
    for channel in channels:
        channel.hangup(cause)
    return cause


def _pass_on(channels: list[Channel], originator: Channel) -> None:
    """Let the first channel ring, or sound, as the ones that it calls do."""
    leg, who = originator.leg, originator.profile
    if leg is None or originator.answered:
        return
    heard = next((c.profile for c in channels if c.ringing or c.early), None)
    if who is not None and heard is not None:
        who.callee_id_name, who.callee_id_number = heard.callee_id_name, heard.callee_id_number
    if any(c.early for c in channels):
        leg.pre_answer()
    elif any(c.ringing for c in channels):
        leg.ring_ready()


def outgoing_channel(
    core: "Core",
    name: str,
    number: str,
    variables: dict[str, str],
    originator: Channel | None,
) -> Channel:
    """Make the channel of a call that the switch places; its leg is still to be given."""
    uuid = variables.get("origination_uuid") or core.ids.uuid()
    channel = core.new_channel(Direction.OUTBOUND, uuid)
    channel.name = name
    now = core.clock.now()
    caller = _caller_id(variables, originator)
    who = originator.profile if originator is not None else None
    channel.profile = Profile(
        direction=Direction.OUTBOUND,
        unique_id=uuid,
        channel_name=name,
        caller_id_name=caller[0],
        caller_id_number=caller[1],
        orig_caller_id_name=who.orig_caller_id_name if who is not None else caller[0],
        orig_caller_id_number=who.orig_caller_id_number if who is not None else caller[1],
        callee_id_name="Outbound Call",
        callee_id_number=number,
        ani=who.ani if who is not None else caller[1],
        network_addr=who.network_addr if who is not None else "",
        username=who.username if who is not None else "",
        dialplan=who.dialplan if who is not None else "",
        destination=number,
        source=who.source if who is not None else "src/switch_ivr_originate.c",
        context=who.context if who is not None else "default",
        times=Times(profile_created=now, created=now),
    )
    channel.state = ChannelState.INIT
    if originator is not None and originator.profile is not None:
        source = replace(originator.profile.copy(Times()), transfer_source="")
        channel.other = ("originator", source)

    async def on_routing(mine: Channel) -> None:
        mine.entries.pop(ChannelState.ROUTING, None)
        if mine.ready:
            mine.set_state(ChannelState.CONSUME_MEDIA)

    channel.entries[ChannelState.ROUTING] = on_routing
    return channel


def begin(channel: Channel) -> None:
    """Let a leg that the switch places live: first of all it tells of itself."""
    core = channel.core
    channel.fire(events.OUTGOING)
    hooks.then(
        channel,
        ("execute_on_originate", "api_on_originate"),
        lambda: core.start(channel),
    )


def _caller_id(variables: dict[str, str], originator: Channel | None) -> tuple[str, str]:
    name = variables.get("origination_caller_id_name", "")
    number = variables.get("origination_caller_id_number", "")
    if originator is not None and originator.profile is not None:
        name = name or originator.profile.caller_id_name
        number = number or originator.profile.caller_id_number
    return name, number or "0000000000"


def set_variables(
    channel: Channel, variables: dict[str, str], endpoint: str, originator: Channel | None
) -> None:
    """Put the variables of the dial string on the channel, and what says how it came about."""
    for name, value in variables.items():
        if "${" not in value:  # what would be expanded later is not taken from a dial string
            channel.set(name, value)
    if originator is not None:
        for name in originator.variables:
            if name not in variables and (name.startswith("sip_h_X-") or name in _INHERITED):
                channel.set(name, originator.get(name))
        for name, value in setting.exported(originator).items():
            channel.set(name, value)
        if originator.leg is not None:
            channel.set("switch_m_sdp", originator.get("switch_r_sdp"))
        channel.set("originator", originator.uuid)
        channel.set("signal_bond", originator.uuid)
        channel.set("call_uuid", originator.uuid)
        channel.set("originating_leg_uuid", originator.uuid)
        channel.set("max_forwards", str(hops_left(originator)))
        if originator.codec is not None:
            channel.set("originator_codec", "PCMU@8000h@20i")
    early = not is_true(channel.get("ignore_early_media"))
    channel.set("originate_early_media", "true" if early else "false")
    channel.set("originate_endpoint", endpoint)
