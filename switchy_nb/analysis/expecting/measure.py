"""A number that is compared with another: true in a plain line, or an AssertionError."""

from collections.abc import Callable
from numbers import Real
from typing import NoReturn

from switchy_nb.analysis.wording import seconds

_WORDS = {
    ">=": "at least",
    "<=": "at most",
    ">": "more than",
    "<": "less than",
    "==": "exactly",
    "!=": "anything but",
}


class Measure:
    """A share, a duration or a count of calls.

    Compared with a number it is true, and says so when it is shown; or it raises. So
    ``expect(calls).share("answered") >= 0.99`` is an assertion by itself.

    Parameters
    ----------
    value : float
        The number; NaN where there is nothing to be counted.
    unit : {"share", "s", ""}
        What it is: a share from 0 to 1, seconds, or a count.
    what : str
        Its name in a sentence.
    shown : str
        It, in words, such as ``572 of 600 (95.3 %)``.
    others : callable
        Gives the lines that tell what stood in the way.
    """

    def __init__(
        self, value: float, unit: str, what: str, shown: str, others: Callable[[], str]
    ) -> None:
        self.value, self.unit, self.what, self.shown = value, unit, what, shown
        self._others = others
        self._held: list[str] = []

    def __ge__(self, bound: object) -> "Measure":
        return self._check(">=", bound, lambda number: self.value >= number)

    def __le__(self, bound: object) -> "Measure":
        return self._check("<=", bound, lambda number: self.value <= number)

    def __gt__(self, bound: object) -> "Measure":
        return self._check(">", bound, lambda number: self.value > number)

    def __lt__(self, bound: object) -> "Measure":
        return self._check("<", bound, lambda number: self.value < number)

    def __eq__(self, bound: object) -> "Measure":  # type: ignore[override]
        return self._check("==", bound, lambda number: self.value == number)

    def __ne__(self, bound: object) -> "Measure":  # type: ignore[override]
        return self._check("!=", bound, lambda number: self.value != number)

    __hash__ = None  # type: ignore[assignment]

    def __bool__(self) -> bool:
        if not self._held:
            raise TypeError(
                f"{self.what} is a number to be compared, as in `>= {self._example()}`; by itself "
                "it is neither true nor false"
            )
        return True

    def __float__(self) -> float:
        return self.value

    def __repr__(self) -> str:
        return ", ".join([f"{self.what}: {self.shown}", *self._held])

    def _example(self) -> str:
        return {"share": "0.99", "s": "0.5"}.get(self.unit, "1")

    def _check(self, sign: str, bound: object, holds: Callable[[float], bool]) -> "Measure":
        __tracebackhide__ = True
        number = self._number(bound)
        wanted = f"{_WORDS[sign]} {self._written(number)}"
        if self.value != self.value:
            self._fail(f"there is nothing to count: {self.shown}. Wanted {wanted}", "")
        if not holds(number):
            self._fail(f"{self.shown}, wanted {wanted}", self._others())
        self._held.append(wanted)
        return self

    def _fail(self, text: str, others: str) -> NoReturn:
        __tracebackhide__ = True
        raise AssertionError(f"{self.what}: {text}" + (f"\n{others}" if others else ""))

    def _number(self, bound: object) -> float:
        """Read what it is compared with.

        Raises
        ------
        TypeError
            If it is no number.
        ValueError
            If it is no share, where that is what is compared.
        """
        if isinstance(bound, bool) or not isinstance(bound, Real):
            raise TypeError(f"{self.what} is compared with a number, not with {bound!r}")
        number = float(bound)
        if self.unit == "share" and not 0 <= number <= 1:
            raise ValueError(
                f"{self.what} is a share from 0 to 1: for {number:g} % write {number / 100:g}"
            )
        return number

    def _written(self, number: float) -> str:
        if self.unit == "share":
            return f"{100 * number:g} %"
        return seconds(number) if self.unit == "s" else f"{number:g}"


def nothing() -> str:
    """Tell of nothing that stood in the way."""
    return ""
