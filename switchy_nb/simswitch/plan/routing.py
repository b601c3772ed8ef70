"""Where a call goes next within the switch: its dial plan, a transfer, a function that leads it."""

import asyncio
import inspect
import logging
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from switchy_nb.errors import SimulationError
from switchy_nb.simswitch.calls import bridging
from switchy_nb.simswitch.calls.causes import Cause
from switchy_nb.simswitch.calls.channel import Channel
from switchy_nb.simswitch.calls.dialstring import DialString, Target
from switchy_nb.simswitch.calls.originating import hops_left, inline_steps
from switchy_nb.simswitch.calls.profile import Profile
from switchy_nb.simswitch.calls.states import ChannelState
from switchy_nb.simswitch.plan.incoming import IncomingCall
from switchy_nb.simswitch.plan.steps import Deed, Match
from switchy_nb.simswitch.signalling.uris import Uri, parse_uri

if TYPE_CHECKING:
    from switchy_nb.simswitch.core import Core

_log = logging.getLogger("switchy_nb.simswitch")


def route(core: "Core", channel: Channel) -> None:
    """Give a channel the steps that the dial plan has for its number."""
    profile = channel.profile
    number = profile.destination if profile is not None else ""
    match: Match | None = None
    steps: list[Deed]
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


def find(core: "Core", channel: Channel, number: str) -> tuple[list[Deed], Match | None] | None:
    """Look a number up; None if a function of the plan failed, which ends the call."""
    try:
        return core.dialplan.route(IncomingCall(channel, number, core.chance), core.chance)
    # a user's function decides, and one call's error is only its own; so is a sys.exit() in it
    except BaseException as error:
        _failed(core, channel, error)
        return None


async def lead(
    core: "Core", function: Callable[[IncomingCall], Awaitable[None] | None], channel: Channel
) -> None:
    """Let a function lead a call until it returns, or the call is over."""
    number = channel.profile.destination if channel.profile is not None else ""

    name = getattr(function, "__qualname__", "a function")

    async def run() -> None:
        try:
            result = function(IncomingCall(channel, number, core.chance))
            if inspect.isawaitable(result):
                await result
            elif result is not None:
                raise SimulationError(
                    f"{name} stands among steps, so it leads the call, and gave {result!r}; a "
                    "function that gives steps is a rule of its own: dialplan[number] = function"
                )
        except (SystemExit, KeyboardInterrupt) as error:  # these would end the whole switch
            raise SimulationError(f"{error!r} in a function of the dial plan") from error

    task = core.loop.create_task(run(), name=f"{name} of the simulated switch's dial plan")
    core.hold(task)
    bell = channel.watch()
    task.add_done_callback(lambda _: bell.set())
    try:
        while not task.done() and channel.ready:
            bell.clear()
            await bell.wait()
    finally:
        channel.unwatch(bell)
        if not task.done():
            task.cancel()
            task.add_done_callback(_after_all)
    error = task.exception() if task.done() and not task.cancelled() else None
    if error is not None:
        _failed(core, channel, error)


def _after_all(task: "asyncio.Task[None]") -> None:
    """Tell what became of a function whose call was over before it was."""
    error = None if task.cancelled() else task.exception()
    if error is not None:
        _log.error("%s failed after its call was over", task.get_name(), exc_info=error)


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
        if given is None:  # the step was made by hand, for `forward` refuses it
            core.log(3, f"cannot forward to {to}", channel)
            channel.hangup(Cause.INVALID_NUMBER_FORMAT)
            return
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
    named = "max_session_transfers" if channel.get("max_session_transfers") else "max_forwards"
    left = hops_left(channel, named)
    if left <= 0:
        channel.hangup(Cause.EXCHANGE_ROUTING_ERROR)
        return
    now = core.clock.now()
    moved = profile.copy()
    moved.rdnis, moved.destination = profile.destination, number
    moved.dialplan, moved.context = plan, where
    moved.logical_direction = channel.logical_direction
    source = f"{now // 1_000_000}:{core.ids.uuid()}:bl_xfer:{number}/{where}/{plan}"
    moved.transfer_source = source
    channel.set(named, str(left))
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
