"""What FreeSWITCH's hangup causes mean: their number, the SIP status that goes with them, words.

The numbers up to 127 are those of ITU-T Q.850, as FreeSWITCH sends them; four of those are not in
it or mean something else (it has 8 for pre-emption, not 45; 53 and 55 for barred calls, not 52 and
54; and its 103 is about unknown parameters). The others are FreeSWITCH's own. The SIP status is the
one with which its SIP module refuses a call for that cause (it follows RFC 4497, section 8.4.1);
causes that it treats as "any other" (480) have none here.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Cause:
    """One hangup cause.

    Attributes
    ----------
    name : str
        FreeSWITCH's word, such as ``USER_BUSY``.
    number : int
        Its number: Q.850's up to 127, FreeSWITCH's own above.
    sip : int or None
        The SIP status that goes with it.
    words : str
        What it says, in plain words.
    """

    name: str
    number: int
    sip: int | None
    words: str

    @property
    def q850(self) -> int | None:
        """The number that goes over the wire as a Q.850 cause, if it is one."""
        return self.number if 0 < self.number <= 127 else None


_TABLE = """
0    -    NONE                           no cause was given
0    -    UNSPECIFIED                    no cause was given
1    404  UNALLOCATED_NUMBER             nobody has that number
2    404  NO_ROUTE_TRANSIT_NET           no way leads into the network that was asked for
3    404  NO_ROUTE_DESTINATION           no way leads to that number
6    -    CHANNEL_UNACCEPTABLE           the far side does not accept the channel that was offered
7    -    CALL_AWARDED_DELIVERED         the call was put through on a channel that was open already
16   -    NORMAL_CLEARING                one of the two hung up, as calls end
17   486  USER_BUSY                      the far end is busy
18   408  NO_USER_RESPONSE               the far end did not react at all
19   480  NO_ANSWER                      it rang, and nobody answered in time
20   480  SUBSCRIBER_ABSENT              the far end is known, but not there now
21   603  CALL_REJECTED                  the far end refused the call
22   410  NUMBER_CHANGED                 the far end has another number now
23   410  REDIRECTION_TO_NEW_DESTINATION the far end asks to be called elsewhere
25   483  EXCHANGE_ROUTING_ERROR         the call went in circles, or through too many switches
27   502  DESTINATION_OUT_OF_ORDER       the far end's line or device does not work
28   484  INVALID_NUMBER_FORMAT          the number is incomplete, or no number
29   501  FACILITY_REJECTED              the network will not do what was asked for
30   -    RESPONSE_TO_STATUS_ENQUIRY     an answer to a question about the call's state
31   480  NORMAL_UNSPECIFIED             it ended in a normal way that nobody told
34   503  NORMAL_CIRCUIT_CONGESTION      all lines on the way are taken
38   503  NETWORK_OUT_OF_ORDER           the network on the way is down
41   503  NORMAL_TEMPORARY_FAILURE       something on the way failed; another try may work
42   503  SWITCH_CONGESTION              a switch on the way has too much to do
43   -    ACCESS_INFO_DISCARDED          something that was sent along could not be passed on
44   503  REQUESTED_CHAN_UNAVAIL         the channel that was asked for is not free
45   -    PRE_EMPTED                     the line was taken for a more important call
50   -    FACILITY_NOT_SUBSCRIBED        the caller has not subscribed to what was asked for
52   403  OUTGOING_CALL_BARRED           the caller may not call that number
54   403  INCOMING_CALL_BARRED           the far end may not be called
57   403  BEARERCAPABILITY_NOTAUTH       the caller may not use that kind of media
58   503  BEARERCAPABILITY_NOTAVAIL      that kind of media is not to be had now
63   -    SERVICE_UNAVAILABLE            what was asked for is not to be had now
65   488  BEARERCAPABILITY_NOTIMPL       the far side does not know that kind of media
66   -    CHAN_NOT_IMPLEMENTED           there is no such kind of channel; is its module loaded?
69   501  FACILITY_NOT_IMPLEMENTED       the far side does not know what was asked for
79   501  SERVICE_NOT_IMPLEMENTED        the far side does not offer what was asked for
81   -    INVALID_CALL_REFERENCE         a message was about a call that does not exist
88   488  INCOMPATIBLE_DESTINATION       the two ends have no codec in common
95   -    INVALID_MSG_UNSPECIFIED        a signalling message was wrong in some way
96   -    MANDATORY_IE_MISSING           a signalling message lacked something that it must have
97   -    MESSAGE_TYPE_NONEXIST          a signalling message was of an unknown kind
98   -    WRONG_MESSAGE                  a signalling message came when it should not
99   -    IE_NONEXIST                    a signalling message held something unknown
100  -    INVALID_IE_CONTENTS            a signalling message held a value that cannot be
101  -    WRONG_CALL_STATE               a signalling message did not fit the call's state
102  504  RECOVERY_ON_TIMER_EXPIRE       an answer was waited for, and did not come in time
103  -    MANDATORY_IE_LENGTH_ERROR      a signalling message held a value of the wrong length
111  -    PROTOCOL_ERROR                 the other side broke the signalling protocol
127  -    INTERWORKING                   it ended in another network, which did not say why
142  -    SUCCESS                        it went well
487  487  ORIGINATOR_CANCEL              the caller gave up before it was answered
700  -    CRASH                          the switch crashed
701  -    SYSTEM_SHUTDOWN                the switch was shut down
702  -    LOSE_RACE                      somebody else answered first
703  -    MANAGER_REQUEST                an operator or a program ended it
800  -    BLIND_TRANSFER                 it was transferred without asking first
801  -    ATTENDED_TRANSFER              it was transferred after asking
802  -    ALLOTTED_TIMEOUT               the time that it was given is over
803  -    USER_CHALLENGE                 the far side asked who is calling, and got no answer
804  -    MEDIA_TIMEOUT                  no media came for too long
805  -    PICKED_OFF                     somebody else picked it up
806  -    USER_NOT_REGISTERED            the far end's device is not registered here
807  -    PROGRESS_TIMEOUT               it did not even ring in time
808  484  INVALID_GATEWAY                there is no gateway of that name
809  503  GATEWAY_DOWN                   the gateway does not answer, or is not registered
810  484  INVALID_URL                    the address cannot be read
811  502  INVALID_PROFILE                there is no SIP profile of that name, or it is not up
812  -    NO_PICKUP                      there was no call to pick up
813  -    SRTP_READ_ERROR                the encrypted media could not be read
814  -    BOWOUT                         the switch took itself out of the call
815  -    BUSY_EVERYWHERE                the far end is busy on all its devices
816  -    DECLINE                        the far end declined, on all its devices
817  -    DOES_NOT_EXIST_ANYWHERE        nobody has that number, anywhere
818  -    NOT_ACCEPTABLE                 the far end takes no call of this kind, on any device
819  -    UNWANTED                       the far end does not want calls from there
820  -    NO_IDENTITY                    the far side wants a signed caller's identity, and got none
821  -    BAD_IDENTITY_INFO              the certificate of the caller's identity could not be fetched
822  -    UNSUPPORTED_CERTIFICATE        the certificate of the caller's identity is of no use
823  -    INVALID_IDENTITY               the signature of the caller's identity is wrong
824  -    STALE_DATE                     the signature of the caller's identity is too old
825  -    REJECT_ALL                     all calls are refused
"""


def _read(table: str) -> dict[str, Cause]:
    causes = {}
    for line in table.strip().splitlines():
        number, sip, name, words = line.split(None, 3)
        causes[name] = Cause(name, int(number), None if sip == "-" else int(sip), words)
    return causes


_CAUSES = _read(_TABLE)


def find_cause(name: str) -> Cause | None:
    """Return the cause of this name (in any case), or None if FreeSWITCH has no such cause."""
    return _CAUSES.get(name.strip().upper())


def describe_cause(name: str | None) -> str:
    """Say in plain words what a hangup cause means.

    Parameters
    ----------
    name : str or None
        FreeSWITCH's word; None, or a missing value of a frame, where none is known.

    Returns
    -------
    str
        Such as ``USER_BUSY (SIP 486): the far end is busy``.

    Examples
    --------
    >>> describe_cause("MEDIA_TIMEOUT")
    'MEDIA_TIMEOUT: no media came for too long'
    """
    if not isinstance(name, str) or not name.strip():
        return "no hangup cause is known"
    cause = find_cause(name)
    if cause is None:
        return f"{name.strip()}: not one of FreeSWITCH's hangup causes"
    numbers = []
    if cause.sip is not None:
        numbers.append(f"SIP {cause.sip}")
    elif cause.q850 is not None:
        numbers.append(f"Q.850 {cause.q850}")
    shown = f" ({', '.join(numbers)})" if numbers else ""
    return f"{cause.name}{shown}: {cause.words}"


#: How calls end that were answered: somebody hung up, or handed the call on.
NORMAL_ENDINGS = frozenset(
    """NORMAL_CLEARING NORMAL_UNSPECIFIED SUCCESS NONE UNSPECIFIED BLIND_TRANSFER ATTENDED_TRANSFER
    BOWOUT PICKED_OFF CALL_AWARDED_DELIVERED""".split()
)
#: Calls that were not answered and did not fail either: nobody was there, or the caller gave up.
NOBODY_ANSWERED = frozenset(
    """NO_ANSWER NO_USER_RESPONSE ORIGINATOR_CANCEL ALLOTTED_TIMEOUT LOSE_RACE
    PROGRESS_TIMEOUT""".split()
)


def cause_numbers(name: str | None) -> str:
    """Return the numbers of a cause in brackets, such as `` (Q.850 17)``; or nothing."""
    cause = find_cause(name or "")
    return f" (Q.850 {cause.q850})" if cause is not None and cause.q850 is not None else ""


def cause_names() -> tuple[str, ...]:
    """Return the names of all causes that FreeSWITCH has."""
    return tuple(_CAUSES)
