"""How a channel tells of its codec: CODEC events, one for each way."""

from typing import TYPE_CHECKING

from switchy_nb.simswitch import events

if TYPE_CHECKING:
    from switchy_nb.simswitch.calls.channel import Channel
    from switchy_nb.simswitch.sound.media import Codec


def announce(channel: "Channel", codec: "Codec") -> None:
    """Tell of the codec that a channel reads and writes from now on."""
    name, rate, bits = codec.name, str(codec.rate), str(codec.bits)
    channel.fire(
        events.READ_CODEC,
        [
            ("channel-read-codec-name", name),
            ("channel-read-codec-rate", rate),
            ("channel-read-codec-bit-rate", bits),
        ],
    )
    channel.fire(
        events.WRITE_CODEC,
        [
            ("Channel-Write-Codec-Name", name),
            ("Channel-Write-Codec-Rate", rate),
            ("Channel-Write-codec-bit-rate", bits),
        ],
    )
