"""The applications that run on a channel, from answer to transfer.

Each is a coroutine that returns when it is done or when its channel is gone, so that a hangup
unwinds whatever runs. Sound is in `playing`, `taping` and `prompting`, the bridge in `bridging`.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from switchy_nb.simswitch import events
from switchy_nb.simswitch.calls import bridging, heartbeats, hooks, lifecycle, setting, sundries
from switchy_nb.simswitch.calls.causes import SIP_PHRASES, Cause, cause_of_status
from switchy_nb.simswitch.calls.channel import Channel
from switchy_nb.simswitch.calls.states import CallState
from switchy_nb.simswitch.signalling import referring
from switchy_nb.simswitch.sound import displacing, playing, prompting, taping
from switchy_nb.wire.names import EVENT_NAMES

Run = Callable[[Channel, str], Awaitable[None]]

#: what leaves nothing that a client could see, and why not
_UNSEEN = (
    *("eval", "stop", "unloop"),  # these do nothing in FreeSWITCH either, but for their argument
    *("novideo", "video_refresh"),  # there is no video
    *("cng_plc", "debug_media"),  # how lost packets are filled in, and what the log says of packets
    "acknowledge_call",  # a SIP response that says nothing but that the call came
    *("unbind_meta_app", "clear_digit_action"),  # nothing can be bound
)
#: the same, where FreeSWITCH opens the media first; what these would stop or forget never begins
_UNHEARD = ("stop_dtmf", "stop_dtmf_generate", "stop_tone_detect", "clear_speech_cache")


@dataclass(frozen=True)
class Application:
    """One application; `media` says that it needs media, so that it opens it early."""

    call: Run
    media: bool = False


async def _answer(channel: Channel, data: str) -> None:
    if channel.leg is not None:
        channel.leg.answer()
        await hooks.settled(channel)


async def _pre_answer(channel: Channel, data: str) -> None:
    if channel.leg is not None:
        channel.leg.pre_answer()
        await hooks.settled(channel)


async def _ring_ready(channel: Channel, data: str) -> None:
    if channel.leg is not None:
        channel.leg.ring_ready()
        await hooks.settled(channel)


async def _park(channel: Channel, data: str) -> None:
    await lifecycle.park(channel)


async def _sleep(channel: Channel, data: str) -> None:
    try:
        milliseconds = max(0, int(data.strip() or "0"))
    except ValueError:
        return
    await channel.pause(milliseconds / 1000)


async def _hangup(channel: Channel, data: str) -> None:
    channel.hangup(channel.core.cause(data) if data else Cause.NORMAL_CLEARING)


async def _respond(channel: Channel, data: str) -> None:
    """Refuse the call with a SIP status; what is no refusal is not modelled."""
    code, _, phrase = data.strip().partition(" ")
    if channel.leg is None or not code.isdigit() or not 400 <= int(code) < 700:
        return
    channel.leg.refusal = (int(code), phrase or SIP_PHRASES.get(int(code), ""))
    channel.hangup(cause_of_status(int(code)))


async def _redirect(channel: Channel, data: str) -> None:
    """Tell a caller who was not answered yet to call another address."""
    if data and channel.leg is not None and not channel.answered:
        referring.redirect(channel, data)


async def _hold(channel: Channel, data: str) -> None:
    """Put the call on hold, if it is not."""
    if channel.leg is not None and channel.call_state is not CallState.HELD:
        channel.leg.hold(True)


async def _unhold(channel: Channel, data: str) -> None:
    """Take the call back from hold."""
    if channel.leg is not None and channel.call_state is CallState.HELD:
        channel.leg.hold(False)


async def _break(channel: Channel, data: str) -> None:
    """Break what runs next; with anything but ``all``, forget the commands that wait, too."""
    if data and data.lower() != "all":
        channel.queue.clear()
    channel.interrupt()


async def _deflect(channel: Channel, data: str) -> None:
    """Refer the other end to another address."""
    if data:
        referring.deflect(channel, data)


async def _info(channel: Channel, data: str) -> None:
    for name, value in (pair for block in channel.headers() for pair in block.pairs):
        channel.core.log(6, f"{name}: [{value}]", channel)
    for name in channel.variables:
        channel.core.log(6, f"variable_{name}: [{channel.get(name)}]", channel)


async def _log(channel: Channel, data: str) -> None:
    level, _, text = data.partition(" ")
    number = channel.core.log_levels.get(level.upper())
    channel.core.log(7 if number is None else number, text if number is not None else data, channel)


async def _event(channel: Channel, data: str) -> None:
    """Fire an event of one's own: ``Event-Name=CUSTOM,Event-Subclass=…,name=value``."""
    pairs: list[events.Pair] = []
    name = subclass = None
    for part in data.split(","):
        key, _, value = part.partition("=")
        key = key.strip()
        if key.lower() == "event-name":
            name = value.strip().upper()
        elif key.lower() == "event-subclass":
            subclass = value.strip()
        elif key and ":" not in key:
            pairs.append((key, value))
    if name is not None and name not in EVENT_NAMES:
        name = None
    kind = events.Kind(name or "CHANNEL_APPLICATION", *events.EVENT_APP.site, True, True)
    channel.core.fire(channel.core.events.of_channel(kind, channel, pairs, subclass=subclass))


async def _transfer(channel: Channel, data: str) -> None:
    words = data.split()
    if words:
        channel.core.transfer(channel, words[0], *words[1:3])


async def _execute_extension(channel: Channel, data: str) -> None:
    words = data.split()
    if channel.profile is not None and not (channel.profile.dialplan or len(words) > 1):
        return  # a leg that was never in a dial plan knows none
    for step in channel.core.steps_of(channel, words[0]) if words else ():
        if not channel.ready:
            break
        await step.run(channel)


async def _send_dtmf(channel: Channel, data: str) -> None:
    digits, _, duration = data.partition("@")
    if channel.leg is not None:
        channel.leg.send_digits(digits, channel.core.digit_ms(duration))


async def _queue_dtmf(channel: Channel, data: str) -> None:
    """Send digits when there is media to send them in."""
    await _send_dtmf(channel, data)


async def _send_info(channel: Channel, data: str) -> None:
    """Send the other end a message within the call."""
    channel.core.api("uuid_send_info", f"{channel.uuid} {data}")


async def _send_display(channel: Channel, data: str) -> None:
    """Tell the other end whom it talks to: ``NAME|NUMBER``."""
    channel.core.api("uuid_display", f"{channel.uuid} {data}")


async def _wait_for_answer(channel: Channel, data: str) -> None:
    while not channel.answered and channel.ready:
        await channel.pause(until=lambda: channel.answered)


async def _sched_hangup(channel: Channel, data: str) -> None:
    channel.core.api("sched_hangup", _with_uuid(channel, data))


async def _sched_transfer(channel: Channel, data: str) -> None:
    channel.core.api("sched_transfer", _with_uuid(channel, data))


async def _sched_broadcast(channel: Channel, data: str) -> None:
    channel.core.api("sched_broadcast", _with_uuid(channel, data))


def _with_uuid(channel: Channel, data: str) -> str:
    when, _, rest = data.partition(" ")
    return f"{when} {channel.uuid} {rest}".strip()


async def _nothing(channel: Channel, data: str) -> None:
    """Do what has no effect that anybody could see from outside."""


def registry() -> dict[str, Application]:
    """Make the table of all applications, by name."""
    plain: dict[str, Run] = {
        "answer": _answer,
        "pre_answer": _pre_answer,
        "ring_ready": _ring_ready,
        "park": _park,
        "sleep": _sleep,
        "hangup": _hangup,
        "respond": _respond,
        "deflect": _deflect,
        "info": _info,
        "log": _log,
        "event": _event,
        "transfer": _transfer,
        "execute_extension": _execute_extension,
        "send_dtmf": _send_dtmf,
        "wait_for_answer": _wait_for_answer,
        "sched_hangup": _sched_hangup,
        "sched_transfer": _sched_transfer,
        "sched_broadcast": _sched_broadcast,
        "bridge": bridging.bridge_application,
        "stop_record_session": taping.stop_record_session,
        "record_session_mask": taping.mask,
        "record_session_unmask": taping.unmask,
        "record_session_pause": taping.pause,
        "record_session_resume": taping.resume,
        "stop_displace_session": displacing.stop_application,
        "hold": _hold,
        "unhold": _unhold,
        "break": _break,
        "redirect": _redirect,
        "queue_dtmf": _queue_dtmf,
        "send_info": _send_info,
        "send_display": _send_display,
        "enable_heartbeat": heartbeats.enable_application,
        "enable_keepalive": heartbeats.enable_application,
        "sched_heartbeat": heartbeats.schedule_application,
        **setting.APPLICATIONS,
        **sundries.APPLICATIONS,
        **dict.fromkeys(_UNSEEN, _nothing),
    }
    sounding: dict[str, Run] = {
        "echo": playing.echo,
        "playback": playing.playback,
        "endless_playback": playing.endless_playback,
        "gentones": playing.gentones,
        "loop_playback": playing.loop_playback,
        "record_session": taping.record_session,
        "record": taping.record,
        "read": prompting.read,
        "play_and_get_digits": prompting.play_and_get_digits,
        "displace_session": displacing.application,
        "set_audio_level": displacing.level_application,
        "delay_echo": playing.echo,
        "remove_bugs": sundries.remove_bugs,
        "set_mute": sundries.set_mute,
        **dict.fromkeys(_UNHEARD, _nothing),
    }
    table = {name: Application(run) for name, run in plain.items()}
    table.update({name: Application(run, media=True) for name, run in sounding.items()})
    return table
