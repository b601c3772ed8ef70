"""The applications that record: ``record``, ``record_session`` and what goes with it.

``record`` holds the leg until it is done and takes only what was really received; a session's
recording runs beside the leg's applications, and is in `recordings`.
"""

from collections.abc import Callable
from urllib.parse import unquote

from switchy_nb.simswitch import events
from switchy_nb.simswitch.calls import hooks
from switchy_nb.simswitch.calls.causes import Cause
from switchy_nb.simswitch.calls.channel import Channel
from switchy_nb.simswitch.calls.signals import Wake
from switchy_nb.simswitch.sound import recordings, rendering, sounds
from switchy_nb.simswitch.sound.media import frame_of
from switchy_nb.simswitch.sound.playing import Taker, terminators
from switchy_nb.simswitch.sound.recordings import Recording, Written
from switchy_nb.simswitch.sound.sounds import Silence, Sound
from switchy_nb.simswitch.sound.wishes import Options
from switchy_nb.simswitch.words import is_true, separate

_START = events.Kind(
    "RECORD_START", "switch_ivr_play_say.c", "switch_ivr_record_file_event", 770, True
)
_STOP = events.Kind(
    "RECORD_STOP", "switch_ivr_play_say.c", "switch_ivr_record_file_event", 1033, True
)
#: while it records the leg sends faint noise, of full scale divided by so much
_NOISE = 1400
#: how often (s) it listens for silence, and for how many seconds of it unless told otherwise
_LISTEN_S = 0.1
_SILENT_S = 3


async def record_session(channel: Channel, data: str) -> None:
    """Record the leg from now on: ``PATH [+SECONDS] [{name=value,…}]``."""
    words = data.split()
    if not words:
        return
    rest = words[1:]
    limit = 0
    if rest and rest[0].startswith("+"):
        limit = int(rest[0][1:]) if rest[0][1:].isdigit() else 0
        rest = rest[1:]
    given = sounds.read_params(unquote(rest[0]))[0] if rest else ()
    Recording.start(channel, words[0], limit=limit, given=given)


async def stop_record_session(channel: Channel, data: str) -> None:
    """End one recording, or ``all``."""
    await stop(channel, data.strip())


async def stop(channel: Channel, path: str) -> bool:
    """End the recording at a path, or ``all``; say whether there was one."""
    everything = path.lower() == "all"
    chosen = [r for r in channel.recordings.values() if everything or r.shown == path]
    task = recordings.finish(channel, chosen)
    if task is None:
        return False
    await task
    return True


async def mask(channel: Channel, data: str) -> None:
    """Put silence into a recording from now on."""
    mark(channel, data.strip(), "mask", on=True)


async def unmask(channel: Channel, data: str) -> None:
    """Put sound into a recording again."""
    mark(channel, data.strip(), "mask", on=False)


async def pause(channel: Channel, data: str) -> None:
    """Leave out of a recording what comes from now on."""
    mark(channel, data.strip(), "pause", on=True)


async def resume(channel: Channel, data: str) -> None:
    """Take into a recording again what comes."""
    mark(channel, data.strip(), "pause", on=False)


def mark(channel: Channel, path: str, which: str, *, on: bool) -> bool:
    """Mask or pause the recording at a path; say whether there is one."""
    recording = channel.recordings.get(path)
    if recording is None or recording.ending is not None:
        return False
    recording.mark(which, on)
    return True


async def record(channel: Channel, data: str) -> None:
    """Record what is heard: ``PATH [SECONDS] [THRESHOLD] [SILENT-SECONDS]``.

    A digit among ``playback_terminators`` ends it, and ``uuid_break``.
    """
    words = separate(data, " ")
    if not words:
        return
    numbers = [int(w) if w.isdigit() and len(w) < 10 else 0 for w in (*words[1:4], "", "", "")]
    if len(words) > 1 and words[1][1:].isdigit() and words[1][0] == "+":
        numbers[0] = int(words[1][1:])
    tape = _Tape(channel, words[0], numbers[0], numbers[1], numbers[2] or _SILENT_S)
    if not await tape.run(terminators(channel)) or not channel.ready:
        channel.hangup(Cause.DESTINATION_OUT_OF_ORDER)


class _Tape:
    """One run of ``record``."""

    def __init__(
        self, channel: Channel, path: str, limit: int, threshold: int, silent: int
    ) -> None:
        self.channel = channel
        self.core = channel.core
        self.shown = recordings.full_path(channel, path)
        self.limit, self.threshold = limit, threshold
        self.silent = silent * 50
        own = Options.of(channel)
        rate = channel.get("record_rate")
        known = rate.isdigit() and 1000 <= int(rate) <= 192_000
        self.options = Options(append=own.append, rate=int(rate) if known else own.rate)
        self.fill = is_true(channel.get("record_fill_cng"))

    async def run(self, take: Taker) -> bool:
        """Record until something ends it; False if the file cannot be written."""
        channel, core = self.channel, self.core
        if channel.codec is None or not channel.up:
            return False
        file = recordings.prepare(channel, self.shown, self.options)
        if file is None:
            return False
        channel.set("silence_hits_exhausted", "false")
        channel.fire(_START, [("Record-File-Path", self.shown)])
        await hooks.run(channel, "execute_on_record_start", "api_on_record_start")
        begun = core.clock.now()
        core.studio.running += 1
        voice = channel.media.start(Sound(Silence(None, _NOISE)), begun)
        try:
            await self._listen(begun, take)
        finally:
            now = core.clock.now()
            channel.media.stop(voice, now)
            try:
                written = await core.studio.compute(self._work(begun, now))
            finally:
                core.studio.running -= 1
        if written.error:
            core.log(3, f"Error writing {self.shown}: {written.error}", channel)
        for name in ("record_record_file_size", "record_file_size"):
            channel.set(name, str(written.size))
        recordings.set_lengths(channel, written.samples)
        channel.fire(_STOP, [("Record-File-Path", self.shown)])
        await hooks.run(channel, "execute_on_record_stop", "api_on_record_stop")
        return not written.error

    async def _listen(self, begun: int, take: Taker) -> None:
        """Wait until a digit, a break, the time, or silence ends it."""
        channel, core = self.channel, self.core
        end = None
        if self.limit:  # it counts the clock's seconds, and wants one more to have begun
            whole = (begun // 1_000_000 + self.limit + 1) * 1_000_000
            end = core.loop.time() + (whole - begun) / 1e6
        at, quiet = frame_of(begun), 0
        while channel.ready:
            left = None if end is None else end - core.loop.time()
            if left is not None and left <= 0:
                return
            wait = left
            if self.threshold:
                wait = _LISTEN_S if left is None else min(left, _LISTEN_S)
            why = await channel.pause(wait, keep_digits=True)
            if why in (Wake.GONE, Wake.BREAK):
                return
            if why is Wake.DTMF:
                digit = channel.take_digit()
                if digit is not None and take(digit.digit):
                    return
            if self.threshold:
                now = frame_of(core.clock.now())
                source = rendering.track(channel.media, now)
                for energy in rendering.energies(source, at, now):
                    quiet = quiet + 1 if energy < self.threshold else 0
                    if quiet >= self.silent:
                        channel.set("silence_hits_exhausted", "true")
                        return
                at = now

    def _work(self, begun: int, now: int) -> Callable[[], Written]:
        source = rendering.track(self.channel.media, frame_of(now))
        begin, end = frame_of(begun), frame_of(now)
        media = self.channel.media
        heard = media.received(begin, end)
        if media.other is not None:  # digits are heard, though they are no audio on the wire
            for digit in media.other.digits:
                first = max(0, digit.begin + 1 - begin)
                last = min(len(heard), digit.begin + 1 - begin + digit.frames)
                heard[first:last] = b"\x01" * max(0, last - first)
        held = [
            (first - begin, (end if last is None else last) - begin) for first, last in media.holds
        ]
        taken = [
            (frame, frame if mark else None, None)
            for frame, mark in enumerate(heard, begin)
            if (mark or self.fill) and not any(a <= frame - begin < b for a, b in held)
        ]
        file, options = self.channel.core.files.local(self.shown), self.options
        return lambda: recordings.write_file(file, options, source, taken, begun=0)
