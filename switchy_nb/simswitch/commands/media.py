"""Commands to the media of calls: recordings, levels, bypass."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from switchy_nb.simswitch import playing
from switchy_nb.simswitch.channel import Channel
from switchy_nb.simswitch.commands.calls import FAILED, NO_CHANNEL, NO_SESSION, live_channel
from switchy_nb.simswitch.media import Recording
from switchy_nb.simswitch.words import separate

if TYPE_CHECKING:
    from switchy_nb.simswitch.core import Core


def uuid_record(core: "Core", args: str) -> str:
    """Begin or end a recording of a channel."""
    usage = "-USAGE: <uuid> [start|stop|mask|unmask] <path> [<limit>] [<recording_vars>]\n"
    words = separate(args, " ")
    if len(words) < 3 or words[1] not in ("start", "stop", "mask", "unmask"):
        return usage if len(words) < 3 or words[0] in core.channels else NO_SESSION
    channel = live_channel(core, words[0])
    if channel is None:
        return NO_SESSION
    verb, path = words[1], words[2]
    if verb == "stop":
        done = playing.stop_recordings(channel, path)
        return "+OK Success\n" if done else "-ERR Cannot stop record session!\n"
    if verb != "start":
        return "+OK Success\n"
    if channel.codec is None:
        return "-ERR Cannot record session!\n"
    full = core.recording_path(path)
    if full in channel.recordings:
        return "-ERR Cannot record session!\n"
    recording = Recording.start(channel, full)
    if recording is None:
        return "-ERR Cannot record session!\n"
    if len(words) > 3 and words[3].isdigit() and int(words[3]):
        core.loop.call_later(int(words[3]), _end_recording, channel, full)
    return "+OK Success\n"


def _end_recording(channel: Channel, path: str) -> None:
    if path in channel.recordings:
        channel.recordings[path].stop(channel)


def uuid_audio(core: "Core", args: str) -> str:
    """Mute a channel or change its level; the sound itself is not changed here."""
    usage = "-USAGE: <uuid> [start [read|write] [mute|level <level>]|stop]\n"
    words = separate(args, " ")
    if len(words) < 2:
        return usage
    if live_channel(core, words[0]) is None:
        return NO_CHANNEL
    if words[1] == "stop" or (words[1] == "start" and len(words) > 4):
        return "+OK\n"
    return usage


def uuid_media(core: "Core", args: str) -> str:
    """Take the media out of the switch (``off uuid``), or back: it stays where it is here."""
    words = separate(args, " ")
    if not words:
        return "-USAGE: [off] <uuid>\n" + FAILED
    channel = live_channel(core, words[-1])
    if channel is None:
        return FAILED
    if words[0] != "off" and channel.partner is None:
        return FAILED
    return "+OK Success\n"


def table() -> dict[str, Callable[["Core", str], "str | Awaitable[str]"]]:
    """Name the commands of this module."""
    return {
        "uuid_record": uuid_record,
        "uuid_audio": uuid_audio,
        "uuid_media": uuid_media,
    }
