"""Playing: what ``playback`` and its kin do, and what somebody can do to what is played.

What a name stands for is in `sounds`; prompts that ask for digits are in `prompting`.
"""

from collections.abc import Callable
from enum import Enum, auto

from switchy_nb.simswitch import events
from switchy_nb.simswitch.calls.channel import Channel
from switchy_nb.simswitch.calls.signals import Wake
from switchy_nb.simswitch.sound import sounds
from switchy_nb.simswitch.sound.media import FRAME, Voice
from switchy_nb.simswitch.sound.recordings import folder
from switchy_nb.simswitch.sound.sounds import Sound
from switchy_nb.simswitch.sound.tones import RATE
from switchy_nb.simswitch.words import is_true

#: asked of each digit that comes while something plays: whether it ends that
Taker = Callable[[str], bool]

_FILE_OPEN = events.Kind("CUSTOM", "mod_dptools.c", "next_file", 5033)
_FILE_CLOSE = events.Kind("CUSTOM", "mod_dptools.c", "next_file", 4974)
_FILE_FAIL = events.Kind("CUSTOM", "mod_dptools.c", "next_file", 5021)


class Ending(Enum):
    """Why something is played no more."""

    DONE = auto()
    BREAK = auto()
    DIGIT = auto()
    MISSING = auto()
    TIMEOUT = auto()
    ERROR = auto()


_RESPONSES = {
    Ending.DONE: "FILE PLAYED",
    Ending.BREAK: "FILE PLAYED",
    Ending.DIGIT: "FILE PLAYED",
    Ending.MISSING: "FILE NOT FOUND",
}


def terminators(channel: Channel) -> Taker:
    """Make what decides on digits as the channel's ``playback_terminators`` say."""
    channel.set("playback_terminator_used", None)

    def take(digit: str) -> bool:
        wanted = channel.get("playback_terminators") or "*"
        if wanted.lower() == "any":
            wanted = "1234567890*#"
        if wanted.lower() == "none" or digit not in wanted:
            return False
        channel.set("playback_terminator_used", digit)
        return True

    return take


async def play_file(
    channel: Channel, data: str, *, offset: int = 0, taker: Taker | None = None
) -> Ending:
    """Play what is named, with PLAYBACK_START and PLAYBACK_STOP.

    Parameters
    ----------
    data : str
        One name, or several with the channel's ``playback_delimiter`` between them.
    offset : int
        The sample that the first one begins with.
    taker : callable, optional
        Asked of each digit; without it digits are left alone.

    Returns
    -------
    Ending
        How the last one ended.
    """
    if not data or channel.codec is None or not channel.up:
        return Ending.ERROR
    delimiter = channel.get("playback_delimiter")[:1]
    names = data.split(delimiter) if delimiter else [data]
    player = _Player(channel, taker)
    ending = Ending.DONE
    for number, name in enumerate(names):
        if number and await player.gap():
            break
        if not channel.ready:
            break
        ending = await player.play(name, 0 if number else offset)
        if ending not in (Ending.DONE, Ending.BREAK, Ending.MISSING):
            break
    return ending


class _Player:
    """Plays names one after the other, and counts what it played."""

    def __init__(self, channel: Channel, taker: Taker | None) -> None:
        self.channel = channel
        self.core = channel.core
        self.taker = taker
        #: where FreeSWITCH thinks it is: it goes on counting from one file to the next
        self._offset = 0
        self._left_us = self._timeout()

    def _timeout(self) -> int | None:
        """Read how long all of it may play, in µs."""
        for name in ("playback_timeout_sec_cumulative", "playback_timeout_sec"):
            text = self.channel.get(name)
            if text:
                return int(text) * 1_000_000 if text.isdigit() and int(text) > 1 else None
        return None

    async def gap(self) -> bool:
        """Wait between two names; True when somebody broke off."""
        text = self.channel.get("playback_sleep_val")
        wait = int(text) if text.isdigit() else 250
        why = Wake.TIME if not wait else await self.channel.pause(wait / 1000)
        return why is not Wake.TIME

    async def play(self, name: str, offset: int) -> Ending:
        channel = self.channel
        sound = sounds.open_sound(name, folder(channel), self.core.files.local)
        if sound is None:
            self.core.log(4, f"Invalid file {name}", channel)
            return Ending.MISSING
        own: list[events.Pair] = [("Playback-File-Type", sound.kind)] if sound.kind else []
        own.append(("Playback-File-Path", sound.path or name))
        channel.fire(events.PLAYBACK_START, [*own, *sound.params])
        voice = channel.media.start(sound, self.core.clock.now(), offset)
        try:
            ending = await self._sounding(voice, sound)
        finally:
            now = self.core.clock.now()
            channel.media.stop(voice, now)
        self._count(voice, sound, done=ending is Ending.DONE)
        broke = ending in (Ending.BREAK, Ending.DIGIT)
        status = ("Playback-Status", "break" if broke else "done")
        channel.fire(events.PLAYBACK_STOP, [*own, status, *sound.params])
        if ending is Ending.TIMEOUT and is_true(channel.get("playback_timeout_as_success")):
            return Ending.DONE
        return ending

    async def _sounding(self, voice: Voice, sound: Sound) -> Ending:
        """Wait until it is over, or something ends it."""
        channel, clock = self.channel, self.core.clock
        parts = _Parts(channel, sound)
        begun = clock.now()
        while True:
            now = clock.now()
            at = voice.position(now)
            parts.reach(at)
            if sound.length is not None and at >= sound.length:
                return Ending.DONE
            if self._left_us is not None and now - begun >= self._left_us:
                return Ending.TIMEOUT
            turn = voice.turn
            why = await channel.pause(
                self._wait(voice, sound, parts, now - begun),
                keep_digits=self.taker is not None,
                ignore_digits=self.taker is None,
                until=lambda turn=turn: voice.turn != turn,  # type: ignore[misc]
            )
            if why is Wake.GONE:
                return Ending.ERROR
            if why is Wake.BREAK:
                return Ending.BREAK
            if why is Wake.DTMF and self._take():
                return Ending.DIGIT

    def _wait(self, voice: Voice, sound: Sound, parts: "_Parts", played: int) -> float | None:
        """Say how long (s) nothing will happen by itself."""
        waits: list[float] = []
        if voice.since is not None:
            at = voice.position(self.core.clock.now())
            ends = [end for end in (sound.length, parts.next) if end is not None]
            waits += [max(0.0005, (end - at) / RATE) for end in ends]
        if self._left_us is not None:
            waits.append(max(0.0, (self._left_us - played) / 1e6))
        return min(waits, default=None)

    def _take(self) -> bool:
        digit = self.channel.take_digit()
        return digit is not None and self.taker is not None and self.taker(digit.digit)

    def _count(self, voice: Voice, sound: Sound, *, done: bool) -> None:
        """Note in the channel's variables what was played."""
        at = sound.length if done and sound.length is not None else voice.offset
        at = at if done else at // FRAME * FRAME
        stretches = [*voice.stretches, (voice.begun_at, at)]
        taken = sum(sound.taken(end - begin, begin) for begin, end in stretches)
        channel = self.channel
        # it counts the frame twice that it was at when it was moved
        self._offset += at + (FRAME if voice.stretches else 0)
        if self._left_us is not None:
            self._left_us = max(0, self._left_us - sum(e - b for b, e in stretches) * 125)
        channel.set("playback_last_offset_pos", str(self._offset))
        channel.set("playback_seconds", str(taken // sound.rate))
        channel.set("playback_ms", str(taken // max(1, sound.rate // 1000)))
        channel.set("playback_samples", str(taken))


class _Parts:
    """Tells of the parts of a ``file_string`` as they are opened and closed."""

    def __init__(self, channel: Channel, sound: Sound) -> None:
        self._core = channel.core
        self._items = list(sound.items)
        self._ends = sounds.boundaries(sound)
        self._open = ""
        self._advance()

    @property
    def next(self) -> int | None:
        """At which sample the part ends that is open."""
        return self._ends[0] if self._ends else None

    def reach(self, at: int) -> None:
        """Go on to the parts that are reached at a sample."""
        while self._ends and at >= self._ends[0]:
            del self._ends[0]
            self._advance()

    def _advance(self) -> None:
        if self._open:
            self._fire(_FILE_CLOSE, "filestring::close", self._open)
            self._open = ""
        while self._items:
            item = self._items.pop(0)
            if item.sound is not None:
                self._open = item.name
                self._fire(_FILE_OPEN, "filestring::open", item.name)
                return
            self._fire(_FILE_FAIL, "filestring::fail", item.name)

    def _fire(self, kind: events.Kind, subclass: str, name: str) -> None:
        self._core.fire(self._core.events.make(kind, [("File", name)], subclass=subclass))


def _respond(channel: Channel, ending: Ending) -> None:
    response = _RESPONSES.get(ending, "PLAYBACK ERROR")
    channel.set("current_application_response", response)


async def playback(channel: Channel, data: str) -> None:
    """Play once what is named: ``NAME``, or ``NAME@@SAMPLE`` to begin with a sample."""
    name, offset = data, 0
    at = data.find("@")
    if at >= 0 and data[at + 1 : at + 2] == "@":
        name, text = data[:at], data[at + 2 :]
        offset = int(text) if text.isdigit() and len(text) < 10 else 0
    _respond(channel, await play_file(channel, name, offset=offset, taker=terminators(channel)))


async def endless_playback(channel: Channel, data: str) -> None:
    """Play again and again until the leg ends, or is sent elsewhere."""
    await _again(channel, data, -1)


async def loop_playback(channel: Channel, data: str) -> None:
    """Play some times: ``+TIMES NAME``."""
    times = 1
    if data.startswith("+"):
        word, _, data = data[1:].partition(" ")
        times = int(word) if word.lstrip("-").isdigit() else 0
    if not data:
        channel.hangup(channel.core.cause("DESTINATION_OUT_OF_ORDER"))
        return
    await _again(channel, data, times)


async def _again(channel: Channel, data: str, times: int) -> None:
    ending = Ending.DONE
    while channel.ready and times:
        times -= times > 0
        ending = await play_file(channel, data)
        if ending not in (Ending.DONE, Ending.BREAK):
            break
    _respond(channel, ending)


async def gentones(channel: Channel, data: str) -> None:
    """Play a script of the tone language, ``|LOOPS`` at the end; no event tells of it."""
    spec, _, loops = data.partition("|")
    times = int(loops) if loops.lstrip("-").isdigit() else 0
    sound = Sound(sounds.tone_stream(spec).source, loops=-1 if times < 0 else max(1, times))
    take = terminators(channel)
    voice = channel.media.start(sound, channel.core.clock.now())
    end = None if sound.seconds is None else channel.core.loop.time() + sound.seconds
    while channel.ready:
        left = None if end is None else end - channel.core.loop.time()
        why = await channel.pause(left, keep_digits=True)
        if why is not Wake.DTMF:
            break
        digit = channel.take_digit()
        if digit is not None and take(digit.digit):
            break
    channel.media.stop(voice, channel.core.clock.now())


async def echo(channel: Channel, data: str) -> None:
    """Send back what is heard, until somebody stops it."""
    voice = channel.media.start(channel, channel.core.clock.now())
    while channel.ready and (why := await channel.pause(keep_digits=True)) is not Wake.BREAK:
        if why is Wake.DTMF:  # digits are echoed as they come: nobody is told of them
            channel.digits.popleft()
    channel.media.stop(voice, channel.core.clock.now())


def manage(channel: Channel, command: str) -> bool:
    """Do something to what is played (``uuid_fileman``); False if nothing is."""
    voice = channel.media.playing
    if voice is None or not isinstance(voice.source, Sound):
        return False
    now = channel.core.clock.now()
    verb, _, value = command.partition(":")
    verb = verb.lower()
    if verb == "pause":
        voice.pause(now)
    elif verb == "volume" and value:
        step = int(value) if value.lstrip("+-").isdigit() else 0
        if value[:1] in "+-":
            step = voice.level + (step or 1)
        voice.change(now, level=max(-4, min(4, step)))
    elif verb == "restart" and voice.source.seekable:
        voice.change(now, offset=0)
    elif verb == "seek" and voice.source.seekable and value:
        milliseconds = int(value) if value.lstrip("+-").isdigit() else 0
        place = milliseconds * RATE // 1000
        if value[:1] in "+-":
            place = voice.position(now) // FRAME * FRAME + (place or RATE)
        voice.change(now, offset=max(0, place))
    channel.ring()
    return True
