"""What a leg sends and hears, and recordings of it.

No audio is moved while a call is up: each leg only notes what it sends from when to when, and the
samples are computed when a recording ends. So a thousand calls cost nothing to listen to.
"""

from array import array
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from switchy_nb.simswitch import events, sounds
from switchy_nb.simswitch.sounds import RATE, Sound

if TYPE_CHECKING:
    from switchy_nb.simswitch.channel import Channel

#: a sound may be relayed and echoed from leg to leg; a circle of echoes ends here
_MAX_DEPTH = 6


@dataclass(frozen=True)
class Codec:
    """A codec as the events show it."""

    name: str
    rate: int
    bits: int


PCMU = Codec("PCMU", 8000, 64000)
#: what passes within the switch, uncoded
L16 = Codec("L16", 8000, 128000)


@dataclass
class Span:
    """One sound, or what another leg hears, from a time to a time (µs)."""

    begin: int
    source: "Sound | Channel"
    end: int | None = None


@dataclass
class Media:
    """What one leg sends."""

    spans: list[Span] = field(default_factory=list)
    digits_sent: int = 0

    def start(self, source: "Sound | Channel", now: int) -> Span:
        """Begin to send a sound, or to relay what a channel hears (its own: an echo)."""
        span = Span(now, source)
        self.spans.append(span)
        return span

    def stop(self, span: Span, now: int) -> None:
        """Stop sending it."""
        span.end = now

    def send_digit(self, digit: str, milliseconds: int, now: int) -> None:
        """Send a digit's two tones."""
        self.digits_sent += 1
        sound = Sound(sounds.dtmf(digit, milliseconds))
        self.spans.append(Span(now, sound, now + milliseconds * 1000))

    def sent_us(self, now: int) -> int:
        """Count for how long something was sent so far, in µs."""
        return sum(max(0, (s.end if s.end is not None else now) - s.begin) for s in self.spans)

    def render(self, begin: int, end: int, depth: int = 0) -> "array[int]":
        """Compute what was sent from one time to another: 8 kHz samples."""
        count = max(0, (end - begin) * RATE // 1_000_000)
        out = array("h", bytes(2 * count))
        for span in self.spans:
            first = max(begin, span.begin)
            last = min(end, span.end if span.end is not None else end)
            if last <= first:
                continue
            at = (first - begin) * RATE // 1_000_000
            length = min(count - at, (last - first) * RATE // 1_000_000)
            if isinstance(span.source, Sound):
                part = span.source.cut((first - span.begin) * RATE // 1_000_000, length)
            else:
                part = heard(span.source, first, last, depth + 1)[:length]
            _mix(out, at, part)
        return out


def heard(channel: "Channel", begin: int, end: int, depth: int = 0) -> "array[int]":
    """Compute what a leg heard: what the leg at the other end of its link sent."""
    peer = channel.leg.peer if channel.leg is not None else None
    if peer is None or depth > _MAX_DEPTH:
        return array("h", bytes(2 * max(0, (end - begin) * RATE // 1_000_000)))
    return peer.channel.media.render(begin, end, depth)


def _mix(into: "array[int]", at: int, part: "array[int]") -> None:
    part = part[: max(0, len(into) - at)]
    there = into[at : at + len(part)]
    if any(there):
        part = array(
            "h", (max(-32768, min(32767, a + b)) for a, b in zip(there, part, strict=True))
        )
    into[at : at + len(part)] = part


@dataclass
class Recording:
    """One recording of a leg: both what it heard and what it sent, mixed, as FreeSWITCH does.

    The file is there from the beginning; its samples are written when the recording ends.
    """

    path: Path
    begun: int
    shown_path: str

    @classmethod
    def start(cls, channel: "Channel", path: str) -> "Recording | None":
        """Begin; None when the file cannot be written."""
        recording = cls(Path(path), channel.core.clock.now(), path)
        try:
            recording.path.parent.mkdir(parents=True, exist_ok=True)
            sounds.write_wav(recording.path, array("h"))
        except OSError as error:
            channel.core.log(3, f"Error opening {path}: {error.strerror}", channel)
            return None
        channel.recordings[path] = recording
        channel.fire(events.RECORD_START, [("Record-File-Path", path)])
        channel.fire(events.BUG_START, recording._bug())
        return recording

    def stop(self, channel: "Channel") -> None:
        """End it, write the file, and say so."""
        channel.recordings.pop(self.shown_path, None)
        now = channel.core.clock.now()
        samples = heard(channel, self.begun, now)
        _mix(samples, 0, channel.media.render(self.begun, now))
        try:
            size = sounds.write_wav(self.path, samples)
        except OSError as error:
            channel.core.log(3, f"Error writing {self.shown_path}: {error.strerror}", channel)
            size = 0
        channel.set("record_file_size", str(size))
        channel.set("record_samples", str(len(samples)))
        channel.set("record_seconds", str(len(samples) // RATE))
        channel.set("record_ms", str(len(samples) * 1000 // RATE))
        channel.set("record_completion_cause", "success-maxtime")
        channel.fire(
            events.RECORD_STOP,
            [
                ("Record-File-Path", self.shown_path),
                ("Record-Completion-Cause", "success-maxtime"),
            ],
        )
        channel.fire(events.BUG_STOP, self._bug())

    def _bug(self) -> list[events.Pair]:
        return [("Media-Bug-Function", "session_record"), ("Media-Bug-Target", self.shown_path)]
