"""The dashboard as a page of its own, without code: the notebook ``dialer.ipynb``, by Voilà.

Everything that the page needs is served from this machine; nothing is fetched from elsewhere.
"""

import contextlib
import importlib.util
import os
import secrets
import socket
import threading
import time
import webbrowser
from pathlib import Path

from switchy_nb.errors import ConfigurationError

_HERE = Path(__file__).parent
NOTEBOOK = _HERE / "dialer.ipynb"
PORT = 8866
#: Seconds within which the page must be there to be opened in a browser.
_PATIENCE = 30.0
#: Seconds after which the kernel of a page that nobody looks at any more is ended, with its calls.
_ABANDONED = 300


def address(port: int, token: str) -> str:
    """Return where the page is; the token lets nobody else on this machine in."""
    return f"http://localhost:{port}/?token={token}"


def new_token() -> str:
    """Return a secret that opens the page."""
    return secrets.token_hex(24)


def check(port: int, notebook: Path) -> None:
    """See to it that the page can be served.

    Raises
    ------
    ConfigurationError
        If Voilà is missing, if the notebook is, or if something else listens on the port.
    """
    if importlib.util.find_spec("voila") is None:
        raise ConfigurationError(
            "the app is served by Voilà, which is not installed. Install it: "
            "pip install 'switchy_nb[app]'"
        )
    if not notebook.is_file():
        raise ConfigurationError(f"there is no notebook {notebook}")
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as exc:
            raise ConfigurationError(
                f"the page cannot be served on port {port}: {exc.strerror or exc}. Choose another "
                f"with --port"
            ) from exc


def open_soon(where: str, port: int) -> None:
    """Open an address in a browser as soon as something listens on the port; return at once."""
    threading.Thread(
        target=_open, args=(where, port), name="switchy_nb page browser", daemon=True
    ).start()


def _open(where: str, port: int) -> None:
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError), socket.create_connection(("localhost", port), 1):
            webbrowser.open(where)
            return
        time.sleep(0.1)


def serve(port: int, token: str, *, dark: bool = False, notebook: Path = NOTEBOOK) -> None:
    """Serve the page until it is interrupted.

    Each page in a browser has a kernel of its own, which ends with it.

    Parameters
    ----------
    port : int
        On this machine alone: whoever reaches the page can place calls.
    token : str
        What opens the page.
    dark : bool
        Whether it is dark.
    notebook : path
        Another notebook than the dashboard's.
    """
    from voila.app import Voila

    # where Voilà looks for templates: ours is its own one without what that fetches from elsewhere
    known = os.environ.get("JUPYTER_PATH", "")
    share = str(_HERE / "share")
    os.environ["JUPYTER_PATH"] = share + os.pathsep + known if known else share
    Voila.launch_instance(
        [
            str(notebook),
            "--no-browser",
            f"--port={port}",
            f"--token={token}",
            "--Voila.port_retries=0",
            "--Voila.log_level=WARN",
            "--template=switchy_nb",
            f"--theme={'dark' if dark else 'light'}",
            f"--MappingKernelManager.cull_idle_timeout={_ABANDONED}",
            "--MappingKernelManager.cull_interval=60",
        ]
    )
