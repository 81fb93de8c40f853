"""Audiences under a name: a targeting that somebody wants to come back to. Nothing is stored that would not be understood today."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from campaigns.models import Audience
from campaigns.queries import lead_previews
from campaigns.queries.saved_audiences import get_audience
from campaigns.rules import texts
from campaigns.rules.targeting.asked import stored, targeting_of
from campaigns.rules.targeting.resolving import Asked
from rocketsdr.accounts import audit
from rocketsdr.accounts.actor import Actor
from rocketsdr.lib.errors import Conflict, Invalid

MAX_NAME = 100


class NameTaken(Conflict):
    code = "audience_name_taken"


@transaction.atomic
def save_audience(*, actor: Actor, name: str, targeting: Mapping[str, Any], now: datetime) -> Audience:
    """Keep a targeting under a name; a value that is not known is refused with what may have been meant."""
    actor.require("leads:write")
    wanted = targeting_of(targeting)
    _check(wanted.include, wanted.exclude)
    lead_previews.resolve(actor=actor, targeting=wanted, persona_id=None)
    audience = Audience(
        workspace_id=actor.workspace_id, name=_tidy(name), targeting=stored(wanted), created_by_id=actor.user_id, created_at=now
    )
    _store(audience)
    audit.record(actor, "audience.saved", audience)
    return audience


@transaction.atomic
def rename_audience(*, actor: Actor, audience_id: int, name: str) -> Audience:
    """Give a saved audience another name."""
    actor.require("leads:write")
    audience = get_audience(actor=actor, audience_id=audience_id)
    wanted = _tidy(name)
    if wanted != audience.name:
        audience.name = wanted
        _store(audience)
        audit.record(actor, "audience.renamed", audience)
    return audience


@transaction.atomic
def delete_audience(*, actor: Actor, audience_id: int) -> None:
    """Forget a saved audience; personas and campaigns that use its targeting keep theirs."""
    actor.require("leads:write")
    audience = get_audience(actor=actor, audience_id=audience_id)
    audit.record(actor, "audience.deleted", audience)
    audience.delete()


def _check(*sides: Asked) -> None:
    """Refuse what the database could not hold."""
    for side in sides:
        for name, values in asdict(side).items():
            if isinstance(values, tuple) and not all(map(texts.is_storable, values)):
                fix = "Remove it."
                raise Invalid(f"{name} holds a character that is no text (NUL or half a surrogate pair).", field=name, fix=fix)


def _tidy(name: str) -> str:
    tidied = " ".join(name.split())
    if not texts.is_storable(tidied) or not 0 < len(tidied) <= MAX_NAME:
        raise Invalid(f"An audience needs a name of at most {MAX_NAME} characters.", field="name", fix="Name it after whom it has.")
    return tidied


def _store(audience: Audience) -> None:
    """Store the row; that its name is free is for the database to say."""
    try:
        with transaction.atomic():
            audience.save()
    except IntegrityError:
        raise NameTaken(f"There is an audience “{audience.name}” already.", field="name", fix="Choose another name.") from None
