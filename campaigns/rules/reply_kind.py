"""What a reply asks for, as far as words alone can tell: here only whether it asks us to stop."""

from __future__ import annotations

import re

QUOTE = re.compile(
    r"""^\s*(?:>|On\ .{5,200}\ wrote:|Am\ .{5,200}\ schrieb|Le\ .{5,200}\ a\ écrit|-{2,}\s*Original\ Message|From:\ |_{10,})""",
    re.IGNORECASE | re.VERBOSE,
)
OPT_OUT = re.compile(
    r"""\b(?:
        unsubscribe | opt[\s-]?out | remove\s+me | take\s+me\s+off | stop\s+(?:e-?mailing|contacting|writing|sending|messaging)
        | (?:do\s+not|don.?t)\s+(?:contact|e-?mail|write\s+to|message)\s+me | no\s+more\s+e-?mails?
        | abmelden | austragen | keine\s+(?:weiteren\s+)?e-?mails | désabonner | désinscri\w+
        | darme\s+de\s+baja | cancellami | uitschrijven
    )\b""",
    re.IGNORECASE | re.VERBOSE,
)
ONE_WORD = re.compile(r"^\W*(?:stop|remove|unsubscribe|no\s+thanks?[,.]?\s+stop)\W*$", re.IGNORECASE)


def own_words(text: str) -> str:
    """Return what the writer added above the quoted message."""
    lines: list[str] = []
    for line in text.splitlines():
        if QUOTE.match(line):
            break
        lines.append(line)
    return "\n".join(lines).strip()


def asks_to_stop(text: str) -> bool:
    """Say whether the writer asks not to be written to again. In doubt the answer is yes: a mail too few beats a mail too many."""
    words = own_words(text)
    return bool(ONE_WORD.match(words) or OPT_OUT.search(words))
