"""Where a call goes next within the switch: its dial plan, a transfer, a function that leads it."""

import inspect
import logging
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from switchy_nb.errors import SimulationError
from switchy_nb.simswitch.calls import bridging
from switchy_nb.simswitch.calls.causes import Cause
from switchy_nb.simswitch.calls.channel import Channel
from switchy_nb.simswitch.calls.dialstring import DialString, Target
from switchy_nb.simswitch.calls.originating import inline_steps
from switchy_nb.simswitch.calls.profile import Profile
from switchy_nb.simswitch.calls.states import ChannelState
from switchy_nb.simswitch.plan.incoming import IncomingCall
from switchy_nb.simswitch.plan.steps import Match, Part
from switchy_nb.simswitch.signalling.sip import Uri, parse_uri

if TYPE_CHECKING:
    from switchy_nb.simswitch.core import Core

_log = logging.getLogger("switchy_nb.simswitch")


def route(core: "Core", channel: Channel) -> None:
    """Give a channel the steps that the dial plan has for its number."""
    profile = channel.profile
    number = profile.destination if profile is not None else ""
    match: Match | None = None
    steps: list[Part]
    if profile is not None and profile.dialplan.lower() == "inline":
        steps = list(inline_steps(number))
        profile.destination, profile.rdnis = profile.rdnis, ""
    elif profile is not None and not _is_there(core, profile):
        channel.hangup(Cause.NO_ROUTE_DESTINATION)
        return
    else:
        found = find(core, channel, number)
        if found is None:
            return
        steps, match = found
    if match is not None and match.groups():
        channel.variables["DP_MATCH"] = (match[0], *(g or "" for g in match.groups()))
    channel.variables["call_uuid"] = str(channel.variables.pop("call_uuid", channel.uuid))
    channel.extension = steps
    if not steps:
        channel.hangup(Cause.NO_ROUTE_DESTINATION)


def _is_there(core: "Core", profile: Profile) -> bool:
    """Whether there is such a dial plan, and such a context in it."""
    return profile.dialplan.lower() in ("", "xml") and profile.context in (core.context, "default")


def find(core: "Core", channel: Channel, number: str) -> tuple[list[Part], Match | None] | None:
    """Look a number up; None if a function of the plan failed, which ends the call."""
    try:
        return core.dialplan.route(IncomingCall(channel, number, core.chance), core.chance)
    except Exception as error:  # a user's function decides, and one call's error is only its own
        _failed(core, channel, error)
        return None


async def lead(
    core: "Core", function: Callable[[IncomingCall], Awaitable[None] | None], channel: Channel
) -> None:
    """Let a function lead a call until it returns, or the call is over."""
    number = channel.profile.destination if channel.profile is not None else ""

    async def run() -> None:
        result = function(IncomingCall(channel, number, core.chance))
        if inspect.isawaitable(result):
            await result

    task = core.loop.create_task(run())
    core.hold(task)
    bell = channel.watch()
    task.add_done_callback(lambda _: bell.set())
    try:
        while not task.done() and channel.ready:
            bell.clear()
            await bell.wait()
    finally:
        channel.unwatch(bell)
        task.cancel()  # nothing happens to a task that is done
    error = task.exception() if task.done() and not task.cancelled() else None
    if error is not None:
        _failed(core, channel, error)


def _failed(core: "Core", channel: Channel, error: BaseException) -> None:
    core.log(3, f"the dial plan's function failed: {error!r}", channel)
    _log.error("a function of the simulated switch's dial plan failed", exc_info=error)
    channel.hangup(Cause.NORMAL_TEMPORARY_FAILURE)


async def forward(core: "Core", channel: Channel, to: str, headers: dict[str, str]) -> None:
    """Pass a call on to the next hop, and stay between the two."""
    user = channel.get("sip_req_user")
    port = channel.get("sip_req_port")
    goal = Uri(user, channel.get("sip_req_host"), int(port) if port.isdigit() else None)
    if to:
        given = parse_uri(to)
        if given is None:
            raise SimulationError(f"forward({to!r}): write NUMBER@HOST:PORT")
        goal = Uri(given.user or user, given.host, given.port)
    if core.network.is_ours(goal):  # it would come back for ever
        channel.hangup(Cause.EXCHANGE_ROUTING_ERROR)
        return
    variables = tuple((f"sip_h_{name}", value) for name, value in headers.items())
    target = Target("sofia", f"{core.profile}/{goal}", variables)
    await bridging.bridge_application(channel, DialString(((target,),)))
    if channel.ready:
        channel.hangup(Cause.NORMAL_CLEARING)


def transfer(core: "Core", channel: Channel, number: str, plan: str, context: str) -> None:
    """Send a channel to another number of the dial plan, or to an inline one."""
    profile = channel.profile
    if profile is None:
        return
    where = context or profile.context
    now = core.clock.now()
    moved = profile.copy()
    moved.rdnis, moved.destination = profile.destination, number
    moved.dialplan, moved.context = plan, where
    moved.logical_direction = channel.logical_direction
    source = f"{now // 1_000_000}:{core.ids.uuid()}:bl_xfer:{number}/{where}/{plan}"
    moved.transfer_source = source
    hops = channel.get("max_forwards")
    channel.set("max_forwards", str(int(hops) - 1) if hops.isdigit() else "70")
    channel.push("transfer_history", source)
    channel.set("transfer_source", source)
    moved.index += 1
    moved.times.profile_created, moved.times.bridged = now, 0
    channel.profile = moved
    bridged = core.channels.get(channel.get("bridge_to"))
    if bridged is not None:
        bridged.set("signal_bond", None)
    channel.set("signal_bond", None)
    channel.set("bridge_to", None)
    channel.extension = []
    channel.other = None
    channel.set_state(ChannelState.ROUTING)
