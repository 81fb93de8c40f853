"""Rotation of an API key: another secret for the same credential, while the old one goes on for a chosen time.

The row, and with it the credential's name `key:12`, stays: the day's caps are counted on, and a key never approves under its new secret
what it has asked for under the old one.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from rocketsdr.accounts import audit
from rocketsdr.accounts.actor import Actor
from rocketsdr.accounts.models import ApiKey
from rocketsdr.accounts.services import IssuedKey, KeyRevoked, get_api_key, new_secret
from rocketsdr.lib import crypto
from rocketsdr.lib.errors import Conflict, Forbidden, Invalid

LONGEST_OVERLAP = timedelta(days=30)


class KeyEnded(Conflict):
    code = "api_key_ended"


class NoOldSecret(Conflict):
    code = "api_key_has_no_old_secret"


class OnlyPeopleRotate(Forbidden):
    code = "only_people_rotate"


class OnlyTheMakerRotates(Forbidden):
    code = "only_the_maker_rotates"


@transaction.atomic
def rotate_api_key(*, actor: Actor, key_id: int, overlap: timedelta, now: datetime) -> IssuedKey:
    """Give a key a new secret; the one it has works on for `overlap`, at most as long as the key itself. An older one ends at once."""
    key = _of_person(actor, key_id)
    if key.maker_id != actor.user_id:
        raise OnlyTheMakerRotates(
            "Only who made the key gives it a new secret: whoever holds that speaks as them.",
            fix="Revoke it, and make a key of your own.",
        )
    if not timedelta() <= overlap <= LONGEST_OVERLAP:
        raise Invalid("The old secret works on for at most 30 days.", field="overlap", fix="Choose a shorter time.")
    if key.expires_at is not None and key.expires_at <= now:
        raise KeyEnded("The key has expired.", fix="Give it a later last day first, or make a new key.")
    prefix, text = new_secret()
    until = min(now + overlap, key.expires_at) if key.expires_at else now + overlap
    kept = (key.prefix, key.digest, until) if overlap else (None, "", None)
    unchanged = ApiKey.objects.filter(id=key.id, prefix=key.prefix, revoked_at__isnull=True)
    columns = dict(zip(("previous_prefix", "previous_digest", "previous_until"), kept, strict=True))
    fresh = {"prefix": prefix, "digest": crypto.digest(text), "rotated_at": now, "last_used_at": None}
    if unchanged.update(**fresh, **columns, previous_used_at=key.last_used_at if overlap else None) != 1:
        raise KeyRevoked("The key was revoked or rotated just now.", fix="Look at the list of keys again.")
    audit.record(actor, "api_key.rotated", key, overlap_minutes=int(overlap.total_seconds() // 60))
    key.refresh_from_db()
    return IssuedKey(key=key, secret=text)


@transaction.atomic
def end_old_secret(*, actor: Actor, key_id: int, now: datetime) -> ApiKey:
    """End the secret before the last rotation at its next call; the new one goes on."""
    key = _of_person(actor, key_id)
    working = ApiKey.objects.filter(id=key.id, previous_until__gt=now)
    if working.update(previous_until=now) != 1:
        raise NoOldSecret("The key has no old secret that still works.", fix="There is nothing to end.")
    audit.record(actor, "api_key.old_secret_ended", key)
    key.refresh_from_db()
    return key


def _of_person(actor: Actor, key_id: int) -> ApiKey:
    """Return a key of this signed-in person, or any of a workspace that they manage."""
    if actor.credential:
        raise OnlyPeopleRotate("A key is rotated by a signed-in person.", fix="Ask one to do it under Settings → Integrations.")
    return get_api_key(actor=actor, key_id=key_id)
