"""What is expected of one call, or of one leg of it, one thing after the other."""

import threading
import time
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NoReturn

from switchy_nb.analysis.ending import cause_in_words
from switchy_nb.analysis.expecting.checks import (
    a_cause,
    a_duration,
    a_range,
    an_end,
    an_event,
)
from switchy_nb.analysis.wording import listed, readable, seconds, text_of

_TICK_S = 0.03
#: So many times as long as a look at the recording took, it is left alone.
_SHARE = 4.0
#: Events that say that nothing more comes of a leg.
_LAST = ("CHANNEL_HANGUP_COMPLETE", "CHANNEL_DESTROY")
_SINCE = ("answer", "creation")


class CallExpectation:
    """What is expected of a call or a leg; see `expect`.

    Each method raises an AssertionError that tells the call's steps if it is not so, and returns
    this again if it is. Of a leg, answers, durations, causes and events are its own.
    """

    def __init__(self, thing: Any, timeout: float) -> None:
        self._thing = thing
        self._timeout = a_duration(timeout, "timeout")
        self._held: list[str] = []
        self._call = thing.recorded()
        self._live = self._call is not thing
        uuid = getattr(thing, "uuid", None)
        # a call and its first leg often share their name: a leg knows the call that it is of
        self._leg = uuid if self._live and hasattr(thing, "call") else None

    # --- what may be expected -------------------------------------------------------------

    def answered(self, *, within: float | None = None) -> "CallExpectation":
        """Expect that it was answered, within so many seconds of its creation."""
        __tracebackhide__ = True
        limit = None if within is None else a_duration(within, "within")
        took = self._wait(
            lambda: self._took("answered"), max(limit or 0, self._timeout), "answered", "hungup"
        )
        wanted = "to be answered" + (f" within {seconds(limit)}" if limit is not None else "")
        if took is None:
            self._fail(wanted, "it was not answered")
        if limit is not None and took > limit:
            self._fail(wanted, f"it was answered after {seconds(took)}")
        return self._holds(f"answered after {seconds(took)}")

    def unanswered(self) -> "CallExpectation":
        """Expect that it ended without an answer."""
        __tracebackhide__ = True
        self._over("to end unanswered")
        took = self._took("answered")
        if took is not None:
            self._fail("to end unanswered", f"it was answered after {seconds(took)}")
        return self._holds("not answered")

    def rang(self, *, within: float | None = None) -> "CallExpectation":
        """Expect that it rang or had early media, within so many seconds of its creation."""
        __tracebackhide__ = True
        limit = None if within is None else a_duration(within, "within")
        took = self._wait(
            lambda: self._took("progress"),
            max(limit or 0, self._timeout),
            "ringing",
            "answered",
            "hungup",
        )
        wanted = "to ring" + (f" within {seconds(limit)}" if limit is not None else "")
        if took is None:
            self._fail(wanted, "it did not")
        if limit is not None and took > limit:
            self._fail(wanted, f"it rang after {seconds(took)}")
        return self._holds(f"rang after {seconds(took)}")

    def lasted(
        self,
        *,
        between: Sequence[float] | None = None,
        at_least: float | None = None,
        at_most: float | None = None,
        since: str = "answer",
    ) -> "CallExpectation":
        """Expect how long it was up.

        Parameters
        ----------
        between : (float, float), optional
            At least and at most so many seconds.
        at_least, at_most : float, optional
            The same, one by one.
        since : {"answer", "creation"}
            From when on; until the hangup.
        """
        __tracebackhide__ = True
        if since not in _SINCE:
            raise ValueError(f"a call lasts since its 'answer' or its 'creation', not {since!r}")
        if between is None and at_least is None and at_most is None:
            raise ValueError("how long? Give between=(0.9, 1.2), at_least=… or at_most=… (seconds)")
        low, high = a_range(between, "between") if between is not None else (0.0, float("inf"))
        low = max(low, a_duration(at_least, "at_least") if at_least is not None else low)
        high = min(high, a_duration(at_most, "at_most") if at_most is not None else high)
        wanted = f"to last {_range(low, high)} since its {since}"
        self._over(wanted)
        lasted = self._lasted(since)
        if lasted is None:
            self._fail(wanted, f"there was no {since} to count from")
        if not low <= lasted <= high:
            self._fail(wanted, f"it lasted {seconds(lasted)}")
        return self._holds(f"lasted {seconds(lasted)}")

    def hung_up_by(self, who: str) -> "CallExpectation":
        """Expect which end hung up: ``caller`` or ``callee``."""
        __tracebackhide__ = True
        wanted = f"to be hung up by the {an_end(who)}"
        self._over(wanted)
        found = text_of(self._row["hung_up_by"])
        if found != who:
            self._fail(
                wanted, f"it was hung up by {f'the {found}' if found else 'nobody knows whom'}"
            )
        return self._holds(f"hung up by the {who}")

    def cause(self, *names: str) -> "CallExpectation":
        """Expect the hangup cause; with several, one of them."""
        __tracebackhide__ = True
        known = [a_cause(name) for name in names]
        if not known:
            raise ValueError("which cause? Give its name, such as 'NORMAL_CLEARING'")
        wanted = f"to end with {listed(known, 'or')}"
        self._over(wanted)
        found = text_of(self._subject["hangup_cause"])
        if found not in known:
            self._fail(wanted, f"it ended with {cause_in_words(found)}")
        return self._holds(str(found))

    def saw(
        self, name: str, *, then: str | Iterable[str] = (), within: float | None = None
    ) -> "CallExpectation":
        """Expect an event, and others after it in this order.

        Parameters
        ----------
        name : str
            The event, such as ``CHANNEL_PROGRESS``, or a subclass of CUSTOM.
        then : str or iterable of str
            What comes after it.
        within : float, optional
            Seconds from the first to the last of them.
        """
        __tracebackhide__ = True
        limit = None if within is None else a_duration(within, "within")
        more = [then] if isinstance(then, str) else list(then)
        names = [an_event(one, self._subclasses()) for one in [name, *more]]
        wanted = f"to see {', then '.join(names)}" + (
            f" within {seconds(limit)}" if limit is not None else ""
        )
        found = self._wait(lambda: self._in_order(names), self._timeout)
        if found is None:
            seen = list(dict.fromkeys(_labels(self._events)))
            lacking = [one for one in dict.fromkeys(names) if one not in seen]
            self._fail(
                wanted,
                f"{listed(lacking)} did not come" if lacking else "they came in another order",
            )
        took = float((found[-1] - found[0]).total_seconds())
        if limit is not None and took > limit:
            self._fail(wanted, f"it took {seconds(took)}")
        return self._holds(" then ".join(names))

    def never_saw(self, *names: str) -> "CallExpectation":
        """Expect that none of these events came until the call was over."""
        __tracebackhide__ = True
        known = [an_event(name, self._subclasses()) for name in names]
        wanted = f"never to see {listed(known, 'or')}"
        self._over(wanted)
        came = [name for name in known if name in set(_labels(self._events))]
        if came:
            self._fail(wanted, f"{listed(came)} came")
        return self._holds(f"no {listed(known, 'or')}")

    # --- what it was ----------------------------------------------------------------------

    @property
    def _row(self) -> Any:
        return self._call.row

    @property
    def _subject(self) -> Any:
        """The row that tells of it: the leg's, or that of the caller's leg for a call."""
        sessions = self._call.sessions
        return sessions.loc[self._leg or self._row["caller"]]

    @property
    def _events(self) -> Any:
        events = self._call.events
        return events if self._leg is None else events[events["session"] == self._leg]

    def _subclasses(self) -> set[str]:
        return {str(value) for value in self._call.events["subclass"].dropna().unique()}

    def _took(self, column: str) -> float | None:
        """Seconds from the creation to a moment of a leg; of a call, to the first of its legs'."""
        sessions = self._call.sessions
        moment = self._subject[column]
        if column == "progress" and self._leg is None:
            moment = sessions["progress"].min()  # the far leg may be the only one that tells
        begin = self._subject["created"]
        if moment != moment:
            return None
        return float((moment - begin).total_seconds()) if begin == begin else 0.0

    def _lasted(self, since: str) -> float | None:
        subject = self._subject
        if self._leg is None and since == "answer":
            begin, end = self._row["caller_answer"], self._first_end()
        else:
            begin, end = subject["answered" if since == "answer" else "created"], subject["hungup"]
        return None if begin != begin or end != end else float((end - begin).total_seconds())

    def _first_end(self) -> Any:
        return self._call.sessions["hungup"].min()

    def _in_order(self, names: Sequence[str]) -> list[Any] | None:
        """The times of events in this order, or None."""
        events, wanted, found = self._events, list(names), []
        for label, moment in zip(_labels(events), events["received"], strict=True):
            if wanted and label == wanted[0]:
                found.append(moment)
                del wanted[0]
        return None if wanted else found

    # --- waiting and telling ----------------------------------------------------------------

    def _wait(self, find: Callable[[], Any], timeout: float, *marks: str) -> Any:
        """Look until there is something, the call is over, or the time is.

        What was recorded is looked at when a live leg has one of the marks (``answered``, …) or has
        ended, and at the end of the time: frames cost something, and the switch may be in this
        process. Without marks it is looked at again and again, but most of the time is left alone.
        """
        end = time.monotonic() + timeout
        pause = threading.Event()
        while True:
            began = time.monotonic()
            late = began >= end or not self._live
            if late or self._is_marked(marks):
                self._call = self._thing.recorded()
                found = find()
                if found is not None or late or self._is_over():
                    return found
            pause.wait(max(_TICK_S, _SHARE * (time.monotonic() - began)))

    def _is_marked(self, marks: Sequence[str]) -> bool:
        """Whether a live leg has come as far as one of the marks says, or all of them have ended."""
        if not marks:
            return True
        call = self._thing.call if self._leg is not None else self._thing
        legs = [leg for leg in (call.first, call.last) if leg is not None]
        if all(leg.ended for leg in legs):
            return True
        return any(getattr(leg, mark) for leg in legs for mark in marks if mark != "ended")

    def _over(self, wanted: str) -> None:
        """Wait until the call is over; fail if it is still up."""
        __tracebackhide__ = True
        self._wait(lambda: True if self._is_over() else None, self._timeout, "ended")
        subject = self._subject
        if subject["hungup"] != subject["hungup"]:
            self._fail(wanted, "it is still up")

    def _is_over(self) -> bool:
        """Whether all legs of the call have said all that they will say."""
        events, legs = self._call.events, self._call.sessions.index
        ended = events.loc[events["name"].isin(_LAST), "session"]
        return bool(legs.isin(ended).all())

    def _holds(self, what: str) -> "CallExpectation":
        self._held.append(what)
        return self

    def _fail(self, wanted: str, found: str) -> NoReturn:
        __tracebackhide__ = True
        what = f"leg {self._leg}" if self._leg is not None else f"call {self._call.uuid}"
        steps = str(self._call.steps()).replace("\n", "\n  ")
        raise AssertionError(f"expected the {readable(what)} {wanted}, but {found}\n  {steps}")

    def __repr__(self) -> str:
        return ", ".join(self._held) if self._held else f"<expectations of {self._thing!r}>"


def _labels(events: Any) -> list[str]:
    """The names of events, and of those called CUSTOM their subclasses."""
    labels = events["name"].where(events["name"] != "CUSTOM", events["subclass"])
    return [str(label) for label in labels]


def _range(low: float, high: float) -> str:
    if high == float("inf"):
        return f"at least {seconds(low)}"
    return f"at most {seconds(high)}" if not low else f"{seconds(low)} to {seconds(high)}"
