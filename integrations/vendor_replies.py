"""Asking a vendor of lead data: one POST, and every status that is no answer in our words."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from integrations.lead_contracts import AnswerNotUnderstood, SearchRefused
from rocketsdr.lib import http

SECONDS = 30.0
MOST_BYTES = 16_000_000  # a hundred whole profiles are some megabytes
LONGEST_WAIT = 86_400  # seconds
SETTINGS = "Settings → Integrations → Lead data"


def ask(label: str, url: str, body: Mapping[str, Any], *, key: str, nothing_at: int | None = None) -> dict[str, Any]:
    """Return what the vendor answers; with `nothing_at`, that status is an empty answer: nobody was found."""
    headers = {"Accept": "application/json", "Content-Type": "application/json", "X-Api-Key": key}
    answer = http.post(url, body=json.dumps(body).encode(), headers=headers, seconds=SECONDS, most_bytes=MOST_BYTES)
    if answer.status == nothing_at:
        return {}
    if answer.status != 200:
        raise _refusal(label, answer)
    return _read(label, answer.body)


def _read(label: str, body: bytes) -> dict[str, Any]:
    try:
        read = json.loads(body)
    except (ValueError, RecursionError):
        read = None
    if not isinstance(read, dict):
        raise AnswerNotUnderstood(f"{label} answered with something that is no JSON object.", fix="Try again later.")
    return read


def _refusal(label: str, answer: http.Answer) -> SearchRefused:
    """Say what a status means; the body is the vendor's own, and nothing of it is shown."""
    match answer.status:
        case 401 | 403:
            fix = f"Put a key that may search into {SETTINGS}, and check that your plan at {label} allows it."
            return SearchRefused(f"{label} does not accept the key of this workspace.", transient=False, reason="key", fix=fix)
        case 402:
            fix = f"Buy credits at {label}, or wait until they are renewed."
            return SearchRefused(f"The credits of this workspace at {label} are used up.", transient=False, reason="credits", fix=fix)
        case 429:
            wait = _wait(answer.headers)
            fix = f"Wait {wait} seconds and ask again." if wait is not None else "Wait a minute and ask again."
            known = {} if wait is None else {"retry_after_s": wait}
            return SearchRefused(f"{label} takes no more questions right now.", transient=True, reason="rate", fix=fix, **known)
        case status if status >= 500 or status == 408:
            message = f"{label} has trouble of its own (status {status})."
            return SearchRefused(message, transient=True, reason="vendor", fix="Ask again later.")
        case status:
            fix = "Use fewer or other words."
            return SearchRefused(f"{label} did not accept the query (status {status}).", transient=False, reason="query", fix=fix)


def _wait(headers: Mapping[str, str]) -> int | None:
    said = headers.get("Retry-After", "").strip()
    return min(int(said), LONGEST_WAIT) if said.isascii() and said.isdigit() and len(said) < 10 else None
