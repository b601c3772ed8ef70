"""Levels and displaced sound: what ``uuid_audio`` and ``uuid_displace`` do to a leg's audio.

They change what the leg reads or writes until they are ended; how that sounds is in `rendering`.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from switchy_nb.simswitch.sound import bugs, recordings, sounds
from switchy_nb.simswitch.sound.media import FRAME, FRAME_US, Effect, frame_of
from switchy_nb.simswitch.words import separate

if TYPE_CHECKING:
    from switchy_nb.simswitch.calls.channel import Channel

_FUNCTION = "audio"


@dataclass
class Levels:
    """What ``uuid_audio`` has set on a leg.

    Attributes
    ----------
    first : str
        What was set first: FreeSWITCH shows it as the target.
    added : int
        When (µs).
    """

    first: str
    added: int
    read_mute: int = 0
    read_level: int = 0
    write_mute: int = 0
    write_level: int = 0

    def mute(self, way: str) -> int:
        """Whether one way is mute, and with what noise."""
        return self.read_mute if way == "read" else self.write_mute

    def level(self, way: str) -> int:
        """How much louder or fainter one way is."""
        return self.read_level if way == "read" else self.write_level

    @property
    def any(self) -> bool:
        """Whether anything is changed."""
        return bool(self.read_mute or self.read_level or self.write_mute or self.write_level)


def set_level(channel: "Channel", way: str, what: str, value: int) -> None:
    """Make one way (``read``, ``write``) ``mute``, or set its ``level``; 0 undoes it."""
    now = channel.core.clock.now()
    levels = channel.media.levels
    if levels is None:
        levels = channel.media.levels = Levels(what, now)
        bugs.add(channel, _FUNCTION, what)
    if what == "mute":
        setattr(levels, f"{way}_mute", max(0, value))
        setattr(levels, f"{way}_level", 0)
    elif -5 < value < 5:
        setattr(levels, f"{way}_level", value)
    _apply(channel, levels, way, now)
    if not levels.any:
        stop_levels(channel)


def _apply(channel: "Channel", levels: Levels, way: str, now: int) -> None:
    channel.media.end_effects(way, now)
    mute, level = levels.mute(way), levels.level(way)
    if mute or level:
        effect = Effect(frame_of(now), None, levels.added, mute=mute, level=level)
        channel.media.add_effect(way, effect)


def stop_levels(channel: "Channel") -> None:
    """Undo what ``uuid_audio`` has set."""
    if channel.media.levels is None:
        return
    now = channel.core.clock.now()
    for way in ("read", "write"):
        channel.media.end_effects(way, now)
    target, channel.media.levels = channel.media.levels.first, None
    bugs.remove(channel, _FUNCTION, target)


def start(channel: "Channel", path: str, *, limit: int = 0, flags: str = "") -> bool:
    """Put a sound in the place of what the leg sends, or with ``r`` of what it hears.

    Parameters
    ----------
    limit : int
        In seconds, by the clock's whole seconds; 0 is none.
    flags : str
        ``m`` mixes it with what is there, ``l`` repeats it, ``r`` puts it into what is heard.

    Returns
    -------
    bool
        False when it cannot be: no media, no such sound, or the same one twice.
    """
    core = channel.core
    if channel.leg is not None:
        channel.leg.pre_answer()
    if channel.codec is None or not channel.up or path in channel.media.displaced:
        return False
    sound = sounds.open_sound(path, recordings.folder(channel), core.files.local)
    if sound is None:
        return False
    if "l" in flags and sound.source.length is not None:
        sound = sounds.Sound(sound.source, -1, sound.kind, sound.path, sound.params, sound.rate)
    shown = path if "://" in path else recordings.full_path(channel, path)
    now = core.clock.now()
    way = "read" if "r" in flags else "write"
    channel.media.displaced[shown] = (way, sound)
    end = None if sound.length is None else frame_of(now) - (-sound.length // FRAME)
    channel.media.add_effect(way, Effect(frame_of(now), end, now, sound=sound, mux="m" in flags))
    bugs.add(channel, "displace", shown)
    ends = channel.media.ends[shown] = []
    sends = way == "read" or channel.media.sends
    if end is not None and sends:  # a leg that sends nothing never gets to the end of it
        left = (end - frame_of(now)) * FRAME_US / 1e6
        ends.append(core.loop.call_later(left, stop, channel, shown))
    if limit > 0:
        until = (now // 1_000_000 + limit) * 1_000_000 - now
        ends.append(core.loop.call_later(until / 1e6, stop, channel, shown))
    return True


def stop_all(channel: "Channel") -> None:
    """End all that changes a leg's audio, when it ends."""
    for shown in list(channel.media.displaced):
        stop(channel, shown)
    stop_levels(channel)


def stop(channel: "Channel", shown: str) -> bool:
    """End a displaced sound; say whether there was one."""
    if shown not in channel.media.displaced:
        return False
    way, sound = channel.media.displaced.pop(shown)
    for timer in channel.media.ends.pop(shown):
        timer.cancel()
    channel.media.end_effects(way, channel.core.clock.now(), sound=sound)
    bugs.remove(channel, "displace", shown)
    return True


async def application(channel: "Channel", data: str) -> None:
    """Put a sound in: ``PATH [FLAGS] [+SECONDS]``."""
    words = separate(data, " ")
    limit, flags = 0, ""
    for word in words[1:]:
        if "+" in word:
            limit = int(word.lstrip("+")) if word.lstrip("+").isdigit() else 0
        else:
            flags = word
    if words:
        start(channel, words[0], limit=limit, flags=flags)


async def stop_application(channel: "Channel", data: str) -> None:
    """End a displaced sound."""
    stop(channel, data.strip())


async def level_application(channel: "Channel", data: str) -> None:
    """Set the level of one way: ``read LEVEL`` or ``write LEVEL``."""
    words = data.split()
    if len(words) == 2 and words[0].lower() in ("read", "write"):
        value = int(words[1]) if words[1].lstrip("+-").isdigit() else 0
        set_level(channel, words[0].lower(), "level", value)
