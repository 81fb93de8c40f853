"""How long a campaign takes: what the caps of its senders and the waits of its sequence add up to."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil


def days_to_send(*, leads: int, steps: int, waits: Sequence[int], daily_caps: Sequence[int | None]) -> int | None:
    """Return the days from the first e-mail to the last if nobody replies; None when nothing can be sent.

    `daily_caps` holds each sender's e-mails a day, None for no cap. Follow-ups use the same caps as first e-mails.
    """
    if not daily_caps or leads == 0 or steps == 0:
        return None
    caps = [cap for cap in daily_caps if cap is not None]
    uncapped = len(caps) < len(daily_caps)
    if not uncapped and sum(caps) == 0:
        return None
    sending = 0 if uncapped else ceil(leads * steps / sum(caps)) - 1
    return max(sum(waits), sending)
