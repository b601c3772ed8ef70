"""What each leg sends and hears, as notes of what, from when to when.

No audio is moved while a call is up. A leg notes what it sends in frames of 20 ms; `rendering`
computes samples from the notes when a recording ends, and `report` counts packets with them. Notes
that nobody can ask for any more shrink to the times at which anything was sent.
"""

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from switchy_nb.simswitch.sound.sounds import Sound
from switchy_nb.simswitch.sound.tones import RATE

if TYPE_CHECKING:
    import asyncio

    from switchy_nb.simswitch.calls.channel import Channel
    from switchy_nb.simswitch.sound.displacing import Levels

#: a frame: its time in µs, and its samples
FRAME_US = 20_000
FRAME = RATE * FRAME_US // 1_000_000
#: a sound may be relayed and echoed from leg to leg; a circle of echoes ends here
MAX_DEPTH = 6


@dataclass(frozen=True)
class Codec:
    """A codec as the events show it."""

    name: str
    rate: int
    bits: int


PCMU = Codec("PCMU", 8000, 64000)
#: what passes within the switch, uncoded
L16 = Codec("L16", 8000, 128000)


def frame_of(now: int) -> int:
    """Number the frame of a time (µs)."""
    return now // FRAME_US


@dataclass(frozen=True)
class Span:
    """Frames of one sound, or of what a channel hears, from frame `begin` to before `end`.

    Attributes
    ----------
    offset : int
        The sample of the sound that it begins with.
    level : int
        How much louder or fainter it is, in the steps of `sounds.LEVELS`.
    """

    begin: int
    end: int | None
    source: "Sound | Channel"
    offset: int = 0
    level: int = 0

    def until(self, limit: int) -> int:
        """Say before which frame it ends."""
        end = limit if self.end is None else min(self.end, limit)
        if isinstance(self.source, Sound) and self.source.length is not None:
            left = max(0, self.source.length - self.offset)
            end = min(end, self.begin - (-left // FRAME))
        return end


@dataclass(frozen=True)
class Effect:
    """What ``uuid_audio`` or ``uuid_displace`` does to what is read or written, for a while.

    Attributes
    ----------
    added : int
        When (µs) what does it was added: a recording that began before does not have it in what
        the leg writes.
    mute : int
        1 is silence, more is noise, as the divisor of `sounds.Silence`.
    sound : Sound or None
        What is put in the place of the audio, or with `mux` added to it.
    """

    begin: int
    end: int | None
    added: int
    mute: int = 0
    level: int = 0
    sound: Sound | None = None
    mux: bool = False


@dataclass(frozen=True)
class SentDigit:
    """A key's two tones, from a frame on."""

    begin: int
    frames: int
    digit: str


class Voice:
    """Something that a leg sends until it stops, and that may be paused, moved or made louder."""

    def __init__(self, media: "Media", source: "Sound | Channel", offset: int) -> None:
        self.media = media
        self.source = source
        #: the sample that comes next, as of `since`
        self.offset = offset
        #: when (µs) it went on last; None while it waits
        self.since: int | None = None
        self.level = 0
        self.paused = False
        #: counts what changed, for those who wait for its end
        self.turn = 0
        #: what was played before it was moved elsewhere: from sample … to sample …
        self.stretches: list[tuple[int, int]] = []
        self.begun_at = offset
        self._span: Span | None = None

    def position(self, now: int) -> int:
        """Say which sample is played at a time (µs)."""
        since = now if self.since is None else self.since
        at = self.offset + (now - since) * RATE // 1_000_000
        if isinstance(self.source, Sound) and self.source.length is not None:
            return min(at, self.source.length)
        return at

    def run(self, now: int) -> None:
        """Go on sending."""
        if self.since is None and not self.paused:
            self.since = now
            self._span = Span(frame_of(now), None, self.source, self.offset, self.level)
            self.media.spans.append(self._span)
        self.turn += 1

    def rest(self, now: int) -> None:
        """Send nothing for the time being."""
        if self._span is not None:
            self.offset = self.position(now)
            end = self._span.until(frame_of(now))
            self.media.end_span(self._span, end)
            self._span = self.since = None
        self.turn += 1

    def change(self, now: int, *, offset: int | None = None, level: int | None = None) -> None:
        """Go to another place, or make it louder or fainter."""
        going = self.since is not None
        self.rest(now)
        if offset is not None:
            self.stretches.append((self.begun_at, self.offset // FRAME * FRAME))
            self.offset = self.begun_at = max(0, offset)
        self.level = self.level if level is None else level
        if going:
            self.run(now)

    def pause(self, now: int) -> None:
        """Pause, or go on."""
        self.paused = not self.paused
        if self.paused:
            self.rest(now)
        else:
            self.run(now)


@dataclass
class Media:
    """What one leg sends, and what is done to what it reads and writes."""

    channel: "Channel"
    spans: list[Span] = field(default_factory=list)
    digits: list[SentDigit] = field(default_factory=list)
    reading: list[Effect] = field(default_factory=list)
    writing: list[Effect] = field(default_factory=list)
    #: frames from … to … in which it was on hold, and nothing was read or written
    holds: list[tuple[int, int | None]] = field(default_factory=list)
    #: what listens to it or changes it: functions and targets, in the order in which they came
    bugs: list[tuple[str, str]] = field(default_factory=list)
    levels: "Levels | None" = None
    #: path → the way (``read``, ``write``) in which a sound is put, and the sound
    displaced: dict[str, tuple[str, Sound]] = field(default_factory=dict)
    #: path → what ends that sound in its time
    ends: "dict[str, list[asyncio.TimerHandle]]" = field(default_factory=dict)
    #: the DTMF packets that it has sent (RFC 4733)
    digit_packets: int = 0
    _voices: list[Voice] = field(default_factory=list)
    #: the frames from … to … in which it sent audio, and digits, of which no more is known
    _past: list[tuple[int, int]] = field(default_factory=list)
    _keyed: list[tuple[int, int]] = field(default_factory=list)

    # -- sending ---------------------------------------------------------------------------

    def start(self, source: "Sound | Channel", now: int, offset: int = 0) -> Voice:
        """Begin to send a sound, or to relay what a channel hears (its own: an echo).

        What was sent so far waits until this one stops.
        """
        self._settle(now)
        if self._voices:
            self._voices[-1].rest(now)
        voice = Voice(self, source, offset)
        self._voices.append(voice)
        if not self.held:
            voice.run(now)
        return voice

    def stop(self, voice: Voice, now: int) -> None:
        """Stop sending it; what was sent before goes on."""
        voice.rest(now)
        if voice in self._voices:
            self._voices.remove(voice)
        if self._voices and not self.held:
            self._voices[-1].run(now)
        self._settle(now)

    @property
    def playing(self) -> Voice | None:
        """The sound that is being sent."""
        return next((v for v in reversed(self._voices) if isinstance(v.source, Sound)), None)

    @property
    def sends(self) -> bool:
        """Whether anything is being sent, or would be but for a pause."""
        return bool(self._voices)

    def end_span(self, span: Span, end: int) -> None:
        """Note that a span is over."""
        at = self.spans.index(span)
        if end > span.begin:
            self.spans[at] = replace(span, end=end)
        else:
            del self.spans[at]

    def send_digit(self, digit: str, milliseconds: int, now: int) -> None:
        """Send a digit: packets of its own in place of the audio, which say it thrice at its end."""
        self._settle(now)
        self.digit_packets += milliseconds * 1000 // FRAME_US + 3
        frames = -(-milliseconds * 1000 // FRAME_US)
        self.digits.append(SentDigit(frame_of(now), frames, digit))

    # -- hold, levels, displaced sound -----------------------------------------------------

    @property
    def held(self) -> bool:
        """Whether the leg is on hold."""
        return bool(self.holds) and self.holds[-1][1] is None

    def hold(self, on: bool, now: int) -> None:
        """Note that the leg is on hold, or no more: meanwhile it neither sends nor hears."""
        if on == self.held:
            return
        if on:
            self.holds.append((frame_of(now), None))
        else:
            self.holds[-1] = (self.holds[-1][0], frame_of(now))
        if self._voices and on:
            self._voices[-1].rest(now)
        elif self._voices:
            self._voices[-1].run(now)
        self.channel.ring()

    def add_effect(self, way: str, effect: Effect) -> None:
        """Begin to change what is read (``read``) or written (``write``)."""
        (self.reading if way == "read" else self.writing).append(effect)

    def end_effects(self, way: str, now: int, *, sound: Sound | None = None) -> None:
        """End the levels that are set, or with `sound` what puts that sound in."""
        effects = self.reading if way == "read" else self.writing
        frame = frame_of(now)
        for at, effect in enumerate(effects):
            if effect.sound is sound and (effect.end is None or effect.end > frame):
                effects[at] = replace(effect, end=frame)

    # -- counting --------------------------------------------------------------------------

    def present(self, begin: int, end: int, depth: int = 0) -> bytearray:
        """Mark the frames, from one to before another, in which the leg sent audio."""
        out = bytearray(max(0, end - begin))
        for first, last in self._past:
            _fill(out, first - begin, last - begin)
        for span in self.spans:
            first, last = max(begin, span.begin), span.until(end)
            if last <= first:
                continue
            if isinstance(span.source, Sound):
                _fill(out, first - begin, last - begin)
            elif depth < MAX_DEPTH:
                heard = span.source.media.received(first, last, depth + 1)
                out[first - begin : last - begin] = heard
        return out

    def received(self, begin: int, end: int, depth: int = 0) -> bytearray:
        """Mark the frames in which the leg heard audio of the leg at the other end."""
        other = self.other
        if other is None or end <= begin:
            return bytearray(max(0, end - begin))
        return other.transmitted(begin - 1, end - 1, depth)

    def transmitted(self, begin: int, end: int, depth: int = 0) -> bytearray:
        """Mark the frames in which the leg sent a packet of audio: none while it sends a digit."""
        out = self.present(begin, end, depth)
        for first, last in self._keyed:
            _fill(out, first - begin, last - begin, 0)
        for digit in self.digits:
            at = digit.begin - begin
            _fill(out, at, at + digit.frames, 0)
        return out

    @property
    def other(self) -> "Media | None":
        """The media of the leg at the other end."""
        leg = self.channel.leg
        return leg.peer.channel.media if leg is not None and leg.peer is not None else None

    def frames(self, begin: int, end: int) -> int:
        """Count the frames between two in which the leg was not on hold."""
        gone = 0
        for first, last in self.holds:
            gone += max(0, min(end, end if last is None else last) - max(begin, first))
        return max(0, end - begin - gone)

    def _settle(self, now: int) -> None:
        """Shrink the notes of what is over to its times, where no recording may ask for it."""
        if self.channel.core.studio.busy:
            return
        limit = frame_of(now) - MAX_DEPTH - 1
        done = [span for span in self.spans if span.end is not None and span.end <= limit]
        for span in done:
            marks = Media(self.channel, [span]).present(span.begin, span.until(limit))
            self._note(span.begin, marks)
            self.spans.remove(span)
        for digit in [d for d in self.digits if d.begin + d.frames <= limit]:
            _join(self._keyed, digit.begin, digit.begin + digit.frames)
            self.digits.remove(digit)

    def _note(self, begin: int, marks: bytearray) -> None:
        """Keep the times that are marked."""
        at = 0
        while (first := marks.find(1, at)) >= 0:
            at = marks.find(0, first)
            at = len(marks) if at < 0 else at
            _join(self._past, begin + first, begin + at)


def _join(times: list[tuple[int, int]], begin: int, end: int) -> None:
    """Add a time at the end; neighbours become one."""
    if times and times[-1][1] >= begin:
        times[-1] = (times[-1][0], max(times[-1][1], end))
    else:
        times.append((begin, end))


def _fill(out: bytearray, first: int, last: int, mark: int = 1) -> None:
    first, last = max(0, first), min(len(out), last)
    if last > first:
        out[first:last] = bytes((mark,)) * (last - first)
