"""Prompts that ask for digits: ``read`` and ``play_and_get_digits``."""

import re
from dataclasses import dataclass
from enum import Enum, auto

from switchy_nb.simswitch.calls.channel import Channel
from switchy_nb.simswitch.calls.signals import Wake
from switchy_nb.simswitch.sound import playing
from switchy_nb.simswitch.sound.playing import Ending
from switchy_nb.simswitch.words import separate

#: the shortest time (ms) that may be given for the first digit
_LEAST_MS = 1000
#: the most digits that fit
_MOST = 127


class Outcome(Enum):
    """How asking for digits ended."""

    SUCCESS = auto()
    TIMEOUT = auto()
    TOO_FEW = auto()
    RESTART = auto()
    FAILURE = auto()


@dataclass(frozen=True)
class Question:
    """What is asked for.

    Attributes
    ----------
    least, most : int
        How many digits.
    first_ms, next_ms : int
        How long to wait for the first of them, and for each further one.
    ends : str
        The digits that end it. ``=`` before them wants one of them; ``+`` or ``x`` before one keeps
        it among the digits.
    variable : str
        Where the digits go.
    """

    least: int
    most: int
    prompt: str
    variable: str
    first_ms: int
    next_ms: int
    ends: str


async def ask(channel: Channel, question: Question) -> tuple[Outcome, str]:
    """Play the prompt and collect digits; ``read_result`` says how it went."""
    channel.set("read_result", None)
    if question.variable:
        channel.set(question.variable, None)
    if question.most > _MOST or channel.codec is None:
        return Outcome.FAILURE, ""
    digits: list[str] = []

    def first(digit: str) -> bool:
        digits.append(digit)
        return True

    outcome, end = Outcome.SUCCESS, ""
    if question.prompt and question.prompt.lower() != "silence":
        ending = await playing.play_file(channel, question.prompt, taker=first)
        if ending not in (Ending.DONE, Ending.DIGIT, Ending.BREAK):
            outcome = Outcome.FAILURE
    text = "".join(digits)
    if outcome is Outcome.SUCCESS:
        if len(text) < max(question.least, question.most):
            outcome, text, end = await _collect(channel, question, text)
        outcome, text = _judge(channel, question, outcome, text, end)
    alone = question.most == 1 and len(text) == 1 and text in question.ends
    if alone and outcome is not Outcome.RESTART:
        text = ""
    if question.variable and text:
        channel.set(question.variable, text)
    return outcome, text


def _judge(
    channel: Channel, question: Question, outcome: Outcome, text: str, end: str
) -> tuple[Outcome, str]:
    """Decide what the digits are worth, and note it."""
    if end:
        channel.set("read_terminator_used", end)
        kept = question.ends[question.ends.find(end) - 1 : question.ends.find(end)]
        if kept in ("+", "x") and question.ends.find(end) > 0:
            text += end
            if kept == "x":
                outcome = Outcome.RESTART
    elif question.ends.startswith("="):
        outcome = Outcome.TOO_FEW
    if len(text) < question.least:
        outcome = Outcome.TOO_FEW
    result = {Outcome.SUCCESS: "success", Outcome.TIMEOUT: "timeout"}.get(outcome, "failure")
    channel.set("read_result", result)
    return outcome, text


async def _collect(channel: Channel, question: Question, text: str) -> tuple[Outcome, str, str]:
    """Wait for digits; give what came, and the digit that ended it."""
    for at, digit in enumerate(text):
        if digit in question.ends:
            return Outcome.SUCCESS, text[:at], digit
    loop = channel.core.loop
    wait = question.next_ms if text else question.first_ms
    end = loop.time() + wait / 1000
    while channel.ready:
        left = end - loop.time()
        if left <= 0:
            return Outcome.TIMEOUT, text, ""
        why = await channel.pause(left, keep_digits=True)
        if why is Wake.GONE:
            break
        if why is not Wake.DTMF:
            continue
        end = loop.time() + question.next_ms / 1000
        while (taken := channel.take_digit()) is not None:
            if taken.digit in question.ends:
                return Outcome.SUCCESS, text, taken.digit
            text += taken.digit
            if len(text) >= question.most:
                return Outcome.SUCCESS, text, ""
    return Outcome.FAILURE, text, ""


def _number(words: list[str], at: int, default: int = 0) -> int:
    text = words[at] if at < len(words) else ""
    return int(text) if text.lstrip("-").isdigit() and len(text) < 10 else default


def _word(words: list[str], at: int, default: str = "") -> str:
    return words[at] if at < len(words) and words[at] else default


async def read(channel: Channel, data: str) -> None:
    """Ask once: ``LEAST MOST PROMPT VARIABLE MS ENDS [MS-BETWEEN]``."""
    words = separate(data, " ", 7)
    if not words:
        return
    least = max(1, _number(words, 0))
    first = max(_LEAST_MS, _number(words, 4, _LEAST_MS))
    await ask(
        channel,
        Question(
            least,
            max(least, _number(words, 1)),
            _word(words, 2),
            _word(words, 3),
            first,
            max(0, _number(words, 6)) or first,
            _word(words, 5, "#"),
        ),
    )


async def play_and_get_digits(channel: Channel, data: str) -> None:
    """Ask until the answer is good.

    ``LEAST MOST TRIES MS ENDS PROMPT BAD-PROMPT VARIABLE PATTERN [MS-BETWEEN] [TRANSFER]``: after
    each bad answer the second prompt is played, and after the last one the call goes to
    ``NUMBER DIALPLAN CONTEXT``.
    """
    words = separate(data, " ", 11)
    if not words:
        return
    least = max(0, _number(words, 0))
    first = max(_LEAST_MS, _number(words, 3, _LEAST_MS))
    variable, pattern = _word(words, 7), _word(words, 8)
    question = Question(
        least,
        max(least, _number(words, 1)),
        _word(words, 5),
        variable,
        first,
        max(0, _number(words, 9)) or first,
        _word(words, 4, "#"),
    )
    invalid = f"{variable}_invalid" if variable and pattern else ""
    if invalid:
        channel.set(invalid, None)
    tries = _number(words, 2)
    while channel.ready and tries > 0:
        outcome, digits = await ask(channel, question)
        if outcome is Outcome.TIMEOUT and len(digits) >= least:
            outcome = Outcome.SUCCESS
        none_wanted = not least and not digits and channel.get("read_terminator_used")
        if outcome is Outcome.RESTART or none_wanted:
            return
        if outcome is Outcome.SUCCESS and digits:
            if _matches(pattern, digits):
                return
            channel.set(variable, None)
            if invalid:
                channel.set(invalid, digits)
        if channel.ready:
            await playing.play_file(channel, _word(words, 6))
            tries -= 1
    target = separate(_word(words, 10), " ", 3)
    if target and channel.ready:
        channel.core.transfer(channel, *target)


def _matches(pattern: str, digits: str) -> bool:
    if not pattern:
        return True
    try:
        return re.search(pattern, digits) is not None
    except re.error:
        return False
