"""Running applications on a channel, and obeying the private commands that wait for it.

What an application does is in `applications`; here is what is around each: the variables, the
events CHANNEL_EXECUTE, CHANNEL_EXECUTE_COMPLETE and PRIVATE_COMMAND, locks and loops.
"""

from typing import TYPE_CHECKING

from switchy_nb.simswitch import events
from switchy_nb.simswitch.calls.causes import Cause
from switchy_nb.simswitch.calls.states import ChannelState
from switchy_nb.simswitch.plan.steps import Step

if TYPE_CHECKING:
    from switchy_nb.simswitch.calls.channel import Channel
    from switchy_nb.simswitch.calls.signals import PrivateCommand

#: an application that ends sooner than this is not run again by a loop (seconds)
_SHORTEST_LOOP = 0.5
#: how long an application waits for the media of a leg that is being called (seconds)
_MEDIA_COMES = 2.0
#: how much longer a broadcast waits for its frames where nobody sends any
_SILENT = 9 / 5


async def execute(channel: "Channel", app: str, data: str | None, *, app_uuid: str = "") -> bool:
    """Run one application, between its EXECUTE and its EXECUTE_COMPLETE.

    Returns
    -------
    bool
        False if it did not run: there is no such application, and the channel is hung up; or it
        needs media, which the far end has not sent within 2 s.
    """
    core = channel.core
    run = core.applications.get(app)
    if run is None:
        core.log(3, f"Invalid Application {app}", channel)
        channel.hangup(Cause.DESTINATION_OUT_OF_ORDER)
        return False
    if run.media and channel.leg is not None:
        channel.leg.open_media()
        if channel.leg.caller and not await _has_media(channel):
            core.log(4, f"Cannot execute app '{app}' media required", channel)
            return False
    text = core.expand(data, channel) if data else None
    app_uuid = app_uuid or core.ids.uuid()
    channel.last_app = (app, text)
    channel.set("current_application", app)
    channel.set("current_application_data", text)
    channel.set("current_application_response", None)
    own: list[events.Pair] = [("Application", app)]
    if text:
        own.append(("Application-Data", text))
    channel.fire(events.EXECUTE, [*own, ("Application-UUID", app_uuid)])
    channel.interrupt(False)
    await run.call(channel, text or "")
    response = channel.get("current_application_response", "_none_")
    channel.fire(
        events.COMPLETE,
        [*own, ("Application-Response", response), ("Application-UUID", app_uuid)],
    )
    return True


async def obey_all(channel: "Channel") -> None:
    """Obey the commands that wait. PRIVATE_COMMAND tells of each, where there is media."""
    while channel.queue and channel.ready and not channel.locked:
        command = channel.queue.popleft()
        told = channel.codec is not None or channel.running is ChannelState.CONSUME_MEDIA
        await _obey(channel, command)
        if told:
            core = channel.core
            core.fire(core.events.obeyed(channel, [*command.made, *command.headers], command.body))


async def _obey(channel: "Channel", command: "PrivateCommand") -> None:
    locked = command.get("event-lock") == "true"
    channel.locked += locked
    try:
        if command.get("lead-frames"):
            await _lead_in(channel)
        verb = command.get("call-command").lower()
        if verb == "execute":
            await _execute_command(channel, command)
        elif verb == "xferext":
            _transfer_to_given(channel, command)
        elif verb == "hangup":
            channel.hangup(channel.core.cause(command.get("hangup-cause", "NORMAL_CLEARING")))
        else:
            channel.core.log(3, "Invalid Command!", channel)
    finally:
        channel.locked -= locked


async def _has_media(channel: "Channel") -> bool:
    """Wait for the far end's media; nothing else happens on the channel meanwhile."""
    loop = channel.core.loop
    end = loop.time() + _MEDIA_COMES
    while channel.up and channel.codec is None and (left := end - loop.time()) > 0:
        await channel.wait_bell(left)
    return channel.codec is not None


async def _lead_in(channel: "Channel") -> None:
    """Wait for some frames of media, as FreeSWITCH does before a broadcast begins.

    Silence counts for half: with nothing to hear it gives up after nine frames instead of five.
    """
    loop, far = channel.core.loop, channel.media.other
    wait = channel.core.timing.broadcast if channel.codec is not None else 0
    if far is None or not far.sends:
        wait *= _SILENT
    end = loop.time() + wait
    while channel.ready and (left := end - loop.time()) > 0:
        await channel.wait_bell(left)


async def _execute_command(channel: "Channel", command: "PrivateCommand") -> None:
    app = command.get("execute-app-name")
    data = command.get("execute-app-arg") or (command.body or "")
    loops = _number(command.get("loops"), 1)
    done = 0
    while app and channel.ready and (loops < 0 or done < loops):
        done += 1
        channel.set("current_loop", str(done))
        channel.set("total_loops", str(loops))
        began = channel.core.loop.time()
        if not await execute(channel, app, data, app_uuid=command.get("event-uuid")):
            break
        if channel.core.loop.time() - began < _SHORTEST_LOOP:
            break
    channel.set("current_loop", None)
    channel.set("total_loops", None)


def _transfer_to_given(channel: "Channel", command: "PrivateCommand") -> None:
    """Have a channel run the applications that the command lists."""
    listed = [v.strip() for n, v in command.headers if n.lower() == "application"]
    pairs = [text.partition(" ") for text in listed]
    channel.given = [Step(app, data.strip()) for app, _, data in pairs if app]
    channel.set_state(ChannelState.ROUTING)


def _number(text: str, default: int) -> int:
    return int(text) if text.lstrip("-").isdigit() else default
