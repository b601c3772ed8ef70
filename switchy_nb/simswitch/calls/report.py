"""What a leg's variables say of it when it is over: causes, stamps, durations, media counts."""

import time
from typing import TYPE_CHECKING

from switchy_nb.simswitch.calls.profile import Times
from switchy_nb.simswitch.sound.media import frame_of

if TYPE_CHECKING:
    from switchy_nb.simswitch.calls.channel import Channel

#: a packet of PCMU: 160 bytes of audio, with 12 of RTP header; one of a digit: 4 and 12
_MEDIA_BYTES = 172
_DIGIT_BYTES = 16


def write(channel: "Channel") -> None:
    """Write the report into the channel's variables, as CHANNEL_HANGUP_COMPLETE shows it."""
    if channel.profile is not None:
        _times(channel, channel.profile.times)
    if channel.leg is not None:
        channel.leg.on_report()
    if channel.codec is not None and channel.leg is not None and channel.leg.has_rtp:
        _media(channel)


def _times(channel: "Channel", t: Times) -> None:
    channel.set("digits_dialed", channel.get("digits_dialed") or "none")
    stamps = (
        ("start", t.created),
        ("profile_start", t.profile_created),
        ("answer", t.answered),
        ("bridge", t.bridged),
        ("hold", t.last_hold),
        ("progress", t.progress),
        ("progress_media", t.progress_media),
        ("end", t.hungup),
    )
    for name, at in stamps:
        if at:
            text = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(at // 1_000_000))
            channel.set(f"{name}_stamp", text)
    _epochs(channel, "start", t.created)
    _epochs(channel, "profile_start", t.profile_created)
    _epochs(channel, "answer", t.answered)
    _epochs(channel, "bridge", t.bridged)
    _epochs(channel, "last_hold", t.last_hold)
    channel.set("hold_accum_seconds", str(t.hold_accum // 1_000_000))
    channel.set("hold_accum_usec", str(t.hold_accum))
    channel.set("hold_accum_ms", str(t.hold_accum // 1000))
    _epochs(channel, "resurrect", t.resurrected)
    _epochs(channel, "progress", t.progress)
    _epochs(channel, "progress_media", t.progress_media)
    _epochs(channel, "end", t.hungup)
    if channel.last_app is not None:
        channel.set("last_app", channel.last_app[0])
        channel.set("last_arg", channel.last_app[1])
    if channel.profile is not None:
        who = channel.profile
        channel.set("caller_id", f'"{who.caller_id_name}" <{who.caller_id_number}>')
    spans = (
        ("duration", t.created, t.hungup),
        ("bill", t.answered, t.hungup),
        ("progress", t.created, t.progress),
        ("answer", t.created, t.answered),
        ("wait", t.created, t.bridged),
        ("progress_media", t.created, t.progress_media),
        ("flow_bill", t.created if t.answered else 0, t.hungup),
    )
    for unit, size in (("sec", 1_000_000), ("msec", 1000), ("usec", 1)):
        for name, begin, end in spans:
            length = end // size - begin // size if begin and end else 0
            channel.set(_duration_name(name, unit), str(length))


def _duration_name(name: str, unit: str) -> str:
    if name == "duration":
        return {"sec": "duration", "msec": "mduration", "usec": "uduration"}[unit]
    return name + unit


def _epochs(channel: "Channel", name: str, at: int) -> None:
    channel.set(f"{name}_epoch", str(at // 1_000_000))
    channel.set(f"{name}_uepoch", str(at))


def _media(channel: "Channel") -> None:
    """Count the packets of the leg's media stream, from its beginning to the hangup."""
    media, times = channel.media, channel.profile.times if channel.profile is not None else None
    opened = (
        min((t for t in (times.progress_media, times.answered) if t), default=0) if times else 0
    )
    begin = frame_of(opened)
    end = frame_of(times.hungup) if times is not None and opened else begin
    other = media.other
    received = media.received(begin, end).count(1)
    digits = other.digit_packets if other is not None else 0
    raw = received * _MEDIA_BYTES + digits * _DIGIT_BYTES
    counts = {
        "in_raw_bytes": raw,
        "in_media_bytes": received * _MEDIA_BYTES,
        "in_packet_count": received + digits,
        "in_media_packet_count": received,
        "in_skip_packet_count": max(0, media.frames(begin, end) - received),
        "in_jitter_packet_count": 0,
        "in_dtmf_packet_count": digits,
        "in_cng_packet_count": 0,
        "in_flush_packet_count": 0,
        "in_largest_jb_size": 0,
    }
    for name, count in counts.items():
        channel.set(f"rtp_audio_{name}", str(count))
    quality = {
        "in_jitter_min_variance": 0.0,
        "in_jitter_max_variance": 0.0,
        "in_jitter_loss_rate": 0.0,
        "in_jitter_burst_rate": 0.0,
        "in_mean_interval": 20.0 if received else 0.0,
    }
    for name, number in quality.items():
        channel.set(f"rtp_audio_{name}", f"{number:.2f}")
    channel.set("rtp_audio_in_flaw_total", "0")
    channel.set("rtp_audio_in_quality_percentage", "100.00")
    channel.set("rtp_audio_in_mos", "4.50")
    sent = media.transmitted(begin, end).count(1)
    out = {
        "out_raw_bytes": sent * _MEDIA_BYTES + media.digit_packets * _DIGIT_BYTES,
        "out_media_bytes": sent * _MEDIA_BYTES,
        "out_packet_count": sent,
        "out_media_packet_count": sent,
        "out_skip_packet_count": 0,
        "out_dtmf_packet_count": media.digit_packets,
        "out_cng_packet_count": 0,
        "rtcp_packet_count": 0,
        "rtcp_octet_count": 0,
    }
    for name, count in out.items():
        channel.set(f"rtp_audio_{name}", str(count))
