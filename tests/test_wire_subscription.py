"""What a client hears, by its commands: FreeSWITCH's replies and choices."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from switchy_nb.wire.names import EVENT_NAMES, named, named_all
from switchy_nb.wire.subscription import Filters, Subscription


@dataclass
class Heard:
    name: str
    subclass: str | None = None
    body: str | None = None
    headers: dict[str, str] = field(default_factory=dict)

    def header(self, name: str) -> str | None:
        return self.headers.get(name.lower())


def test_names_are_known_in_any_case_and_with_their_prefix() -> None:
    assert named("channel_answer") == "CHANNEL_ANSWER"
    assert named("SWITCH_EVENT_CHANNEL_ANSWER") == "CHANNEL_ANSWER"
    assert named("NEW") is None
    assert named("new", frozenset({"NEW"})) == "NEW"
    words = "API CUSTOM sofia::register API x::y".split()
    assert named_all(words) == ({"API", "CUSTOM"}, {"sofia::register", "API", "x::y"})


def test_subscriptions_add_up_and_are_taken_back() -> None:
    wants = Subscription()
    assert wants.subscribe("nonsense") == "-ERR no keywords supplied"
    assert not wants.hears("API")
    assert wants.subscribe("json API") == "+OK event listener enabled json"
    assert wants.subscribe("CUSTOM x::y") == "+OK event listener enabled json"
    assert wants.takes(Heard("API"))
    assert wants.takes(Heard("CUSTOM", "x::y"))
    assert not wants.takes(Heard("CUSTOM", "x::z"))
    assert wants.unsubscribe("API CUSTOM x::y") == "+OK events nixed"
    assert not wants.takes(Heard("API"))
    assert not wants.takes(Heard("CUSTOM", "x::y"))
    assert wants.clear() == "+OK no longer listening for events"
    assert wants.clear() == "-ERR not listening for events"


def test_all_is_everything_and_without_one_name_all_others() -> None:
    wants = Subscription(known=frozenset({"NEW"}))
    wants.subscribe("plain ALL")
    assert wants.everything
    assert wants.takes(Heard("CUSTOM", "any::thing"))
    wants.unsubscribe("API")
    assert not wants.everything
    others = EVENT_NAMES - {"API", "ALL"} | {"NEW"}
    assert {name for name in [*others, "API"] if wants.takes(Heard(name))} == others
    wants.unsubscribe("ALL")
    assert not wants.takes(Heard("NEW"))


def test_one_leg_is_followed_by_its_id_or_its_jobs() -> None:
    wants = Subscription()
    wants.follow("1")
    assert wants.takes(Heard("CHANNEL_ANSWER", headers={"unique-id": "1"}))
    assert not wants.takes(Heard("CHANNEL_ANSWER", headers={"unique-id": "2"}))
    assert not wants.takes(Heard("CHANNEL_ANSWER"))
    wants.subscribe("BACKGROUND_JOB")
    assert wants.takes(Heard("BACKGROUND_JOB", headers={"job-owner-uuid": "1"}))


@pytest.mark.parametrize(
    ("orders", "passes"),
    [
        ([], True),
        (["x ONE"], True),
        (["x two"], False),
        (["x two", "x one"], True),
        (["x one", "y -2"], False),
        (["y -3"], False),
        (["x /^o.e$/"], True),
        (["x /(/"], False),
        (["x /(?<n>O)NE/i"], True),
        (["_body text"], True),
        (["x two", "delete x"], True),
        (["x two", "delete x two"], True),
        (["x two", "delete x other"], False),
        (["add x one"], True),
        (["x two", "x "], True),
    ],
)
def test_filters(orders: list[str], passes: bool) -> None:
    filters = Filters()
    for order in orders:
        assert filters.command(order).startswith("+OK filter ")
    assert filters.passes(Heard("API", body="text", headers={"x": "one", "y": "2"})) is passes


def test_what_filters_reply() -> None:
    filters = Filters()
    assert filters.command("alone") == "-ERR invalid syntax"
    assert filters.command("add x") == "+OK filter added. [x]=[(null)]"
    assert filters.command("x a b") == "+OK filter added. [x]=[a b]"
    assert filters.command("delete x a b") == "+OK filter deleted. [x][a b]"
