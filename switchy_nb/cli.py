"""The command ``switchy-nb``: check a switch, run the simulated one or a notebook, report on a file.

Here is what a person types and reads; what is done is done in the rooms below.
"""

from __future__ import annotations

import json
import os
import signal
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from switchy_nb.errors import SwitchyError
from switchy_nb.freeswitch import CONTEXT, Check, Link, Status, Target, dialplan_xml, examine

if TYPE_CHECKING:
    from rich.console import Console

#: how often it is looked whether a simulated switch runs still, in seconds
_LOOK_S = 0.2
DEFAULT_PASSWORD = "ClueCon"
"""The secret that FreeSWITCH ships with."""

PORT: click.ParamType[int] = click.IntRange(0, 65535)

LOOKS = {
    Status.OK: ("✓", "green"),
    Status.WARN: ("!", "yellow"),
    Status.FAIL: ("✗", "red"),
    Status.SKIP: ("·", "dim"),
}
"""How a check of each status is marked, and coloured on a terminal."""


class _Refusal(click.ClickException):
    """An error that a person reads, and not a traceback."""


@contextmanager
def _readable_errors() -> Iterator[None]:
    try:
        yield
    except (SwitchyError, OSError) as error:
        raise _Refusal(_one_line(str(error))) from error


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="switchy_nb", prog_name="switchy-nb")
def main() -> None:
    """Place FreeSWITCH calls from notebooks, and see what happened."""


@main.command()
@click.argument("host", required=False)
@click.option(
    "--port",
    type=PORT,
    envvar="SWITCHY_NB_PORT",
    default=8021,
    show_default=True,
    help="Port of the Event Socket.",
)
@click.option(
    "--password",
    envvar="SWITCHY_NB_PASSWORD",
    default=DEFAULT_PASSWORD,
    help="Its secret; better given as SWITCHY_NB_PASSWORD, which no list of processes shows. "
    "[default: FreeSWITCH's]",
)
@click.option("--profile", default="external", show_default=True, help="SIP profile to call.")
@click.option("--sip", metavar="HOST:PORT", help="Where it listens.  [default: what it says]")
@click.option("--json", "as_json", is_flag=True, help="Print the checks as JSON.")
def doctor(
    host: str | None, port: int, password: str, profile: str, sip: str | None, as_json: bool
) -> None:
    """Check a FreeSWITCH over its Event Socket, and say how to mend what is wrong.

    HOST may be HOST:PORT. Without it, SWITCHY_NB_HOST is looked at, or else the simulated switch.
    Changes nothing on the switch: it asks, and places three short calls. Exits 1 when something
    is wrong.
    """
    from rich.console import Console

    console = Console(stderr=as_json, highlight=False)
    host = host or os.environ.get("SWITCHY_NB_HOST", "").strip() or None
    if host is not None and host.count(":") == 1:  # more of them are an IPv6 address
        host, _, named = host.partition(":")
        port = PORT.convert(named, None, None)
    checks: list[Check] = []
    with ExitStack() as stack, _readable_errors():
        if host is None:
            switch = stack.enter_context(_simulated())
            host, port, password, sip = switch.host, switch.port, switch.password, switch.sip
            console.print("No HOST and no SWITCHY_NB_HOST: looking at the simulated switch.")
        target = Target(host, port, profile, sip, default_secret=password == DEFAULT_PASSWORD)
        made = examine(target, lambda: stack.enter_context(_linked(target, password)))
        # One line for all that is skipped for one reason; each other check when it is made.
        for _, alike in groupby(made, lambda c: c.found if c.status is Status.SKIP else c.name):
            line = list(alike)
            checks += line
            if not as_json:
                _print_checks(console, line)
    if as_json:
        click.echo(json.dumps([_as_json(check) for check in checks], indent=2))
    else:
        _print_verdict(console, checks)
    if any(check.status is Status.FAIL for check in checks):
        raise SystemExit(1)


@main.command()
def dialplan() -> None:
    """Print the dial plan that a FreeSWITCH needs, to be put into its configuration.

    switchy-nb dialplan > /etc/freeswitch/dialplan/switchy_nb.xml
    """
    click.echo(dialplan_xml(), nl=False)


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port", type=PORT, default=8021, show_default=True, help="Port to listen on; 0: a free one."
)
@click.option(
    "--password",
    envvar="SWITCHY_NB_PASSWORD",
    default=DEFAULT_PASSWORD,
    help="Its secret; better given as SWITCHY_NB_PASSWORD, which no list of processes shows. "
    "[default: FreeSWITCH's]",
)
@click.option(
    "--sip",
    metavar="HOST:PORT",
    default="127.0.0.1:5080",
    show_default=True,
    help="Address of its SIP profile: calls to it come back into the switch.",
)
@click.option(
    "--dialplan",
    "plan",
    metavar="FILE",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Python that says what calls do: switch.dialplan['7001'] = [answer(), echo()]",
)
@click.option("--speed", type=float, default=1.0, help="Its seconds in one of ours.  [default: 1]")
@click.option("--seed", type=int, help="Makes uuids, ports and chances repeat.")
def sim(
    host: str,
    port: int,
    password: str,
    sip: str,
    plan: Path | None,
    speed: float,
    seed: int | None,
) -> None:
    """Run the simulated switch until Ctrl-C.

    It is a FreeSWITCH to whoever connects: fs_cli, a program of yours, a notebook elsewhere.
    """
    from switchy_nb.simswitch import SimSwitch
    from switchy_nb.simswitch.plan import planfile

    # No threading.Event: the handler runs on the thread that waits, and may find it locked by itself.
    stopping: list[int] = []
    with _readable_errors():
        made = SimSwitch(host=host, port=port, password=password, sip=sip, speed=speed, seed=seed)
        if plan is not None:
            planfile.load(made, plan)
        with made as running:
            # before it says that it is there: whoever reads that may stop it at once
            asked = (signal.SIGINT, signal.SIGTERM, getattr(signal, "SIGHUP", signal.SIGTERM))
            for name in asked:
                signal.signal(name, lambda number, _: stopping.append(number))
            secret = "FreeSWITCH's own" if password == DEFAULT_PASSWORD else "as given"
            click.echo(
                f"Simulated switch on {running.host} port {running.port}. Ctrl-C stops it.\n"
                f"  password     {secret}\n"
                f"  SIP profile  external, at {running.sip}\n"
                f"  in a cell    sync_caller({running.host!r}, {running.port})\n"
                f"  to look      switchy-nb doctor {running.host}:{running.port}"
            )
            while running.running and not stopping:  # a client may end it, too
                time.sleep(_LOOK_S)
    for name in asked:  # who asks twice must not turn the goodbye into a failure
        signal.signal(name, signal.SIG_IGN)
    click.echo("Stopped.")


@main.command()
@click.argument("file", type=click.Path(exists=True, path_type=Path))
@click.option(
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The page to write.  [default: FILE's name with .html, here]",
)
@click.option("--title", help="What to write over it.")
@click.option(
    "--slowest", type=click.IntRange(0), default=5, show_default=True, help="Slow calls to tell of."
)
@click.option(
    "--failed",
    type=click.IntRange(0),
    default=5,
    show_default=True,
    help="Failed calls to tell of.",
)
def report(file: Path, output: Path | None, title: str | None, slowest: int, failed: int) -> None:
    """Make a page of FILE, a recording: summary, figures, problems, calls to look at.

    FILE is what `save` or `record_to` wrote, or the bytes of a connection (.raw, .raw.xz). The page
    is one file that fetches nothing.
    """
    from switchy_nb.recording import Recording

    name = file.resolve().name.split(".")[0] or "recording"
    with _readable_errors():
        recording = Recording.load(file, progress=False)
        page = recording.report(
            output or Path(f"{name}.html"), title=title, slowest=slowest, failed=failed
        )
    click.echo(f"{page}: {_one_line(recording.problems().summary)}")


@main.command()
@click.option("--port", type=PORT, default=8866, show_default=True, help="Port of the page.")
@click.option("--no-browser", is_flag=True, help="Only print the address.")
@click.option("--dark", is_flag=True, help="Light on dark.")
def app(port: int, no_browser: bool, dark: bool) -> None:
    """Open the dashboard in a browser: connect, dial, watch, hang up, without any code.

    It is served to this machine alone, until Ctrl-C; each page has its own connections, which end
    with it.
    """
    from switchy_nb import page

    with _readable_errors():
        page.check(port, page.NOTEBOOK)
    token = page.new_token()
    where = page.address(port, token)
    click.echo(f"The dashboard is at {where}\nCtrl-C stops it.")
    if not no_browser:
        page.open_soon(where, port)
    page.serve(port, token, dark=dark)
    click.echo("Stopped.")


@main.command()
@click.argument("notebook", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--show", default="show", show_default=True, help="Tag of the cells to print.")
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help="Save it run.")
@click.option("--timeout", default=120, show_default=True, help="Seconds that a cell may take.")
def run(notebook: Path, show: str, output: Path | None, timeout: int) -> None:
    """Run NOTEBOOK without a browser, and print what its tagged cells show.

    The notebook itself is left as it is.
    """
    try:
        import nbformat
        from nbclient import NotebookClient
        from nbclient.exceptions import CellExecutionError, CellTimeoutError
    except ImportError as error:
        raise _Refusal(
            f"{error}; install what notebooks need: pip install 'switchy_nb[lab]'"
        ) from error
    document: Any = nbformat.read(notebook, as_version=4)
    resources = {"metadata": {"path": str(notebook.parent)}}
    client = NotebookClient(
        document,
        timeout=timeout,
        kernel_name="python3",
        resources=resources,
        # A kernel warns that its link is in the clear; this one never leaves the machine.
        extra_arguments=["--IPKernelApp.log_level=ERROR"],
    )
    try:
        client.execute()
    except (CellExecutionError, CellTimeoutError) as error:
        raise _Refusal(f"{notebook} failed:\n{error}") from error
    finally:
        if output is not None:
            output.parent.mkdir(parents=True, exist_ok=True)
            nbformat.write(document, output)
    texts = [text for cell in document.cells if show in _tags(cell) for text in _texts(cell)]
    if not texts:
        raise _Refusal(f"{notebook} ran, but no cell tagged {show!r} printed anything")
    click.echo("\n\n".join(texts))


def _tags(cell: Any) -> list[str]:
    return list(cell.metadata.get("tags", []))


def _texts(cell: Any) -> Iterator[str]:
    """Yield the plain text of each output of a cell."""
    for output in cell.get("outputs", []):
        text = output.get("text") or output.get("data", {}).get("text/plain")
        if text:
            yield str(text).rstrip()


@contextmanager
def _simulated() -> Iterator[Any]:
    from switchy_nb.simswitch import SimSwitch

    with SimSwitch(password=DEFAULT_PASSWORD) as switch:
        yield switch


@contextmanager
def _linked(target: Target, password: str) -> Iterator[Link]:
    from switchy_nb.connection import Connection

    connection = Connection(target.host, target.port, password)
    connection.connect()
    try:
        yield connection
    finally:
        connection.disconnect()


def _as_json(check: Check) -> dict[str, str]:
    return {**asdict(check), "status": check.status.value}


def _print_checks(console: Console, checks: list[Check]) -> None:
    """Print a line of checks alike; what the switch said is text and styles nothing."""
    from rich.text import Text

    mark, style = LOOKS[checks[0].status]
    line = Text()
    line.append(f"{mark} {', '.join(check.name for check in checks):<19}", style=style)
    line.append(f"{': ' if len(checks) > 1 else ' '}{_one_line(checks[0].found)}")
    console.print(line, soft_wrap=True)
    if checks[0].remedy:
        console.print(Text(f"    → {_one_line(checks[0].remedy)}"), soft_wrap=True)


def _one_line(text: str) -> str:
    """Keep to one line, and leave out what a terminal would obey."""
    return "".join(char if char.isprintable() else " " for char in text)


def _print_verdict(console: Console, checks: list[Check]) -> None:
    counts = Counter(check.status for check in checks)
    parts = [f"{counts[status]} {status.value}" for status in Status if counts[status]]
    console.print(", ".join(parts) + ".")
    if counts[Status.FAIL]:
        console.print(f"Mend what is marked ✗ from the top; {CONTEXT} builds on it in that order.")


if __name__ == "__main__":
    main()
