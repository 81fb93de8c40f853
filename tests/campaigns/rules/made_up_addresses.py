"""Addresses made up by a number: most like those of real lists, the others at every edge that the standards have."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from random import Random

WORDS = ("ada", "grace", "linus", "o'neil", "x", "max.muster", "Anne-Marie", "news+list", "r&d", "a_b", "info", "POSTMASTER", "42")
NAMES = ("example", "engine", "mail", "a", "b2b", "my-company", "EXAMPLE", "co", "3com", "engines-and-sons")
ENDS = ("com", "de", "co.uk", "museum", "ORG", "io", "c", "technology")
RESERVED = ("arpa", "invalid", "local", "localhost", "onion", "test", "LOCAL", "Test", "example", "internal", "home.arpa", "localhost.com")
LETTERS = (
    "abcXYZ019._-+@!#$%&'*/=?^`{|}~ \t\n\r\"\\(),:;<>[]"
    "éßöﬁ例え。\uff0e｡@﹫\u0130\u0338\u200b\u200d\u00ad\u2028\u202e\u00a0\x00\x7f\ufeff\ud800😀"
)
LITERALS = (
    "[192.0.2.1]",
    "[IPv6:2001:db8::1]",
    "[300.1.1.1]",
    "[]",
    "[IPv6:zz]",
    "192.0.2.1",
    "[192.0.2.1",
    "[tag:1]",
    "2001:db8::1",
    "1.2",
)
QUOTED = ('"ada"', '"a b"', '"a@b"', '"a\\"b"', '"', '""', '"ada', 'ada"', 'a"b"c', '"é"', '"a".b', "'ada'")
FOREIGN = (
    "müller",
    "straße",
    "例え",
    "пример",
    "ÉCOLE",
    "i\u0307",
    "ﬁrma",
    "a\u0301",
    "مثال",
    "\uff46ull",
    "xn--a",
    "xn--",
    "ab--cd",
    "xn--mller-kva",
    "\u0338",
    "②",
    "faß\u200c",
)
DOTS = (".", ".", "。", "\uff0e")
FOREIGN_ENDS = ("com", "de", "рф", "テスト", "xn--p1ai")
LENGTHS = (1, 61, 62, 63, 64, 65)


def made_up(seed: int, number: int) -> Iterator[str]:
    """Make up so many addresses, the same for the same seed."""
    draw = Random(seed)
    for _ in range(number):
        yield _plain(draw) if draw.random() < 0.7 else draw.choice(_NASTY)(draw)


def _plain(draw: Random) -> str:
    labels = [draw.choice(NAMES) for _ in range(draw.choice((1, 1, 1, 2, 3)))]
    return f"{draw.choice(WORDS)}{draw.randrange(100_000)}@{'.'.join([*labels, draw.choice(ENDS)])}"


def _reserved(draw: Random) -> str:
    return (
        f"{draw.choice(WORDS)}@{draw.choice(('', 'a.', 'mail.example.', 'not', 'x-'))}{draw.choice(RESERVED)}{draw.choice(('', '', '.'))}"
    )


def _dots_and_dashes(draw: Random) -> str:
    local, domain = ("".join(draw.choices("aZ9.-_", weights=(8, 4, 2, 3, 3, 1), k=draw.randrange(1, 12))) for _ in range(2))
    return f"{local}@{domain}.{draw.choice(ENDS)}"


def _long(draw: Random) -> str:
    """Make one whose local part, labels, domain or whole are as long as they may be, or almost, or a little longer."""
    labels = ["b" * draw.choice(LENGTHS) for _ in range(draw.randrange(1, 5))]
    address = f"{'a' * draw.choice(LENGTHS)}@{'.'.join(labels)}.com"
    missing = draw.choice((253, 254, 255, 256)) - len(address)
    return address.replace("@b", f"@{'c' * (missing - 1)}.b", 1) if 1 < missing < 70 else address


def _literal(draw: Random) -> str:
    return f"{draw.choice(WORDS)}@{draw.choice(LITERALS)}"


def _quoted(draw: Random) -> str:
    return f"{draw.choice(QUOTED)}@{draw.choice(NAMES)}.{draw.choice(ENDS)}"


def _foreign(draw: Random) -> str:
    local = draw.choice(FOREIGN) if draw.random() < 0.2 else draw.choice(WORDS)
    domain = f"{draw.choice(('', '', 'mail.', 'x'))}{draw.choice(FOREIGN)}"
    return f"{local}@{domain}{draw.choice(DOTS)}{draw.choice(FOREIGN_ENDS)}"


def _spoilt(draw: Random) -> str:
    """Take a plain one and put in, leave out or exchange up to three letters."""
    letters = list(_plain(draw))
    for _ in range(draw.choice((1, 1, 2, 3))):
        at = draw.randrange(len(letters) + 1)
        letters[at : at + draw.randrange(2)] = draw.choice(["", *LETTERS])
    return "".join(letters)


def _noise(draw: Random) -> str:
    return "".join(draw.choices(LETTERS, k=draw.randrange(30)))


_NASTY: tuple[Callable[[Random], str], ...] = (
    *(_spoilt, _spoilt, _spoilt),
    *(_reserved, _dots_and_dashes, _long, _literal, _quoted, _foreign, _noise),
)
