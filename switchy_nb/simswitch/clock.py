"""Time and chance: the switch's clock, and where its ids, tags and ports come from.

Both belong to one switch, so that a seed makes a run repeat and no two switches share a state.
"""

import random
import string
import time
import uuid

#: FreeSWITCH moves its clock in steps of 20 ms by default (its soft timer's tick)
STEP_US = 20_000

_TAG = string.ascii_letters + string.digits


class Clock:
    """Microseconds since the epoch, exact or in FreeSWITCH's steps.

    Parameters
    ----------
    stepped : bool
        True moves the clock every 20 ms only, as a real switch's does.
    """

    def __init__(self, *, stepped: bool = False) -> None:
        self._stepped = stepped
        self._offset = time.time_ns() // 1000 - time.monotonic_ns() // 1000
        self.started = self.now()

    def now(self) -> int:
        """Read the clock, in µs since the epoch. It never goes back."""
        now = time.monotonic_ns() // 1000 + self._offset
        if self._stepped:
            now -= now % STEP_US
        return now


class Ids:
    """Uuids, SIP tags, media ports and the like.

    Parameters
    ----------
    seed : int or None
        None draws from the system; a number makes every run the same.
    """

    def __init__(self, seed: int | None = None) -> None:
        self.chance = random.Random(seed)
        self._session = 0
        self._cseq = self.chance.randrange(100_000_000, 130_000_000)

    def uuid(self) -> str:
        """Draw a random uuid (version 4)."""
        return str(uuid.UUID(int=self.chance.getrandbits(128), version=4))

    def tag(self, length: int = 13) -> str:
        """Draw a SIP tag or a branch."""
        return "".join(self.chance.choices(_TAG, k=length))

    def port(self) -> int:
        """Draw an even port of FreeSWITCH's default media range."""
        return self.chance.randrange(16384, 32768, 2)

    def ssrc(self) -> int:
        """Draw an RTP synchronisation source."""
        return self.chance.randrange(1 << 31, 1 << 32)

    def session(self) -> int:
        """Count a session: the next ``session_id``, from 1."""
        self._session += 1
        return self._session

    def cseq(self) -> int:
        """Count a SIP request: the next CSeq."""
        self._cseq += 1
        return self._cseq

    @property
    def sessions(self) -> int:
        """How many sessions there have been."""
        return self._session
