"""The command ``switchy-nb`` as a person types it."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import nbformat
import pytest
from click.testing import CliRunner, Result
from helpers import RECORDINGS

from switchy_nb import cli
from switchy_nb.connection import Connection
from switchy_nb.errors import APIError
from switchy_nb.freeswitch import Check, Status, dialplan_xml
from switchy_nb.freeswitch.doctor import LATER, STEPS
from switchy_nb.simswitch import SimSwitch


@pytest.fixture
def switch() -> Iterator[SimSwitch]:
    with SimSwitch(password="not-the-default") as running:
        yield running


def invoke(*arguments: str, **environment: str) -> Result:
    clean = dict.fromkeys(("SWITCHY_NB_HOST", "SWITCHY_NB_PORT", "SWITCHY_NB_PASSWORD"))
    env = {**clean, "COLUMNS": "200", **environment}
    return CliRunner().invoke(cli.main, list(arguments), env=env)


def doctor(switch: SimSwitch, *arguments: str, password: str = "not-the-default") -> Result:
    where = [switch.host, "--port", str(switch.port), "--sip", switch.sip]
    return invoke("doctor", *where, *arguments, SWITCHY_NB_PASSWORD=password)


# --- doctor --------------------------------------------------------------------------------


def test_without_a_host_the_doctor_looks_at_the_simulated_switch_and_says_so():
    result = invoke("doctor")
    assert "simulated switch" in result.output
    assert re.search(r"^✓ call over SIP .*answered", result.output, re.MULTILINE)
    assert "✗" not in result.output
    assert result.exit_code == 0


def test_the_doctor_reports_on_every_check_as_json(switch):
    result = doctor(switch, "--json")
    checks = json.loads(result.stdout)
    assert [check["name"] for check in checks] == [*STEPS, *LATER]
    assert {check["status"] for check in checks} <= {"ok", "warning", "skipped"}
    assert result.exit_code == 0


def test_the_doctor_leaves_no_call_and_no_client_behind(switch):
    assert doctor(switch).exit_code == 0
    with socket.create_connection((switch.host, switch.port), timeout=5) as link:
        link.sendall(b"auth not-the-default\n\napi show channels\n\nexit\n\n")
        said = b"".join(iter(lambda: link.recv(65536), b""))
    assert b"0 total" in said


def test_a_wrong_secret_is_told_of_and_never_shown(switch):
    result = doctor(switch, password="wr0ng-s3cret")
    assert "✗ logged in" in result.output
    assert "wr0ng-s3cret" not in result.output
    assert result.exit_code == 1


def test_nothing_at_the_port_is_told_of():
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    result = invoke("doctor", "127.0.0.1", "--port", str(port))
    assert "✗ reachable" in result.output
    assert re.search(r"^· admitted, logged in, .*: not looked at", result.output, re.MULTILINE)
    assert result.exit_code == 1


def test_the_port_may_come_with_the_host(switch):
    where = f"{switch.host}:{switch.port}"
    result = invoke("doctor", where, SWITCHY_NB_PASSWORD="not-the-default")
    assert result.output.startswith(f"✓ reachable           {switch.host} port {switch.port}\n")
    result = invoke("doctor", SWITCHY_NB_HOST=switch.host, SWITCHY_NB_PORT=str(switch.port))
    assert "✓ reachable" in result.output
    assert invoke("doctor", "127.0.0.1:http").exit_code == 2


def test_the_host_comes_from_the_environment():
    result = invoke("doctor", "--json", SWITCHY_NB_HOST="nowhere.invalid")
    assert json.loads(result.stdout)[0]["status"] == "wrong"
    assert "nowhere.invalid" in result.stdout
    assert result.exit_code == 1


def test_a_profile_that_would_be_read_as_a_command_is_an_error():
    result = invoke("doctor", "127.0.0.1", "--profile", "a b")
    assert result.exit_code == 1
    assert result.output.startswith("Error: 'a b' cannot be")


def test_what_a_switch_says_styles_nothing(monkeypatch):
    said = "[bold red]x[/] \x1b[2J\r\n✓ secret :smiley:"
    monkeypatch.setattr(
        cli, "examine", lambda *_: iter([Check("version", Status.WARN, said, said)])
    )
    lines = invoke("doctor", "127.0.0.1").output.splitlines()
    harmless = "[bold red]x[/]  [2J  ✓ secret :smiley:"
    assert lines[0] == f"! {'version':<20}{harmless}"
    assert lines[1] == f"    → {harmless}"


# --- dialplan, sim -------------------------------------------------------------------------


def test_the_dial_plan_is_printed_as_it_is():
    assert invoke("dialplan").output == dialplan_xml()


@pytest.mark.parametrize("name", [signal.SIGINT, signal.SIGTERM])
def test_the_simulated_switch_runs_until_it_is_told_to_stop(name):
    command = [sys.executable, "-m", "switchy_nb.cli", "sim", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            port = int(re.search(r" port (\d+)", process.stdout.readline())[1])
            with socket.create_connection(("127.0.0.1", port), timeout=5) as link:
                assert link.recv(100).startswith(b"Content-Type: auth/request\n\n")
            process.send_signal(name)
            assert process.stdout.read().endswith("\nStopped.\n")
            assert process.wait(10) == 0
        finally:
            process.kill()


def test_a_port_that_is_taken_is_an_error():
    with socket.create_server(("127.0.0.1", 0)) as server:
        result = invoke("sim", "--port", str(server.getsockname()[1]))
    assert result.exit_code == 1
    assert result.output.startswith("Error: ")


@contextmanager
def running(*options: str, **environment: str) -> Iterator[tuple[int, list[str]]]:
    """Run the simulated switch as a program; give its port and the first lines it prints."""
    command = [sys.executable, "-m", "switchy_nb.cli", "sim", "--port", "0", *options]
    env = {**os.environ, **environment}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=env) as process:
        try:
            assert process.stdout is not None
            lines = [process.stdout.readline() for _ in range(5)]
            yield int(re.search(r" port (\d+)", lines[0])[1]), lines
        finally:
            process.kill()


def test_the_simulated_switch_is_set_up_by_options(tmp_path):
    plan = tmp_path / "plan.py"
    plan.write_text('switch.dialplan["7001"] = [respond(486)]\n')
    options = ["--dialplan", str(plan), "--speed", "5", "--sip", "127.0.0.1:5099", "--seed", "1"]
    secret = "n0t-the-default"
    with (
        running(*options, SWITCHY_NB_PASSWORD=secret) as (port, lines),
        Connection("127.0.0.1", port, secret) as connection,
    ):
        assert lines[2] == "  SIP profile  external, at 127.0.0.1:5099\n"
        assert secret not in "".join(lines)
        with pytest.raises(APIError, match="USER_BUSY"):
            connection.api("originate sofia/external/7001@127.0.0.1:5099 &park()")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("switch.dialplan[", "line 1: '[' was never closed"),
        ("\n\nswitch.dialplan['1'] = []", "line 3: the rule for '1' has no steps"),
        ("switch.dialplan['1'] = [ring()]", "line 1: name 'ring' is not defined"),
        ("import sys\nsys.exit(3)", "line 2: the dial plan left by sys.exit(3)"),
        ("\0", "line ?: source code string cannot contain null bytes"),
    ],
)
def test_a_dial_plan_that_fails_is_told_of_with_its_line(tmp_path, text, says):
    plan = tmp_path / "plan.py"
    plan.write_text(text)
    result = invoke("sim", "--port", "0", "--dialplan", str(plan))
    assert result.exit_code == 1
    assert f"plan.py, {says}" in result.output


def test_a_speed_that_is_none_is_an_error():
    result = invoke("sim", "--port", "0", "--speed", "0")
    assert result.exit_code == 1
    assert "speed=0.0 is no factor" in result.output


# --- run -----------------------------------------------------------------------------------


def notebook(folder: Path, *sources: str) -> Path:
    """Write a notebook; the last cell is tagged to be shown."""
    cells = [nbformat.v4.new_code_cell(source) for source in sources]
    cells[-1].metadata["tags"] = ["show"]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), folder / "a.ipynb")
    return folder / "a.ipynb"


def test_run_prints_what_the_tagged_cells_show_and_saves_a_copy(tmp_path):
    path = notebook(tmp_path, "x = 6\nprint('not this')", "print('printed')\nx * 7")
    before = path.read_bytes()
    result = invoke("run", str(path), "--output", str(tmp_path / "new" / "b.ipynb"))
    assert result.output == "printed\n\n42\n"
    assert path.read_bytes() == before
    saved = nbformat.read(tmp_path / "new" / "b.ipynb", as_version=4)
    assert saved.cells[1].outputs[1].data["text/plain"] == "42"


def test_run_fails_with_the_notebook(tmp_path):
    result = invoke("run", str(notebook(tmp_path, "print('before')", "1 / 0")))
    assert result.exit_code == 1
    assert "ZeroDivisionError" in result.output


def test_run_says_so_when_nothing_is_shown(tmp_path):
    result = invoke("run", str(notebook(tmp_path, "x = 1")))
    assert result.exit_code == 1
    assert "no cell tagged 'show'" in result.output


# --- the rest ------------------------------------------------------------------------------


def test_the_version_is_told():
    assert re.fullmatch(r"switchy-nb, version \d+\.\d+\.\d+\S*\n", invoke("--version").output)


def test_the_help_names_every_command():
    said = invoke("--help").output
    assert set(re.findall(r"^  ([a-z]+)  ", said, re.MULTILINE)) == set(cli.main.commands)


def test_report_makes_a_page_of_a_recording(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    file = RECORDINGS / "ten_calls.events.raw.xz"
    result = invoke("report", str(file), "--failed", "1", "--slowest", "0", "--title", "Ten")
    assert result.exit_code == 0, result.output
    assert result.output == (
        "ten_calls.html: 3 problems in 10 calls, 453 events: 2 failed, 1 unanswered.\n"
    )
    page = (tmp_path / "ten_calls.html").read_text(encoding="utf-8")
    assert "<title>Ten</title>" in page
    assert page.count("<article") == 1


def test_report_refuses_what_is_no_recording(tmp_path):
    nothing = tmp_path / "notes.txt"
    nothing.write_text("no recording at all")
    result = invoke("report", str(nothing), "--output", str(tmp_path / "out.html"))
    assert result.exit_code == 1
    assert "notes.txt" in result.output
    assert "Traceback" not in result.output
    assert not (tmp_path / "out.html").exists()
