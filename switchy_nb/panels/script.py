"""The lines of Python that do what was clicked.

They can be pasted into a cell: each leg that the panel has dialled has a name there.
"""

from collections.abc import Mapping, Sequence

from switchy_nb.panels.book import Leg

#: The page shows so many lines at most.
KEPT = 200
#: What is done to more legs than this is written as a loop.
_FEW = 3


class Script:
    """What was done so far, as Python.

    Attributes
    ----------
    lines : list of str
        A new list with each change; what is done by a loop is one of several lines.
    has_caller : bool
        Whether the panel was given a `Caller`, which the cell has as ``caller``; else it was given
        a client, which the cell has as ``client``.
    """

    def __init__(self, *, has_caller: bool = True) -> None:
        self.lines: list[str] = []
        self.has_caller = has_caller
        self._names: dict[str, str] = {}
        self._calls = 0

    @property
    def client(self) -> str:
        """The expression for the client."""
        return "caller.client" if self.has_caller else "client"

    def connected(self, host: str, port: str, *, secret: bool) -> None:
        """Add that a switch was connected to; without a host, a simulated one."""
        self.has_caller = True
        self._names.clear()
        given = [repr(host), port] if host else []
        if secret:
            # as it is asked for: a secret stands in no notebook
            self.add("from getpass import getpass")
            given.append("getpass('Secret: ')")
        self.add("from switchy_nb import open_caller")
        self.add(f"caller = open_caller({', '.join(given)})")

    def dialled(
        self, leg: str, dest: str, app: str | None, options: Mapping[str, object],
        seconds: float, grace: float,
    ) -> None:  # fmt: skip
        """Add a call that was placed, and that makes the leg `leg`."""
        self._calls += 1
        name = self._names[leg] = f"sess{self._calls}"
        if self.has_caller:
            # The switch gives up after `seconds`, and says why; the caller waits a bit longer.
            given = [repr(dest), repr(app), f"timeout={seconds + grace:g}"]
            more = _keywords({"originate_timeout": seconds, **options})
            self.add(f"{name}, waitfor = caller({', '.join([*given, *more])})")
            return
        self.add(f"job{self._calls} = client.originate({_originate(dest, app, options, seconds)})")
        self.add(f"job{self._calls}.get({seconds + grace:g})")
        self.add(f"{name} = client.listener.find(job{self._calls}.sess_uuid)")

    def dialled_many(
        self, count: int, rate: float, dest: str, app: str | None,
        options: Mapping[str, object], seconds: float,
    ) -> None:  # fmt: skip
        """Add calls that are placed one after the other."""
        self._calls += 1
        call = f"{self.client}.originate({_originate(dest, app, options, seconds)})"
        self.add(
            f"import time\njobs{self._calls} = []\nfor _ in range({count}):\n"
            f"    jobs{self._calls}.append({call})\n    time.sleep({1 / rate:.4g})"
        )

    def did(self, legs: Sequence[str], what: str) -> None:
        """Add what was done to legs, of which `leg` gave the expressions; such as ``hold()``."""
        if len(legs) <= _FEW:
            for leg in legs:
                self.add(f"{leg}.{what}")
        else:
            self.add(
                "for leg in [\n" + "".join(f"    {x},\n" for x in legs) + f"]:\n    leg.{what}"
            )

    def leg(self, leg: Leg, call: Sequence[Leg]) -> str:
        """Return the expression for a leg; `call` are the legs of its call, in order."""
        name = self._names.get(leg.uuid)
        if name is not None:
            return name
        first = self._names.get(call[0].uuid) if call else None
        if first is not None and call[-1] is leg:
            return f"{first}.call.last"
        return f"{self.client}.listener.sessions[{leg.uuid!r}]"

    def add(self, line: str) -> None:
        """Add a line."""
        self.lines = [*self.lines, line][-KEPT:]


def _originate(dest: str, app: str | None, options: Mapping[str, object], seconds: float) -> str:
    given = [repr(dest)] + ([f"app_id={app!r}"] if app else [])
    return ", ".join([*given, *_keywords({"timeout": seconds, **options})])


def _keywords(options: Mapping[str, object]) -> list[str]:
    def shown(value: object) -> str:
        return f"{value:g}" if isinstance(value, float) else repr(value)

    plain = [f"{name}={shown(value)}" for name, value in options.items() if name.isidentifier()]
    other = {name: value for name, value in options.items() if not name.isidentifier()}
    return plain + ([f"**{other!r}"] if other else [])
