"""The checks of ``switchy-nb doctor``, in the order in which one builds on the other.

Here are the checks of the link itself, and the order. A check that cannot be made because an
earlier one failed is skipped, and says so. Nothing here prints, and nothing changes the switch.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from switchy_nb import errors
from switchy_nb.freeswitch import settings, testcalls
from switchy_nb.freeswitch.checks import Check, Link, Profile, Status, Target

LISTEN = (
    "let it listen: listen-ip in autoload_configs/event_socket.conf.xml is 127.0.0.1 or ::1 "
    "unless somebody changed it; then open the port, or tunnel it: ssh -L 8021:127.0.0.1:8021 HOST"
)
LINK_REMEDIES: dict[type[Exception], str] = {
    errors.UnknownHost: "check how the host's name is spelt, or give its address",
    errors.Unreachable: f"is FreeSWITCH running, and mod_event_socket loaded? If so, {LISTEN}",
    errors.NotAnEventSocket: "another server has this port: give the Event Socket's with --port",
    errors.TimeoutError: "nothing was said in time: a firewall, another server, or a stuck switch",
    errors.AccessDenied: (
        "FreeSWITCH admits only this machine itself by default: name a list that holds this "
        "address as apply-inbound-acl in autoload_configs/event_socket.conf.xml, define it in "
        "acl.conf.xml, then say 'reloadacl' and 'reload mod_event_socket' in fs_cli"
    ),
    errors.AuthenticationError: (
        "give the password of autoload_configs/event_socket.conf.xml: SWITCHY_NB_PASSWORD, "
        "or --password"
    ),
}

STEPS = ("reachable", "admitted", "logged in")
REFUSED_AT: dict[type[Exception], str] = {
    errors.AccessDenied: "admitted",
    errors.AuthenticationError: "logged in",
}
"""How far the link came for an error to be raised; all others mean that it was not reachable."""

LATER = (
    "secret",
    "version",
    "modules",
    "profile",
    "dial plan",
    "call over loopback",
    "call over SIP",
    "sessions a second",
    "sessions at once",
    "clock",
    "log level",
)


def examine(target: Target, connect: Callable[[], Link]) -> Iterator[Check]:
    """Check a switch from the first byte to a call over SIP; yield each check as it is made.

    Parameters
    ----------
    target
        The switch.
    connect
        Makes the connection, logged in; closing it is the caller's.

    Yields
    ------
    Check
        Always the same names in the same order, whatever fails.
    """
    try:
        link = connect()
    except (errors.SwitchyError, OSError) as error:
        yield from _refused(target, error)
        yield from _skipped(LATER, "there is no link")
        return
    yield Check("reachable", Status.OK, f"{target.host} port {target.port}")
    yield Check("admitted", Status.OK, "this machine's address is on the access list")
    yield Check("logged in", Status.OK, "the password is right")
    yield from _over(link, target)


def _over(link: Link, target: Target) -> Iterator[Check]:
    """Make the checks that ask over the link, and skip what is left when it breaks."""
    described = Profile(target.profile, None, target.sip)

    def profile() -> Check:
        nonlocal described
        check, described = settings.profile(link, target)
        return check

    checks: tuple[Callable[[], Check], ...] = (
        lambda: settings.secret(target),
        lambda: settings.version(link),
        lambda: settings.modules(link),
        profile,
        lambda: testcalls.context(link, described),
        lambda: testcalls.loopback(link, described),
        lambda: testcalls.sip(link, described),
        lambda: settings.session_rate(link),
        lambda: settings.max_sessions(link),
        lambda: settings.clock(link),
        lambda: settings.log_level(link),
    )
    for done, (name, check) in enumerate(zip(LATER, checks, strict=True), start=1):
        try:
            result = check()
        except (errors.SwitchyError, OSError) as error:
            remedy = "look into FreeSWITCH's log for why, and run this again"
            yield Check(name, Status.FAIL, f"the link failed: {error}", remedy)
            yield from _skipped(LATER[done:], "the link failed")
            return
        yield result


def _refused(target: Target, error: Exception) -> Iterator[Check]:
    """Tell how far a link came that could not be made."""
    refused_at = next((s for kind, s in REFUSED_AT.items() if isinstance(error, kind)), STEPS[0])
    reached = STEPS.index(refused_at)
    passed = (f"{target.host} port {target.port}", "this machine's address is on the access list")
    for name, found in zip(STEPS[:reached], passed, strict=False):
        yield Check(name, Status.OK, found)
    remedy = next((r for kind, r in LINK_REMEDIES.items() if isinstance(error, kind)), LISTEN)
    yield Check(refused_at, Status.FAIL, str(error), remedy)
    yield from _skipped(STEPS[reached + 1 :], "there is no link")


def _skipped(names: tuple[str, ...], why: str) -> Iterator[Check]:
    for name in names:
        yield Check(name, Status.SKIP, f"not looked at: {why}")
