"""What SIP's final answers mean, in plain words.

The numbers and phrases are those of RFC 3261, section 21, and of the RFCs that added to it (see
IANA's registry of SIP response codes).
"""

_TABLE = """
200 OK                                  accepted
202 Accepted                            taken, and answered later
300 Multiple Choices                    the far end can be reached at several addresses
301 Moved Permanently                   the far end has moved for good
302 Moved Temporarily                   the far end is to be called elsewhere for now
305 Use Proxy                           the far end is to be called through a proxy
380 Alternative Service                 something else is offered in place of the call
400 Bad Request                         the request cannot be understood
401 Unauthorized                        a password is asked for
402 Payment Required                    it has to be paid for first
403 Forbidden                           the far side will not have this call
404 Not Found                           nobody has that number there
405 Method Not Allowed                  what was asked for is not allowed there
406 Not Acceptable                      nothing that the caller would accept can be sent
407 Proxy Authentication Required       a proxy asks for a password
408 Request Timeout                     no answer came in time
410 Gone                                the number is not in use any more
412 Conditional Request Failed          what was asked for depends on something that is not so
413 Request Entity Too Large            the request is too large
414 Request-URI Too Long                the address is too long
415 Unsupported Media Type              the far side does not know that kind of body
416 Unsupported URI Scheme              the far side does not know that kind of address
420 Bad Extension                       the far side lacks an extension that is required
421 Extension Required                  the far side requires an extension
422 Session Interval Too Small          the session timer is too short
423 Interval Too Brief                  the registration is too short
428 Use Identity Header                 a signed caller's identity is asked for
433 Anonymity Disallowed                calls without a number are not taken
436 Bad Identity Info                   the certificate of the caller's identity cannot be fetched
437 Unsupported Credential              the certificate of the caller's identity is of no use
438 Invalid Identity Header             the signature of the caller's identity is wrong
480 Temporarily Unavailable             the far end cannot be reached now
481 Call/Transaction Does Not Exist     the far side knows of no such call
482 Loop Detected                       the call came back to where it had been
483 Too Many Hops                       the call went through too many switches
484 Address Incomplete                  the number is incomplete
485 Ambiguous                           the number could be several
486 Busy Here                           the far end is busy
487 Request Terminated                  the call was cancelled before it was answered
488 Not Acceptable Here                 the media that were offered do not suit the far end
489 Bad Event                           the far side does not know that kind of event
491 Request Pending                     another request is still under way
493 Undecipherable                      what is encrypted cannot be read
494 Security Agreement Required         both sides have to agree on security first
500 Server Internal Error               something is wrong within the far side
501 Not Implemented                     the far side cannot do that
502 Bad Gateway                         what the far side got from behind it was no good
503 Service Unavailable                 the far side is overloaded or down for now
504 Server Time-out                     the far side waited in vain for another
505 Version Not Supported               the far side speaks another version of SIP
513 Message Too Large                   the request is too large
580 Precondition Failure                something that the call needs first cannot be had
600 Busy Everywhere                     the far end is busy on all its devices
603 Decline                             the far end declined, on all its devices
604 Does Not Exist Anywhere             nobody has that number, anywhere
606 Not Acceptable                      no device of the far end takes such a call
607 Unwanted                            the far end does not want calls from there
608 Rejected                            something on the way holds the call for unwanted
"""

_CODES = {
    int(line[:3]): (line[4:40].strip(), line[40:].strip()) for line in _TABLE.strip().splitlines()
}
#: What a code says whose own number is not known, by its first digit (RFC 3261, section 7.2).
_CLASSES = {
    1: "it is being worked on",
    2: "accepted",
    3: "the call is to be placed elsewhere",
    4: "the far side will not or cannot take this request",
    5: "the far side failed",
    6: "no device of the far end takes the call",
}


def describe_sip(code: int) -> str:
    """Say in plain words what a SIP status means.

    Parameters
    ----------
    code : int
        100 to 699.

    Returns
    -------
    str
        Such as ``SIP 486 Busy Here: the far end is busy``.

    Raises
    ------
    ValueError
        If it is no SIP status.

    Examples
    --------
    >>> describe_sip(503)
    'SIP 503 Service Unavailable: the far side is overloaded or down for now'
    """
    if not 100 <= code <= 699:
        raise ValueError(f"{code} is no SIP status: those go from 100 to 699")
    if code in _CODES:
        phrase, words = _CODES[code]
        return f"SIP {code} {phrase}: {words}"
    return f"SIP {code}: {_CLASSES[code // 100]}"


def sip_phrase(code: int) -> str:
    """Return a status with its phrase, such as ``SIP 486 Busy Here``."""
    phrase = _CODES.get(code, ("",))[0]
    return f"SIP {code} {phrase}".rstrip()
