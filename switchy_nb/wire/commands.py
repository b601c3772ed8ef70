"""Commands on their way out: one command in, exactly one command on the wire."""

from collections.abc import Mapping

from switchy_nb.errors import CommandError

_BREAKS = ("\n", "\r", "\0")


def encode_command(
    line: str, headers: Mapping[str, str] | None = None, body: str | None = None
) -> bytes:
    r"""Write one command as FreeSWITCH reads it: a line, headers, an empty line, a body.

    Parameters
    ----------
    line : str
        The command, such as ``api status``.
    headers : mapping of str to str, optional
        Lines that follow it, such as ``{"Job-UUID": …}`` or the fields of ``sendmsg``.
    body : str, optional
        Sent after the empty line, with its ``Content-Length``.

    Returns
    -------
    bytes
        UTF-8; surrogates become the bytes that they stand for.

    Raises
    ------
    CommandError
        If the line, or a header's name or value, holds a line break: FreeSWITCH would read what
        follows as a header or as a second command.
    """
    if not line.strip():
        raise CommandError(
            "an empty command says nothing; FreeSWITCH would skip it without a reply"
        )
    lines = [_one_line(line, "the command")]
    for name, value in (headers or {}).items():
        _one_line(name, "a header's name")
        if not name or ":" in name:
            raise CommandError(f"{name!r} cannot be the name of a header")
        lines.append(f"{name}: {_one_line(value, f'the header {name}')}")
    tail = b"" if body is None else body.encode("utf-8", "surrogateescape")
    if tail:
        lines.append(f"Content-Length: {len(tail)}")
    return "\n".join(lines).encode("utf-8", "surrogateescape") + b"\n\n" + tail


def auth_command(secret: str) -> bytes:
    """Write the login. Apart from `encode_command`, so that no error can show the secret.

    Raises
    ------
    CommandError
        If the secret holds a line break.
    """
    if not secret or any(c in secret for c in _BREAKS):
        raise CommandError(
            "the secret is empty or holds a line break, so it cannot be sent; it is the "
            "`password` in FreeSWITCH's event_socket.conf.xml"
        )
    return b"auth " + secret.encode("utf-8", "surrogateescape") + b"\n\n"


def _one_line(text: str, what: str) -> str:
    for c in _BREAKS:
        at = text.find(c)
        if at >= 0:
            near = text[max(0, at - 20) : at + 20]
            raise CommandError(
                f"{what} holds a line break or a NUL at character {at} (…{near!r}…): FreeSWITCH "
                "would read what follows as another command. Give headers as headers, and send "
                "commands one at a time"
            )
    return text
