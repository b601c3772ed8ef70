"""Whatever a client sends, the switch answers it or closes, and lives."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from simswitch.client import Client

from switchy_nb.errors import ProtocolError
from switchy_nb.simswitch import SimSwitch
from switchy_nb.simswitch.commands import interfaces
from switchy_nb.simswitch.expand import expand
from switchy_nb.wire import patterns, serve

#: these wait, or end the calls of the others
_LEFT_OUT = {"msleep", "time_test", "timer_test", "hupall", "shutdown", "...", "fsctl"}
COMMANDS = sorted(
    {i.name for i in interfaces.known() if i.type == "api" and i.name not in _LEFT_OUT}
)
WORDS = st.sampled_from(
    "event myevents filter sendevent sendmsg log nixevent linger api bgapi divert_events".split()
)
TEXT = st.text(st.characters(exclude_characters="\r\n\0", exclude_categories=["Cs"]), max_size=60)
SPECIAL = st.lists(
    st.sampled_from([*"${}()[]:|/'\\%^~ ,=", "uuid:", "m:~", "as", "json", "+1", "-1", "é"]),
    max_size=20,
).map("".join)
patient = settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.fixture(scope="module")
def shared() -> Iterator[SimSwitch]:
    with SimSwitch() as running:
        yield running


def answers(switch: SimSwitch, text: str) -> None:
    with Client(switch.port) as client:
        client.send(text)
        client.send("api echo alive\n\n")
        while (answer := client.reply().text) != "alive":
            assert answer != "-ERR internal error\n"


@patient
@given(name=st.sampled_from(COMMANDS), text=TEXT | SPECIAL)
def test_every_api_command_answers_anything(shared: SimSwitch, name: str, text: str) -> None:
    answers(shared, f"api {name} {text}\n\n")


@patient
@given(word=WORDS, text=TEXT | SPECIAL, value=TEXT)
def test_every_command_answers_anything(
    shared: SimSwitch, word: str, text: str, value: str
) -> None:
    header = text.replace(":", "").strip()
    if header.lower() == "content-length":
        return
    answers(shared, f"{word} {text}\n{header}: {value}\n\n")


@patient
@given(data=st.binary(max_size=200))
def test_no_bytes_end_the_switch(shared: SimSwitch, data: bytes) -> None:
    with Client(shared.port) as client:
        client.sock.sendall(data)
        client.sock.shutdown(socket.SHUT_WR)
    answers(shared, "")


@given(text=TEXT | SPECIAL)
def test_any_text_is_expanded(text: str) -> None:
    values = {"a": "${b}", "b": "${a}${a}", "c": "x"}
    assert isinstance(expand(text, values.get, lambda name, args: f"{name}({args})"), str)


def test_variables_that_name_each_other_end() -> None:
    values = {"a": "${b}${b}", "b": "${a}${a}"}
    assert len(expand("${a}", {}.get, lambda name, args: "", values.get)) < 1 << 22


@given(text=TEXT | SPECIAL)
def test_any_pattern_is_read_or_matches_nothing(text: str) -> None:
    assert patterns.search(text, "") is None or patterns.compiled(text) is not None


@given(data=st.binary(max_size=300), cut=st.integers(1, 40))
def test_pieces_make_no_difference(data: bytes, cut: int) -> None:
    def read(step: int) -> list[tuple[str, str | None]]:
        parser, found = serve.CommandParser(), []
        try:
            for at in range(0, len(data), step):
                found += [(c.line, c.body) for c in parser.feed(data[at : at + step])]
        except ProtocolError:
            found.append(("", "refused"))
        return found

    assert read(cut) == read(1)


@given(name=TEXT.filter(lambda text: bool(text) and ":" not in text), value=TEXT)
def test_no_header_becomes_another(name: str, value: str) -> None:
    pairs = [(name, value)]
    lines = serve.plain_event(pairs).decode().split("\n")
    assert len([line for line in lines if line]) == 1
    xml = serve.xml_event(pairs, "<!></body><headers>").decode()
    assert xml.count("<headers>") == 1
    assert xml.count("</body>") == 1
