"""Fixtures for tests of calls: on the simulated switch, or with ``--fshost`` on a real one.

Notebooks that nbval runs in the same session go to the same switch, by way of the environment that
`sync_caller` looks at.
"""

import difflib
import inspect
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from switchy_nb.errors import ConfigurationError
from switchy_nb.sync import (
    HOST_VARIABLE,
    PASSWORD_VARIABLE,
    PORT_VARIABLE,
    SIP_VARIABLE,
    Caller,
    sync_caller,
)

if TYPE_CHECKING:
    from switchy_nb.simswitch import SimSwitch


@dataclass(frozen=True, slots=True)
class Switch:
    """The switch that the tests run against.

    Attributes
    ----------
    host, port, password
        Its Event Socket.
    sip : str
        Where its SIP profile with the dial plan listens, ``host:port``.
    simulated : bool
        Whether it is ours.
    """

    host: str
    port: int
    password: str = field(repr=False)
    sip: str
    simulated: bool

    def url(self, number: str) -> str:
        """Where a number of its dial plan is reached: ``number@host:port``."""
        return f"{number}@{self.sip}"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options that name a real switch."""
    group = parser.getgroup("switchy_nb", "the switch that tests place calls on")
    group.addoption("--fshost", help="a FreeSWITCH to test against; the simulated switch if absent")
    group.addoption("--fsport", type=int, default=8021, help="its Event Socket's port (8021)")
    group.addoption("--fspassword", default="ClueCon", help="its secret (ClueCon)")
    group.addoption("--sip", help="host:port of its SIP profile with the dial plan (FSHOST:5080)")


def pytest_configure(config: pytest.Config) -> None:
    """Send the notebooks of this run to the same switch, and declare the marker."""
    config.addinivalue_line(
        "markers",
        "simswitch(**options): how the test's `simswitch` is set up; as SimSwitch's own options",
    )
    host = config.getoption("--fshost")
    if host:
        os.environ[HOST_VARIABLE] = host
        os.environ[PORT_VARIABLE] = str(config.getoption("--fsport"))
        os.environ[PASSWORD_VARIABLE] = config.getoption("--fspassword")
        os.environ[SIP_VARIABLE] = config.getoption("--sip") or f"{host}:5080"
    elif config.getoption("--sip"):
        raise ConfigurationError("--sip goes with --fshost")


@pytest.fixture(scope="session")
def switch(request: pytest.FixtureRequest) -> Iterator[Switch]:
    """The switch under the tests: one a session, simulated unless ``--fshost`` names another."""
    option = request.config.getoption
    host = option("--fshost")
    if host:
        sip = option("--sip") or f"{host}:5080"
        yield Switch(host, option("--fsport"), option("--fspassword"), sip, simulated=False)
        return
    from switchy_nb.simswitch import SimSwitch

    with SimSwitch() as own:
        yield Switch(own.host, own.port, own.password, own.sip, simulated=True)


@pytest.fixture
def simswitch(request: pytest.FixtureRequest) -> Iterator["SimSwitch"]:
    """A simulated switch of the test's own, with a free port; gone with all its calls at the end.

    ``@pytest.mark.simswitch(speed=10, seed=1)`` sets it up otherwise, with the options of
    `SimSwitch`. A marker nearer to the test has the last word.
    """
    from switchy_nb.simswitch import SimSwitch

    options: dict[str, object] = {}
    for marker in reversed(list(request.node.iter_markers("simswitch"))):
        if marker.args:
            raise ConfigurationError(
                "pytest.mark.simswitch takes options by name, such as simswitch(speed=10)"
            )
        options.update(marker.kwargs)
    known = inspect.signature(SimSwitch).parameters
    for name in options.keys() - known.keys():
        near = difflib.get_close_matches(name, known, 1)
        hint = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(known)}"
        raise ConfigurationError(f"pytest.mark.simswitch has no option {name!r}; {hint}")
    with SimSwitch(**options) as running:  # type: ignore[arg-type]
        yield running


@pytest.fixture
def sip(switch: Switch) -> str:
    """Where the switch's SIP profile listens, ``host:port``."""
    return switch.sip


@pytest.fixture
def caller(switch: Switch) -> Iterator[Caller]:
    """A `Caller` on that switch, with `TonePlay` loaded; its calls end with the test."""
    with sync_caller(switch.host, switch.port, switch.password) as made:
        yield made
