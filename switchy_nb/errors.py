"""Every exception that the toolkit raises, in one tree.

::

    SwitchyError
    ├── ConfigurationError          used in a way, or an order, that cannot work
    ├── TimeoutError                waited the time it was given (a builtin TimeoutError too)
    ├── RecordingError              a file or a frame of a recording is not what it should be
    ├── SimulationError             the simulated switch was asked for what cannot be
    ├── JobError                    a background job failed; carries FreeSWITCH's cause
    └── ESLError                    the Event Socket, or what came over it
        ├── CommandError            a command that must not be sent (a ValueError too)
        ├── APIError                the switch understood, and answered ``-ERR``
        │   └── LegGone             since the leg that it was for is gone
        ├── ProtocolError           what arrived is not the Event Socket protocol
        └── ConnectionError         no link, or no more (a builtin ConnectionError too)
            ├── UnknownHost         the name does not resolve
            ├── Unreachable         refused, no route
            ├── NotAnEventSocket    somebody else answers on that port
            ├── AuthenticationError the secret is wrong
            ├── AccessDenied        the address is not on FreeSWITCH's access list
            └── LinkLost            it was up, and is gone

A message says what was tried, what came back and what to do next. Nothing here knows a secret.
"""

import builtins


class SwitchyError(Exception):
    """The root: ``except SwitchyError`` catches all that the toolkit raises on purpose."""


class ConfigurationError(SwitchyError):
    """Something was used in a way, or in an order, that cannot work."""


class TimeoutError(SwitchyError, builtins.TimeoutError):
    """What was waited for did not come in the time that was given."""


class RecordingError(SwitchyError):
    """A recording's file or frame is not what it should be."""


class SimulationError(SwitchyError):
    """The simulated switch was asked for something that cannot be."""


class ESLError(SwitchyError):
    """The Event Socket, or what came over it."""


class JobError(ESLError):
    """A background job failed.

    Attributes
    ----------
    cause : str
        FreeSWITCH's own word, such as ``USER_BUSY``.
    """

    def __init__(self, message: str, *, cause: str = "") -> None:
        super().__init__(message)
        self.cause = cause


class CommandError(ESLError, ValueError):
    """A command that must not be sent: it would be read as something else."""


class APIError(ESLError):
    """The switch understood the command and answered ``-ERR``.

    Attributes
    ----------
    reply : str
        What the switch answered, as it came.
    """

    def __init__(self, message: str, *, reply: str = "") -> None:
        super().__init__(message)
        self.reply = reply


class LegGone(APIError):
    """A command came too late for its leg, which has ended."""


class ProtocolError(ESLError):
    """What arrived is not the Event Socket protocol; the message shows the bytes around it."""


class ConnectionError(ESLError, builtins.ConnectionError):
    """There is no link to the switch, or there is none any more."""


class UnknownHost(ConnectionError):
    """The host's name does not resolve to an address."""


class Unreachable(ConnectionError):
    """The host refused the connection, or could not be reached."""


class NotAnEventSocket(ConnectionError):
    """Something answers on that port, but it is no Event Socket."""


class AuthenticationError(ConnectionError):
    """The switch does not accept the secret."""


class AccessDenied(ConnectionError):
    """The switch turned us away before the login: our address is not on its access list."""


class LinkLost(ConnectionError):
    """The link was up, and was lost."""
