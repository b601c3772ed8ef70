"""Where every event is made: the headers of each kind, in FreeSWITCH's order, and their numbers.

An event's sequence number and timestamp are taken when it is made, not when it is sent. Which
headers a kind carries is in one table; what is in a channel is asked of the channel.
"""

import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from switchy_nb.simswitch.clock import Clock
from switchy_nb.wire import serve
from switchy_nb.wire.subscription import EventFormat

if TYPE_CHECKING:
    from switchy_nb.simswitch.calls.channel import Channel

Pair = serve.Pair
Block = serve.Block


@dataclass(frozen=True)
class Kind:
    """What one kind of event carries, and which line of FreeSWITCH's source makes it."""

    name: str
    file: str
    function: str
    line: int
    #: with the channel's ``variable_*``
    variables: bool = False
    #: the event's own headers stand before the channel's
    own_first: bool = False

    @property
    def site(self) -> tuple[str, str, int]:
        """The ``Event-Calling-*`` headers' values."""
        return self.file, self.function, self.line

    @cached_property
    def title(self) -> Block:
        """The header that names the event."""
        return Block((("Event-Name", self.name),))

    @cached_property
    def calling(self) -> Block:
        """The ``Event-Calling-*`` headers."""
        return Block(
            (
                ("Event-Calling-File", self.file),
                ("Event-Calling-Function", self.function),
                ("Event-Calling-Line-Number", str(self.line)),
            )
        )


_CHANNEL = "switch_channel.c"
_SESSION = "switch_core_session.c"
_MACHINE = "switch_core_state_machine.c"
_CODEC = "switch_core_codec.c"
_BRIDGE = "switch_ivr_bridge.c"
_PLAY = "switch_ivr_play_say.c"
_RECORD = "switch_ivr_async.c"

OUTGOING = Kind("CHANNEL_OUTGOING", _SESSION, "switch_core_session_outgoing_channel", 768)
STATE = Kind("CHANNEL_STATE", _CHANNEL, "switch_channel_perform_set_running_state", 2409)
CALLSTATE = Kind(
    "CHANNEL_CALLSTATE", _CHANNEL, "switch_channel_perform_set_callstate", 302, own_first=True
)
CREATE = Kind("CHANNEL_CREATE", _MACHINE, "switch_core_session_run", 626, variables=True)
ORIGINATE = Kind("CHANNEL_ORIGINATE", _MACHINE, "switch_core_session_run", 632, variables=True)
PROGRESS = Kind(
    "CHANNEL_PROGRESS", _CHANNEL, "switch_channel_perform_mark_ring_ready_value", 3507, True
)
PROGRESS_MEDIA = Kind(
    "CHANNEL_PROGRESS_MEDIA", _CHANNEL, "switch_channel_perform_mark_pre_answered", 3562, True
)
ANSWER = Kind("CHANNEL_ANSWER", _CHANNEL, "switch_channel_perform_mark_answered", 3848, True)
HANGUP = Kind("CHANNEL_HANGUP", _CHANNEL, "switch_channel_perform_hangup", 3447, True)
HANGUP_COMPLETE = Kind(
    "CHANNEL_HANGUP_COMPLETE", _MACHINE, "switch_core_session_reporting_state", 943, True
)
DESTROY = Kind("CHANNEL_DESTROY", _SESSION, "switch_core_session_perform_destroy", 1588, True)
EXECUTE = Kind("CHANNEL_EXECUTE", _SESSION, "switch_core_session_exec", 2949, True)
COMPLETE = Kind("CHANNEL_EXECUTE_COMPLETE", _SESSION, "switch_core_session_exec", 2972, True)
EXECUTE_BRIDGE = Kind("CHANNEL_EXECUTE", _BRIDGE, "uuid_bridge_on_soft_execute", 1236, True)
PARK = Kind("CHANNEL_PARK", "switch_ivr.c", "switch_ivr_park", 1002, True)
UNPARK = Kind("CHANNEL_UNPARK", "switch_ivr.c", "switch_ivr_park", 1213, True)
BRIDGE = Kind(
    "CHANNEL_BRIDGE", _BRIDGE, "switch_ivr_multi_threaded_bridge", 1689, True, own_first=True
)
UNBRIDGE = Kind(
    "CHANNEL_UNBRIDGE", _BRIDGE, "switch_ivr_multi_threaded_bridge", 1879, True, own_first=True
)
HOLD = Kind("CHANNEL_HOLD", "switch_ivr.c", "switch_ivr_hold", 1558, True)
HELD_BY_PEER = Kind("CHANNEL_HOLD", _CHANNEL, "switch_channel_mark_hold", 876, True)
UNHOLD = Kind("CHANNEL_UNHOLD", "switch_ivr.c", "switch_ivr_unhold", 1638, True)
UNHELD_BY_PEER = Kind("CHANNEL_UNHOLD", _CHANNEL, "switch_channel_mark_hold", 876, True)
READ_CODEC = Kind("CODEC", _CODEC, "switch_core_session_set_real_read_codec", 189)
WRITE_CODEC = Kind("CODEC", _CODEC, "switch_core_session_set_write_codec", 471)
FLIP = Kind(
    "CALL_UPDATE", _CHANNEL, "switch_channel_flip_cid", 3279, variables=True, own_first=True
)
SENT_UPDATE = Kind(
    "CALL_UPDATE", "mod_sofia.c", "sofia_receive_message", 2133, variables=True, own_first=True
)
GOT_UPDATE = Kind(
    "CALL_UPDATE", "sofia.c", "sofia_update_callee_id", 1358, variables=True, own_first=True
)
RECV_INFO = Kind("RECV_INFO", "sofia.c", "create_info_event", 9733)
DTMF = Kind("DTMF", _CHANNEL, "switch_channel_dequeue_dtmf", 678)
PLAYBACK_START = Kind("PLAYBACK_START", _PLAY, "switch_ivr_play_file", 1649, True)
PLAYBACK_STOP = Kind("PLAYBACK_STOP", _PLAY, "switch_ivr_play_file", 2023, True)
RECORD_START = Kind("RECORD_START", _RECORD, "record_callback", 1482, True)
RECORD_STOP = Kind("RECORD_STOP", _RECORD, "send_record_stop_event", 1241, True)
BUG_START = Kind(
    "MEDIA_BUG_START", "switch_core_media_bug.c", "switch_core_media_bug_add", 1014, True, True
)
BUG_STOP = Kind(
    "MEDIA_BUG_STOP", "switch_core_media_bug.c", "switch_core_media_bug_destroy", 84, True, True
)
PRIVATE_COMMAND = Kind("PRIVATE_COMMAND", "switch_ivr.c", "switch_ivr_parse_next_event", 804)
QUEUED = Kind("COMMAND", "switch_ivr_async.c", "switch_ivr_broadcast", 5732)
EVENT_APP = Kind("CUSTOM", "mod_dptools.c", "event_function", 1300, True, own_first=True)

API = Kind("API", "switch_loadable_module.c", "switch_api_execute", 2954)
JOB = Kind("BACKGROUND_JOB", "mod_event_socket.c", "api_exec", 1569)
COMMAND = Kind("CUSTOM", "mod_event_socket.c", "parse_command", 2272)
REINVITE = Kind("CUSTOM", "sofia.c", "sofia_handle_sip_i_state", 8501)
ADD_SCHEDULE = Kind("ADD_SCHEDULE", "switch_scheduler.c", "switch_scheduler_add_task_ex", 266)
DEL_SCHEDULE = Kind("DEL_SCHEDULE", "switch_scheduler.c", "task_thread_loop", 151)
RE_SCHEDULE = Kind("RE_SCHEDULE", "switch_scheduler.c", "switch_scheduler_execute", 73)
HEARTBEAT = Kind("HEARTBEAT", "switch_core.c", "send_heartbeat", 95)
SHUTDOWN = Kind("SHUTDOWN", "switch_core.c", "switch_core_destroy", 3033)


@dataclass(eq=False)
class SwitchEvent:
    """One event on its way to the clients, serialised once for each format asked for."""

    name: str
    blocks: list[Block]
    body: str | None = None
    subclass: str | None = None
    _frames: dict[EventFormat, bytes] = field(default_factory=dict)
    _index: dict[str, str] | None = None

    @property
    def pairs(self) -> list[Pair]:
        """All headers, in order."""
        return [pair for block in self.blocks for pair in block.pairs]

    def header(self, name: str) -> str | None:
        """Find a header's first value, without regard to case."""
        if self._index is None:
            self._index = {}
            for key, value in self.pairs:
                text = value if isinstance(value, str) else serve_array(value)
                self._index.setdefault(key.lower(), text)
        return self._index.get(name.lower())

    def frame(self, fmt: EventFormat) -> bytes:
        """Write the event as the frame that goes over the socket."""
        frame = self._frames.get(fmt)
        if frame is None:
            frame = serve.event_frame(self._payload(fmt), fmt.value)
            self._frames[fmt] = frame
        return frame

    def _payload(self, fmt: EventFormat) -> bytes:
        if fmt is EventFormat.JSON:
            return serve.json_event(self.pairs, self.body)
        if fmt is EventFormat.XML:
            return serve.xml_event(self.pairs, self.body)
        return serve.plain_text("".join([block.plain for block in self.blocks]), self.body)


def serve_array(value: tuple[str, ...]) -> str:
    """Write a list as one value."""
    return "ARRAY::" + "|:".join(value)


@dataclass(frozen=True)
class Identity:
    """What every event says of the switch that made it."""

    core_uuid: str
    hostname: str
    ipv4: str
    ipv6: str


def _number(name: str, value: int) -> Block:
    """Write a header whose value needs no escaping."""
    text = str(value)
    return Block(((name, text),), f"{name}: {text}\n")


class EventMaker:
    """Makes the events of one switch, and numbers them.

    Parameters
    ----------
    identity : Identity
        The switch's name and addresses.
    clock : Clock
        Where timestamps come from.
    """

    def __init__(self, identity: Identity, clock: Clock) -> None:
        self.identity = identity
        self._clock = clock
        self._sequence = 0
        self._second = -1
        self._dates = Block(())
        self._who = Block(
            (
                ("Core-UUID", identity.core_uuid),
                ("FreeSWITCH-Hostname", identity.hostname),
                ("FreeSWITCH-Switchname", identity.hostname),
                ("FreeSWITCH-IPv4", identity.ipv4),
                ("FreeSWITCH-IPv6", identity.ipv6),
            )
        )

    @property
    def sequence(self) -> int:
        """The number of the last event made."""
        return self._sequence

    def skip(self) -> None:
        """Count an event that is not made, because nobody would hear of it."""
        self._sequence += 1

    def basic(self, kind: Kind) -> list[Pair]:
        """Make the headers that every event has, of an event that nobody is sent yet."""
        return [pair for block in self._begin(kind) for pair in block.pairs]

    def _begin(self, kind: Kind, subclass: str | None = None) -> list[Block]:
        """Take a number and the time: what every event begins with."""
        now = self._clock.now()
        second = now // 1_000_000
        if second != self._second:
            self._second = second
            local, gmt = time.localtime(second), time.gmtime(second)
            self._dates = Block(
                (
                    ("Event-Date-Local", time.strftime("%Y-%m-%d %H:%M:%S", local)),
                    ("Event-Date-GMT", time.strftime("%a, %d %b %Y %H:%M:%S GMT", gmt)),
                )
            )
        self._sequence += 1
        blocks = [
            kind.title,
            self._who,
            self._dates,
            _number("Event-Date-Timestamp", now),
            kind.calling,
            _number("Event-Sequence", self._sequence),
        ]
        if subclass is not None:
            blocks.insert(0, Block((("Event-Subclass", subclass),)))
        return blocks

    def make(
        self,
        kind: Kind,
        own: Iterable[Pair] = (),
        *,
        body: str | None = None,
        subclass: str | None = None,
    ) -> SwitchEvent:
        """Make an event that belongs to no channel."""
        blocks = [*self._begin(kind, subclass), Block(tuple(own))]
        return SwitchEvent(kind.name, blocks, body, subclass)

    def of_channel(
        self,
        kind: Kind,
        channel: "Channel",
        own: Iterable[Pair] = (),
        *,
        subclass: str | None = None,
    ) -> SwitchEvent:
        """Make an event of a channel, with all that its kind carries."""
        blocks = self._begin(kind, subclass)
        extra = Block(tuple(own))
        if kind.own_first:
            blocks.append(extra)
        blocks += channel.headers()
        if kind.variables or channel.verbose or channel.core.controls.verbose_events:
            blocks.append(channel.variables.block())
        if not kind.own_first:
            blocks.append(extra)
        return SwitchEvent(kind.name, blocks, subclass=subclass)

    def of_hook(self, channel: "Channel") -> SwitchEvent:
        """Make the event of a command that a hook runs at a call's end.

        It holds the call's variables twice, has neither a name nor a number, and is told to those
        that hear of CHANNEL_DATA.
        """
        variables = channel.variables.block()
        bare = tuple((name.removeprefix("variable_"), value) for name, value in variables.pairs)
        blocks = [Block(bare), *channel.headers(), variables]
        return SwitchEvent("CHANNEL_DATA", blocks)

    def obeyed(self, channel: "Channel", queued: list[Pair], body: str | None) -> SwitchEvent:
        """Make the event that tells of a private command: what was queued, then the usual."""
        blocks = [Block(tuple(queued)), *self._begin(PRIVATE_COMMAND), *channel.headers()]
        return SwitchEvent(PRIVATE_COMMAND.name, blocks, body)

    def sent_by_client(self, name: str, own: list[Pair], body: str | None) -> SwitchEvent:
        """Make the event that ``sendevent`` asks for: the client's headers, then the usual ones."""
        subclass = own[0][1] if own and own[0][0] == "Event-Subclass" else None
        blocks = [Block(tuple(own)), *self._begin(Kind(name, *COMMAND.site))]
        known = name == "CUSTOM" and isinstance(subclass, str)
        return SwitchEvent(name, blocks, body, str(subclass) if known else None)
