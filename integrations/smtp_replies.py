"""What a mail server's refusal means, in our words; its own are never shown."""

from __future__ import annotations

import re

from integrations.contracts import MailRefused, Verdict

REASONS = {
    Verdict.THROTTLED: "it takes no more for now",
    Verdict.GREYLISTED: "it wants a second try later",
    Verdict.MAILBOX_UNKNOWN: "the mailbox is unknown",
    Verdict.MAILBOX_FULL: "the mailbox is full",
    Verdict.BLOCKED: "it blocks the sender or the content",
    Verdict.TOO_LARGE: "the message is too large",
    Verdict.AUTH_FAILED: "it asks for a valid login",
    Verdict.SENDER_REFUSED: "this account may not send from this address",
    Verdict.UNKNOWN: "for a reason of its own",
}
# The second and third number of an enhanced status code (RFC 3463 and the IANA registry).
_BY_STATUS = {
    Verdict.MAILBOX_UNKNOWN: ("1.0", "1.1", "1.2", "1.3", "1.6", "1.10", "2.1", "4.1", "4.4"),
    Verdict.MAILBOX_FULL: ("2.2",),
    Verdict.TOO_LARGE: ("2.3", "3.4"),
    Verdict.THROTTLED: ("3.2", "4.5", "5.3", "7.28"),
    Verdict.AUTH_FAILED: ("5.1", "7.8", "7.9", "7.11", "7.14"),
    Verdict.BLOCKED: ("6.0", "7.1", "7.2", "7.7", "7.20", "7.23", "7.25", "7.26", "7.27", "7.29", "7.509", "7.515", "7.606"),
}
_STATUS = {number: verdict for verdict, numbers in _BY_STATUS.items() for number in numbers}
_STATUS_CODE = re.compile(r"\b[245]\.(\d{1,3}\.\d{1,3})\b")
# Servers' own words, which often say more than their numbers: the first that matches decides.
_NOT_THERE = r"unknown|not found|unavailable|disabled|inactive|does ?n.t exist|does not exist"
# What is said of our address or our machine, even at RCPT: the recipient is not to blame.
_ABOUT_US = (
    r"sender address rejected|send ?as ?denied|permissions? to send as|not (?:allowed|permitted) to send(?! \w* ?to\b)"
    r"|not owned by|outbound sender|client (?:host|was|ip)\b.{0,80}(?:blocked|refused|rejected)"
)
_WORDS = (
    (Verdict.GREYLISTED, r"gr[ae]y-?list|postgrey"),
    (Verdict.THROTTLED, r"too many|rate.?limit|throttl|(?:sending|message|hourly|daily) (?:limit|quota)|unusual rate"),
    (Verdict.SENDER_REFUSED, _ABOUT_US),
    (Verdict.AUTH_FAILED, r"relay|auth\w* (?:is )?(?:required|needed|failed)|must (?:authenticate|issue)|credentials"),
    (Verdict.MAILBOX_FULL, r"mailbox.{0,20}full|over ?-?quota|quota exceeded|exceeded.{0,20}quota|storage"),
    (Verdict.TOO_LARGE, r"too (?:large|big|long)|size limit|maximum.{0,20}size"),
    (Verdict.MAILBOX_UNKNOWN, rf"(?:user|recipient|mailbox|address|account).{{0,30}}(?:{_NOT_THERE})"),
    (
        Verdict.MAILBOX_UNKNOWN,
        r"no such|unknown (?:user|recipient|mailbox|address)|invalid (?:recipient|mailbox|address)|no mailbox|not exist",
    ),
    (Verdict.BLOCKED, r"spam|blocked|block ?list|blacklist|reputation|barracuda|unsolicited|policy|dmarc|\bspf\b|dkim|banned"),
)
_WORDINGS = tuple((verdict, re.compile(words)) for verdict, words in _WORDS)
_BY_CODE = {421: Verdict.THROTTLED, 551: Verdict.MAILBOX_UNKNOWN, 554: Verdict.BLOCKED} | dict.fromkeys(
    (530, 534, 535, 538), Verdict.AUTH_FAILED
)


def verdict_of(code: int, reply: str) -> Verdict:
    """Translate a refusal: by the words that are certain, then the enhanced status, then the other words, then the bare code."""
    words = reply.lower()
    found = [verdict for verdict, wording in _WORDINGS if wording.search(words)]
    status = _STATUS_CODE.search(reply)
    by_status = _STATUS.get(status[1]) if status else None
    certain = [verdict for verdict in found if verdict in (Verdict.GREYLISTED, Verdict.THROTTLED, Verdict.SENDER_REFUSED)]
    # 5.7.1 is said for everything: any other words know better.
    if by_status is Verdict.BLOCKED and found:
        by_status = None
    return next(iter([*certain, *([by_status] if by_status else []), *found]), _BY_CODE.get(code, Verdict.UNKNOWN))


def refusal_of(code: int, reply: bytes | str, what: str) -> MailRefused:
    """Return the refusal that an answer stands for; `what` begins the sentence."""
    verdict = verdict_of(code, printable(reply))
    return MailRefused(f"{what} ({code}): {REASONS[verdict]}.", transient=not 500 <= code < 600, verdict=verdict, reply_code=code)


def printable(reply: bytes | str) -> str:
    """Return an answer as one line of text that is safe to store."""
    text = reply.decode("utf-8", "replace") if isinstance(reply, bytes) else reply
    return text[:300] if text.isprintable() else "".join(character if character.isprintable() else " " for character in text[:300])
