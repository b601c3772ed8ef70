"""Stand-ins: what is written in the place of a number, a name or an address.

The same value always gets the same one, from a keyed hash: without the salt nobody can try values
out. Where values are is not known here.
"""

import hashlib
import hmac
import ipaddress
import re
from collections.abc import Callable

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

#: Addresses for examples (RFC 5737), and for more of them than those are: for measuring (RFC 2544).
_NETS = [ipaddress.ip_network(n) for n in ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24")]
_MORE = ipaddress.ip_network("198.18.0.0/15")
_DOCUMENTATION = int(ipaddress.IPv6Address("2001:db8::"))
_CONSONANTS, _VOWELS = "bdfgklmnprstvz", "aeiou"
_PREFIXES = ("Name-", "Someone-", "Party-", "")
#: How often another one is tried that keeps the usual form, and that keeps the length.
_TRIES, _MORE_TRIES = 64, 512
#: From so many digits on, a number is one wherever it stands, and looks like one to everybody.
LONG = 7
UUID = re.compile(rb"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


def folded(value: bytes) -> bytes:
    """Write a text in small letters: Ümit and ümit are one."""
    return value.decode("utf-8", "surrogateescape").lower().encode("utf-8", "surrogateescape")


def written(address: Address) -> str:
    """Write an address; one of version 4 in one of version 6 as it is mostly seen."""
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return str(address) if mapped is None else f"::ffff:{mapped}"


class StandIns:
    """Makes stand-ins, and remembers them.

    Parameters
    ----------
    salt : bytes
        The key. With the same one, other recordings get the same stand-ins (but where two values
        of one recording would have got the same).
    is_original : callable
        Whether a text holds something that is to be replaced: no stand-in may.
    """

    def __init__(self, salt: bytes, is_original: Callable[[bytes], bool]) -> None:
        self._salt = salt
        self._is_original = is_original
        self._numbers: dict[bytes, bytes] = {}
        self._texts: dict[bytes, bytes] = {}
        self._addresses: dict[Address, Address] = {}
        self._taken: set[object] = set()
        self.originals: set[Address] = set()
        #: numbers for which none of their length was left
        self.crowded: set[bytes] = set()

    def number(self, digits: bytes) -> bytes:
        """Return a number of the same length, that begins with 555 (a short one with 5)."""
        found = self._numbers.get(digits)
        if found is None:
            found = self._numbers[digits] = self._new_number(digits)
            self._taken.add(found)
        return found

    def _new_number(self, digits: bytes) -> bytes:
        length = len(digits)
        prefix = "555" if length >= LONG else "5" if length > 2 else ""
        for attempt in range(_TRIES + _MORE_TRIES):
            if attempt == _TRIES:
                prefix = ""
            drawn = str(self._draw(b"number", digits, attempt)).zfill(length)
            made = prefix + drawn[len(drawn) - length + len(prefix) :]
            if made[0] == "0":
                made = "9" + made[1:]
            candidate = made.encode()
            if candidate not in self._taken and not self._is_original(candidate):
                return candidate
        self.crowded.add(digits)
        return self._new_number(b"0" + digits)

    def text(self, value: bytes) -> bytes:
        """Return a name that can be spoken, for a name or a SIP user; case does not count."""
        key = folded(value)
        found = self._texts.get(key)
        if found is None:
            found = self._texts[key] = (
                self._new_uuid(key) if UUID.fullmatch(key) else self._new(key)
            )
            self._taken.add(found.lower())
        return found

    def _new(self, key: bytes) -> bytes:
        attempt = 0
        while True:
            number = self._draw(b"text", key, attempt)
            syllables = []
            for _ in range(4):
                number, c = divmod(number, len(_CONSONANTS))
                number, v = divmod(number, len(_VOWELS))
                syllables.append(_CONSONANTS[c] + _VOWELS[v])
            prefix = _PREFIXES[min(attempt // 4, len(_PREFIXES) - 1)]
            made = (prefix + "".join(syllables).capitalize()).encode()
            # In the end one that holds an original (a name like "ba") must do: it has no other letters.
            if made.lower() not in self._taken and (
                attempt > _TRIES or not self._is_original(made)
            ):
                return made
            attempt += 1

    def _new_uuid(self, key: bytes) -> bytes:
        digest = self._digest(b"uuid", key, 0).hex()
        parts = (digest[:8], digest[8:12], digest[12:16], digest[16:20], digest[20:32])
        return "-".join(parts).encode()

    def address(self, address: Address) -> Address:
        """Return an address for examples, of the same version."""
        found = self._addresses.get(address)
        if found is None:
            found = self._addresses[address] = self._new_address(address)
            self._taken.add(found)
        return found

    def _new_address(self, address: Address) -> Address:
        if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
            inner = self.address(address.ipv4_mapped)
            return ipaddress.IPv6Address(f"::ffff:{inner}")
        attempt = 0
        while True:
            number = self._draw(b"address", address.packed, attempt)
            made: Address
            if isinstance(address, ipaddress.IPv6Address):
                made = ipaddress.IPv6Address(_DOCUMENTATION + number % (1 << 32))
            elif attempt < _TRIES:
                number, net = divmod(number, len(_NETS))
                made = ipaddress.IPv4Address(int(_NETS[net].network_address) + 1 + number % 254)
            else:
                made = ipaddress.IPv4Address(int(_MORE.network_address) + number % (1 << 17))
            if made not in self._taken and made not in self.originals:
                return made
            attempt += 1

    def all(self) -> dict[str, str]:
        """Return every original and its stand-in."""
        texts = {**self._numbers, **self._texts}
        shown = {k.decode("utf-8", "replace"): v.decode() for k, v in texts.items()}
        return shown | {written(k): written(v) for k, v in self._addresses.items()}

    def _draw(self, kind: bytes, value: bytes, attempt: int) -> int:
        return int.from_bytes(self._digest(kind, value, attempt), "big")

    def _digest(self, kind: bytes, value: bytes, attempt: int) -> bytes:
        return hmac.new(self._salt, b"%s %d %s" % (kind, attempt, value), hashlib.sha256).digest()
