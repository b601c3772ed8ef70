r"""Commands of the switch as text: the originate command, and the escaping that it needs.

FreeSWITCH takes ``originate {a=b,c=d}URL &app(args)`` apart three times: at spaces, at commas, at
the first ``=``; each time it removes quotes and one level of backslashes
(`switch_separate_string` in ``switch_utils.c``). So a value is escaped three times, innermost
first. What no escaping can carry is an error: braces that do not pair (`switch_find_end_paren`
counts them without looking at quotes), and ``${``, which it would expand, running whatever
command the value names.
"""

import difflib
import inspect
import re
from collections.abc import Mapping

from switchy_nb.errors import CommandError

#: The prefix under which a channel variable becomes a header of the SIP INVITE.
XHEADER = "sip_h_X-"
_NAME = re.compile(r"[A-Za-z0-9_.+-]+")
_URL_FORBIDDEN = re.compile(r"[\s,|'\\{}\[\]\0]|:_:|\$\{")


def xheader_variable(name: str) -> str:
    """Return the channel variable that travels as the SIP header ``X-name``.

    A name that is a variable's already, or an event header's, is brought to the same form.
    """
    bare = name.removeprefix("variable_")
    return bare if bare.startswith("sip_h_") else f"{XHEADER}{bare}"


def event_header(variable: str) -> str:
    """Return the name under which a channel variable stands in an event."""
    return variable if variable.startswith("variable_") else f"variable_{variable}"


def escape_word(value: str, delimiter: str = "") -> str:
    """Escape a value so that it stays one word of a command, or one part between delimiters.

    Raises
    ------
    CommandError
        If it holds a line break or a NUL, which no command can carry.
    """
    return _escape(_carriable(value, "a value"), delimiter)


def build_originate_cmd(
    dest_url: str,
    uuid_str: str | None = None,
    profile: str = "external",
    gateway: str | None = None,
    app_name: str = "park",
    app_arg_str: str = "",
    dp_exten: str | int | None = None,
    dp_type: str = "xml",
    dp_context: str = "default",
    proxy: str | None = None,
    endpoint: str = "sofia",
    timeout: float = 60,
    caller_id: str = "Mr_Switchy",
    caller_id_num: str = "1112223333",
    codec: str = "PCMU",
    abs_codec: str = "",
    xheaders: Mapping[str, str] | None = None,
    **variables: object,
) -> str:
    """Build the command that places a call.

    Parameters
    ----------
    dest_url : str
        Where to: ``user@host:port`` for SIP.
    uuid_str : str, optional
        The originating leg's id; ``{uuid_str}`` stands in its place where it is not given.
    profile, gateway : str
        The SIP profile that sends the call, or the gateway that takes it.
    app_name, app_arg_str : str
        The application that the originating leg runs when it is answered.
    dp_exten, dp_type, dp_context : str
        Or the extension of the dial plan that it goes to.
    proxy : str, optional
        The first hop, ``host:port``: the call goes to it, and on from there to `dest_url`.
    endpoint : str
        ``sofia`` for SIP, ``loopback``; anything else is used as it is.
    timeout : float
        Seconds until an unanswered call is given up.
    caller_id, caller_id_num : str
        The caller's name and number.
    codec, abs_codec : str
        The codec to offer, and the only ones to offer.
    xheaders : mapping, optional
        Headers of the INVITE, named without their ``X-``.
    **variables
        More channel variables, which override those made from the above. None leaves one out.
        One that is spelt almost like a parameter is taken for a slip, and is a TypeError.

    Returns
    -------
    str
        ``originate {…}sofia/external/… &park()``

    Raises
    ------
    CommandError
        For a value that the command cannot carry, saying which and why.
    """
    for name in variables:
        near = difflib.get_close_matches(name, _PARAMETERS, 1, 0.8)
        if near:
            raise TypeError(f"build_originate_cmd() takes no {name!r}; did you mean {near[0]!r}?")
    _caller_id(caller_id, caller_id_num)
    values: dict[str, object] = {
        "originate_timeout": int(timeout) if float(timeout).is_integer() else timeout,
        "origination_caller_id_name": caller_id,
        "origination_caller_id_number": caller_id_num,
        "originator_codec": codec,
        "absolute_codec_string": abs_codec or None,
        "origination_uuid": uuid_str or "{uuid_str}",
        "ignore_display_updates": "true",
        "ignore_early_media": "true",
    }
    for name, value in (xheaders or {}).items():
        values[xheader_variable(name)] = value
    values.update(variables)
    url = dial_string(dest_url, endpoint=endpoint, profile=profile, gateway=gateway, proxy=proxy)
    return f"originate {_variables(values)}{url} " + (
        _application(app_name, app_arg_str)
        if dp_exten is None
        else " ".join(_word(str(w), "the extension") for w in (dp_exten, dp_type, dp_context))
    )


_PARAMETERS = tuple(inspect.signature(build_originate_cmd).parameters)[:-1]


def variable_set(values: Mapping[str, object]) -> str:
    """Write channel variables as an application's arguments begin with them: ``{a=b,c=d}``."""
    return _variables(values, levels=2) if values else ""


def _variables(values: Mapping[str, object], levels: int = 3) -> str:
    pairs = []
    for name, value in values.items():
        if value is None:
            continue
        if not _NAME.fullmatch(name):
            raise CommandError(
                f"{name!r} cannot be the name of a channel variable: letters, digits and _ . + - only"
            )
        text = _carriable(str(value), f"the variable {name}")
        _one_call(text, f"the variable {name}")
        _balanced(text, name)
        # from the inside out: the pair's value, the list's member, the command's word
        text = _escape(_escape(text), ",")
        pairs.append(f"{name}={_escape(text) if levels == 3 else text}")
    return f"{{{','.join(pairs)}}}"


def _escape(text: str, delimiter: str = "") -> str:
    r"""Escape one level: backslashes, quotes, the delimiter; a space becomes ``\s``."""
    out = text.replace("\\", "\\\\").replace("'", "\\'").replace(" ", "\\s")
    return out.replace(delimiter, f"\\{delimiter}") if delimiter else out


def _carriable(text: str, what: str) -> str:
    for c, name in (("\n", "a line break"), ("\r", "a carriage return"), ("\0", "a NUL")):
        if c in text:
            raise CommandError(f"{what} holds {name} ({_shown(text)}), which no command can carry")
    return text


def _one_call(text: str, what: str) -> None:
    if ":_:" in text:
        raise CommandError(
            f"{what} holds `:_:` ({_shown(text)}), where FreeSWITCH begins another call"
        )
    if "${" in text:
        raise CommandError(
            f"{what} holds `${{` ({_shown(text)}): FreeSWITCH would expand it, and run the command "
            "that it names. Set it afterwards, with Session.setvar"
        )


def _balanced(text: str, name: str) -> None:
    depth = 0
    for c in text:
        depth += (c == "{") - (c == "}")
        if depth < 0:
            break
    if depth:
        raise CommandError(
            f"the variable {name} holds braces that do not pair ({_shown(text)}): FreeSWITCH would "
            "end the variables there. Set it afterwards, with Session.setvar"
        )


def dial_string(
    dest: str,
    *,
    endpoint: str = "sofia",
    profile: str = "external",
    gateway: str | None = None,
    proxy: str | None = None,
) -> str:
    """Write where a call goes, such as ``sofia/external/user@host;fs_path=sip:proxy``.

    Raises
    ------
    CommandError
        If a part is empty or holds what would end the dial string.
    """
    parts = {"the destination": dest, "the endpoint": endpoint, "the profile": profile}
    parts |= {
        "the gateway": "-" if gateway is None else gateway,
        "the proxy": "-" if proxy is None else proxy,
    }
    for what, text in parts.items():
        if not text:
            raise CommandError(f"{what} is empty")
        if found := _URL_FORBIDDEN.search(text):
            raise CommandError(
                f"{what} holds {found[0]!r} ({_shown(text)}), where the dial string would end"
            )
    hop = f";fs_path=sip:{proxy}" if proxy else ""
    if endpoint != "sofia":
        return f"{endpoint}/{dest}{hop}"
    return f"sofia/{f'gateway/{gateway}' if gateway is not None else profile}/{dest}{hop}"


def _application(name: str, arguments: str) -> str:
    if not _NAME.fullmatch(name):
        raise CommandError(f"{name!r} cannot be the name of an application")
    _carriable(arguments, "the application's arguments")
    _one_call(arguments, "the application's arguments")
    if ")" in arguments:
        raise CommandError(
            f"the application's arguments hold a `)` ({_shown(arguments)}), where FreeSWITCH would "
            "end them. Park the leg, and start the application with Session.broadcast"
        )
    return f"&{name}({_escape(arguments)})"


def _caller_id(name: str, number: str) -> None:
    r"""Refuse what would end its place in the INVITE's ``From: "name" <sip:number@…>``."""
    if any(c in name for c in '"\\'):
        raise CommandError(f"the caller's name holds a quote or a backslash ({_shown(name)})")
    if not re.fullmatch(r"[\w.!~*'()&=+$,/%#-]*", number, re.ASCII):
        raise CommandError(
            f"{_shown(number)} cannot be the caller's number: RFC 3261 has none of its characters "
            "in the user part of a SIP address"
        )


def _word(text: str, what: str) -> str:
    if text.startswith("&"):
        raise CommandError(f"{what} {text!r} would be an application; name it as app_name")
    if not text or re.search(r"[\s'\\\0]", text):
        raise CommandError(f"{what} must be one word without quotes, not {text!r}")
    return text


def _shown(text: str) -> str:
    return repr(text if len(text) <= 60 else f"{text[:57]}…")
