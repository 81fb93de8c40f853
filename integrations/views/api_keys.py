"""Settings → Integrations → MCP API keys: make, see, change, rotate and revoke the keys of scripts and agents."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from integrations.forms import PRESETS, ApiKeyForm, RotationForm, preset_of
from rocketsdr.accounts import quotas
from rocketsdr.accounts.actor import ALL_SCOPES, SCOPES, Actor
from rocketsdr.accounts.http import SignedInRequest, member_required
from rocketsdr.accounts.models import ApiKey, Membership
from rocketsdr.accounts.rotation import end_old_secret, rotate_api_key
from rocketsdr.accounts.services import IssuedKey, change_api_key, get_api_key, is_owner, issue_api_key, list_api_keys, revoke_api_key
from rocketsdr.lib.clock import now
from rocketsdr.lib.errors import DomainError

State = Literal["active", "expired", "revoked", "maker gone"]
WORKING: tuple[State, ...] = ("active",)
REVOCABLE: tuple[State, ...] = ("active", "maker gone")
SOON = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class KeyRow:
    """One key as its line in the list says it; `may` is the name of the preset that its scopes are."""

    key: ApiKey
    state: State
    may: str
    is_rotating: bool
    ends_soon: bool
    is_mine: bool

    @property
    def has_ended(self) -> bool:
        return self.state in ("expired", "revoked")

    @property
    def may_revoke(self) -> bool:
        return self.state in REVOCABLE

    @property
    def may_rotate(self) -> bool:
        return self.is_mine and self.state in WORKING

    @property
    def scopes(self) -> list[tuple[str, str]]:
        """Each scope with its plain words."""
        return [(scope, SCOPES.get(scope, "")) for scope in self.key.scopes]


@require_safe
@never_cache
@member_required
def index(request: SignedInRequest) -> HttpResponse:
    """List the keys that the person may know of, those that have ended apart."""
    found = rows(request.actor, now())
    shown = {
        "rows": found,
        "working": [row for row in found if not row.has_ended],
        "ended": [row for row in found if row.has_ended],
        "sees_all": "admin" in request.actor.scopes,
    }
    return render(request, "integrations/api_keys/index.html", shown)


@require_http_methods(["GET", "POST"])
@never_cache
@member_required
@sensitive_variables("issued")
def new(request: SignedInRequest) -> HttpResponse:
    """Make a key; the page that answers is the only place that ever shows it."""
    form = ApiKeyForm(request.POST or None, actor=request.actor, owns=is_owner(request.actor))
    issued = _issue(request.actor, form) if form.is_valid() else None
    if issued is None:
        return render(request, "integrations/api_keys/new.html", {"form": form})
    return _made(request, issued)


@require_http_methods(["GET", "POST"])
@never_cache
@member_required
def show(request: SignedInRequest, key_id: int) -> HttpResponse:
    """Show one key with what it used today, and change its name, scopes, limits and end."""
    key = get_api_key(actor=request.actor, key_id=key_id)
    form = ApiKeyForm(request.POST or None, actor=request.actor, owns=is_owner(request.actor), key=key)
    if form.is_valid() and _change(request, key, form):
        return redirect("integrations:api_keys")
    user = Actor(workspace_id=key.workspace_id, user_id=key.maker_id, via="web", credential=key.credential, caps=key.caps)
    shown = {"row": _row(request.actor, key, now()), "form": form, "used": quotas.caps_overview(user, now=now())}
    return render(request, "integrations/api_keys/key.html", shown)


@require_http_methods(["GET", "POST"])
@never_cache
@member_required
@sensitive_variables("issued")
def rotate(request: SignedInRequest, key_id: int) -> HttpResponse:
    """Ask how long the old secret goes on, then give the key a new one and show it this once."""
    key = get_api_key(actor=request.actor, key_id=key_id)
    form = RotationForm(request.POST or None)
    issued = _rotate(request.actor, key, form) if form.is_valid() else None
    if issued is None:
        return render(request, "integrations/api_keys/rotate.html", {"row": _row(request.actor, key, now()), "form": form})
    return _made(request, issued, rotated=True)


@require_POST
@member_required
def end_old(request: SignedInRequest, key_id: int) -> HttpResponse:
    """End the secret before the last rotation, before its time."""
    key = get_api_key(actor=request.actor, key_id=key_id)
    try:
        end_old_secret(actor=request.actor, key_id=key_id, now=now())
    except DomainError as exc:
        messages.error(request, f"{exc.message} {exc.fix}")
    else:
        messages.success(request, f"The old secret of “{key.name}” has ended. The new one goes on.")
    return redirect("integrations:api_keys")


@require_http_methods(["GET", "POST"])
@member_required
def revoke(request: SignedInRequest, key_id: int) -> HttpResponse:
    """Ask before a key is revoked, then revoke it."""
    key = get_api_key(actor=request.actor, key_id=key_id)
    if request.method == "GET":
        return render(request, "integrations/api_keys/revoke.html", {"key": key})
    try:
        revoke_api_key(actor=request.actor, key_id=key_id, now=now())
    except DomainError as exc:
        messages.error(request, f"{exc.message} {exc.fix}")
    else:
        messages.success(request, f"The key “{key.name}” is revoked. Whatever still uses it is refused from now on.")
    return redirect("integrations:api_keys")


def _made(request: SignedInRequest, issued: IssuedKey, *, rotated: bool = False) -> HttpResponse:
    shown = {
        "key": issued.key,
        "secret": issued.secret,
        "scopes": [(scope, SCOPES.get(scope, "")) for scope in issued.key.scopes],
        "server_url": f"{settings.PUBLIC_URL}/api/mcp",
        "rotated": rotated,
    }
    return render(request, "integrations/api_keys/made.html", shown)


def _issue(actor: Actor, form: ApiKeyForm) -> IssuedKey | None:
    terms = form.terms
    try:
        return issue_api_key(actor=actor, name=terms.name, scopes=terms.scopes, expires_at=terms.expires_at, rules=form.rules, now=now())
    except DomainError as exc:
        form.refuse(exc)
    return None


def _change(request: SignedInRequest, key: ApiKey, form: ApiKeyForm) -> bool:
    try:
        change_api_key(actor=request.actor, key_id=key.id, rules=form.rules, terms=form.terms, now=now())
    except DomainError as exc:
        form.refuse(exc)
        return False
    messages.success(request, f"“{form.terms.name}” is changed. It holds from its next call on.")
    return True


def _rotate(actor: Actor, key: ApiKey, form: RotationForm) -> IssuedKey | None:
    try:
        return rotate_api_key(actor=actor, key_id=key.id, overlap=form.overlap, now=now())
    except DomainError as exc:
        form.add_error(None, f"{exc.message} {exc.fix}")
    return None


def rows(actor: Actor, now: datetime) -> list[KeyRow]:
    """Return the keys that an actor may know of, each with how it stands."""
    present = _present_members(actor)
    return [_told(actor, key, now, maker_gone=key.maker_id not in present) for key in list_api_keys(actor=actor)]


def _row(actor: Actor, key: ApiKey, now: datetime) -> KeyRow:
    return _told(actor, key, now, maker_gone=key.maker_id not in _present_members(actor))


def _present_members(actor: Actor) -> set[int]:
    members = Membership.objects.filter(workspace_id=actor.workspace_id, user__is_active=True)
    return set(members.values_list("user_id", flat=True))


def _told(actor: Actor, key: ApiKey, now: datetime, *, maker_gone: bool) -> KeyRow:
    state = _state(key, now, maker_gone=maker_gone)
    preset = PRESETS.get(preset_of(key.scopes, actor.scopes if key.maker_id == actor.user_id else ALL_SCOPES))
    return KeyRow(
        key=key,
        state=state,
        may=preset[0] if preset else "",
        is_rotating=state == "active" and key.previous_until is not None and key.previous_until > now,
        ends_soon=state == "active" and key.expires_at is not None and key.expires_at - now <= SOON,
        is_mine=key.maker_id == actor.user_id,
    )


def _state(key: ApiKey, now: datetime, *, maker_gone: bool) -> State:
    if key.revoked_at is not None:
        return "revoked"
    if key.expires_at is not None and key.expires_at <= now:
        return "expired"
    return "maker gone" if maker_gone else "active"
