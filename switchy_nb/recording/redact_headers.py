"""Which headers name a caller, and which are FreeSWITCH's own and hold nothing of anybody.

What is done with their values is in `redact_text`.
"""

import re
from functools import lru_cache

#: Headers (and channel variables) whose whole value is a caller's name, number or SIP user.
_PARTY = re.compile(
    r"""(?:^|[-_])(?:
        (?:(?:caller|callee|effective|origination|outbound|sent|cid|member|orig)[-_])*
            (?:caller|callee|member|orig)?[-_]?(?:id|cid)[-_](?:name|num|number)
        | callerid | ani | aniii | rdnis | display(?:[-_]name)?
        | (?:network[-_])?destination[-_]number | dialed[-_](?:user|number|extension)
        | (?:from|to|req|contact|refer|referred|auth|via|sip|dialed|vm|voicemail|agent)[-_]user
        | (?:auth[-_])?user[-_]?name | user[-_]?id | presence[-_]id | login
        | dp[-_]match | extension | phone(?:[-_]number)? | msisdn | number[-_]alias
    )$""",
    re.IGNORECASE | re.VERBOSE,
)
#: ``Caller-Caller-ID-Name`` and the like end as uuids do: those are no numbers of anybody.
_NOT_PARTY = re.compile(
    r"(?:^|[-_])(?:unique|session|call|task|core|job|profile|event)[-_]id$", re.I
)
_DIGITS = re.compile(
    r"^(?:dtmf-digit|variable_.*digits.*|variable_.*dtmf.*(?:digit|string).*)$", re.I
)
_SECRET = re.compile(
    r"passw|secret|token|credential|cookie|(?:^|[-_])(?:pin|auth[-_]response)$", re.I
)

#: Headers that FreeSWITCH itself fills with words, counts and times …
_OWN = re.compile(
    r"""^(?:
        event-(?:name|subclass|date-.*|calling-.*|sequence|uuid) | core-uuid | unique-id
        | (?:channel|caller|other-leg)-(?:.*-)?(?:state|state-number|call-state|call-uuid|time|index
            |direction|unique-id|hit-dialplan|hold|accum|bit|hide-name|hide-number|source|dialplan
            |codec-name|codec-rate|codec-bit-rate|type)
        | answer-state | (?:presence-)?call-direction | application(?:-uuid|-response)?
        | hangup-cause | job-(?:uuid|owner-uuid|command) | api-command | task-(?:id|runtime|desc|group)
        | content-length | playback-status | dtmf-duration | dtmf-source | link-reason
        | heartbeat-interval | up-time | session-.* | idle-cpu | max-sessions | uptime-msec
        | variable_(?:direction | is_outbound | uuid | call_uuid | session_id | state
            | .*(?:_|^)(?:epoch|uepoch|stamp|count|bytes|rate|ptime|pt|port|payload|ssrc|variance
                |interval|percentage|mos|total|size|flow|timeout|samples|pos|seconds|ms|usec|channels
                |disposition|cseq|code|status|flipped|protocol)
            | .*sec | .*duration | hangup_cause.* | proto_specific_hangup_cause | originate_disposition
            | current_application | last_app | (?:original_)?(?:read|write)_codec | .*codec_name
            | .*_uuid | dtmf_type | originate_endpoint | current_application_response
            | rtp_audio_.* | rtp_video_.* | park_.* | media_.* | ignore_early_media
            | originate_early_media | digits_dialed)
    )$""",
    re.IGNORECASE | re.VERBOSE,
)
#: … of such a form. Anything else in them was put there by somebody, and is looked at.
_PLAIN_VALUE = re.compile(
    rb"""(?: [A-Za-z_]+(?:::?[A-Za-z_]+)? | -?\d{1,17}(?:\.\d{1,6})? | [\w/]+\.c(?:pp)?
        | [0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}
        | \d{4}-\d\d-\d\d\ \d\d:\d\d:\d\d | [A-Z][a-z]{2},\ \d\d\ [A-Z][a-z]{2}\ \d{4}\ [\d:]{8}\ GMT
    )?""",
    re.VERBOSE,
)

#: Who is nobody in particular: FreeSWITCH's own defaults, and what stands for "not told".
NOBODY = frozenset(
    b"|_undef_|anonymous|unknown|unavailable|restricted|private|none|undef|null|freeswitch"
    b"|mod_sofia|outbound call|inbound call|asserted-identity|true|false|-".split(b"|")
)

_LETTERS = re.compile(rb"[A-Za-z_-]*[A-Za-z][A-Za-z_-]*")
#: Words that FreeSWITCH uses itself. A caller or a number that is called so (``park``, ``echo``)
#: is replaced where callers stand, but not wherever the word comes.
VOCABULARY = frozenset(
    """
    accum action actual addr address advertised allow ani answer answered app application apply area
    args audio auth auto bad ban base billsec bind bit body bot bound bowout branch bridge bridged
    busy bytes call callee caller callstate cancel cause channel channels clearing cluecon codec
    command complete conference contact context core count create cseq custom data date default
    delay destination destroy detected dialed dialplan digit digits direction disposition domain
    down drop dtmf duration early echo end endpoint epoch error event execute extension external
    false fifo file flow for format forward free from gateway get global group hangup hangups header
    hold host icmp idle ignore inbound index info init interval internal invite ivr job last leg
    legs level line list local log loopback loops loss max media menu message method mod mode mos
    music name network no noanswer none normal not number off ok on originate originator out
    outbound park parked path payload play playback port prefix presence privacy private profile
    progress proto protocol public queue quality rate raw read record recv recovery redirect refer
    register reject remote reply report req request response ring ringanswer ringing route rtp
    samples screen sdp sec send sent sequence server service session set sip sofia source speak
    stamp start state status stop stream string switch tag talk task test text time timeout timer
    to tone tone_stream transfer transport true type udp tcp tls unpark up update uri url use user
    uuid value var variable via video voicemail wait wav write xml yes
    """.split()
)


@lru_cache(maxsize=65536)
def is_party(header: str) -> bool:
    """Whether a header's whole value is a caller's name, number or user."""
    return bool(_PARTY.search(header)) and not _NOT_PARTY.search(header)


@lru_cache(maxsize=65536)
def holds_digits(header: str) -> bool:
    """Whether a header holds digits that somebody dialled."""
    return bool(_DIGITS.match(header))


@lru_cache(maxsize=65536)
def may_be_secret(header: str) -> bool:
    """Whether a header's name says that it holds a secret."""
    return bool(_SECRET.search(header))


@lru_cache(maxsize=65536)
def is_own(header: str) -> bool:
    """Whether FreeSWITCH itself fills a header, with what is nobody's."""
    return bool(_OWN.match(header))


def is_plain_value(value: bytes) -> bool:
    """Whether a value has the form of a word, a count, a time or an id."""
    return _PLAIN_VALUE.fullmatch(value) is not None


def is_common(value: bytes) -> bool:
    """Whether a text consists only of words that FreeSWITCH uses itself."""
    if _LETTERS.fullmatch(value) is None:
        return False
    return all(word in VOCABULARY for word in re.findall(r"[a-z]+", value.decode().lower()))
