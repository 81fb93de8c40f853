"""Times as people read them, "3 hours ago", with the exact moment for machines and on hover: `{{ sent_at|moment }}` in any template."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from rocketsdr.lib.clock import now

register = template.Library()

DATED_FROM = timedelta(days=7)  # what is further away than this is told by its date
UNITS = ((86400, "day"), (3600, "hour"), (60, "minute"))


@register.filter
def moment(at: datetime | None, otherwise: str = "never") -> SafeString | str:
    """Return a <time> that says how far away a moment is, or the other text for none."""
    if at is None:
        return otherwise
    exact = at.astimezone(UTC)
    return format_html(
        '<time datetime="{}" title="{}">{}</time>', exact.isoformat(timespec="seconds"), f"{exact:%-d %b %Y, %H:%M} UTC", told(exact, now())
    )


def told(at: datetime, now: datetime) -> str:
    """Say how far a moment is from now: in minutes, hours or days, and from a week on as a date."""
    distance = abs(at - now)
    if distance >= DATED_FROM:
        return f"{at:%-d %b %Y}"
    seconds = int(distance.total_seconds())
    for length, unit in UNITS:
        number = seconds // length
        if number:
            far = f"{number} {unit}{'' if number == 1 else 's'}"
            return f"in {far}" if at > now else f"{far} ago"
    return "in a moment" if at > now else "just now"
