"""What products and personas have in common: checked fields, one audit row, and drafts that say the new words."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, TypeVar

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import models

from campaigns.models import Persona, Product
from campaigns.rules import texts
from campaigns.services import preparing
from rocketsdr.accounts import audit, undo
from rocketsdr.accounts.actor import Actor
from rocketsdr.lib.errors import Conflict, Invalid

MAX_TEXT = 10_000  # characters of a description, or of an object written as JSON
MAX_ITEMS = 20  # pains, value propositions, …
PARAGRAPHS = ("description", "targeting")  # every other text is one line: names stand in subjects and lists

Asset = TypeVar("Asset", Product, Persona)
Column = models.Field[Any, Any]


class InUse(Conflict):
    code = "asset_in_use"


def store(*, actor: Actor, asset: Asset, fields: tuple[str, ...]) -> Asset:
    """Store a new product or persona, or refuse it naming the field."""
    _tidy(asset, fields)
    asset.save(force_insert=True)
    undo.remember(audit.record(actor, f"{_noun(asset)}.created", asset))
    return asset


def change(*, actor: Actor, asset: Asset, changes: Mapping[str, object], fields: tuple[str, ...], now: datetime) -> Asset:
    """Change some fields of a product or persona; e-mails of drafts that state them are written anew, launched ones stay as they are."""
    if unknown := sorted(set(changes) - set(fields)):
        raise Invalid(f"A {_noun(asset)} has no field {unknown[0]!r:.60}.", field=unknown[0], fix=f"Fields: {', '.join(fields)}.")
    before = {name: getattr(asset, name) for name in changes}
    for name, value in changes.items():
        setattr(asset, name, value)
    _tidy(asset, tuple(changes))
    changed = {name: getattr(asset, name) for name in changes if getattr(asset, name) != before[name]}
    if changed:
        asset.updated_at = now
        type(asset).objects.filter(id=asset.id).update(**changed, updated_at=now)
        event = audit.record(actor, f"{_noun(asset)}.updated", asset, fields=",".join(sorted(changed)))
        undo.remember(event, before={name: before[name] for name in changed}, after=changed)
        preparing.enqueue_drafts(asset.campaigns.all())
    return asset


def discard(*, actor: Actor, asset: Product | Persona) -> None:
    """Delete a product or persona that no campaign speaks of."""
    type(asset).objects.select_for_update().get(id=asset.id)
    if asset.campaigns.exists():
        raise InUse(f"A campaign uses this {_noun(asset)}.", fix="It stays; update it, or leave it alone.")
    audit.record(actor, f"{_noun(asset)}.deleted", asset)
    asset.delete()


def _tidy(asset: Product | Persona, fields: tuple[str, ...]) -> None:
    """Strip texts, drop blank items, and refuse what does not fit, naming the field."""
    columns = {column.name: column for column in asset._meta.concrete_fields}
    for name in fields:
        column = columns[name]
        value = _stripped(_of_its_kind(column, getattr(asset, name)), name)
        _check_size(name, value)
        try:
            cleaned = column.clean(value, asset)
            if isinstance(column, models.URLField) and cleaned:
                URLValidator(schemes=["https", "http"])(cleaned)
        except ValidationError as exc:
            wanted = "a web address such as https://example.com" if isinstance(column, models.URLField) else "another value"
            raise Invalid(f"{name} is {value!r:.60}: {exc.messages[0]}", field=name, fix=f"Give {wanted}.") from None
        setattr(asset, name, cleaned)


def _of_its_kind(column: Column, value: object) -> object:
    """Refuse a value that is no text, no list of texts or no object where the column holds one."""
    if isinstance(column, ArrayField):
        fits = isinstance(value, list | tuple) and all(isinstance(item, str) for item in value)
        kind = "a list of texts"
    elif isinstance(column, models.JSONField):
        fits, kind = isinstance(value, dict), "an object"
    else:
        fits, kind = isinstance(value, str), "a text"
    if not fits:
        raise Invalid(f"{column.name} is not {kind}.", field=column.name, fix=f"Give {kind}.")
    return value


def _stripped(value: object, field: str) -> object:
    if isinstance(value, str):
        if not texts.is_storable(value):
            raise Invalid(f"{field} holds a character that is no text (NUL or half a surrogate pair).", field=field, fix="Remove it.")
        return value.strip() if field in PARAGRAPHS else " ".join(value.split())
    if isinstance(value, list | tuple):
        return [item for item in (_stripped(item, field) for item in value) if item != ""]
    if isinstance(value, dict):
        return {_stripped(key, field): _stripped(item, field) for key, item in value.items()}
    return value


def _check_size(field: str, value: object) -> None:
    length = len(value if isinstance(value, str) else json.dumps(value))
    if isinstance(value, list) and len(value) > MAX_ITEMS:
        raise Invalid(f"{field} has {len(value)} items; {MAX_ITEMS} are allowed.", field=field, fix="Keep the best ones.")
    if length > MAX_TEXT and not isinstance(value, list):
        raise Invalid(f"{field} has {length:,} characters; {MAX_TEXT:,} are allowed.", field=field, fix="Shorten it.")


def _noun(asset: Product | Persona) -> str:
    return asset._meta.model_name or ""
