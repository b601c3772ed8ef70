"""The lines of Python that do what was clicked.

They can be pasted into a cell: each leg that the panel has dialled has a name there.
"""

from collections.abc import Mapping, Sequence

from switchy_nb.panels.book import Leg

#: The page shows so many lines at most.
KEPT = 200
#: What is done to more legs than this is written as a loop; a longer list has a line for each.
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
        self._looked_at = ""

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

    def connected_again(self) -> None:
        """Add that a link that was lost was brought back."""
        for what in ("listener.connect()", "connect()", "listener.start()"):
            self.add(f"{self.client}.{what}")

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
            self.add(f"for leg in {listed(legs)}:\n    leg.{what}")

    def looked(self, at: str, line: str) -> None:
        """Add what is looked at now, in place of what was looked `at` there just before.

        So the last of many clicks that only look stands there; nothing does, without a line.
        """
        if self._looked_at == at:
            self.lines = self.lines[:-1]
        if line:
            self.add(line)
        self._looked_at = at if line else ""

    def leg(self, leg: Leg, call: Sequence[Leg]) -> str:
        """Return the expression for a leg; `call` are the legs of its call, in order."""
        return self._named(leg, call) or f"{self.client}.listener.sessions[{leg.uuid!r}]"

    def uuid(self, leg: Leg, call: Sequence[Leg]) -> str:
        """Return the expression for a leg's id; as `leg`, also of one that is gone."""
        name = self._named(leg, call)
        return repr(leg.uuid) if name is None else f"{name}.uuid"

    def _named(self, leg: Leg, call: Sequence[Leg]) -> str | None:
        name = self._names.get(leg.uuid)
        if name is not None:
            return name
        first = self._names.get(call[0].uuid) if call else None
        return f"{first}.call.last" if first is not None and call[-1] is leg else None

    def add(self, line: str) -> None:
        """Add a line."""
        self.lines = [*self.lines, line][-KEPT:]
        self._looked_at = ""


def listed(expressions: Sequence[str]) -> str:
    """Write a list of expressions; a long one has a line for each."""
    if len(expressions) <= _FEW:
        return f"[{', '.join(expressions)}]"
    return "[\n" + "".join(f"    {one},\n" for one in expressions) + "]"


def _originate(dest: str, app: str | None, options: Mapping[str, object], seconds: float) -> str:
    given = [repr(dest)] + ([f"app_id={app!r}"] if app else [])
    return ", ".join([*given, *_keywords({"timeout": seconds, **options})])


def _keywords(options: Mapping[str, object]) -> list[str]:
    def shown(value: object) -> str:
        return f"{value:g}" if isinstance(value, float) else repr(value)

    plain = [f"{name}={shown(value)}" for name, value in options.items() if name.isidentifier()]
    other = {name: value for name, value in options.items() if not name.isidentifier()}
    return plain + ([f"**{other!r}"] if other else [])
