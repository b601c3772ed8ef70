"""Hangup causes: FreeSWITCH's names, their Q.850 numbers, and the SIP codes between the legs.

The numbers are those of ``switch_types.h``; from a cause to a SIP code and back as mod_sofia
translates them. What FreeSWITCH adds to Q.850 has numbers of its own above 127.
"""

from enum import IntEnum


class Cause(IntEnum):
    """Why a leg ended."""

    NONE = 0
    UNALLOCATED_NUMBER = 1
    NO_ROUTE_TRANSIT_NET = 2
    NO_ROUTE_DESTINATION = 3
    CHANNEL_UNACCEPTABLE = 6
    CALL_AWARDED_DELIVERED = 7
    NORMAL_CLEARING = 16
    USER_BUSY = 17
    NO_USER_RESPONSE = 18
    NO_ANSWER = 19
    SUBSCRIBER_ABSENT = 20
    CALL_REJECTED = 21
    NUMBER_CHANGED = 22
    REDIRECTION_TO_NEW_DESTINATION = 23
    EXCHANGE_ROUTING_ERROR = 25
    DESTINATION_OUT_OF_ORDER = 27
    INVALID_NUMBER_FORMAT = 28
    FACILITY_REJECTED = 29
    RESPONSE_TO_STATUS_ENQUIRY = 30
    NORMAL_UNSPECIFIED = 31
    NORMAL_CIRCUIT_CONGESTION = 34
    NETWORK_OUT_OF_ORDER = 38
    NORMAL_TEMPORARY_FAILURE = 41
    SWITCH_CONGESTION = 42
    ACCESS_INFO_DISCARDED = 43
    REQUESTED_CHAN_UNAVAIL = 44
    PRE_EMPTED = 45
    FACILITY_NOT_SUBSCRIBED = 50
    OUTGOING_CALL_BARRED = 52
    INCOMING_CALL_BARRED = 54
    BEARERCAPABILITY_NOTAUTH = 57
    BEARERCAPABILITY_NOTAVAIL = 58
    SERVICE_UNAVAILABLE = 63
    BEARERCAPABILITY_NOTIMPL = 65
    CHAN_NOT_IMPLEMENTED = 66
    FACILITY_NOT_IMPLEMENTED = 69
    SERVICE_NOT_IMPLEMENTED = 79
    INVALID_CALL_REFERENCE = 81
    INCOMPATIBLE_DESTINATION = 88
    INVALID_MSG_UNSPECIFIED = 95
    MANDATORY_IE_MISSING = 96
    MESSAGE_TYPE_NONEXIST = 97
    WRONG_MESSAGE = 98
    IE_NONEXIST = 99
    INVALID_IE_CONTENTS = 100
    WRONG_CALL_STATE = 101
    RECOVERY_ON_TIMER_EXPIRE = 102
    MANDATORY_IE_LENGTH_ERROR = 103
    PROTOCOL_ERROR = 111
    INTERWORKING = 127
    SUCCESS = 142
    ORIGINATOR_CANCEL = 487
    CRASH = 700
    SYSTEM_SHUTDOWN = 701
    LOSE_RACE = 702
    MANAGER_REQUEST = 703
    BLIND_TRANSFER = 800
    ATTENDED_TRANSFER = 801
    ALLOTTED_TIMEOUT = 802
    USER_CHALLENGE = 803
    MEDIA_TIMEOUT = 804
    PICKED_OFF = 805
    USER_NOT_REGISTERED = 806
    PROGRESS_TIMEOUT = 807
    INVALID_GATEWAY = 808
    GATEWAY_DOWN = 809
    INVALID_URL = 810
    INVALID_PROFILE = 811
    NO_PICKUP = 812
    SRTP_READ_ERROR = 813
    BOWOUT = 814
    BUSY_EVERYWHERE = 815
    DECLINE = 816
    DOES_NOT_EXIST_ANYWHERE = 817
    NOT_ACCEPTABLE = 818
    UNWANTED = 819
    NO_IDENTITY = 820
    BAD_IDENTITY_INFO = 821
    UNSUPPORTED_CERTIFICATE = 822
    INVALID_IDENTITY = 823
    STALE_DATE = 824
    REJECT_ALL = 825

    @property
    def q850(self) -> int:
        """The number that goes over the network: FreeSWITCH's own causes clear normally."""
        return int(self) if self < 128 else 16

    @property
    def sip(self) -> int:
        """The SIP status that refuses a call with this cause."""
        return _TO_SIP.get(self, 480)


_TO_SIP: dict[Cause, int] = {
    Cause.UNALLOCATED_NUMBER: 404,
    Cause.NO_ROUTE_TRANSIT_NET: 404,
    Cause.NO_ROUTE_DESTINATION: 404,
    Cause.USER_BUSY: 486,
    Cause.NO_USER_RESPONSE: 408,
    Cause.NO_ANSWER: 480,
    Cause.SUBSCRIBER_ABSENT: 480,
    Cause.CALL_REJECTED: 603,
    Cause.NUMBER_CHANGED: 410,
    Cause.REDIRECTION_TO_NEW_DESTINATION: 410,
    Cause.DESTINATION_OUT_OF_ORDER: 502,
    Cause.INVALID_PROFILE: 502,
    Cause.INVALID_NUMBER_FORMAT: 484,
    Cause.INVALID_URL: 484,
    Cause.INVALID_GATEWAY: 484,
    Cause.FACILITY_REJECTED: 501,
    Cause.NORMAL_UNSPECIFIED: 480,
    Cause.REQUESTED_CHAN_UNAVAIL: 503,
    Cause.NORMAL_CIRCUIT_CONGESTION: 503,
    Cause.NETWORK_OUT_OF_ORDER: 503,
    Cause.NORMAL_TEMPORARY_FAILURE: 503,
    Cause.SWITCH_CONGESTION: 503,
    Cause.GATEWAY_DOWN: 503,
    Cause.OUTGOING_CALL_BARRED: 403,
    Cause.INCOMING_CALL_BARRED: 403,
    Cause.BEARERCAPABILITY_NOTAUTH: 403,
    Cause.BEARERCAPABILITY_NOTAVAIL: 503,
    Cause.BEARERCAPABILITY_NOTIMPL: 488,
    Cause.INCOMPATIBLE_DESTINATION: 488,
    Cause.FACILITY_NOT_IMPLEMENTED: 501,
    Cause.SERVICE_NOT_IMPLEMENTED: 501,
    Cause.RECOVERY_ON_TIMER_EXPIRE: 504,
    Cause.ORIGINATOR_CANCEL: 487,
    Cause.EXCHANGE_ROUTING_ERROR: 483,
    Cause.BUSY_EVERYWHERE: 600,
    Cause.DECLINE: 603,
    Cause.REJECT_ALL: 603,
    Cause.DOES_NOT_EXIST_ANYWHERE: 604,
    Cause.NOT_ACCEPTABLE: 606,
    Cause.UNWANTED: 607,
    Cause.NO_IDENTITY: 428,
    Cause.BAD_IDENTITY_INFO: 429,
    Cause.UNSUPPORTED_CERTIFICATE: 437,
    Cause.INVALID_IDENTITY: 438,
    Cause.STALE_DATE: 403,
}

#: the words that go with a SIP status (RFC 3261)
SIP_PHRASES: dict[int, str] = {
    403: "Forbidden",
    404: "Not Found",
    408: "Request Timeout",
    410: "Gone",
    480: "Temporarily Unavailable",
    483: "Too Many Hops",
    484: "Address Incomplete",
    486: "Busy Here",
    487: "Request Terminated",
    488: "Not Acceptable Here",
    501: "Not Implemented",
    502: "Bad Gateway",
    503: "Service Unavailable",
    504: "Gateway Time-out",
    600: "Busy Everywhere",
    603: "Decline",
    604: "Does Not Exist Anywhere",
    606: "Not Acceptable",
}


#: what a SIP status that comes without a Q.850 cause stands for
_OF_STATUS: dict[int, Cause] = {
    200: Cause.NORMAL_CLEARING,
    400: Cause.NORMAL_TEMPORARY_FAILURE,
    401: Cause.CALL_REJECTED,
    402: Cause.CALL_REJECTED,
    403: Cause.CALL_REJECTED,
    404: Cause.UNALLOCATED_NUMBER,
    405: Cause.SERVICE_UNAVAILABLE,
    406: Cause.SERVICE_NOT_IMPLEMENTED,
    407: Cause.CALL_REJECTED,
    408: Cause.RECOVERY_ON_TIMER_EXPIRE,
    410: Cause.NUMBER_CHANGED,
    413: Cause.INTERWORKING,
    414: Cause.INTERWORKING,
    415: Cause.SERVICE_NOT_IMPLEMENTED,
    416: Cause.INTERWORKING,
    420: Cause.INTERWORKING,
    421: Cause.INTERWORKING,
    423: Cause.INTERWORKING,
    480: Cause.NO_USER_RESPONSE,
    481: Cause.NORMAL_TEMPORARY_FAILURE,
    482: Cause.EXCHANGE_ROUTING_ERROR,
    483: Cause.EXCHANGE_ROUTING_ERROR,
    484: Cause.INVALID_NUMBER_FORMAT,
    485: Cause.NO_ROUTE_DESTINATION,
    486: Cause.USER_BUSY,
    487: Cause.ORIGINATOR_CANCEL,
    488: Cause.INCOMPATIBLE_DESTINATION,
    500: Cause.NORMAL_TEMPORARY_FAILURE,
    501: Cause.SERVICE_NOT_IMPLEMENTED,
    502: Cause.NETWORK_OUT_OF_ORDER,
    503: Cause.NORMAL_TEMPORARY_FAILURE,
    504: Cause.RECOVERY_ON_TIMER_EXPIRE,
    505: Cause.INTERWORKING,
    513: Cause.INTERWORKING,
    600: Cause.USER_BUSY,
    603: Cause.CALL_REJECTED,
    604: Cause.NO_ROUTE_DESTINATION,
    606: Cause.INCOMPATIBLE_DESTINATION,
    607: Cause.UNWANTED,
    608: Cause.CALL_REJECTED,
}


def cause_of_status(status: int) -> Cause:
    """Say which cause a SIP status stands for (``sofia_glue_sip_cause_to_freeswitch``)."""
    return _OF_STATUS.get(status, Cause.NORMAL_UNSPECIFIED)


def cause_of(text: str, default: Cause = Cause.NORMAL_CLEARING) -> Cause:
    """Read a cause as FreeSWITCH does: by its name or its number, else `default`."""
    text = text.strip()
    if text.isdigit():
        number = int(text)
        return Cause(number) if number in Cause._value2member_map_ else default
    return Cause.__members__.get(text.upper(), default)
