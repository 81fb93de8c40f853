"""Every curl command of a document, as a reader would copy it."""

from __future__ import annotations

import re
from pathlib import Path

DOCUMENT = Path(__file__).with_name("documents") / "mcp-integration.txt"
_WORDS = re.compile(r"""'[^']*'|"[^"]*"|\\\n|[^'"\\\n]+""")


def commands() -> list[str]:
    """Return the commands in the order of the document."""
    text = DOCUMENT.read_text(encoding="utf-8")
    return [_command(text, found.start()) for found in re.finditer(r"curl (?=-)", text)]


def _command(text: str, start: int) -> str:
    """Read to the end of the line that no backslash continues; in the document the next heading may stick to the last quote."""
    end = start
    while word := _WORDS.match(text, end):
        end = word.end()
        if word[0][0] in "'\"" and re.match(r"[\w#]", text[end : end + 1]):
            break
    return text[start:end].strip()
