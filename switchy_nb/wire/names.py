"""The names of FreeSWITCH's events, as its ``event`` and ``nixevent`` commands know them."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


#: all of FreeSWITCH's ``switch_event_types_t``
EVENT_NAMES = _words(
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

#: what ``myevents`` subscribes to
CALL_EVENTS = _words(
    """CHANNEL_ANSWER CHANNEL_APPLICATION CHANNEL_BRIDGE CHANNEL_CREATE CHANNEL_DATA
    CHANNEL_DESTROY CHANNEL_EXECUTE CHANNEL_EXECUTE_COMPLETE CHANNEL_HANGUP
    CHANNEL_HANGUP_COMPLETE CHANNEL_ORIGINATE CHANNEL_UUID CHANNEL_OUTGOING CHANNEL_PARK
    CHANNEL_PROGRESS CHANNEL_PROGRESS_MEDIA CHANNEL_STATE CHANNEL_UNBRIDGE CHANNEL_UNPARK
    DETECTED_SPEECH DTMF NOTALK TALK"""
)
#: the subclasses of CUSTOM that the modules reserve: ``event ALL`` subscribes to these by name too
RESERVED_SUBCLASSES = _words(
    """limit::usage filestring::close filestring::fail filestring::open sofia::notify_refer
    sofia::notify_watched_header sofia::unregister sofia::profile_start sofia::reinvite
    sofia::replaced sofia::transferor sofia::transferee sofia::error sofia::intercepted
    sofia::gateway_state sofia::sip_user_state sofia::gateway_delete sofia::expire
    sofia::register_attempt sofia::register_failure sofia::pre_register sofia::register
    sofia::gateway_add sofia::bye_response loopback::bowout loopback::direct"""
)
#: FreeSWITCH knows its event names with a prefix of this length too (``SWITCH_EVENT_``)
_PREFIX = 13


def named(word: str, more: frozenset[str] = frozenset()) -> str | None:
    """Find the event name that a word of a command stands for, in whatever case.

    Parameters
    ----------
    word : str
        Such as ``channel_answer`` or ``SWITCH_EVENT_CHANNEL_ANSWER``.
    more : frozenset of str
        Names that are known besides FreeSWITCH's own.
    """
    word = word.upper()
    for name in (word, word[_PREFIX:]):
        if name in EVENT_NAMES or name in more:
            return name
    return None


def named_all(
    words: list[str], more: frozenset[str] = frozenset()
) -> tuple[frozenset[str], frozenset[str]]:
    """Read the words of ``event`` or ``nixevent``: event names, then subclasses after CUSTOM."""
    names: set[str] = set()
    for at, word in enumerate(words):
        name = named(word, more)
        if name is not None:
            names.add(name)
        if name == "CUSTOM":
            return frozenset(names), frozenset(words[at + 1 :])
    return frozenset(names), frozenset()
