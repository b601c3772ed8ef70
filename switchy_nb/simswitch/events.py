"""Where every event is made: the headers of each kind, in FreeSWITCH's order, and their numbers.

An event's sequence number and timestamp are taken when it is made, not when it is sent. Which
headers a kind carries is in one table; what is in a channel is asked of the channel.
"""

import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING

from switchy_nb.simswitch.clock import Clock
from switchy_nb.wire import serve

if TYPE_CHECKING:
    from switchy_nb.simswitch.channel import Channel

Pair = serve.Pair


class EventFormat(Enum):
    """How a client wants its events written."""

    PLAIN = "plain"
    JSON = "json"
    XML = "xml"


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
HEARTBEAT = Kind("HEARTBEAT", "switch_core.c", "send_heartbeat", 95)


def words(text: str) -> frozenset[str]:
    """Read a list of names."""
    return frozenset(text.split())


#: every name that ``event`` and ``nixevent`` know (FreeSWITCH's ``switch_event_types_t``)
NAMES = words(
    """CUSTOM CLONE CHANNEL_CREATE CHANNEL_DESTROY CHANNEL_STATE CHANNEL_CALLSTATE CHANNEL_ANSWER
    CHANNEL_HANGUP CHANNEL_HANGUP_COMPLETE CHANNEL_EXECUTE CHANNEL_EXECUTE_COMPLETE CHANNEL_HOLD
    CHANNEL_UNHOLD CHANNEL_BRIDGE CHANNEL_UNBRIDGE CHANNEL_PROGRESS CHANNEL_PROGRESS_MEDIA
    CHANNEL_OUTGOING CHANNEL_PARK CHANNEL_UNPARK CHANNEL_APPLICATION CHANNEL_ORIGINATE
    CHANNEL_UUID API LOG INBOUND_CHAN OUTBOUND_CHAN STARTUP SHUTDOWN PUBLISH UNPUBLISH TALK NOTALK
    SESSION_CRASH MODULE_LOAD MODULE_UNLOAD DTMF MESSAGE PRESENCE_IN NOTIFY_IN PRESENCE_OUT
    PRESENCE_PROBE MESSAGE_WAITING MESSAGE_QUERY ROSTER CODEC BACKGROUND_JOB DETECTED_SPEECH
    DETECTED_TONE PRIVATE_COMMAND HEARTBEAT TRAP ADD_SCHEDULE DEL_SCHEDULE EXE_SCHEDULE
    RE_SCHEDULE RELOADXML NOTIFY PHONE_FEATURE PHONE_FEATURE_SUBSCRIBE SEND_MESSAGE RECV_MESSAGE
    REQUEST_PARAMS CHANNEL_DATA GENERAL COMMAND SESSION_HEARTBEAT CLIENT_DISCONNECTED
    SERVER_DISCONNECTED SEND_INFO RECV_INFO RECV_RTCP_MESSAGE SEND_RTCP_MESSAGE CALL_SECURE NAT
    RECORD_START RECORD_STOP PLAYBACK_START PLAYBACK_STOP CALL_UPDATE FAILURE SOCKET_DATA
    MEDIA_BUG_START MEDIA_BUG_STOP CONFERENCE_DATA_QUERY CONFERENCE_DATA CALL_SETUP_REQ
    CALL_SETUP_RESULT CALL_DETAIL DEVICE_STATE TEXT SHUTDOWN_REQUESTED CERT_RELOAD ALL"""
)


@dataclass
class SwitchEvent:
    """One event on its way to the clients, serialised once for each format asked for."""

    name: str
    pairs: list[Pair]
    body: str | None = None
    subclass: str | None = None
    _frames: dict[EventFormat, bytes] = field(default_factory=dict)
    _index: dict[str, str] | None = None

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
            write = {
                EventFormat.PLAIN: serve.plain_event,
                EventFormat.JSON: serve.json_event,
                EventFormat.XML: serve.xml_event,
            }[fmt]
            frame = serve.event_frame(write(self.pairs, self.body), fmt.value)
            self._frames[fmt] = frame
        return frame


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
        self._dates = ("", "")

    @property
    def sequence(self) -> int:
        """The number of the last event made."""
        return self._sequence

    def basic(self, kind: Kind, *, subclass: str | None = None) -> list[Pair]:
        """Make the headers that every event has."""
        now = self._clock.now()
        second = now // 1_000_000
        if second != self._second:
            self._second = second
            self._dates = (
                time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(second)),
                time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime(second)),
            )
        self._sequence += 1
        who = self.identity
        pairs: list[Pair] = []
        if subclass is not None:
            pairs.append(("Event-Subclass", subclass))
        pairs += [
            ("Event-Name", kind.name),
            ("Core-UUID", who.core_uuid),
            ("FreeSWITCH-Hostname", who.hostname),
            ("FreeSWITCH-Switchname", who.hostname),
            ("FreeSWITCH-IPv4", who.ipv4),
            ("FreeSWITCH-IPv6", who.ipv6),
            ("Event-Date-Local", self._dates[0]),
            ("Event-Date-GMT", self._dates[1]),
            ("Event-Date-Timestamp", str(now)),
            ("Event-Calling-File", kind.file),
            ("Event-Calling-Function", kind.function),
            ("Event-Calling-Line-Number", str(kind.line)),
            ("Event-Sequence", str(self._sequence)),
        ]
        return pairs

    def make(
        self,
        kind: Kind,
        own: Iterable[Pair] = (),
        *,
        body: str | None = None,
        subclass: str | None = None,
    ) -> SwitchEvent:
        """Make an event that belongs to no channel."""
        pairs = self.basic(kind, subclass=subclass)
        pairs += own
        return SwitchEvent(kind.name, pairs, body, subclass)

    def of_channel(
        self,
        kind: Kind,
        channel: "Channel",
        own: Iterable[Pair] = (),
        *,
        subclass: str | None = None,
    ) -> SwitchEvent:
        """Make an event of a channel, with all that its kind carries."""
        pairs = self.basic(kind, subclass=subclass)
        if kind.own_first:
            pairs += own
        pairs += channel.headers()
        if kind.variables:
            pairs += [(f"variable_{name}", value) for name, value in channel.variables.items()]
        if not kind.own_first:
            pairs += own
        return SwitchEvent(kind.name, pairs, subclass=subclass)

    def obeyed(self, channel: "Channel", queued: list[Pair], body: str | None) -> SwitchEvent:
        """Make the event that tells of a private command: what was queued, then the usual."""
        pairs = [*queued, *self.basic(PRIVATE_COMMAND), *channel.headers()]
        return SwitchEvent(PRIVATE_COMMAND.name, pairs, body)

    def sent_by_client(self, name: str, own: list[Pair], body: str | None) -> SwitchEvent:
        """Make the event that ``sendevent`` asks for: the client's headers, then the usual ones."""
        subclass = next((str(v) for k, v in own if k.lower() == "event-subclass"), None)
        kind = Kind(name, *COMMAND.site)
        taken = {"event-name"}
        pairs = [p for p in own if p[0].lower() not in taken] + self.basic(kind)
        return SwitchEvent(name, pairs, body, subclass if name == "CUSTOM" else None)
