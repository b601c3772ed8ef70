"""Switchy's front door to clients and listeners: names to import, and ways to have them ready."""

import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any

from switchy_nb.client import Client
from switchy_nb.errors import ConfigurationError, SwitchyError
from switchy_nb.listener import EventListener
from switchy_nb.pool import Pair, Pool

log = logging.getLogger(__name__)

__all__ = ["Client", "EventListener", "active_client", "get_listener", "get_pool"]


def get_listener(
    host: str,
    port: int | str = EventListener.PORT,
    auth: str = EventListener.AUTH,
    **options: Any,
) -> EventListener:
    """Return a listener; the options are those of `EventListener`."""
    return EventListener(host, port, auth, **options)


@contextmanager
def active_client(
    host: str,
    port: int | str = EventListener.PORT,
    auth: str = EventListener.AUTH,
    apps: Mapping[str, Any] | None = None,
    **options: Any,
) -> Iterator[Client]:
    """Have a client whose listener is started and whose apps are loaded.

    At the end, whatever happened, the calls that it placed and that are still up are hung up, the
    apps unloaded and the links closed.

    Parameters
    ----------
    host, port, auth
        The switch's Event Socket, and its secret.
    apps : mapping, optional
        App group id → app, or (app, keywords for its ``prepost``).
    **options
        As for `EventListener`.
    """
    client = Client(host, port, auth, listener=get_listener(host, port, auth, **options))
    with ExitStack() as stack:
        stack.callback(client.disconnect)
        stack.callback(client.listener.disconnect)
        client.listener.connect()
        client.connect()
        stack.enter_context(client.loaded(apps))
        client.listener.start()
        stack.callback(_hang_up_what_is_left, client)
        yield client


def _hang_up_what_is_left(client: Client) -> None:
    try:
        if client.connected():
            client.hangup_own()
    except SwitchyError as exc:
        # what happened in the block counts more, and the links must still be closed
        log.warning("calls that this client placed may be left up: %s", exc)


def get_pool(contacts: Sequence[Any], **options: Any) -> Pool:
    """Return a pool of switches, not connected yet.

    Parameters
    ----------
    contacts : sequence
        A host, or (host, port, secret), for each switch.
    **options
        As for `EventListener`, and `call_tracking_header` as for `Client`.
    """
    if isinstance(contacts, str):
        raise ConfigurationError(f"give a list of hosts, such as [{contacts!r}]")
    header = options.pop("call_tracking_header", None)
    pairs = []
    for contact in contacts:
        host, port, auth = _place(contact)
        listener = EventListener(host, port, auth, **options)
        pairs.append(Pair(Client(host, port, auth, header, listener), listener))
    return Pool(pairs)


def _place(contact: Any) -> tuple[str, int | str, str]:
    given = [contact] if isinstance(contact, str) else list(contact)
    defaults = [EventListener.HOST, EventListener.PORT, EventListener.AUTH]
    host, port, auth = given + defaults[len(given) :]
    return host, port, auth
