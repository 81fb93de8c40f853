"""What makes an e-mail look like spam; hints for whoever writes it, never a reason to refuse."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

SHORTENERS = frozenset(
    (
        "bit.ly",
        "buff.ly",
        "cutt.ly",
        "goo.gl",
        "is.gd",
        "lnkd.in",
        "ow.ly",
        "rb.gy",
        "rebrand.ly",
        "shorturl.at",
        "t.co",
        "t.ly",
        "tiny.cc",
        "tinyurl.com",
    )
)
PHRASES = (
    "100% free",
    "act now",
    "buy now",
    "cash bonus",
    "click here",
    "double your",
    "earn money",
    "limited time",
    "money back",
    "no obligation",
    "once in a lifetime",
    "order now",
    "risk free",
    "risk-free",
    "special promotion",
    "this is not spam",
)
MAX_WORDS = 200
MAX_LINKS = 2
MAX_SUBJECT = 70

_LINK = re.compile(r"https?://([^\s/<>\"')]+)", re.IGNORECASE)
_PLACEHOLDER = re.compile(
    r"\[(?:first|last|full|your|company|insert|name)[^\]\n]{0,30}\]|<<[^<>\n]{1,30}>>|%[A-Z_]{4,30}%|\bX{3,}\b", re.IGNORECASE
)
_SPOOF = re.compile(r"\s*(?:re|fwd?|aw|wg)\s*:", re.IGNORECASE)


def spam_findings(subject: str, text: str, *, first: bool = True, variables_used: Collection[str] | None = None) -> list[str]:
    """Return what a filter or a reader would hold against this e-mail, one sentence each.

    `first` is false for a mail that really answers another one. Give the text without the footer.
    """
    return [*_about_subject(subject, first=first), *_about_links(text), *_about_text(subject, text), *_about_person(variables_used)]


def _about_subject(subject: str, *, first: bool) -> Iterator[str]:
    letters = [letter for letter in subject if letter.isalpha()]
    if first and _SPOOF.match(subject):
        yield "The subject pretends to answer or forward an earlier e-mail."
    if len(letters) >= 8 and sum(map(str.isupper, letters)) > 0.7 * len(letters):
        yield "The subject is in capital letters."
    if len(subject) > MAX_SUBJECT:
        yield f"The subject has {len(subject)} characters; phones show about {MAX_SUBJECT}."


def _about_links(text: str) -> Iterator[str]:
    hosts = [host.lower().removeprefix("www.").partition(":")[0] for host in _LINK.findall(text)]
    if len(hosts) > MAX_LINKS:
        yield f"The e-mail has {len(hosts)} links; {MAX_LINKS} are enough."
    for host in dict.fromkeys(hosts):
        if host in SHORTENERS:
            yield f"The link shortener {host} hides where a link leads; filters distrust it."


def _about_text(subject: str, text: str) -> Iterator[str]:
    whole = f"{subject}\n{text}"
    words = text.split()
    shouted = [word for word in words if len(word) > 3 and word.isalpha() and word.isupper()]
    if len(words) > MAX_WORDS:
        yield f"The e-mail has {len(words)} words; cold e-mails are read up to about {MAX_WORDS}."
    if len(words) >= 10 and len(shouted) > 0.2 * len(words):
        yield "Much of the text is in capital letters."
    if whole.count("!") > 2 or "!!" in whole:
        yield f"There are {whole.count('!')} exclamation marks."
    if phrases := [phrase for phrase in PHRASES if phrase in whole.lower()]:
        yield f"Filters know these phrases: {', '.join(phrases)}."
    if placeholder := _PLACEHOLDER.search(whole):
        yield f"{placeholder[0]} looks like a placeholder that nobody filled in."


def _about_person(variables_used: Collection[str] | None) -> Iterator[str]:
    if variables_used is not None and not any(name.startswith("lead.") for name in variables_used):
        yield "Nothing in it is about the lead: use at least one variable such as {{ lead.first_name }}."
