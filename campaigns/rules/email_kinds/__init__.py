"""What kind of address this is, by its two halves: a mailbox that several people read, one at a free-mail provider, one to throw away.

The tables in `words/` are our own. What they do not name is taken for a person's own address at their work.
"""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

_BETWEEN_WORDS = re.compile(r"[._-]+")
_ANY_COUNTRY = re.compile(r"(?:com|net|org|ru|(?:com?\.)?[a-z]{2})")
_LAND = re.compile(r"[a-z]{2}|[0-9]+")  # what may follow a word: info.de, sales-2


def role_of(local: str) -> str:
    """Say what a mailbox is for that several people read, or none; empty for what looks like a person's.

    What follows a + does not count, nor what separates the words: no-reply, No.Reply+x and noreply are the same.
    """
    roles = _table("role_accounts")
    first, *rest = words = [word for word in _BETWEEN_WORDS.split(local.partition("+")[0].lower()) if word] or [""]
    whole = "".join(words)
    if whole in roles:
        return roles[whole]
    known = first if first in roles else first.rstrip("0123456789")
    return roles.get(known, "") if all(word in roles or _LAND.fullmatch(word) for word in rest) else ""


def free_provider_of(domain: str) -> str:
    """Name the provider that gives everybody a mailbox at this domain; empty for every other domain."""
    providers = _table("free_mail")
    family, _, country = domain.partition(".")
    return providers.get(domain, "") or (providers.get(f"{family}.*", "") if _ANY_COUNTRY.fullmatch(country) else "")


def disposable_domain_of(domain: str) -> str:
    """Name the domain of throw-away addresses that this one is or lies below; empty for every other domain."""
    labels, disposable = domain.split("."), _table("disposable")
    parents = (".".join(labels[start:]) for start in range(len(labels) - 1))
    return next((parent for parent in parents if parent in disposable), "")


@cache
def _table(name: str) -> dict[str, str]:
    """Read a table of this package; a line is a word, a tab and what it means, or the word alone."""
    lines = files(__package__).joinpath("words", f"{name}.tsv").read_text(encoding="utf-8").splitlines()
    rows = (line.partition("\t") for line in lines if line and not line.startswith("#"))
    return {word: meaning for word, _, meaning in rows}
